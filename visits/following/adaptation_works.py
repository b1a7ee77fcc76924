"""Works are ordered for an adaptation that was granted and agreed to."""

from datetime import datetime

from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.models.adaptations import AdaptationFile, AdaptationOrder, Step
from visits.models.works import WorkOrder
from visits.sight import Viewer
from visits.works.by_hand import OrderSaid, open_by_hand


def order_works(
    session: Session, file: AdaptationFile, said: OrderSaid, *, viewer: Viewer, now: datetime
) -> WorkOrder:
    """Open a work order for an adaptation, in its home, with the tenant to ring.

    Raises Conflict unless it waits for works, Invalid field by field.
    """
    if file.step is not Step.WORKS:
        raise Conflict("adaptation_waits_for_no_works")
    order = open_by_hand(session, file.dwelling, said, person=file.person, viewer=viewer, now=now)
    session.flush()
    session.add(AdaptationOrder(work_order_id=order.id, file_id=file.id))
    session.flush()
    return order
