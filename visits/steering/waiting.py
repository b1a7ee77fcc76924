"""What waits for somebody who signs in, as counts: each is the total of the list it opens."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from visits.calls.call_list import CaseFilter, list_cases
from visits.intake.visit_file import VisitFilter, list_visits
from visits.models.accounts import User
from visits.sight.listing import JUST_COUNT
from visits.sight.reach import Viewer


def count_cases(session: Session, viewer: Viewer, *, only: CaseFilter, now: datetime) -> int:
    """Count what the call list shows."""
    return list_cases(session, viewer, only=only, wanted=JUST_COUNT, now=now).total


def count_visits(session: Session, viewer: Viewer, *, only: VisitFilter) -> int:
    """Count what the list of visits shows."""
    return list_visits(session, viewer, only=only, wanted=JUST_COUNT).total


def count_accounts(session: Session, run: ColumnElement[bool], *, active: bool) -> int:
    """Count the accounts that are open, or closed, of the organisations one runs."""
    counted = select(func.count(User.id)).join(User.organisation)
    return session.scalar(counted.where(User.active.is_(active), run)) or 0


def week_of(day: datetime) -> tuple[datetime, datetime]:
    """Give Monday's midnight of a day's week and the next one's, on the clock of `day`."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)
