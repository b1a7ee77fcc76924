"""Whose turn it is: a recurring job's state, so that its effect happens once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
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
    claimed = session.execute(
        update(JobState)
        .where(JobState.name == name, _due(now))
        .values(next_run_at=now + every, last_run_at=now)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def is_due(session: Session, name: str, *, now: datetime) -> bool:
    """Tell whether a job's time has come; somebody else may still be the one who claims it."""
    known = select(_due(now)).where(JobState.name == name)
    due = session.scalars(known).one_or_none()
    return due is None or bool(due)


def _due(now: datetime) -> ColumnElement[bool]:
    """A clock that ran ahead and was put right must not keep a job waiting until it was so late."""
    return or_(JobState.next_run_at <= now, JobState.last_run_at > now)


def note_run(session: Session, name: str, result: dict[str, Any], *, now: datetime) -> None:
    """Keep what was run by hand and came to a good end, and when."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    run = {"next_run_at": now, "last_run_at": now, "result": result}
    noted = dialect.insert(JobState).values(name=name, **run)
    session.execute(noted.on_conflict_do_update(index_elements=["name"], set_=run))


def note_result(session: Session, name: str, result: dict[str, Any]) -> None:
    """Keep what a job's last run did."""
    session.execute(update(JobState).where(JobState.name == name).values(result=result))


def job_states(session: Session) -> Sequence[JobState]:
    """List the jobs and their last runs."""
    return session.scalars(select(JobState).order_by(JobState.name)).all()
