"""Works are ordered for an adaptation that was granted and agreed to, or a look at the home before.

A technician who goes to look has an order like any other: in the own list and on the tablet.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from visits.adaptations.funding import plan_of
from visits.adaptations.works import still_going
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.adaptations import AdaptationFile, AdaptationOrder, Step
from visits.models.works import WorkOrder, WorkOrderState
from visits.sight import Viewer
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.moves import MoveSaid, move_work_order

ORDERED_AT = (Step.VISIT, Step.WORKS)


def order_works(
    session: Session, file: AdaptationFile, said: OrderSaid, *, viewer: Viewer, now: datetime
) -> WorkOrder:
    """Open a work order for an adaptation, in its home, with the tenant to ring.

    To look on site it is due with the step, where nothing else is said. Raises Conflict unless the
    file waits for works or for somebody to look, Invalid field by field: works that nobody pays
    for any more are not ordered.
    """
    if file.step not in ORDERED_AT:
        raise Conflict("adaptation_waits_for_no_works")
    if file.step is Step.WORKS and (unpaid := plan_of(session, file).missing):
        raise Invalid(unpaid)
    due = file.due_on
    if file.step is Step.VISIT and said.due_on is None and due and due >= today_in_paris(now):
        said = replace(said, due_on=due)
    order = open_by_hand(session, file.dwelling, said, person=file.person, viewer=viewer, now=now)
    session.flush()
    session.add(AdaptationOrder(work_order_id=order.id, file_id=file.id, step=file.step))
    session.flush()
    return order


def cancel_orders(
    session: Session, file: AdaptationFile, note: str, *, viewer: Viewer, now: datetime
) -> None:
    """Cancel what is still ordered for an adaptation that has ended, with a note on each.

    Never why it ended, which may be of her: whoever does the works reads the note. Raises Conflict
    when nothing is.
    """
    orders = still_going(session, file)
    if not orders:
        raise Conflict("adaptation_orders_none")
    for order in orders:
        move_work_order(
            session, order, WorkOrderState.CANCELLED, MoveSaid(note=note), viewer=viewer, now=now
        )
    session.flush()
