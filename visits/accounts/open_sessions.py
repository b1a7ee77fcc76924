"""The sessions that are open in browsers: one that is not in the list opens nothing."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete
from sqlalchemy.orm import Session

from visits.models.accounts import OpenSession, User

LONGEST = timedelta(hours=12)  # a working day; how long without a click is the cookie's affair


def start_session(session: Session, user_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Note that a browser is signed in; gives the session's number."""
    started = OpenSession(user_id=user_id, started_at=now)
    session.add(started)
    session.flush()
    return started.id


def still_open(number: uuid.UUID | None, *, now: datetime) -> ColumnElement[bool]:
    """Give the condition that a browser's session, beside its account, still opens that one."""
    return and_(
        OpenSession.id == number,
        OpenSession.user_id == User.id,
        # A clock that was put back leaves sessions that began a little ahead of now.
        OpenSession.started_at > now - LONGEST,
        OpenSession.started_at <= now + LONGEST,
    )


def end_session(session: Session, number: uuid.UUID) -> None:
    """End one session: its cookie opens nothing any more, wherever a copy of it lies."""
    session.execute(delete(OpenSession).where(OpenSession.id == number))


def end_sessions_of(session: Session, user_id: uuid.UUID) -> None:
    """End every session of an account."""
    session.execute(delete(OpenSession).where(OpenSession.user_id == user_id))


def forget_old_sessions(session: Session, *, now: datetime) -> int:
    """Forget the sessions that have lasted long enough."""
    gone = session.execute(delete(OpenSession).where(OpenSession.started_at <= now - LONGEST))
    return int(gone.rowcount)  # type: ignore[attr-defined]
