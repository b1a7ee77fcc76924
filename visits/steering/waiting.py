"""What waits for somebody who signs in, as counts: each is the total of the list it opens."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.calls.call_list import CaseFilter, list_cases
from visits.following.follow_list import FollowUpFilter, list_follow_ups
from visits.following.work_list import WorkOrderFilter, list_work_orders
from visits.intake.visit_file import VisitFilter, list_visits
from visits.models.accounts import User
from visits.sight.listing import Wanted
from visits.sight.reach import Viewer

JUST_COUNT = Wanted(size=1)


def count_cases(session: Session, viewer: Viewer, *, only: CaseFilter, now: datetime) -> int:
    """Count what the call list shows."""
    return list_cases(session, viewer, only=only, wanted=JUST_COUNT, now=now).total


def count_visits(session: Session, viewer: Viewer, *, only: VisitFilter) -> int:
    """Count what the list of visits shows."""
    return list_visits(session, viewer, only=only, wanted=JUST_COUNT).total


def count_works(session: Session, viewer: Viewer, *, only: WorkOrderFilter, now: datetime) -> int:
    """Count what the list of work orders shows."""
    return list_work_orders(session, viewer, only=only, wanted=JUST_COUNT, now=now).total


def count_follow_ups(
    session: Session, viewer: Viewer, *, only: FollowUpFilter, now: datetime
) -> int:
    """Count what the list of follow-ups shows."""
    return list_follow_ups(session, viewer, only=only, wanted=JUST_COUNT, now=now).total


def count_accounts(session: Session, *, active: bool) -> int:
    """Count the accounts that are open, or closed."""
    return session.scalar(select(func.count(User.id)).where(User.active.is_(active))) or 0


def week_of(day: datetime) -> tuple[datetime, datetime]:
    """Give Monday's midnight of a day's week and the next one's, on the clock of `day`."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)
