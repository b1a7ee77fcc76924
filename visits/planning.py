"""The diary: visits planned, moved, cancelled."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.errors import Conflict, Invalid, NotFound
from visits.map_points import refresh_map
from visits.models.accounts import Role, User
from visits.models.people import AccessKind, NamedAccess, Person
from visits.models.portfolio import Dwelling
from visits.models.programmes import Enrolment, EnrolmentState
from visits.models.visits import LIVE, Visit, VisitState
from visits.privacy import log_access
from visits.queries import Viewer, visible_enrolments


def visitors(session: Session) -> Sequence[User]:
    """List the active visitors by name."""
    statement = select(User).where(User.role == Role.VISITOR, User.active.is_(True))
    return session.scalars(statement.order_by(User.name, User.id)).all()


def plan_visit(
    session: Session,
    enrolment: Enrolment,
    *,
    visitor_id: uuid.UUID,
    start_at: datetime,
    minutes: int,
    viewer: Viewer,
    now: datetime,
) -> Visit:
    """Put a visit in a visitor's diary.

    Raises Conflict when the person has not agreed or already has a visit, Invalid when the
    visitor cannot come then.
    """
    if enrolment.state is EnrolmentState.PLANNED:
        raise Conflict("visit_already_planned")
    if enrolment.state is not EnrolmentState.AGREED:
        raise Conflict("not_agreed_yet")
    end_at = start_at + timedelta(minutes=minutes)
    _check_slot(session, enrolment.person, visitor_id, start_at, end_at, now=now)
    visit = Visit(
        enrolment_id=enrolment.id,
        visitor_id=visitor_id,
        planned_start_at=start_at,
        planned_end_at=end_at,
        state=VisitState.PLANNED,
        planned_by_id=viewer.user_id,
        planned_at=now,
    )
    session.add(visit)
    enrolment.state = EnrolmentState.PLANNED
    enrolment.call_back_at = None
    _changed(session, enrolment, viewer, "visit_planned", now)
    return visit


def move_visit(
    session: Session,
    visit: Visit,
    *,
    visitor_id: uuid.UUID,
    start_at: datetime,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Give a planned visit another time or visitor."""
    if visit.state is not VisitState.PLANNED:
        raise Conflict("visit_not_planned")
    end_at = start_at + (visit.planned_end_at - visit.planned_start_at)
    person = visit.enrolment.person
    _check_slot(session, person, visitor_id, start_at, end_at, now=now, but=visit.id)
    visit.visitor_id = visitor_id
    visit.planned_start_at, visit.planned_end_at = start_at, end_at
    _changed(session, visit.enrolment, viewer, "visit_moved", now)


def cancel_visit(
    session: Session, visit: Visit, *, reason: str, viewer: Viewer, now: datetime
) -> None:
    """Take a visit out of the diary; the person stays agreed and can be planned again."""
    if visit.state not in LIVE:
        raise Conflict("visit_not_planned")
    if not reason.strip():
        raise Invalid({"reason": "required"})
    visit.state = VisitState.CANCELLED
    visit.closed_reason = reason.strip()[:500]
    visit.enrolment.state = EnrolmentState.AGREED
    _changed(session, visit.enrolment, viewer, "visit_cancelled", now)


def _check_slot(
    session: Session,
    person: Person,
    visitor_id: uuid.UUID,
    start_at: datetime,
    end_at: datetime,
    *,
    now: datetime,
    but: uuid.UUID | None = None,
) -> None:
    # Two visits planned at once would not see each other in the visitor's diary.
    visitor = session.get(User, visitor_id, with_for_update={"key_share": True})
    if visitor is None or visitor.role is not Role.VISITOR or not visitor.active:
        raise Invalid({"visitor_id": "unknown_visitor"})
    if start_at <= now:
        raise Invalid({"start_at": "must_be_in_future"})
    if person.protected and not _named(session, person, visitor_id):
        raise Invalid({"visitor_id": "visitor_not_named"})
    overlap = select(Visit.id).where(
        Visit.visitor_id == visitor_id,
        Visit.state.in_(LIVE),
        Visit.planned_start_at < end_at,
        Visit.planned_end_at > start_at,
        Visit.id != (but or uuid.UUID(int=0)),
    )
    if session.scalars(overlap.limit(1)).first() is not None:
        raise Invalid({"start_at": "visitor_busy"})


def _named(session: Session, person: Person, user_id: uuid.UUID) -> bool:
    statement = select(NamedAccess.id).where(
        NamedAccess.person_id == person.id, NamedAccess.user_id == user_id
    )
    return session.scalars(statement).first() is not None


def _changed(
    session: Session, enrolment: Enrolment, viewer: Viewer, what: str, now: datetime
) -> None:
    refresh_map(session, [enrolment.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[enrolment.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )


def find_visit(
    session: Session, viewer: Viewer, visit_id: uuid.UUID, *, to_change: bool = False
) -> Visit:
    """Find a visit to a person the viewer may see; a visitor finds her own only.

    `to_change` waits until nobody else is changing it or its enrolment.
    """
    statement = (
        select(Visit)
        .join(Visit.enrolment)
        .join(Enrolment.person)
        .where(Visit.id == visit_id, visible_enrolments(viewer))
        .options(joinedload(Visit.visitor))
    )
    if viewer.reach == "own":
        statement = statement.where(Visit.visitor_id == viewer.user_id)
    if to_change:
        statement = statement.with_for_update(of=(Visit, Enrolment), key_share=True)
    visit = session.scalars(statement).one_or_none()
    if visit is None:
        raise NotFound("visit_not_found")
    return visit


def visits_of_visitor(
    session: Session, viewer: Viewer, *, start_at: datetime, end_at: datetime
) -> Sequence[Visit]:
    """List the viewer's own visits that begin in a span of time, in order, with whom and where."""
    statement = (
        select(Visit)
        .join(Visit.enrolment)
        .join(Enrolment.person)
        .where(Visit.visitor_id == viewer.user_id, visible_enrolments(viewer))
        .where(Visit.planned_start_at >= start_at, Visit.planned_start_at < end_at)
        .where(Visit.state != VisitState.CANCELLED)
        .options(
            contains_eager(Visit.enrolment).contains_eager(Enrolment.person),
            contains_eager(Visit.enrolment)
            .joinedload(Enrolment.dwelling)
            .joinedload(Dwelling.residence),
        )
        .order_by(Visit.planned_start_at, Visit.id)
    )
    return session.scalars(statement).all()
