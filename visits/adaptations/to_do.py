"""What an adaptation has to do in its case: a visit to send somebody to, follow-ups to ask for.

It goes with the step: made when the file comes to it, done once what came of it is noted, taken
back when the file goes elsewhere. In a case that is closed, or without one, nothing is made: the
file stands in the list of adaptations all the same.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.adaptations.path import FOLLOWED, delay_of, due_on, path_of, programme_by
from visits.cases.holding import HELD_AS
from visits.cases.tasks import CASE_CLOSED, answer, take_up, unanswered, withdraw
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.models.adaptations import AdaptationFile, AdaptationTask, Step
from visits.models.cases import Case, Task, TaskKind, TaskState

# What is to do while a file stands at a step: both follow-ups from the reception on.
TO_DO_AT: Mapping[Step, tuple[Step, ...]] = {
    Step.VISIT: (Step.VISIT,),
    Step.FIRST_FOLLOW_UP: (Step.FIRST_FOLLOW_UP, Step.LAST_FOLLOW_UP),
    Step.LAST_FOLLOW_UP: (Step.LAST_FOLLOW_UP,),
}
# Why such a task is over; screens say it in words.
ELSEWHERE, NOTED = "adaptation_elsewhere", "follow_up_noted"
# A follow-up may be asked for so long before its day.
WINDOW = "adaptation_follow_up_window"


def keep_to_do(
    session: Session, file: AdaptationFile, *, by: uuid.UUID | None, now: datetime
) -> None:
    """Let what is to do in the case be what the step of a file asks for."""
    wanted, there = TO_DO_AT.get(file.step, ()), tasks_of_file(session, file)
    for step, task in there.items():
        if step in wanted:
            continue
        if task.why == CASE_CLOSED:
            task.why = ELSEWHERE  # it does not come back with the case
        elif task.is_open:
            _end(task, noted=step is not Step.VISIT and file.step in FOLLOWED, by=by, now=now)
    case = case_open(session, file)
    if case is not None:
        for step in wanted:
            _begin(session, file, case, step, there.get(step), now=now)
    session.flush()


def tasks_of_file(session: Session, file: AdaptationFile) -> dict[Step, Task]:
    """Give by step what an adaptation has, or had, to do in its case; of a step the latest."""
    made = (
        select(AdaptationTask)
        .join(AdaptationTask.task)
        .where(AdaptationTask.file_id == file.id)
        .options(contains_eager(AdaptationTask.task))
        .order_by(Task.made_at, Task.id)
    )
    return {one.step: one.task for one in session.scalars(made)}


def case_open(session: Session, file: AdaptationFile) -> Case | None:
    """Give the case of an adaptation while somebody works on it."""
    case = session.get(Case, file.case_id) if file.case_id else None
    return case if case is not None and case.is_open else None


def lacking(session: Session, file: AdaptationFile) -> bool:
    """Tell whether a step asks for something to do that no case has."""
    there = tasks_of_file(session, file)
    live = (TaskState.OPEN, TaskState.DONE)
    wanted = TO_DO_AT.get(file.step, ())
    return any(step not in there or there[step].state not in live for step in wanted)


def asked_from(session: Session, day: date, *, today: date) -> date:
    """Give from when on a follow-up that is due on a day may be asked for: shortly before it."""
    return day - timedelta(days=int(delay_of(session, WINDOW, on=today).value))


def hand_over(session: Session, file: AdaptationFile) -> None:
    """Let what is open of an adaptation be of whoever has it in hand, else of the step's role."""
    for step, task in tasks_of_file(session, file).items():
        if task.is_open:
            _own(session, file, step, task)


def _end(task: Task, *, noted: bool, by: uuid.UUID | None, now: datetime) -> None:
    if noted and by is not None:
        answer([task], by=by, now=now)
        task.why, task.visit_id = NOTED, None
    else:
        withdraw(task, why=ELSEWHERE, by=by, now=now)


def _begin(
    session: Session,
    file: AdaptationFile,
    case: Case,
    step: Step,
    known: Task | None,
    *,
    now: datetime,
) -> None:
    """Let a step be to do: what was made for it again, unless it was done otherwise."""
    if known is not None and (known.is_open or known.why not in (ELSEWHERE, NOTED)):
        return
    day = _day(session, file, step, now=now)
    first = _first_day(session, step, day, today=today_in_paris(now))
    if known is not None and known.case_id == case.id:
        take_up(known)
        unanswered(session, [known.id])
        known.why, known.not_before, known.due_on = None, first, day
        return
    said = programme_by(session, file)
    kind = said.adaptation_step(step).visit_kind if said else None
    task = Task(
        id=new_id(),
        case_id=case.id,
        landlord_id=case.landlord_id,
        kind=TaskKind.VISIT if kind or step is Step.VISIT else TaskKind.CALL,
        visit_kind=kind,
        not_before=first,
        due_on=day,
        state=TaskState.OPEN,
        made_at=now,
    )
    _own(session, file, step, task)
    session.add(task)
    session.flush()
    session.add(AdaptationTask(task_id=task.id, file_id=file.id, step=step))


def _day(session: Session, file: AdaptationFile, step: Step, *, now: datetime) -> date:
    """Give by when a step is due: where a file stands, that is its own day, told once."""
    today = today_in_paris(now)
    day = file.due_on if step is file.step else due_on(session, file, step, on=today)
    return day or today


def _first_day(session: Session, step: Step, day: date, *, today: date) -> date:
    """Give from when on it may be done: a visit at once, a follow-up shortly before its day."""
    if step is Step.VISIT:
        return min(today, day)
    return min(max(today, asked_from(session, day, today=today)), day)


def _own(session: Session, file: AdaptationFile, step: Step, task: Task) -> None:
    task.owner_id = file.holder_id
    task.owner_role = None if file.holder_id else HELD_AS[path_of(session, file)[step]]
