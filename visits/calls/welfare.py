"""What a call that reached her answers and leads to, beside a visit, and taking that back."""

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from visits.cases.pauses import PlannedAgain, end_pause, pause
from visits.cases.stages import after_cancelling, move
from visits.cases.tasks import (
    answer,
    calls_due,
    make_task,
    unanswered,
    withdraw,
)
from visits.ground.deadlines import today_in_paris
from visits.models.calls import ContactAttempt, Disposition
from visits.models.cases import Case, CasePause, CaseState, Task, TaskKind
from visits.programmes.published import programme_of
from visits.sight import Viewer

# How she is, on a call that asks for no visit.
ABOUT_HER = (Disposition.WELL, Disposition.TO_FOLLOW)
ANSWERING = (*ABOUT_HER, Disposition.AGREED)
# Our choice: whatever a call found is looked at within a week.
FOLLOWED_WITHIN = timedelta(days=7)
IN_HOSPITAL, TAKEN_BACK = "in_hospital", "call_taken_back"


def asks_how_she_is(session: Session, case: Case, *, now: datetime) -> bool:
    """Tell whether calls that ask for no visit are made here: by a rule, or as one is due."""
    programme = programme_of(session, case)
    ruled = any(one.task == TaskKind.CALL for one in programme.cadences) if programme else False
    return ruled or bool(calls_due(session, case, today_in_paris(now)))


def stood(case: Case) -> list[str | None]:
    """Give how a case stands, as taking an answer back needs it."""
    call_back = case.call_back_at
    return [str(case.id), case.state.value, call_back.isoformat() if call_back else None]


def rest_until(call_back_at: datetime | None, now: datetime) -> tuple[date, date] | None:
    """Give the days of a rest until somebody calls again: none without such a day, or today."""
    if call_back_at is None:
        return None
    today, until = today_in_paris(now), today_in_paris(call_back_at) - timedelta(days=1)
    return (today, until) if until >= today else None


def follow_answer(
    session: Session,
    case: Case,
    attempt: ContactAttempt,
    *,
    before: list[str | None],
    answers: Collection[uuid.UUID] | None,
    rest: tuple[date, date] | None,
    called_off: Collection[uuid.UUID],
    changes: bool,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Close the calls an answer was due for, open what it leads to, and keep how to undo it.

    Of calls noted by hand it answers those named in `answers`; of those rules made all, or those
    named where somebody chose. `changes` says that all it changed is of the case: it can be undone
    even where nothing follows.
    """
    today, done = today_in_paris(now), dict[str, Any]()
    if attempt.disposition in ANSWERING:
        due = [
            one
            for one in calls_due(session, case, today)
            if (one.cadence is not None if answers is None else one.id in answers)
        ]
        answer(due, by=viewer.user_id, now=now)
        done["tasks"] = [str(one.id) for one in due]
    if attempt.disposition is Disposition.TO_FOLLOW:
        task = make_task(
            session, case, TaskKind.REVIEW, what=attempt.note or "", due_on=today + FOLLOWED_WITHIN,
            viewer=viewer, now=now,
        )  # fmt: skip
        done["made"] = [str(task.id)]
    if rest is not None:
        noted = pause(
            session, case, from_on=rest[0], until_on=rest[1], why=IN_HOSPITAL,
            called_off=called_off, viewer=viewer, now=now,
        )  # fmt: skip
        done["pause"] = [str(noted.id)]
        if case.state is CaseState.AGREED:  # all that was planned is called off
            move(case, CaseState.CALL_BACK)
    if changes or any(done.values()):
        attempt.undo = {**done, "cases": [before], "left": case.state.value}


def may_be_undone(attempt: ContactAttempt) -> bool:
    """Tell whether an answer led to something, and the case stands where it left it, open."""
    undo, case = attempt.undo or {}, attempt.case
    return case.is_open and undo.get("left") == case.state.value


def undo_answer(
    session: Session, case: Case, attempt: ContactAttempt, *, viewer: Viewer, now: datetime
) -> PlannedAgain:
    """Let what an answer led to be as it was before; tells what came back into the diary."""
    undo, back = attempt.undo or {}, PlannedAgain()
    ((_, state, call_back),) = undo["cases"]
    move(case, CaseState(state))
    case.call_back_at = datetime.fromisoformat(call_back) if call_back else None
    unanswered(session, [uuid.UUID(one) for one in undo.get("tasks", ())])
    for number in undo.get("made", ()):
        task = session.get(Task, uuid.UUID(number))
        if task is not None and task.is_open:
            withdraw(task, why=TAKEN_BACK, by=viewer.user_id, now=now)
    for number in undo.get("pause", ()):
        rest = session.get(CasePause, uuid.UUID(number))
        if rest and rest.withdrawn_at is None and rest.until_on >= today_in_paris(now):
            back = end_pause(session, case, rest.id, viewer=viewer, now=now)
    if case.state is CaseState.PLANNED:
        after_cancelling(session, case)
    return back
