"""An adaptation goes its way, step by step; each step is logged and can be taken back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.adaptations.commissions import minutes_that_hold
from visits.adaptations.files import log
from visits.adaptations.missing import NOT_VISITED, missing_in
from visits.adaptations.path import REACHED_FROM, legal_day, stand, ways_on
from visits.adaptations.to_do import keep_to_do
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.ground.saying import letters_in
from visits.homes.traits import note_fitted, unnote_fitted, wrong_measures
from visits.models.adaptations import (
    OPEN_STEPS,
    WITH_HER,
    AdaptationFile,
    AdaptationMove,
    Priority,
    Step,
    Talked,
)
from visits.sight import Viewer

SAID_LENGTH = 500
# A step that is left so says why.
NEEDS_WORDS = (Step.WITHDRAWN,)
# What was received is in the home from then on: the register says so.
RECEIVED = Step.FIRST_FOLLOW_UP
NOTHING: Mapping[str, int] = {}
# What is missing of orders, somebody else may have done: so many letters tell who.
DONE_OTHERWISE, WORD = ("order", "orders_cancelled"), 5
# Why a file ended by itself; screens say it in words.
PERSON_DIED, LEFT = "died", "left_home"


@dataclass(frozen=True)
class Agreed:
    """How and on which day the tenant agreed, as it was typed."""

    how: str = ""
    on: date | None = None


NOT_SAID = Agreed()


def move_file(
    session: Session,
    file: AdaptationFile,
    step: Step,
    *,
    turn: int,
    said: str = "",
    priority: str = "",
    measured: Mapping[str, int] = NOTHING,
    agreed: Agreed = NOT_SAID,
    ended_on: date | None = None,
    viewer: Viewer,
    now: datetime,
) -> AdaptationMove:
    """Bring a file to another step, with what was said; `turn` is the one that was read.

    The priority is noted on the way out of the step that asks for it, what was `measured` of the
    home, by trait, once it is received, how she `agreed` before the works, on which day works at
    her own cost `ended_on`. Works without an order of ours that was done say who did them. Raises
    Conflict when somebody moved it meanwhile or its step does not lead there, Invalid for what is
    missing.
    """
    read_just_now(file, turn)
    if step not in ways_on(file):
        raise Conflict("adaptation_cannot_move")
    fields: dict[str, str] = {}
    stood = as_it_stood(file)
    if file.step is not Step.ELIGIBILITY:
        priority = ""
    if priority and priority not in tuple(Priority):
        fields["priority"] = "bad_choice"
    elif priority:
        file.priority = Priority(priority)
    if step is not Step.WITHDRAWN and not fields:
        fields |= _missing(session, file, step, said)
    if step is Step.WORKS:
        fields |= _wrong_agreement(file, agreed, now=now)
    if step is Step.RECEPTION and file.own_cost:
        file.works_ended_on, wrong = _end_of_works(file, ended_on, now=now)
        fields |= wrong
    fields |= words_of_move(said, needed=step in NEEDS_WORDS)
    measured = measured if step is RECEIVED else NOTHING
    fields |= wrong_measures(file.code, measured)
    if fields:
        raise Invalid(fields)
    move = put(
        session, file, step, said=said, measured=measured, stood=stood, viewer=viewer, now=now
    )
    if step is Step.WORKS:
        move.agreed_how, move.agreed_on = Talked(agreed.how), agreed.on
        session.flush()
    return move


def _end_of_works(
    file: AdaptationFile, ended_on: date | None, *, now: datetime
) -> tuple[date, dict[str, str]]:
    """Give the day that works ended, today where nobody says; and by field what is wrong with it.

    From that day the tenant has so many months to certify them.
    """
    today = today_in_paris(now)
    ended_on = today if ended_on is None else ended_on
    if ended_on > today:
        return ended_on, {"ended_on": "must_not_be_future"}
    return ended_on, {"ended_on": "before_request"} if ended_on < file.asked_on else {}


def _wrong_agreement(file: AdaptationFile, agreed: Agreed, *, now: datetime) -> dict[str, str]:
    """Say by field what is wrong with how and when the tenant agreed."""
    since = file.asked_on
    fields = wrong_talk("agreed", agreed.how, agreed.on, ways=WITH_HER, since=since, now=now)
    if agreed.on is not None and agreed.on < today_in_paris(file.since):
        fields["agreed_on"] = "agreed_before_decided"
    return fields


def wrong_talk(
    name: str, how: str, on: date | None, *, ways: Sequence[Talked], since: date, now: datetime
) -> dict[str, str]:
    """Say by field, `name` before `_how` and `_on`, what is wrong with how and when they talked.

    Nobody talked about it before it was asked for: `since`.
    """
    fields = {}
    if how not in ways:
        fields[f"{name}_how"] = "bad_choice" if how else "required"
    if how == Talked.NOT_YET or (not how and Talked.NOT_YET in ways):
        return fields
    if on is None:
        fields[f"{name}_on"] = "required"
    elif on > today_in_paris(now):
        fields[f"{name}_on"] = "must_not_be_future"
    elif on < since:
        fields[f"{name}_on"] = "before_request"
    return fields


def _missing(session: Session, file: AdaptationFile, step: Step, said: str) -> dict[str, str]:
    """Say by field what a step lacks.

    Without a visit, the words say why none is needed; without an order of ours, who did the works.
    """
    fields = dict(missing_in(session, file))
    if said.strip() and fields.get("visit") == NOT_VISITED:
        del fields["visit"]
    if letters_in(said) >= WORD:
        fields.pop("certificate", None)  # the words say why there is none
    if any(fields.pop(one, None) for one in DONE_OTHERWISE) and letters_in(said) < WORD:
        fields["said"] = "say_who_did_works"
    skipped = file.step is Step.ELIGIBILITY and step is Step.FUNDING
    if skipped and not said.strip():
        fields["said"] = "say_why_no_visit"
    return fields


def words_of_move(said: str, *, needed: bool = False) -> dict[str, str]:
    """Say by field what is wrong with what was said."""
    if needed and not said.strip():
        return {"said": "required"}
    return {"said": "too_long"} if len(said.strip()) > SAID_LENGTH else {}


def read_just_now(file: AdaptationFile, turn: int) -> None:
    """Refuse what was said of a file as it stood before somebody moved it; raises Conflict."""
    if file.turn != turn:
        raise Conflict("adaptation_moved_meanwhile")


def as_it_stood(file: AdaptationFile) -> dict[str, Any]:
    """Tell how a file stands, so that a move can be taken back."""
    return {
        "since": file.since.isoformat(),
        "due_on": file.due_on.isoformat() if file.due_on else None,
        "priority": file.priority.value if file.priority else None,
    }


def put(
    session: Session,
    file: AdaptationFile,
    step: Step,
    *,
    said: str,
    measured: Mapping[str, int] = NOTHING,
    stood: dict[str, Any] | None = None,
    viewer: Viewer | None,
    now: datetime,
) -> AdaptationMove:
    """Let a file be at a step from now on; without a viewer it went there by itself."""
    assert file.step in REACHED_FROM[step]
    move = AdaptationMove(
        id=new_id(),
        file_id=file.id,
        was=file.step,
        step=step,
        at=now,
        by_id=viewer.user_id if viewer else None,
        said=said.strip() or None,
        stood=stood or as_it_stood(file),
    )
    session.add(move)
    stand(session, file, step, now=now)
    file.turn += 1
    session.flush()
    if step is RECEIVED:
        note_fitted(session, file.dwelling_id, file.code, measured, move_id=move.id, now=now)
    keep_to_do(session, file, by=move.by_id, now=now)
    if viewer is not None:
        log(session, file, f"adaptation_{step}", viewer=viewer, now=now)
    return move


def latest_move(session: Session, file: AdaptationFile) -> AdaptationMove | None:
    """Give the move that may be taken back: the last one that stands."""
    standing = select(AdaptationMove).where(
        AdaptationMove.file_id == file.id, AdaptationMove.taken_back_at.is_(None)
    )
    latest = standing.order_by(AdaptationMove.at.desc(), AdaptationMove.id.desc())
    return session.scalars(latest.limit(1)).first()


def take_move_back(
    session: Session, file: AdaptationFile, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Take the last move back: the file stands as before it, and what was decided with it falls.

    Raises Conflict when there is none, somebody moved the file meanwhile, or closed minutes say so.
    """
    read_just_now(file, turn)
    move = latest_move(session, file)
    if move is None:
        raise Conflict("adaptation_nothing_to_take_back")
    if minutes_that_hold(session, move) is not None:
        raise Conflict("decided_in_closed_minutes")
    move.taken_back_at, move.taken_back_by_id = now, viewer.user_id
    stand_again(session, file, move)
    unnote_fitted(session, move.id, viewer=viewer, now=now)
    keep_to_do(session, file, by=viewer.user_id, now=now)
    log(session, file, "adaptation_taken_back", viewer=viewer, now=now)


def stand_again(session: Session, file: AdaptationFile, move: AdaptationMove) -> None:
    """Let a file stand as before a move that was taken back."""
    stood = move.stood
    file.step, file.turn = move.was, file.turn + 1
    file.since = datetime.fromisoformat(stood["since"])
    file.due_on = date.fromisoformat(stood["due_on"]) if stood["due_on"] else None
    file.priority = Priority(stood["priority"]) if stood["priority"] else None
    file.legal_on = legal_day(session, file)


def end_by_itself(
    session: Session,
    file: AdaptationFile,
    why: str,
    *,
    viewer: Viewer | None = None,
    now: datetime,
) -> None:
    """Withdraw a file that nobody needs any more; `why` is one of our words, or a reason typed."""
    put(session, file, Step.WITHDRAWN, said=why, viewer=viewer, now=now)


def take_up_again(session: Session, file: AdaptationFile, *, now: datetime) -> None:
    """Let a file that ended by itself go on where it stood; one ended otherwise stays ended."""
    move = latest_move(session, file)
    if file.step is Step.WITHDRAWN and move is not None:
        move.taken_back_at = now
        stand_again(session, file, move)
        keep_to_do(session, file, by=None, now=now)


def end_files(
    session: Session,
    person_id: uuid.UUID,
    why: str,
    *,
    home: uuid.UUID | None = None,
    now: datetime,
) -> list[str]:
    """Withdraw what is open for somebody who died, or left a home; gives which, to take up again.

    Works that were granted and begun go on: they are the home's.
    """
    begun = (Step.RECEPTION, Step.FIRST_FOLLOW_UP, Step.LAST_FOLLOW_UP, Step.ACCOUNTS, Step.WORKS)
    waiting = [step for step in OPEN_STEPS if step not in begun]
    hers = (AdaptationFile.person_id == person_id, AdaptationFile.step.in_(waiting))
    files = select(AdaptationFile).where(*hers).order_by(AdaptationFile.id)
    if home is not None:
        files = files.where(AdaptationFile.dwelling_id == home)
    ended: Sequence[AdaptationFile] = session.scalars(files).all()
    for file in ended:
        end_by_itself(session, file, why, now=now)
    return [str(file.id) for file in ended]


def take_files_up(session: Session, ids: Sequence[str], *, now: datetime) -> None:
    """Let files go on that ended with a death or a departure that is taken back."""
    found = select(AdaptationFile).where(AdaptationFile.id.in_([uuid.UUID(one) for one in ids]))
    for file in session.scalars(found.order_by(AdaptationFile.id)):
        move = latest_move(session, file)
        if move is not None and move.said in (PERSON_DIED, LEFT):
            take_up_again(session, file, now=now)
