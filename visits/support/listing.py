"""Accompaniments, as those who follow them list them; a tile and its list are one query."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, select
from sqlalchemy.orm import Session, joinedload

from visits.cases.cases import find_case
from visits.models.accounts import User
from visits.models.cases import Case, Task, TaskKind, TaskState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.support import SupportAct
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.sight import Viewer
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.lists import cases_seen
from visits.sight.wording import mentions
from visits.support.pace import (
    UNEXPLAINED,
    is_accompaniment,
    is_missed,
    is_raised,
    is_turn,
    runs,
)

OPEN, MISSED, RAISED, CLOSED = "open", "missed", "raised", "closed"
WHICH = (OPEN, MISSED, RAISED, CLOSED)
ORDER = {
    "name": By(Person.name_key, (Case.person,)),
    "city": By(Residence.city, outer=(Case.dwelling, Dwelling.residence)),
    "opened": By(Case.opened_at, known=True),
    "programme": By(Case.programme, known=True),
    "referent": By(User.name, outer=(Case.referent,)),
}
# A turn's case is joined already.
TURNS_ORDER = {
    "due": By(Task.due_on, known=True),
    "name": By(Person.name_key, (Case.person,)),
    "state": By(Task.state, known=True),
    "referent": By(User.name, outer=(Case.referent,)),
}


@dataclass(frozen=True)
class SupportFilter:
    """Which accompaniments.

    `which`: those open, those with visits `missed` without a reason, those of them `raised` to the
    coordinator, those closed. `mine` are those the viewer follows.
    """

    which: str = OPEN
    mine: bool = False
    programme: str = ""
    text: str = ""


@dataclass(frozen=True)
class TurnFilter:
    """Which missed visits, by the day they were due; `unexplained`: those without a reason."""

    first: date | None = None
    last: date | None = None
    programme: str = ""
    mine: bool = False
    unexplained: bool = False


class Lately(NamedTuple):
    """When somebody was last seen or helped, and what comes next."""

    last_visit_at: datetime | None = None
    last_act_on: date | None = None
    next_visit_at: datetime | None = None
    review_on: date | None = None


def list_supports(
    session: Session,
    viewer: Viewer,
    *,
    only: SupportFilter,
    wanted: Wanted,
    today: date,
    total: int | None = None,
) -> Listed[Case]:
    """List the accompaniments that the viewer may see.

    `total` is how many there are whatever the text, where somebody counted them already.
    """
    rows = select(Case).options(
        joinedload(Case.person),
        joinedload(Case.referent),
        joinedload(Case.organisation),
        joinedload(Case.dwelling).joinedload(Dwelling.residence),
    )
    found = _asked(session, viewer, only, today)
    if only.text.strip():
        total = None
        found = found.where(mentions(session, only.text, Case.person_id, Case.dwelling_id))
    return page_of_found(
        session, found, rows, wanted=wanted, order=ORDER, tie=(Case.id,), total=total
    )


def count_each(
    session: Session, viewer: Viewer, *, only: SupportFilter, today: date
) -> dict[str, int]:
    """Count for each of the lists in `WHICH` what `count_supports` counts of it."""
    counted = {
        which: count_supports(session, viewer, only=replace(only, which=which), today=today)
        for which in (OPEN, CLOSED)
    }
    missed = runs(session, today, *_whose(viewer, only))
    found = _in_a_row(session, viewer, only, missed)
    both = func.count(), func.count().filter(is_raised(session, missed))
    asked = found.with_only_columns(*both, maintain_column_froms=True)
    counted[MISSED], counted[RAISED] = session.execute(asked).one()
    return {which: counted[which] for which in WHICH}


def count_supports(session: Session, viewer: Viewer, *, only: SupportFilter, today: date) -> int:
    """Count what `list_supports` lists, whatever the text."""
    return count_found(session, _asked(session, viewer, only, today))


def list_missed(
    session: Session, viewer: Viewer, *, only: TurnFilter, wanted: Wanted, today: date
) -> Listed[Task]:
    """List the visits of a pace that were missed, in the cases the viewer may see."""
    rows = select(Task).options(
        joinedload(Task.case).options(
            joinedload(Case.person), joinedload(Case.referent), joinedload(Case.organisation)
        ),
        joinedload(Task.visit),
    )
    found = (
        select(Task.id)
        .join(Task.case)
        .where(cases_seen(session, viewer), is_turn(session), is_missed(today))
        .where(*_of_turns(viewer, only))
    )
    return page_of_found(session, found, rows, wanted=wanted, order=TURNS_ORDER, tie=(Task.id,))


def find_turn(session: Session, viewer: Viewer, task_id: uuid.UUID) -> Task:
    """Find a turn to change, of a case that the viewer may see and nobody else changes meanwhile.

    Raises NotFound.
    """
    case_id = session.scalar(select(Task.case_id).where(Task.id == task_id))
    case = find_case(session, viewer, case_id or uuid.UUID(int=0), to_change=True)
    return session.scalars(select(Task).where(Task.id == task_id, Task.case_id == case.id)).one()


def lately(session: Session, cases: Collection[uuid.UUID]) -> dict[uuid.UUID, Lately]:
    """Tell of each of some cases when she was last visited or helped, and what is next."""
    visited = func.max(func.coalesce(Visit.done_at, Visit.planned_end_at))
    done = and_(Visit.state == VisitState.DONE, AT_HOME)
    found = [
        _by_case(session, cases, select(Visit.case_id, visited), done),
        _by_case(
            session,
            cases,
            select(SupportAct.case_id, func.max(SupportAct.happened_on)),
            SupportAct.withdrawn_at.is_(None),
        ),
        _by_case(
            session,
            cases,
            select(Visit.case_id, func.min(Visit.planned_start_at)),
            Visit.state == VisitState.PLANNED,
        ),
        _by_case(
            session,
            cases,
            select(Task.case_id, func.min(Task.due_on)),
            and_(Task.kind == TaskKind.REVIEW, Task.state == TaskState.OPEN),
        ),
    ]
    return {case: Lately(*(each.get(case) for each in found)) for case in cases}


def _by_case(
    session: Session,
    cases: Collection[uuid.UUID],
    statement: Select[uuid.UUID, Any],
    which: ColumnElement[bool],
) -> dict[uuid.UUID, Any]:
    """Give the one thing that a statement tells of each case, its first column."""
    case_id = statement.selected_columns[0]
    rows = session.execute(statement.where(which, case_id.in_(cases)).group_by(case_id))
    return {row[0]: row[1] for row in rows}


def _asked(session: Session, viewer: Viewer, only: SupportFilter, today: date) -> Select[uuid.UUID]:
    if only.which in (MISSED, RAISED):
        missed = runs(session, today, *_whose(viewer, only))
        found = _in_a_row(session, viewer, only, missed)
        return found.where(is_raised(session, missed)) if only.which == RAISED else found
    over = Case.closed_on.is_not(None) if only.which == CLOSED else Case.closed_on.is_(None)
    return _seen(session, viewer, only).where(over)


def _in_a_row(
    session: Session, viewer: Viewer, only: SupportFilter, missed: Subquery
) -> Select[uuid.UUID]:
    found = _seen(session, viewer, only).where(Case.closed_on.is_(None))
    return found.join(missed, missed.c.case_id == Case.id)


def _seen(session: Session, viewer: Viewer, only: SupportFilter) -> Select[uuid.UUID]:
    found = select(Case.id).where(is_accompaniment(session), cases_seen(session, viewer))
    return found.where(*_whose(viewer, only))


def _whose(viewer: Viewer, only: SupportFilter) -> list[ColumnElement[bool]]:
    which = [Case.referent_id == viewer.user_id] if only.mine else []
    return which + ([Case.programme == only.programme] if only.programme else [])


def _of_turns(viewer: Viewer, only: TurnFilter) -> Iterator[ColumnElement[bool]]:
    if only.first is not None:
        yield Task.due_on >= only.first
    if only.last is not None:
        yield Task.due_on <= only.last
    if only.programme:
        yield Case.programme == only.programme
    if only.mine:
        yield Case.referent_id == viewer.user_id
    if only.unexplained:
        yield Task.state.in_(UNEXPLAINED)
