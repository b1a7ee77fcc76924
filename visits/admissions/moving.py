"""An admission goes its way, step by step; each step is logged and can be taken back."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from visits.admissions.missing import missing_in
from visits.admissions.path import REACHED_FROM, due_on, rules_for, ways_on
from visits.admissions.requests import log, refuse_another, refuse_person
from visits.admissions.telling import overtake
from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.admissions import (
    OPEN_STEPS,
    Admission,
    AdmissionMove,
    AdmissionOffer,
    OfferAnswer,
)
from visits.models.admissions import AdmissionStep as Step
from visits.models.cases import Case
from visits.sight import Viewer

SAID_LENGTH = 500
# Why an admission ended by itself; screens say it in words.
PERSON_DIED = "died"
HAS_A_PLACE = (Step.OFFERED, Step.ENTRY)


def move_on(
    session: Session,
    admission: Admission,
    step: Step,
    *,
    turn: int,
    said: str = "",
    viewer: Viewer,
    now: datetime,
) -> AdmissionMove:
    """Bring an admission to another step, with what was said; `turn` is the one that was read.

    Withdrawn, or looked at again after a refusal, it says why. Raises Conflict when somebody moved
    it meanwhile or its step does not lead there, Invalid for what is missing.
    """
    read_just_now(admission, turn)
    if step not in ways_on(admission, rules_for(session, admission)):
        raise Conflict("admission_cannot_move")
    withdrawing, again = step is Step.WITHDRAWN, admission.step is Step.REFUSED
    today = today_in_paris(now)
    if not withdrawing:
        refuse_person(admission.case, today)
    fields = {} if withdrawing else missing_in(session, admission, today=today)
    fields |= words_of_move(said, needed=withdrawing or again)
    if fields:
        raise Invalid(fields)
    if again:
        refuse_another(session, admission.case, but=admission.id)
    return put(session, admission, step, said=said, viewer=viewer, now=now)


def words_of_move(said: str, *, needed: bool = False) -> dict[str, str]:
    """Say by field what is wrong with what was said."""
    if needed and not said.strip():
        return {"said": "required"}
    return {"said": "too_long"} if len(said.strip()) > SAID_LENGTH else {}


def read_just_now(admission: Admission, turn: int) -> None:
    """Refuse what was said of an admission as it stood before it was moved; raises Conflict."""
    if admission.turn != turn:
        raise Conflict("admission_moved_meanwhile")


def put(
    session: Session,
    admission: Admission,
    step: Step,
    *,
    said: str,
    viewer: Viewer | None,
    now: datetime,
) -> AdmissionMove:
    """Let an admission be at a step from now on; without a viewer it went there by itself.

    What was on offer is offered no more where nobody has a place.
    """
    assert admission.step in REACHED_FROM[step]
    move = AdmissionMove(
        id=new_id(),
        was=admission.step,
        step=step,
        at=now,
        by_id=viewer.user_id if viewer else None,
        said=said.strip() or None,
        stood=_as_it_stood(admission),
    )
    admission.moves.append(move)
    today = today_in_paris(now)
    admission.step, admission.since, admission.turn = step, now, admission.turn + 1
    admission.due_on = due_on(rules_for(session, admission), step, on=today)
    if step is Step.WAITING and admission.listed_on is None:
        admission.listed_on = today
    if step is Step.WITHDRAWN and admission.offer is not None:
        end_offer(admission.offer, OfferAnswer.WITHDRAWN, now=now)
    overtake(session, admission, now=now)
    session.flush()
    if viewer is not None:
        log(session, admission, f"admission_{step}", viewer=viewer, now=now)
    return move


def end_offer(offer: AdmissionOffer, answer: OfferAnswer, *, now: datetime) -> None:
    """Let a place be offered no more, with what became of it."""
    offer.answer, offer.ended_at = answer, now
    offer.answered_on = offer.answered_on or today_in_paris(now)


def _as_it_stood(admission: Admission) -> dict[str, Any]:
    offer = admission.offer
    return {
        "case": admission.case.state.value,
        "since": admission.since.isoformat(),
        "due_on": _iso(admission.due_on),
        "listed_on": _iso(admission.listed_on),
        "answered_on": _iso(offer.answered_on if offer else None),
    }


def latest_move(admission: Admission) -> AdmissionMove | None:
    """Give the move that may be taken back: the last one that stands."""
    return next((one for one in reversed(admission.moves) if one.stands), None)


def stand_again(
    session: Session, admission: Admission, move: AdmissionMove, *, now: datetime
) -> None:
    """Let an admission stand as before a move; the place that was on offer then is so again.

    Raises Conflict when another admission of hers is under way, or somebody has the place.
    """
    if move.was in OPEN_STEPS and not admission.is_open:
        refuse_another(session, admission.case, but=admission.id)
    if move.was in HAS_A_PLACE:
        refuse_offered(session, admission.offers[-1].place_id, but=admission.offers[-1].id, now=now)
    stood = move.stood
    admission.step, admission.turn = move.was, admission.turn + 1
    admission.since = datetime.fromisoformat(stood["since"])
    admission.due_on, admission.listed_on = _day(stood["due_on"]), _day(stood["listed_on"])
    if move.was in HAS_A_PLACE:
        _offer_again(admission, answered_on=_day(stood["answered_on"]))
    elif admission.offer is not None:
        end_offer(admission.offer, OfferAnswer.WITHDRAWN, now=now)
    move.taken_back_at = now
    overtake(session, admission, now=now)
    session.flush()


def _offer_again(admission: Admission, *, answered_on: date | None) -> None:
    offer = admission.offers[-1]
    offer.ended_at, offer.answered_on = None, answered_on
    offer.answer = OfferAnswer.ACCEPTED if admission.step is Step.ENTRY else None


def refuse_offered(
    session: Session, place_id: uuid.UUID, *, but: uuid.UUID | None = None, now: datetime
) -> None:
    """Refuse a second open offer on one place; two who offer it at once wait for each other.

    What is on offer in a case that was closed since is nobody's any more.
    """
    take_turn(session, f"offers of {place_id}")
    standing = (AdmissionOffer.place_id == place_id, AdmissionOffer.ended_at.is_(None))
    offers = select(AdmissionOffer).where(*standing).order_by(AdmissionOffer.id)
    for one in session.scalars(offers):
        if one.id != but and one.admission.case.is_open:
            raise Conflict("place_is_offered")
        if one.id != but:
            end_offer(one, OfferAnswer.WITHDRAWN, now=now)
    session.flush()


def end_admissions(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[str]:
    """Withdraw what is under way for somebody who died; gives which, to take up again."""
    hers = select(Admission).join(Admission.case).where(Case.person_id == person_id)
    under_way = hers.where(Admission.step.in_(OPEN_STEPS)).order_by(Admission.id)
    ended: Sequence[Admission] = session.scalars(under_way).all()
    for one in ended:
        put(session, one, Step.WITHDRAWN, said=PERSON_DIED, viewer=None, now=now)
    return [str(one.id) for one in ended]


def take_admissions_up(session: Session, ids: Sequence[str], *, now: datetime) -> None:
    """Let admissions go on that ended with a death that is taken back, unless the place is gone."""
    found = select(Admission).where(Admission.id.in_([uuid.UUID(one) for one in ids]))
    for one in session.scalars(found.order_by(Admission.id).options(selectinload(Admission.moves))):
        move = latest_move(one)
        if move is None or move.said != PERSON_DIED:
            continue
        try:
            stand_again(session, one, move, now=now)
        except Conflict:
            continue


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None
