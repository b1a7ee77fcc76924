"""Adaptations whose works are done go on to their reception by themselves."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from visits.adaptations.moving import put
from visits.adaptations.works import all_done, orders_of
from visits.models.adaptations import AdaptationFile, AdaptationOrder, Step

# What is said of a move that the end of the works made.
WORKS_DONE = "works_done"


def receive_what_is_done(session: Session, *, now: datetime) -> int:
    """Bring adaptations whose orders are all done to their reception; gives how many."""
    ordered = exists().where(
        AdaptationOrder.file_id == AdaptationFile.id, AdaptationOrder.step == Step.WORKS
    )
    waiting = select(AdaptationFile).where(AdaptationFile.step == Step.WORKS, ordered)
    moved = 0
    for file in session.scalars(waiting.order_by(AdaptationFile.id).with_for_update()).all():
        if all_done(orders_of(session, file)):
            put(session, file, Step.RECEPTION, said=WORKS_DONE, viewer=None, now=now)
            moved += 1
    return moved
