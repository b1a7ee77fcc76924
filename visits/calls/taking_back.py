"""Answers that end the calls, a death, a move, a refusal: what follows, and taking it back."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from visits.calls.welfare import may_be_undone, undo_answer
from visits.cases.coming import make_for
from visits.cases.interpreters import let_what_was_told_go
from visits.cases.stages import DIED, MOVED
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, NotFound
from visits.life.deaths import note_death
from visits.life.endings import Before, GivenBack, Told, give_back, hold
from visits.life.events import checked_reason, event_of
from visits.life.moves import note_departure
from visits.life.taking_back import take_back_event
from visits.mapping.points import refresh_map_of_person
from visits.models.calls import Channel, ContactAttempt, Disposition, Refusal
from visits.models.cases import Case, CaseState
from visits.models.life import HowTold
from visits.models.people import AccessKind
from visits.sight import Viewer
from visits.sight.access_log import log_access

REFUSALS = (Disposition.REFUSED, Disposition.REFUSED_BY_FAMILY)
# Answers that end the case, and with which outcome.
ENDING = {Disposition.DEAD: DIED, Disposition.MOVED: MOVED}
GRAVE = (*REFUSALS, *ENDING)


def note_grave(
    session: Session,
    case: Case,
    attempt: ContactAttempt,
    *,
    on: date | None = None,
    now: datetime,
) -> None:
    """Keep how things stood, call off what is planned, and let the answer have its consequences.

    `on` is the day of a death or a move, the day it was told where nobody said. Raises Conflict
    while a visit is under way, as whoever stands there tells it; a tablet is never refused.
    """
    late = attempt.report_id is not None
    how = HowTold.DOOR if attempt.channel is Channel.DOOR else HowTold.PHONE
    told = Told(how, attempt.caller_id, now, attempt_id=attempt.id, late=late)
    on = on or min(today_in_paris(attempt.at), today_in_paris(now))
    if attempt.disposition is Disposition.DEAD:
        note_death(session, case.person, on=on, told=told)
    elif attempt.disposition is Disposition.MOVED:
        note_departure(session, case.person, case.dwelling_id, on=on, told=told)
    else:
        attempt.undo = hold(session, case, now=now, late=late)


def may_be_taken_back(attempts: Sequence[ContactAttempt]) -> ContactAttempt | None:
    """Give the last answer, if it is one that led to something and may be taken back."""
    standing = [one for one in attempts if one.taken_back_at is None]
    last = standing[-1] if standing else None
    return last if last and (last.disposition in GRAVE or may_be_undone(last)) else None


def take_back(
    session: Session,
    case: Case,
    attempt_id: uuid.UUID,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> GivenBack:
    """Undo an answer noted by mistake, with what it led to; gives what came back and what not.

    Raises NotFound for no attempt of this case, Conflict for one that cannot be undone, or not any
    more.
    """
    attempt = session.get(ContactAttempt, attempt_id)
    if attempt is None or attempt.case_id != case.id:
        raise NotFound("not_found")
    if attempt is not may_be_taken_back(case.attempts):
        raise Conflict("not_to_take_back")
    event = event_of(session, attempt)
    if event is not None:
        return take_back_event(
            session, case.person, event.id, reason=reason, viewer=viewer, now=now
        )
    attempt.taken_back_why = checked_reason(reason)
    attempt.taken_back_at, attempt.taken_back_by_id = now, viewer.user_id
    if attempt.disposition in GRAVE:
        back = give_back(session, case.person, _before(case, attempt), now=now)
    else:
        rested = undo_answer(session, case, attempt, viewer=viewer, now=now)
        back = GivenBack(rested.planned, rested.lost)
        let_what_was_told_go(session, attempt, viewer=viewer, now=now)
        make_for(session, [case], now=now)
    if attempt.disposition in REFUSALS:
        # A refusal told at a door was kept when the tablet's report came.
        moments = or_(Refusal.at == attempt.at, Refusal.at == attempt.received_at)
        session.execute(delete(Refusal).where(Refusal.case_id == case.id, moments))
    refresh_map_of_person(session, case.person_id)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what="call_taken_back",
        now=now,
    )
    return back


def _before(case: Case, attempt: ContactAttempt) -> Before:
    """Give how things stood; what an earlier version kept tells of the call's own case alone."""
    before: Before = dict(attempt.undo or {})
    if "cases" not in before:
        state = before.get("state", CaseState.TO_CALL.value)
        before["cases"] = [[str(case.id), state, before.get("call_back_at")]]
    if attempt.disposition is Disposition.DEAD:
        before.setdefault("died_on", None)
        before.setdefault("do_not_contact", False)
    else:
        before.pop("died_on", None)
    return before
