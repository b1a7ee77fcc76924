"""The visits a visitor may bring something back from: her own, and those she set out with."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Exists, exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.errors import NotFound
from visits.models.cases import Case
from visits.models.people import AccessedPerson, AccessEvent
from visits.models.visits import Visit, VisitState, made_by
from visits.sight.reach import Viewer, visible_cases

# What the day of a tablet, and what else is due in its homes, are called in the access log, and how
# long it counts.
DAY, BESIDE, CARRIED_FOR = "tablet_day", "tablet_beside", timedelta(days=60)


def find_carried_visit(
    session: Session, viewer: Viewer, visit_id: uuid.UUID, *, now: datetime
) -> Visit:
    """Find a visit to keep something from it; nobody else changes it until this ends.

    One cancelled, or given to somebody else meanwhile, may have taken place all the same: whoever
    had it on her tablet may deliver. Raises NotFound for anybody else.
    """
    had_it = carried(DAY, viewer, now=now).where(AccessEvent.at >= Visit.planned_at)
    statement = (
        select(Visit)
        .join(Visit.case)
        .where(Visit.id == visit_id, or_(Visit.visitor_id == viewer.user_id, had_it))
        .with_for_update(of=(Visit, Case), key_share=True)
        .options(contains_eager(Visit.case).joinedload(Case.person, innerjoin=True))
        .options(joinedload(Visit.visitor, innerjoin=True))
    )
    visit = session.scalars(statement).one_or_none()
    if visit is None:
        raise NotFound("visit_not_found")
    return visit


def carried(what: str, viewer: Viewer, *, now: datetime) -> Exists:
    """Give the condition on `Case` for those whose person was lately told to the viewer's tablet.

    `what` says as what: the visits of its day, or what else is due in a home.
    """
    return exists().where(
        AccessEvent.user_id == viewer.user_id,
        AccessedPerson.event_id == AccessEvent.id,
        AccessedPerson.person_id == Case.person_id,
        AccessEvent.what == what,
        AccessEvent.at > now - CARRIED_FOR,
    )


def taken_back(session: Session, viewer: Viewer, held: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """List those of the visits a tablet holds that are not, or no longer, the viewer's.

    Cancelled, given to somebody else, of a person or a home hidden from her, or of nobody: all the
    same.
    """
    statement = (
        select(Visit.id)
        .join(Visit.case)
        .join(Case.person)
        .where(Visit.id.in_(held), made_by([viewer.user_id]), visible_cases(viewer))
        .where(Visit.state != VisitState.CANCELLED)
    )
    hers = set(session.scalars(statement))
    return [visit_id for visit_id in held if visit_id not in hers]


def hold_visit(session: Session, visit_id: uuid.UUID) -> None:
    """Read a visit and its case as they are now; nobody else changes them until this ends."""
    statement = (
        select(Visit)
        .join(Visit.case)
        .where(Visit.id == visit_id)
        .with_for_update(of=(Visit, Case), key_share=True)
        .options(contains_eager(Visit.case))
        .execution_options(populate_existing=True)
    )
    session.scalars(statement).one()
