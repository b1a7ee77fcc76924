"""Where a session stands: held, cancelled, and each taken back."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.sessions import CollectiveSession, SessionMove, SessionState
from visits.sessions.planning import read_just_now
from visits.sessions.seats import seats_of_one
from visits.sight import Viewer

WHY_LENGTH = 200

# From where each state is reached; what is taken back is planned again.
REACHED_FROM: Mapping[SessionState, tuple[SessionState, ...]] = {
    SessionState.PLANNED: (SessionState.HELD, SessionState.CANCELLED),
    SessionState.HELD: (SessionState.PLANNED,),
    SessionState.CANCELLED: (SessionState.PLANNED,),
}


def hold_session(
    session: Session, one: CollectiveSession, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Note that a session was held. Raises Conflict before it begins, or from elsewhere."""
    if one.starts_at > now:
        raise Conflict("session_is_to_come")
    _move(session, one, SessionState.HELD, turn=turn, why=None, viewer=viewer, now=now)


def cancel_session(
    session: Session, one: CollectiveSession, why: str, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Cancel a session. Raises Invalid without a reason, Conflict when it stands elsewhere."""
    why = why.strip()
    if not why or len(why) > WHY_LENGTH:
        raise Invalid({"why": "session_why_too_long" if why else "required"})
    _move(session, one, SessionState.CANCELLED, turn=turn, why=why, viewer=viewer, now=now)


def take_move_back(
    session: Session,
    one: CollectiveSession,
    *,
    turn: int,
    people: Viewer,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take back that a session was held or cancelled: it is planned again, and the note stays.

    `people` is how far one sees persons. Raises Conflict when there is nothing to take back, or it
    is noted who came or how many.
    """
    _may_reach(one, SessionState.PLANNED, turn)
    if seats_of_one(session, people, one).came is not None:
        raise Conflict("attendance_is_noted")
    last = next(move for move in reversed(one.moves) if move.taken_back_at is None)
    last.taken_back_at, last.taken_back_by_id = now, viewer.user_id
    _stand(session, one, SessionState.PLANNED)


def may_reach(one: CollectiveSession, state: SessionState) -> bool:
    """Tell whether a session may come to a state from where it stands."""
    return one.state in REACHED_FROM[state]


def _move(
    session: Session,
    one: CollectiveSession,
    state: SessionState,
    *,
    turn: int,
    why: str | None,
    viewer: Viewer,
    now: datetime,
) -> None:
    _may_reach(one, state, turn)
    one.moves.append(SessionMove(state=state, at=now, by_id=viewer.user_id, why=why))
    _stand(session, one, state)


def _may_reach(one: CollectiveSession, state: SessionState, turn: int) -> None:
    read_just_now(one, turn)
    if not may_reach(one, state):
        raise Conflict("session_stands_elsewhere")


def _stand(session: Session, one: CollectiveSession, state: SessionState) -> None:
    one.state = state
    one.turn += 1
    session.flush()
