"""What is to do, as those who do it list it; a tile and the list it opens are one query."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from visits.cases.holding import is_held, named_or_followed, one_of
from visits.cases.owners import is_left
from visits.cases.tasks import is_due, is_late
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Organisation, User
from visits.models.adaptations import AdaptationTask
from visits.models.cases import Case, Task, TaskKind, TaskState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.programmes.schema import OWNERS
from visits.sight.listing import By, Listed, Wanted, found_or_asked, page_of_found
from visits.sight.lists import cases_seen, of_stock, reaches_whole_stock, unseen
from visits.sight.reach import Viewer
from visits.sight.wording import FEW_IN_ALL, mentions

NOBODY, LEFT = "nobody", "left"
DUE, LATE, TO_PLAN, SOON, OPEN_ALL, ALL = "due", "late", "to_plan", "soon", "open_all", "all"
SOON_DAYS = timedelta(days=30)
WHICH = (DUE, LATE, TO_PLAN, OPEN_ALL)
ORDER = {
    "due": By(Task.due_on, known=True),
    "name": By(Person.name_key, (Task.case, Case.person)),
    "city": By(Residence.city, outer=(Task.case, Case.dwelling, Dwelling.residence)),
    "kind": By(Task.kind, known=True),
    "state": By(Task.state, known=True),
    "programme": By(Case.programme, (Task.case,)),
}


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks.

    `state` is a state, or `due` (may be done today, late ones too), `late`, `to_plan` (visits due
    that nobody has planned), `soon` (within 30 days, those due now among them), `open_all`, `all`.
    `owner` is a role, the id of an account: what is hers, and the referent's of those whom she
    follows; of an organisation: what is its own or its people's by name; or `left`: what was given
    to who works there no more. `promised` leaves what the answers of a visit promised; `referent`
    the cases of one: the id of her account, or `nobody`. `holder` leaves what is hers to do.
    """

    state: str = DUE
    kind: str = ""
    owner: str = ""
    programme: str = ""
    text: str = ""
    promised: bool = False
    referent: str = ""
    holder: Viewer | None = None


@dataclass(frozen=True)
class Load:
    """How much is to do in the cases of a referent, or of nobody's; late is of what is due."""

    referent: User | None
    due: int
    late: int
    soon: int


def loads(session: Session, viewer: Viewer, *, only: TaskFilter, today: date) -> Sequence[Load]:
    """Count for each referent what `list_tasks` lists of hers, by her name; nobody's stand last."""
    states = (DUE, LATE, SOON)
    counts = [func.count().filter(*_which(state, today)) for state in states]
    asked = _asked(session, replace(only, state=SOON, referent=""), today)
    counted = session.execute(
        select(Case.referent_id, *counts)
        .select_from(Task)
        .join(Task.case)
        .where(*asked, _in_cases(session, viewer, only))
        .group_by(Case.referent_id)
    ).all()
    named = select(User).where(User.id.in_([row[0] for row in counted]))
    users = {one.id: one for one in session.scalars(named)}
    found = [Load(users.get(of) if of else None, *numbers) for of, *numbers in counted]
    return sorted(found, key=lambda one: (one.referent is None, _name_of(one)))


def _name_of(load: Load) -> tuple[str, str]:
    return (load.referent.name, str(load.referent.id)) if load.referent else ("", "")


def late_among(
    session: Session, of: InstrumentedAttribute[Any], ids: Collection[uuid.UUID], today: date
) -> set[uuid.UUID]:
    """Tell which of some cases, or visits, have something late; `of` is the task's column."""
    late = select(of).where(of.in_(ids), is_late(today)).distinct()
    return set(session.scalars(late))


def planned_too_late(task: Task) -> bool:
    """Tell whether the visit planned for a task is after the day it is due."""
    return task.visit is not None and today_in_paris(task.visit.planned_start_at) > task.due_on


def list_tasks(
    session: Session,
    viewer: Viewer,
    *,
    only: TaskFilter,
    wanted: Wanted,
    today: date,
    total: int | None = None,
) -> Listed[Task]:
    """List the tasks of cases the viewer may see, those due first at the top.

    `total` is how many there are whatever the text, where somebody counted them already.
    """
    rows = select(Task).options(
        joinedload(Task.case).joinedload(Case.person),
        joinedload(Task.case).joinedload(Case.dwelling).joinedload(Dwelling.residence),
        joinedload(Task.consequence),
        joinedload(Task.visit),
        joinedload(Task.owner),
        joinedload(Task.owner_organisation),
        joinedload(Task.adaptation).joinedload(AdaptationTask.file),
    )
    found = select(Task.id).where(*_asked(session, only, today))
    if only.text.strip():
        total = None
        # The few that are meant come first: those she may see may be very many.
        meant = mentions(session, only.text, Case.person_id, Case.dwelling_id)
        cases = _cases(session, viewer, only).where(meant)
        found = found.where(Task.case_id.in_(found_or_asked(session, cases, FEW_IN_ALL)))
    else:
        found = found.where(_in_cases(session, viewer, only))
        total = count_tasks(session, viewer, only=only, today=today) if total is None else total
    return page_of_found(
        session, found, rows, wanted=wanted, order=ORDER, tie=(Task.id,), total=total
    )


def count_each(
    session: Session, viewer: Viewer, *, only: TaskFilter, today: date
) -> dict[str, int]:
    """Count for each of the lists in `WHICH` what `count_tasks` counts of it."""
    lists = {state: replace(only, state=state) for state in WHICH}
    if reaches_whole_stock(viewer) and not (only.programme or only.referent):
        return {
            state: count_tasks(session, viewer, only=one, today=today)
            for state, one in lists.items()
        }
    counts = [func.count().filter(*_asked(session, one, today)) for one in lists.values()]
    counted = select(*counts).where(Task.state == TaskState.OPEN)
    counted = counted.where(_in_cases(session, viewer, only))
    return dict(zip(lists, session.execute(counted).one(), strict=True))


def count_tasks(session: Session, viewer: Viewer, *, only: TaskFilter, today: date) -> int:
    """Count the tasks that `list_tasks` lists, whatever the text."""
    asked = _asked(session, only, today)
    every = select(func.count()).select_from(Task).where(*asked)
    if only.programme or only.referent or not reaches_whole_stock(viewer):
        return session.scalar(every.where(_in_cases(session, viewer, only))) or 0
    # Of a country there are millions: all are counted by index, those hidden are taken away.
    every = every.where(of_stock(viewer, Task.landlord_id))
    hidden = every.where(Task.case_id.in_(unseen(session, viewer)))
    return (session.scalar(every) or 0) - (session.scalar(hidden) or 0)


def _in_cases(session: Session, viewer: Viewer, only: TaskFilter) -> ColumnElement[bool]:
    if not only.programme:
        return cases_seen(session, viewer, Task.case_id, Task.landlord_id)
    return Task.case_id.in_(_cases(session, viewer, only))


def _cases(session: Session, viewer: Viewer, only: TaskFilter) -> Select[uuid.UUID]:
    cases = select(Case.id).where(cases_seen(session, viewer))
    return cases.where(Case.programme == only.programme) if only.programme else cases


def _asked(session: Session, only: TaskFilter, today: date) -> list[ColumnElement[bool]]:
    kind = [Task.kind == TaskKind(only.kind)] if only.kind in tuple(TaskKind) else []
    which = _which(only.state, today)
    owner = _whose(session, only.owner, today, which)
    promised = [Task.consequence_id.is_not(None)] if only.promised else []
    hers = [Task.case_id.in_(select(Case.id).where(_is_of(only.referent)))] if only.referent else []
    held = [is_held(session, only.holder, *which)] if only.holder else []
    return [*which, *kind, *owner, *promised, *hers, *held]


def _whose(
    session: Session, owner: str, today: date, within: tuple[ColumnElement[bool], ...]
) -> list[ColumnElement[bool]]:
    """Give the condition for what is a role's, or somebody's; a strange word leaves nothing out."""
    if owner in OWNERS:
        return [Task.owner_role == owner]
    if owner == LEFT:
        return [is_left(session, today)]
    try:
        owner_id = uuid.UUID(owner)
    except ValueError:
        return []
    if session.get(Organisation, owner_id) is not None:
        people = select(User.id).where(User.organisation_id == owner_id)
        its = (Task.owner_organisation_id == owner_id, Task.owner_id.in_(people))
        return [one_of(*its, within=within)]
    return [one_of(*named_or_followed(owner_id), within=within)]


def _is_of(referent: str) -> ColumnElement[bool]:
    """Give the condition on `Case` for those of a referent; a strange word is of none."""
    if referent == NOBODY:
        return Case.referent_id.is_(None)
    try:
        return Case.referent_id == uuid.UUID(referent)
    except ValueError:
        return false()


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
