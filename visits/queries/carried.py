"""The visits a visitor may bring something back from: her own, and those she set out with."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from visits.errors import NotFound
from visits.models.people import AccessEvent
from visits.models.visits import Visit
from visits.queries.reach import Viewer

# What the day of a tablet is called in the access log, and how long it counts.
DAY, CARRIED_FOR = "tablet_day", timedelta(days=60)


def find_carried_visit(
    session: Session, viewer: Viewer, visit_id: uuid.UUID, *, now: datetime
) -> Visit:
    """Find a visit to keep something from it; nobody else changes it until this ends.

    One cancelled, or given to somebody else meanwhile, may have taken place all the same: whoever
    had the person's file on her tablet may deliver. Raises NotFound for anybody else.
    """
    visit = session.get(Visit, visit_id, with_for_update={"key_share": True})
    if visit is None or not (
        visit.visitor_id == viewer.user_id or _had_on_tablet(session, visit, viewer, now)
    ):
        raise NotFound("visit_not_found")
    return visit


def _had_on_tablet(session: Session, visit: Visit, viewer: Viewer, now: datetime) -> bool:
    looked = exists().where(
        AccessEvent.person_id == visit.enrolment.person_id,
        AccessEvent.user_id == viewer.user_id,
        AccessEvent.what == DAY,
        AccessEvent.at > now - CARRIED_FOR,
    )
    return bool(session.scalar(select(looked)))
