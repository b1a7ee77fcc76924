"""Calling people: what came of each attempt, refusals, whom not to call again."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.calls.desk import let_go
from visits.calls.ladder import UNANSWERED, climb
from visits.calls.phones import note_number, note_wrong, read_number, read_whose
from visits.calls.taking_back import GRAVE, REFUSALS, note_grave
from visits.calls.welfare import ABOUT_HER, asks_how_she_is, follow_answer, rest_until, stood
from visits.cases.coming import make_for
from visits.cases.interpreters import note_interpreter
from visits.cases.pauses import LONGEST_DAYS, must_say_which_stand
from visits.cases.stages import move
from visits.ground.deadlines import months_after, today_in_paris
from visits.ground.errors import Conflict, DoNotContact, Invalid
from visits.mapping.points import refresh_map
from visits.messages.making import tell_before_calling, tell_of_refusal
from visits.models.calls import (
    ActsBy,
    Channel,
    ContactAttempt,
    Disposition,
    Refusal,
    RefusalReason,
    WishKind,
)
from visits.models.cases import Case, CaseState
from visits.models.people import AccessKind, Person, RefusedPart
from visits.people.call_wishes import NOTE_LENGTH as WISH_LENGTH
from visits.people.call_wishes import Wish, note_wish
from visits.people.part_refusals import refuse_parts
from visits.people.phones import numbers_of
from visits.programmes import Protocol
from visits.programmes.published import programme_of
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.left_alone import is_left_alone_in

# What an attempt makes of the case; one that is not listed leaves it as it is.
NEXT_STATE = {
    Disposition.AGREED: CaseState.AGREED,
    Disposition.REFUSED: CaseState.REFUSED,
    Disposition.REFUSED_BY_FAMILY: CaseState.REFUSED,
    Disposition.CALL_BACK: CaseState.CALL_BACK,
    Disposition.IN_HOSPITAL: CaseState.CALL_BACK,
    Disposition.LANGUAGE: CaseState.CALL_BACK,
    Disposition.INTERPRETER: CaseState.CALL_BACK,
    Disposition.LETTER_FIRST: CaseState.CALL_BACK,
    Disposition.AGREED_BY_OTHER: CaseState.AGREED,
}
# What only somebody who stood there can say: see visits.agenda.doors.
AT_THE_DOOR = (Disposition.WRONG_ADDRESS, Disposition.UNSAFE, Disposition.BROKEN_OFF)
NOTES_REQUIRED = {
    Disposition.LANGUAGE: "language_required",
    Disposition.INTERPRETER: "language_required",
    Disposition.AGREED_BY_OTHER: "who_required",
    Disposition.TO_FOLLOW: "what_required",
    Disposition.NOT_BY_PHONE: "other_way_required",
}
# Answers with which a part of the visit may be refused while the rest is agreed to, or open.
PARTS_SAID = (
    Disposition.AGREED,
    Disposition.AGREED_BY_OTHER,
    Disposition.CALL_BACK,
    Disposition.INTERPRETER,
)
# Answers that ask for an interpreter, whose language the note says.
INTERPRETED = (Disposition.LANGUAGE, Disposition.INTERPRETER)
# Answers that lead to another try at a moment that must be given.
WITH_A_MOMENT = (Disposition.CALL_BACK, Disposition.INTERPRETER, Disposition.LETTER_FIRST)

# A soft refusal may be asked again once, months later; a hard one never in this programme.
SOFT_REASONS = (RefusalReason.TIMING, RefusalReason.HEALTH)


@dataclass(frozen=True)
class Attempt:
    """What the caller noted. `note` is at most `NOTE_LENGTH` characters.

    `seen` is how many earlier attempts the caller had before her eyes, if it is known.
    """

    disposition: Disposition
    channel: Channel = Channel.PHONE
    reason: RefusalReason | None = None
    call_back_at: datetime | None = None
    note: str | None = None
    # By what right somebody else agreed.
    acts_by: ActsBy | None = None
    seen: int | None = None
    # Of a wrong number: which one was called, and the right one with whose it is.
    dialled: str | None = None
    right_number: str = ""
    right_whose: str = ""
    # The day of a death or a move; today where nobody said.
    happened_on: date | None = None
    refused: tuple[RefusedPart, ...] = ()
    # Which of the calls that are due it answers; None is those the programme's rules made.
    answers: tuple[uuid.UUID, ...] | None = None
    # Whether nothing is due until the call back: in hospital. Which visits of those days are not
    # to be; None is that nobody said.
    pauses: bool = False
    called_off: tuple[uuid.UUID, ...] | None = None


NOTE_LENGTH = 500


def record_attempt(
    session: Session, case: Case, attempt: Attempt, *, viewer: Viewer, now: datetime
) -> ContactAttempt:
    """Keep an attempt and move the case to where it leads.

    A planned visit stands, unless the answer ends the calls or is one of those `called_off`. Raises
    Invalid for a refusal without a reason, a call-back without a time or a rest over visits of
    which nobody said whether they stand, DoNotContact for somebody who refused, may not be asked
    (yet) and did not call herself, Conflict when another attempt was recorded meanwhile, such as
    the first of two clicks.
    """
    if attempt.seen is not None and attempt.seen != _attempts(session, case):
        raise Conflict("conflict")
    _check(attempt, now, phone=case.person.phone)
    rest = rest_until(attempt.call_back_at, now) if attempt.pauses else None
    if rest and attempt.called_off is None:
        must_say_which_stand(session, case, *rest)
    refuse_if_not_to_call(session, case, now=now, incoming=attempt.channel is Channel.INCOMING)
    if attempt.disposition in ABOUT_HER and not asks_how_she_is(session, case, now=now):
        raise Invalid({"disposition": "disposition_required"})
    before = stood(case)
    kept = _keep(session, case, attempt, viewer, now)
    _note_beside(session, case, attempt, kept, viewer, now)
    _follow(session, case, kept, attempt.happened_on, now)
    follow_answer(
        session, case, kept, before=before, answers=attempt.answers, rest=rest,
        called_off=attempt.called_off or (), changes=_changes_the_case(attempt), viewer=viewer,
        now=now,
    )  # fmt: skip
    let_go(session, case.person_id)
    make_for(session, [case], now=now)
    refresh_map(session, [case.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what="contact_attempt",
        now=now,
    )
    return kept


def _note_beside(
    session: Session,
    case: Case,
    attempt: Attempt,
    kept: ContactAttempt,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note what an answer tells beside its case: a number, a wish, a language, a refusal."""
    if attempt.disposition is Disposition.WRONG_NUMBER and attempt.channel is Channel.PHONE:
        _put_number_right(session, case.person, attempt, viewer, now)
    if attempt.disposition is Disposition.NOT_BY_PHONE:
        wish = Wish(WishKind.NO_PHONE, note=attempt.note or "")
        note_wish(session, case.person, wish, viewer=viewer, now=now)
    if attempt.disposition in INTERPRETED:
        note_interpreter(
            session, case, attempt.note or "", booked_for=attempt.call_back_at, attempt=kept,
            viewer=viewer, now=now,
        )  # fmt: skip
    if attempt.disposition is Disposition.LETTER_FIRST:
        tell_before_calling(session, case, kept, now=now)
    if attempt.refused:
        refuse_parts(session, case.person, attempt.refused, viewer=viewer, now=now)


def _changes_the_case(attempt: Attempt) -> bool:
    """Tell whether an answer changes nothing beside its case: no number, no wish, no refusal."""
    beside = (*GRAVE, Disposition.WRONG_NUMBER, Disposition.NOT_BY_PHONE)
    return attempt.disposition not in beside and not attempt.refused


def _keep(
    session: Session, case: Case, attempt: Attempt, viewer: Viewer, now: datetime
) -> ContactAttempt:
    kept = ContactAttempt(
        case_id=case.id,
        at=now,
        channel=attempt.channel,
        disposition=attempt.disposition,
        reason=attempt.reason if attempt.disposition in REFUSALS else None,
        acts_by=attempt.acts_by if attempt.disposition is Disposition.AGREED_BY_OTHER else None,
        call_back_at=attempt.call_back_at,
        note=attempt.note or None,
        caller_id=viewer.user_id,
    )
    session.add(kept)
    session.flush()
    return kept


def _put_number_right(
    session: Session, person: Person, attempt: Attempt, viewer: Viewer, now: datetime
) -> None:
    dialled = attempt.dialled or person.phone
    if dialled and dialled in {one.number for one in numbers_of(session, person)}:
        note_wrong(session, person, dialled, viewer=viewer, now=now)
    if attempt.right_number:
        right = note_number(
            session, person, attempt.right_number, whose=attempt.right_whose, viewer=viewer, now=now
        )
        person.phone = right.number


def _check(attempt: Attempt, now: datetime, *, phone: str | None) -> None:
    fields = {}
    if attempt.disposition in AT_THE_DOOR:
        fields["disposition"] = "disposition_required"
    if attempt.channel is Channel.INCOMING and attempt.disposition in UNANSWERED:
        fields["disposition"] = "disposition_required"
    if attempt.disposition in REFUSALS and attempt.reason is None:
        fields["reason"] = "reason_required"
    if attempt.disposition in NOTES_REQUIRED and not attempt.note:
        fields["note"] = NOTES_REQUIRED[attempt.disposition]
    if attempt.disposition is Disposition.AGREED_BY_OTHER and attempt.acts_by is None:
        fields["acts_by"] = "by_what_right"
    if attempt.refused and attempt.disposition not in PARTS_SAID:
        fields["refused"] = "bad_choice"
    if attempt.disposition in WITH_A_MOMENT and attempt.call_back_at is None:
        fields["call_back_at"] = "call_back_required"
    if attempt.call_back_at is not None and attempt.call_back_at <= now:
        fields["call_back_at"] = "must_be_in_future"
    if attempt.pauses and _beyond(attempt.call_back_at, now):
        fields["call_back_at"] = "too_far"
    most = WISH_LENGTH if attempt.disposition is Disposition.NOT_BY_PHONE else NOTE_LENGTH
    if attempt.note and len(attempt.note) > most:
        fields["note"] = "too_long"
    if attempt.happened_on is not None and attempt.happened_on > today_in_paris(now):
        fields["happened_on"] = "must_not_be_future"
    if attempt.right_number:
        right = _right_number(attempt, fields)
        if right and right == (attempt.dialled or phone):
            fields["right_number"] = "same_number"
    if fields:
        raise Invalid(fields)


def _beyond(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and (moment - now).days > LONGEST_DAYS


def _right_number(attempt: Attempt, fields: dict[str, str]) -> str | None:
    try:
        read_whose(attempt.right_whose)
        return read_number(attempt.right_number)
    except Invalid as refused:
        fields |= {f"right_{name}": code for name, code in refused.fields.items()}
        return None


def refuse_if_not_to_call(
    session: Session, case: Case, *, now: datetime, incoming: bool = False
) -> None:
    """Refuse a call that nobody may make, but for one that is `incoming`: she called herself.

    Raises Conflict for a closed case, DoNotContact for whom nobody calls, or not yet.
    """
    if not case.is_open:
        raise Conflict("case_closed")
    if case.person.do_not_contact:
        raise DoNotContact("do_not_contact")
    # Nobody calls her; when she calls, what she says is noted.
    if incoming:
        return
    if is_left_alone_in(session, case.person_id, case.programme):
        raise DoNotContact("do_not_contact_here")
    if case.state is not CaseState.REFUSED:
        return
    refusals = session.scalars(
        select(Refusal).where(Refusal.case_id == case.id).order_by(Refusal.at, Refusal.id)
    ).all()
    latest = refusals[-1] if refusals else None
    if latest is None or latest.ask_again_on is None:
        raise DoNotContact("refused_for_good")
    if today_in_paris(now) < latest.ask_again_on:
        raise DoNotContact("refused_until", until=latest.ask_again_on)


def _follow(
    session: Session, case: Case, attempt: ContactAttempt, on: date | None, now: datetime
) -> None:
    grave = attempt.disposition in GRAVE
    if grave:
        note_grave(session, case, attempt, on=on, now=now)
    case.call_back_at = attempt.call_back_at
    if case.state is CaseState.PLANNED and not grave:
        return
    if attempt.disposition in NEXT_STATE:
        move(case, NEXT_STATE[attempt.disposition])
    if attempt.disposition in REFUSALS:
        keep_refusal(session, case, attempt.reason or RefusalReason.NOT_SAID, now=now)
    elif attempt.disposition in ABOUT_HER and case.state is CaseState.UNREACHABLE:
        move(case, CaseState.TO_CALL)
    elif attempt.disposition in UNANSWERED and climb(session, case, now=now):
        move(case, CaseState.UNREACHABLE)


def keep_refusal(session: Session, case: Case, reason: RefusalReason, *, now: datetime) -> None:
    """Keep a refusal; the first soft one may be asked again after the protocol's months."""
    earlier = session.scalar(
        select(func.count()).select_from(Refusal).where(Refusal.case_id == case.id)
    )
    soft = reason in SOFT_REASONS and not earlier
    months = _protocol(session, case).soft_refusal_retry_months
    refusal = Refusal(
        case_id=case.id,
        scope="visit",
        reason=reason,
        at=now,
        ask_again_on=months_after(today_in_paris(now), months) if soft else None,
    )
    session.add(refusal)
    session.flush()
    tell_of_refusal(session, case, refusal, now=now)


def _protocol(session: Session, case: Case) -> Protocol:
    programme = programme_of(session, case)
    return programme.protocol if programme else Protocol()


def _attempts(session: Session, case: Case) -> int:
    of_this = ContactAttempt.case_id == case.id
    return session.scalar(select(func.count()).select_from(ContactAttempt).where(of_this)) or 0
