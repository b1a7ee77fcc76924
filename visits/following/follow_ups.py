"""Follow-ups: what was promised to be asked again, and when."""

import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from visits.following.corrections import promise_of_first
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.models.visits import Consequence
from visits.models.works import FollowUp, FollowUpState
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access

NOTE_LENGTH = 500
# The note of a promise about somebody who turned out to be another person.
TAKEN_BACK = "taken_back"


def open_follow_up(
    session: Session,
    case: Case,
    consequence: Consequence,
    *,
    now: datetime,
    code: str = "",
) -> FollowUp:
    """Open the follow-up a visit calls for; without a delay it is due at once.

    What the version before these answers promised already goes on with its date. Without a `code`
    that of the consequence is one of a follow-up.
    """
    known = _of(session, consequence) or promise_of_first(session, consequence)
    if known is not None:
        known.consequence, known.case = consequence, case
        if known.state is FollowUpState.CANCELLED and known.note == TAKEN_BACK:
            known.state = FollowUpState.WAITING
            known.note = known.closed_at = known.closed_by_id = None
        session.flush()
        return known
    follow_up = FollowUp(
        case_id=case.id,
        consequence_id=consequence.id,
        code=code or consequence.code,
        state=FollowUpState.WAITING,
        due_at=consequence.due_at or now,
    )
    session.add(follow_up)
    session.flush()
    return follow_up


def _of(session: Session, consequence: Consequence) -> FollowUp | None:
    statement = select(FollowUp).where(FollowUp.consequence_id == consequence.id)
    return session.scalars(statement).one_or_none()


def find_follow_up(
    session: Session, viewer: Viewer, follow_up_id: uuid.UUID, *, to_change: bool = False
) -> FollowUp:
    """Find a follow-up of a person the viewer may see, else raise NotFound.

    `to_change` waits until nobody else is changing it.
    """
    statement = (
        select(FollowUp)
        .join(FollowUp.case)
        .join(Case.person)
        .where(FollowUp.id == follow_up_id, visible_cases(viewer))
    )
    if to_change:
        statement = statement.with_for_update(of=FollowUp, key_share=True)
    follow_up = session.scalars(statement).one_or_none()
    if follow_up is None:
        raise NotFound("follow_up_not_found")
    return follow_up


def close_follow_up(
    session: Session, follow_up: FollowUp, *, note: str, viewer: Viewer, now: datetime
) -> None:
    """Note what came of a follow-up and close it."""
    if follow_up.state not in (FollowUpState.WAITING, FollowUpState.DUE):
        raise Conflict("follow_up_closed")
    note = note.strip()
    if not note:
        raise Invalid({"note": "required"})
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": "too_long"})
    follow_up.state, follow_up.note = FollowUpState.DONE, note
    follow_up.closed_at, follow_up.closed_by_id = now, viewer.user_id
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[follow_up.case.person_id],
        kind=AccessKind.WRITE,
        what="follow_up_done",
        now=now,
    )


def remind_follow_ups(session: Session, *, now: datetime) -> int:
    """Turn follow-ups whose day has come from waiting to due; gives how many."""
    waiting = (FollowUp.state == FollowUpState.WAITING, FollowUp.due_at <= now)
    due = session.scalars(select(FollowUp.id).where(*waiting)).all()
    session.execute(update(FollowUp).where(*waiting).values(state=FollowUpState.DUE))
    return len(due)
