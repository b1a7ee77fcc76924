"""What is to do, as those who do it list it; a tile and the list it opens are one query."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager

from visits.cases.tasks import is_due, is_late
from visits.models.cases import Case, Task, TaskKind, TaskState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.reach import Viewer, visible_cases
from visits.sight.wording import mentions

DUE, LATE, TO_PLAN, OPEN_ALL, ALL = "due", "late", "to_plan", "open_all", "all"
WHICH = (DUE, LATE, TO_PLAN, OPEN_ALL)
ORDER: dict[str, Any] = {
    "due": Task.due_on,
    "name": Person.name_key,
    "city": Residence.city,
    "kind": Task.kind,
    "programme": Case.programme,
}


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks.

    `state` is a state, or `due` (may be done today, late ones too), `late`, `to_plan` (visits due
    that nobody has planned), `open_all`, `all`.
    """

    state: str = DUE
    kind: str = ""
    programme: str = ""
    text: str = ""


def list_tasks(
    session: Session, viewer: Viewer, *, only: TaskFilter, wanted: Wanted, today: date
) -> Listed[Task]:
    """List the tasks of cases the viewer may see, those due first at the top."""
    statement = _seen_by(viewer, only, today).options(
        contains_eager(Task.case).contains_eager(Case.person),
        contains_eager(Task.case).contains_eager(Case.dwelling).contains_eager(Dwelling.residence),
    )
    if only.text.strip():
        statement = statement.where(mentions(session, only.text))
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=Task.id)


def count_tasks(session: Session, viewer: Viewer, *, only: TaskFilter, today: date) -> int:
    """Count the tasks that `list_tasks` lists."""
    counted = _seen_by(viewer, only, today).with_only_columns(func.count(Task.id))
    return session.scalar(counted.order_by(None)) or 0


def _seen_by(viewer: Viewer, only: TaskFilter, today: date) -> Select[Task]:
    statement = (
        select(Task)
        .join(Task.case)
        .join(Case.person)
        .join(Case.dwelling)
        .join(Dwelling.residence)
        .where(visible_cases(viewer), *_which(only.state, today))
    )
    if only.kind in tuple(TaskKind):
        statement = statement.where(Task.kind == TaskKind(only.kind))
    if only.programme:
        statement = statement.where(Case.programme == only.programme)
    return statement


def _which(state: str, today: date) -> tuple[ColumnElement[bool], ...]:
    conditions: dict[str, tuple[ColumnElement[bool], ...]] = {
        DUE: (is_due(today),),
        LATE: (is_late(today),),
        TO_PLAN: (is_due(today), Task.visit_id.is_(None), Task.kind == TaskKind.VISIT),
        OPEN_ALL: (Task.state == TaskState.OPEN,),
    }
    if state in tuple(TaskState):
        return (Task.state == TaskState(state),)
    return conditions.get(state, ())
