"""What somebody wants to come to: agreed with her in her words, and how far it is."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case
from visits.models.support import AimStep, HowFar, SupportAim
from visits.sight import Viewer
from visits.sight.withdrawing import withdraw
from visits.support.noting import log

WORDS_LENGTH, NOTE_LENGTH = 300, 500


def agree_aim(
    session: Session,
    case: Case,
    *,
    words: str,
    agreed_on: date | None,
    viewer: Viewer,
    now: datetime,
) -> SupportAim:
    """Note what somebody wants to come to. Raises Invalid by field, Conflict in a closed case.

    And for the very same aim noted again.
    """
    fields = {}
    if not words.strip():
        fields["words"] = "required"
    elif len(words.strip()) > WORDS_LENGTH:
        fields["words"] = "aim_too_long"
    if why := _wrong_day(agreed_on, since=today_in_paris(case.opened_at), now=now):
        fields["agreed_on"] = "before_opening" if why == "too_early" else why
    if fields:
        raise Invalid(fields)
    if not case.is_open:
        raise Conflict("case_closed")
    assert agreed_on is not None  # it was not wrong
    standing = [one for one in aims_of(session, case.id) if one.withdrawn_at is None]
    if any(one.words == words.strip() for one in standing):
        raise Conflict("aim_noted_already")
    aim = SupportAim(
        case_id=case.id,
        words=words.strip(),
        agreed_on=agreed_on,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(aim)
    session.flush()
    log(session, case, "aim_noted", viewer=viewer, now=now)
    return aim


def say_how_far(
    session: Session,
    case: Case,
    aim_id: uuid.UUID,
    *,
    how_far: str,
    seen_on: date | None,
    note: str = "",
    viewer: Viewer,
    now: datetime,
) -> AimStep:
    """Note how far an aim is on a day, not before what was said of it last.

    Raises Invalid by field, NotFound, Conflict for an aim that was withdrawn, and where the same
    is said again of the same day.
    """
    aim = _find(session, case, aim_id)
    steps = [one for one in aim.steps if one.withdrawn_at is None]
    fields = {}
    if how_far not in tuple(HowFar):
        fields["how_far"] = "bad_choice"
    since = steps[-1].seen_on if steps else aim.agreed_on
    if why := _wrong_day(seen_on, since=since, now=now):
        fields["seen_on"] = "aim_before_last" if why == "too_early" else why
    if len(note.strip()) > NOTE_LENGTH:
        fields["note"] = "too_long"
    if fields:
        raise Invalid(fields)
    if aim.withdrawn_at is not None:
        raise Conflict("noted_withdrawn")
    if steps and (steps[-1].how_far, steps[-1].seen_on) == (HowFar(how_far), seen_on):
        raise Conflict("aim_said_already")
    assert seen_on is not None  # it was not wrong
    step = AimStep(
        aim=aim,
        how_far=HowFar(how_far),
        seen_on=seen_on,
        note=note.strip() or None,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(step)
    session.flush()
    log(session, case, "aim_seen", viewer=viewer, now=now)
    return step


def withdraw_aim(
    session: Session, case: Case, aim_id: uuid.UUID, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Withdraw an aim that was noted by mistake. Raises NotFound, Invalid, Conflict."""
    withdraw(_find(session, case, aim_id), why=why, viewer=viewer, now=now)
    log(session, case, "aim_withdrawn", viewer=viewer, now=now)


def withdraw_step(
    session: Session, case: Case, step_id: uuid.UUID, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Withdraw what was said of an aim: what was said before it stands again.

    Raises NotFound, Invalid, Conflict.
    """
    step = session.get(AimStep, step_id)
    if step is None or step.aim.case_id != case.id:
        raise NotFound("aim_not_found")
    withdraw(step, why=why, viewer=viewer, now=now)
    log(session, case, "aim_seen_withdrawn", viewer=viewer, now=now)


def aims_of(session: Session, case_id: uuid.UUID) -> Sequence[SupportAim]:
    """List the aims of a case as they were agreed, those that were withdrawn among them."""
    statement = (
        select(SupportAim)
        .where(SupportAim.case_id == case_id)
        .options(
            joinedload(SupportAim.noted_by),
            joinedload(SupportAim.withdrawn_by),
            selectinload(SupportAim.steps).options(
                joinedload(AimStep.noted_by), joinedload(AimStep.withdrawn_by)
            ),
        )
    )
    return session.scalars(
        statement.order_by(SupportAim.agreed_on, SupportAim.noted_at, SupportAim.id)
    ).all()


def _find(session: Session, case: Case, aim_id: uuid.UUID) -> SupportAim:
    aim = session.get(SupportAim, aim_id)
    if aim is None or aim.case_id != case.id:
        raise NotFound("aim_not_found")
    return aim


def _wrong_day(day: date | None, *, since: date, now: datetime) -> str:
    """Say why nothing can be of a day: missing, to come, or before something else."""
    if day is None:
        return "required"
    if day > today_in_paris(now):
        return "must_not_be_future"
    return "too_early" if day < since else ""
