"""What is to do, as those who do it list it; a tile and the list it opens are one query."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.cases.tasks import is_due, is_late
from visits.models.cases import Case, Task, TaskKind, TaskState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.reach import Reach, Viewer, unseen_cases, visible_cases
from visits.sight.wording import mentions

DUE, LATE, TO_PLAN, SOON, OPEN_ALL, ALL = "due", "late", "to_plan", "soon", "open_all", "all"
SOON_DAYS = timedelta(days=30)
CHUNK = 500
WHICH = (DUE, LATE, TO_PLAN, OPEN_ALL)
ORDER: dict[str, Any] = {
    "due": Task.due_on,
    "name": Person.name_key,
    "city": Residence.city,
    "kind": Task.kind,
    "state": Task.state,
    "programme": Case.programme,
}


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks.

    `state` is a state, or `due` (may be done today, late ones too), `late`, `to_plan` (visits due
    that nobody has planned), `soon` (within 30 days, those due now among them), `open_all`, `all`.
    `promised` leaves what the answers of a visit promised.
    """

    state: str = DUE
    kind: str = ""
    programme: str = ""
    text: str = ""
    promised: bool = False


def list_tasks(
    session: Session, viewer: Viewer, *, only: TaskFilter, wanted: Wanted, today: date
) -> Listed[Task]:
    """List the tasks of cases the viewer may see, those due first at the top."""
    statement = _seen_by(viewer, only, today).options(
        contains_eager(Task.case).contains_eager(Case.person),
        contains_eager(Task.case).contains_eager(Case.dwelling).contains_eager(Dwelling.residence),
        joinedload(Task.consequence),
    )
    total = None
    if only.text.strip():
        statement = statement.where(mentions(session, only.text))
    else:
        total = count_tasks(session, viewer, only=only, today=today)
        if viewer.reach is Reach.ALL and wanted.sort not in ORDER.keys() - {"due"}:
            statement = statement.where(Task.id.in_(_on_page(session, viewer, only, wanted, today)))
            wanted_here = replace(wanted, page=1)
            page = page_of(
                session, statement, wanted=wanted_here, order=ORDER, tie=Task.id, total=total
            )
            return replace(page, wanted=wanted)
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=Task.id, total=total)


def _on_page(
    session: Session, viewer: Viewer, only: TaskFilter, wanted: Wanted, today: date
) -> Sequence[uuid.UUID]:
    """Find the tasks of a page by their day alone: of millions, no other table is read for it."""
    by_day = Task.due_on.desc() if wanted.descending else Task.due_on.asc()
    unseen = select(Case.id).where(unseen_cases(viewer.user_id))
    statement = select(Task.id).where(*_asked(only, today), Task.case_id.not_in(unseen))
    if only.programme:
        statement = statement.join(Task.case).where(Case.programme == only.programme)
    page = statement.order_by(by_day, Task.id).limit(wanted.size)
    return session.scalars(page.offset((wanted.page - 1) * wanted.size)).all()


def count_tasks(session: Session, viewer: Viewer, *, only: TaskFilter, today: date) -> int:
    """Count the tasks that `list_tasks` lists, whatever the text."""
    if viewer.reach is not Reach.ALL:
        counted = _seen_by(viewer, only, today).with_only_columns(func.count(Task.id))
        return session.scalar(counted.order_by(None)) or 0
    # Of a country there are millions: all are counted by index, those hidden are taken away.
    asked = _asked(only, today)
    every = select(func.count()).select_from(Task).where(*asked)
    if only.programme:
        every = every.join(Task.case).where(Case.programme == only.programme)
    return (session.scalar(every) or 0) - _count_unseen(session, viewer, only, asked)


def _count_unseen(
    session: Session, viewer: Viewer, only: TaskFilter, asked: Sequence[ColumnElement[bool]]
) -> int:
    hidden = select(Case.id).where(unseen_cases(viewer.user_id))
    if only.programme:
        hidden = hidden.where(Case.programme == only.programme)
    ids, found = list(session.scalars(hidden)), 0
    for start in range(0, len(ids), CHUNK):
        of_these = Task.case_id.in_(ids[start : start + CHUNK])
        found += session.scalar(select(func.count(Task.id)).where(of_these, *asked)) or 0
    return found


def _seen_by(viewer: Viewer, only: TaskFilter, today: date) -> Select[Task]:
    statement = (
        select(Task)
        .join(Task.case)
        .join(Case.person)
        .outerjoin(Case.dwelling)
        .outerjoin(Dwelling.residence)
        .where(visible_cases(viewer), *_asked(only, today))
    )
    if only.programme:
        statement = statement.where(Case.programme == only.programme)
    return statement


def _asked(only: TaskFilter, today: date) -> list[ColumnElement[bool]]:
    kind = [Task.kind == TaskKind(only.kind)] if only.kind in tuple(TaskKind) else []
    promised = [Task.consequence_id.is_not(None)] if only.promised else []
    return [*_which(only.state, today), *kind, *promised]


def _which(state: str, today: date) -> tuple[ColumnElement[bool], ...]:
    conditions: dict[str, tuple[ColumnElement[bool], ...]] = {
        DUE: (is_due(today),),
        LATE: (is_late(today),),
        TO_PLAN: (is_due(today), Task.visit_id.is_(None), Task.kind == TaskKind.VISIT),
        SOON: (is_due(today + SOON_DAYS),),
        OPEN_ALL: (Task.state == TaskState.OPEN,),
    }
    if state in tuple(TaskState):
        return (Task.state == TaskState(state),)
    return conditions.get(state, ())
