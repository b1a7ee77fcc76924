"""An interpreter for a case: asked for, booked for an hour, and not needed after all."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Invalid, NotFound
from visits.models.calls import ContactAttempt
from visits.models.cases import Case
from visits.models.interpreters import InterpreterNeed
from visits.models.people import AccessKind
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.withdrawing import withdraw

LANGUAGE_LENGTH = 500  # as a call's note, which names the language


def note_interpreter(
    session: Session,
    case: Case,
    language: str,
    *,
    booked_for: datetime | None = None,
    attempt: ContactAttempt | None = None,
    viewer: Viewer,
    now: datetime,
) -> InterpreterNeed:
    """Note that an interpreter is asked for, or booked, in the place of what was noted before.

    What a call tells is kept as it was told. Raises Invalid for no language or an hour gone by.
    """
    if attempt is None:
        _check(language, booked_for, now)
    before = standing_interpreters(session, [case.id]).get(case.id)
    if before is not None:
        before.withdrawn_at, before.withdrawn_by_id = now, viewer.user_id
        session.flush()
    need = InterpreterNeed(
        case_id=case.id,
        attempt_id=attempt.id if attempt else None,
        language=language.strip(),
        booked_for=booked_for,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(need)
    _log(session, case, viewer, now)
    return need


def withdraw_interpreter(
    session: Session, case: Case, need_id: uuid.UUID, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Note that no interpreter is needed; it stays, with why.

    Raises NotFound, Invalid without a reason, Conflict for one that was withdrawn.
    """
    need = session.get(InterpreterNeed, need_id)
    if need is None or need.case_id != case.id:
        raise NotFound("interpreter_not_found")
    withdraw(need, why=why, viewer=viewer, now=now)
    _log(session, case, viewer, now)


def let_what_was_told_go(
    session: Session, attempt: ContactAttempt, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw what a call told, which is taken back, and let what stood before it stand again."""
    told = select(InterpreterNeed).where(
        InterpreterNeed.attempt_id == attempt.id, InterpreterNeed.withdrawn_at.is_(None)
    )
    need = session.scalars(told).one_or_none()
    if need is None:
        return
    need.withdrawn_at, need.withdrawn_by_id = now, viewer.user_id
    session.flush()
    replaced = select(InterpreterNeed).where(
        InterpreterNeed.case_id == need.case_id,
        InterpreterNeed.id != need.id,
        InterpreterNeed.withdrawn_at == need.noted_at,
    )
    before = session.scalars(replaced.order_by(InterpreterNeed.id.desc()).limit(1)).one_or_none()
    if before is not None and before.withdrawn_why is None:
        before.withdrawn_at = before.withdrawn_by_id = None
    session.flush()


def standing_interpreters(
    session: Session, case_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, InterpreterNeed]:
    """Give by case the interpreter that is asked for or booked."""
    standing = (
        select(InterpreterNeed)
        .options(joinedload(InterpreterNeed.noted_by))
        .where(InterpreterNeed.case_id.in_(list(case_ids)), InterpreterNeed.withdrawn_at.is_(None))
        .order_by(InterpreterNeed.id)
    )
    return {one.case_id: one for one in session.scalars(standing)}


def _check(language: str, booked_for: datetime | None, now: datetime) -> None:
    fields = {}
    if not language.strip():
        fields["language"] = "language_required"
    elif len(language.strip()) > LANGUAGE_LENGTH:
        fields["language"] = "too_long"
    if booked_for is not None and booked_for <= now:
        fields["booked_for"] = "must_be_in_future"
    if fields:
        raise Invalid(fields)


def _log(session: Session, case: Case, viewer: Viewer, now: datetime) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what="language_help",
        now=now,
    )
