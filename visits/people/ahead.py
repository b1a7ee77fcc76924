"""What is to do next in a person's open cases: the visits planned, what is due."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, joinedload

from visits.models.adaptations import AdaptationTask
from visits.models.cases import Case, Task, TaskState
from visits.models.visits import AT_HOME, LIVE, Visit

SHOWN = 3


@dataclass
class Ahead:
    """The first visits planned in a case, the first things due that none is planned for.

    `more` says how many more of both there are.
    """

    visits: list[Visit] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    more: int = 0

    def add(self, one: Visit | Task) -> None:
        """Keep one of the first; count one that comes later."""
        among: list[Any] = self.visits if isinstance(one, Visit) else self.tasks
        if len(among) < SHOWN:
            among.append(one)
        else:
            self.more += 1


def what_is_ahead(
    session: Session, cases: Sequence[Case], *, told: ColumnElement[bool] | None = None
) -> dict[uuid.UUID, Ahead]:
    """Give by open case what comes next, the first at the top, three of each and how many more.

    `told` is the condition on `Task` for those one may read of; all where none is given.
    """
    found = {case.id: Ahead() for case in cases if case.is_open}
    visits = (
        select(Visit)
        .where(Visit.case_id.in_(found), Visit.state.in_(LIVE), AT_HOME)
        .options(joinedload(Visit.visitor))
        .order_by(Visit.planned_start_at, Visit.id)
    )
    for visit in session.scalars(visits):
        found[visit.case_id].add(visit)
    tasks = (
        select(Task)
        .where(Task.case_id.in_(found), Task.state == TaskState.OPEN, Task.visit_id.is_(None))
        .where(true() if told is None else told)
        .options(joinedload(Task.consequence), joinedload(Task.case))
        .options(joinedload(Task.owner), joinedload(Task.owner_organisation))
        .options(joinedload(Task.adaptation).joinedload(AdaptationTask.file))
        .order_by(Task.due_on, Task.id)
    )
    for task in session.scalars(tasks):
        found[task.case_id].add(task)
    return found
