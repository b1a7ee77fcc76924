"""What waits for somebody who signs in, as counts: each is the total of the list it opens."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from visits.models.accounts import User


def count_accounts(session: Session, run: ColumnElement[bool], *, active: bool) -> int:
    """Count the accounts that are open, or closed, of the organisations one runs."""
    counted = select(func.count(User.id)).join(User.organisation)
    return session.scalar(counted.where(User.active.is_(active), run)) or 0


def week_of(day: datetime) -> tuple[datetime, datetime]:
    """Give Monday's midnight of a day's week and the next one's, on the clock of `day`."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)
