"""Whose turn it is: a recurring job's state, so that its effect happens once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from visits.models.accounts import JobState


def claim_job(session: Session, name: str, *, every: timedelta, now: datetime) -> bool:
    """Take a job that is due, in the transaction that will hold its effect.

    Of several processes, one gets True: the others wait for its commit and find it done. If the
    effect fails, the claim is rolled back with it and the job stays due.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(JobState).values(name=name, next_run_at=now).on_conflict_do_nothing()
    )
    due = JobState.next_run_at <= now
    claimed = session.execute(
        update(JobState)
        .where(JobState.name == name, due)
        .values(next_run_at=now + every, last_run_at=now)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def is_due(session: Session, name: str, *, now: datetime) -> bool:
    """Tell whether a job's time has come; somebody else may still be the one who claims it."""
    next_run = select(JobState.next_run_at).where(JobState.name == name)
    next_run_at = session.scalars(next_run).one_or_none()
    return next_run_at is None or next_run_at <= now


def note_result(session: Session, name: str, result: dict[str, Any]) -> None:
    """Keep what a job's last run did."""
    session.execute(update(JobState).where(JobState.name == name).values(result=result))


def job_states(session: Session) -> Sequence[JobState]:
    """List the jobs and their last runs."""
    return session.scalars(select(JobState).order_by(JobState.name)).all()
