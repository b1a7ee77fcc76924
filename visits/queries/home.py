"""What waits for somebody who signs in, as counts."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from visits.models.accounts import User
from visits.models.people import Person
from visits.models.programmes import Enrolment, EnrolmentState
from visits.models.visits import Submission, SubmissionState, Visit, VisitState
from visits.models.works import OPEN_STATES, FollowUp, Severity, WorkOrder
from visits.queries.enrolments import to_contact
from visits.queries.follow_ups import OPEN
from visits.queries.reach import Viewer, visible_persons
from visits.queries.works import visible_orders

URGENT = (Severity.U0, Severity.U1)


def count_to_call(session: Session, viewer: Viewer, *, programme: str, now: datetime) -> int:
    """Count the persons to call today."""
    return _count(session, _enrolments(viewer, programme).where(to_contact(now)))


def count_call_backs(session: Session, viewer: Viewer, *, programme: str, now: datetime) -> int:
    """Count those who asked to be called back by now."""
    due = (Enrolment.state == EnrolmentState.CALL_BACK, Enrolment.call_back_at <= now)
    return _count(session, _enrolments(viewer, programme).where(*due))


def _enrolments(viewer: Viewer, programme: str) -> Select[int]:
    return (
        select(func.count(Enrolment.id))
        .join(Enrolment.person)
        .where(Enrolment.programme == programme, visible_persons(viewer))
    )


def count_visits(session: Session, viewer: Viewer, *, start_at: datetime, end_at: datetime) -> int:
    """Count the visits that stand in the diary of a span of time."""
    return _count(
        session,
        _visits(viewer)
        .where(Visit.planned_start_at >= start_at, Visit.planned_start_at < end_at)
        .where(Visit.state.not_in((VisitState.CANCELLED, VisitState.FAILED))),
    )


def count_to_review(session: Session, viewer: Viewer) -> int:
    """Count the visits with answers that the check marked."""
    marked = select(Submission.visit_id).where(Submission.state == SubmissionState.TO_REVIEW)
    return _count(session, _visits(viewer).where(Visit.id.in_(marked)))


def _visits(viewer: Viewer) -> Select[int]:
    return (
        select(func.count(Visit.id))
        .join(Visit.enrolment)
        .join(Enrolment.person)
        .where(visible_persons(viewer))
    )


def count_urgent_works(session: Session, viewer: Viewer, *, severity: Severity) -> int:
    """Count the open work orders of a severity."""
    return _count(session, _works(viewer).where(WorkOrder.severity == severity))


def count_works(session: Session, viewer: Viewer) -> int:
    """Count the open work orders."""
    return _count(session, _works(viewer))


def count_late_works(session: Session, viewer: Viewer, *, now: datetime) -> int:
    """Count the open work orders whose time is over."""
    return _count(session, _works(viewer).where(WorkOrder.due_at < now))


def _works(viewer: Viewer) -> Select[int]:
    return (
        select(func.count(WorkOrder.id))
        .outerjoin(Person, Person.id == WorkOrder.person_id)
        .where(WorkOrder.state.in_(OPEN_STATES), visible_orders(viewer))
    )


def count_follow_ups(session: Session, viewer: Viewer, *, until: datetime) -> int:
    """Count the open follow-ups that are due by a moment."""
    return _count(
        session,
        select(func.count(FollowUp.id))
        .join(FollowUp.enrolment)
        .join(Enrolment.person)
        .where(FollowUp.state.in_(OPEN), FollowUp.due_at <= until, visible_persons(viewer)),
    )


def count_accounts(session: Session, *, active: bool) -> int:
    """Count the accounts that are open, or closed."""
    return _count(session, select(func.count(User.id)).where(User.active.is_(active)))


def week_of(day: datetime) -> tuple[datetime, datetime]:
    """Give Monday's midnight of a day's week and the next one's, on the clock of `day`."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(statement) or 0
