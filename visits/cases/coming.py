"""What comes: tasks made from cadences, once each, for the near future; stages that follow."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, false, or_, select, update
from sqlalchemy.orm import Session

from visits.cases.cadences import Past, Told, Turn, lapsed, once_due_on, turns
from visits.cases.refusing import stop_refused, take_up_refused
from visits.cases.tasks import TOO_LATE, is_due
from visits.cases.told import Of, of_case, what_is_told
from visits.ground.bulk import insert_many
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.mapping.points import refresh_map
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.programmes import Cadence, Programme
from visits.programmes.published import (
    programme_by_id,
    programme_in,
    programme_of,
    versions_in_use,
)
from visits.programmes.shape import DONE

BATCH = 1_000
TASKS = cast(Table, Task.__table__)


def make_what_is_due(session: Session, *, now: datetime) -> int:
    """Make what cadences bring near in every open case, and let lapse what is too late.

    The same again changes nothing. Gives how many tasks were made or lapsed.
    """
    touched = 0
    for version in versions_in_use(session):
        programme = programme_in(version)
        of_version = (Case.programme_version_id == version.id, Case.closed_on.is_(None))
        stop_refused(session, of_version, now=now)
        touched += _let_lapse(session, programme, of_version, now)
        if programme.cadences:
            last, coming = uuid.UUID(int=0), _Coming(programme, today_in_paris(now))
            while ids := _next_ids(session, of_version, last):
                touched += _make(session, coming, ids, now)
                last = ids[-1]
        _call_again(session, programme, of_version, now)
    return touched


def make_for(session: Session, cases: Collection[Case], *, now: datetime) -> int:
    """Make what is due in cases just opened, reopened, visited or called; gives how many.

    Where she refused nothing is, and what that stopped is due again when she changes her mind.
    """
    touched = 0
    by_version: dict[uuid.UUID, list[uuid.UUID]] = {}
    for case in cases:
        if case.is_open and case.programme_version_id is not None:
            by_version.setdefault(case.programme_version_id, []).append(case.id)
    session.flush()
    refused = any(case.state is CaseState.REFUSED for case in cases)
    opened = None if refused or len(cases) > 1 else [(of_case(one), one.opened_at) for one in cases]
    for version_id, ids in by_version.items():
        programme = programme_by_id(session, version_id)
        if not (programme.cadences or programme.paths):
            continue
        coming = _Coming(programme, today_in_paris(now))
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            if refused:
                stop_refused(session, (Case.id.in_(batch),), now=now)
            take_up_refused(session, programme, batch, now=now)
            touched += _make(session, coming, batch, now, opened)
            _call_again(session, programme, (Case.id.in_(batch),), now)
    return touched


@dataclass(frozen=True)
class Otherwise:
    """What is due otherwise when cases follow another version.

    `gone` are the open tasks that it does not ask for, with their cadence, `rows` those it asks
    for and that are not there, `answered` what visits of before have done already.
    """

    gone: dict[uuid.UUID, str]
    rows: list[dict[str, Any]]
    answered: list[dict[str, Any]]


def due_otherwise(
    session: Session,
    programme: Programme,
    ids: Sequence[uuid.UUID],
    *,
    since: datetime | None = None,
    now: datetime,
) -> Otherwise:
    """Tell what would be due otherwise in some cases if they followed a version; changes nothing.

    What is due already stays so where the version knows its rule, and so does what is planned;
    what was made `since` then stays only where the version asks for it.
    """
    today = today_in_paris(now)
    until = today + timedelta(days=programme.horizon_days)
    loose = _loose(programme, today, since)
    visited = _visited_before(session, programme, ids)
    rows, answered = [], []
    for of, told in what_is_told(session, programme, ids, but=loose):
        for cadence in programme.cadences:
            if row := _answered(cadence, told, visited.get(of.case_id, ()), of):
                answered.append(row)
            rows += [
                _row(of, cadence, not_before=turn.not_before, due_on=turn.due_on)
                for turn in turns(cadence, told, today=today, until=until)
            ]
    asked = {_asked_by(row): index for index, row in enumerate(rows)}
    there, gone = set[int](), dict[uuid.UUID, str]()
    for task in session.scalars(select(Task).where(Task.case_id.in_(ids), loose).order_by(Task.id)):
        index = asked.get(_asked_by(vars(task)))
        if index is None:
            gone[task.id] = str(task.cadence)
        else:
            there.add(index)
    return Otherwise(gone, [row for at, row in enumerate(rows) if at not in there], answered)


def make_otherwise(
    session: Session, programme: Programme, ids: Sequence[uuid.UUID], otherwise: Otherwise, *,
    now: datetime,
) -> None:  # fmt: skip
    """Make what is due otherwise, once what is gone was withdrawn."""
    for row in otherwise.answered:
        session.add(Task(**row))
    session.flush()
    insert_many(session, TASKS, otherwise.rows, made_at=now)
    _call_again(session, programme, (Case.id.in_(ids),), now)


def _asked_by(task: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(task[key] for key in ("case_id", "cadence", "due_on", "kind", "visit_kind"))


def _loose(programme: Programme, today: date, since: datetime | None) -> ColumnElement[bool]:
    """Give the condition for what a rule made, nobody planned, and another version may not ask."""
    known = [
        and_(
            Task.cadence == one.code,
            Task.kind == TaskKind(one.task),
            Task.visit_kind.is_not_distinct_from(one.visit_kind),
        )
        for one in programme.cadences
    ]
    free = [Task.not_before > today, ~or_(false(), *known)]
    if since is not None:
        free.append(Task.made_at >= since)
    made = (Task.cadence.is_not(None), Task.state == TaskState.OPEN, Task.visit_id.is_(None))
    return and_(*made, or_(*free))


def _visited_before(
    session: Session, programme: Programme, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Visit]]:
    """Give the visits that were done and answered nothing, each with its kind in a version."""
    answering = select(Task.visit_id).where(Task.visit_id.is_not(None), Task.case_id.in_(ids))
    done = select(Visit).where(
        Visit.case_id.in_(ids),
        Visit.state == VisitState.DONE,
        AT_HOME,
        Visit.id.not_in(answering),
    )
    found: dict[uuid.UUID, list[Visit]] = {}
    for visit in session.scalars(done.order_by(Visit.planned_start_at, Visit.id)):
        found.setdefault(visit.case_id, []).append(visit)
    return found


def _answered(
    cadence: Cadence, told: Told, visited: Sequence[Visit], of: Of
) -> dict[str, Any] | None:
    """Count a visit of before as what a cadence asked for, where it asks once or since the last."""
    once = once_due_on(cadence, told)
    if cadence.code in told.past or cadence.task != TaskKind.VISIT:
        return None
    same = [one for one in visited if one.kind in ("", cadence.visit_kind)]
    if not same or not (once or cadence.after == DONE):
        return None
    visit = same[0] if once else same[-1]
    at = visit.done_at or visit.planned_end_at
    day = today_in_paris(at)
    due_on = once or day
    told.past[cadence.code] = Past(
        made=1, last_due_on=due_on, first_done_on=day, last_closed_on=day
    )
    row = _row(of, cadence, not_before=min(day, due_on), due_on=due_on)
    closed = {"made_at": at, "state": TaskState.DONE, "visit_id": visit.id, "closed_at": at}
    return {**row, **closed, "closed_by_id": visit.visitor_id}


def _next_ids(
    session: Session, of_version: Sequence[ColumnElement[bool]], last: uuid.UUID
) -> list[uuid.UUID]:
    statement = select(Case.id).where(*of_version, Case.id > last).order_by(Case.id).limit(BATCH)
    return list(session.scalars(statement))


class _Coming:
    """What a programme's cadences bring near; worked out once for cases that were alike so far."""

    def __init__(self, programme: Programme, today: date) -> None:
        self.programme, self._today = programme, today
        self._until = today + timedelta(days=programme.horizon_days)
        self._known: dict[tuple[Any, ...], list[tuple[Cadence, Turn]]] = {}

    def of(self, told: Told) -> list[tuple[Cadence, Turn]]:
        """Give the turns that are to be made of all cadences in a case."""
        alike = (told.opened_on, told.entered_on, tuple(told.past.items()), tuple(told.pauses))
        if alike not in self._known:
            self._known[alike] = [
                (cadence, turn)
                for cadence in self.programme.cadences
                for turn in turns(cadence, told, today=self._today, until=self._until)
            ]
        return self._known[alike]


def _make(
    session: Session,
    coming: _Coming,
    ids: Sequence[uuid.UUID],
    now: datetime,
    opened: Sequence[tuple[Of, datetime]] | None = None,
) -> int:
    rows = [
        _row(of, cadence, not_before=turn.not_before, due_on=turn.due_on)
        for of, told in what_is_told(session, coming.programme, ids, opened=opened)
        for cadence, turn in coming.of(told)
    ]
    # Another process may have made one meanwhile: it stays the only one.
    return insert_many(session, TASKS, rows, made_at=now)


def _row(of: Of, cadence: Cadence, *, not_before: date, due_on: date) -> dict[str, Any]:
    return {
        "id": new_id(),
        "case_id": of.case_id,
        "landlord_id": of.landlord_id,
        "kind": TaskKind(cadence.task),
        "cadence": cadence.code,
        "visit_kind": cadence.visit_kind,
        "not_before": not_before,
        "due_on": due_on,
        "owner_role": cadence.owner,
        "state": TaskState.OPEN,
    }


def lapse_at_end(session: Session, case: Case, *, on: date, now: datetime) -> None:
    """Let lapse what was due by the day a case ends, where its rule has a grace: it was missed."""
    programme = programme_of(session, case)
    rules = [one.code for one in programme.cadences if one.grace] if programme else []
    session.execute(
        update(Task)
        .where(Task.case_id == case.id, Task.state == TaskState.OPEN, Task.cadence.in_(rules))
        .where(Task.visit_id.is_(None), Task.due_on <= on)
        .values(state=TaskState.LAPSED, why=TOO_LATE, closed_at=now)
    )


def _let_lapse(
    session: Session,
    programme: Programme,
    of_version: Sequence[ColumnElement[bool]],
    now: datetime,
) -> int:
    """Let go of what is too late to be done, unless a visit is planned for it."""
    today, touched = today_in_paris(now), 0
    for cadence in programme.cadences:
        if cadence.grace is None:
            continue
        open_ones = session.execute(
            select(Task.id, Task.due_on).where(
                Task.cadence == cadence.code, Task.state == TaskState.OPEN,
                Task.visit_id.is_(None), Task.due_on < today,
                Task.case_id.in_(select(Case.id).where(*of_version)),
            )
        )  # fmt: skip
        gone = [id for id, due_on in open_ones if lapsed(cadence, due_on, today)]
        for start in range(0, len(gone), BATCH):
            session.execute(
                update(Task)
                .where(Task.id.in_(gone[start : start + BATCH]))
                .values(state=TaskState.LAPSED, why=TOO_LATE, closed_at=now)
            )
        touched += len(gone)
    return touched


def _call_again(
    session: Session,
    programme: Programme,
    of_version: Sequence[ColumnElement[bool]],
    now: datetime,
) -> None:
    """Let whoever was visited be called, or planned, again once the next visit may be made."""
    resting = (*of_version, Case.state == CaseState.VISITED, Case.closed_on.is_(None))
    wanted = session.execute(
        select(Case.id, Case.dwelling_id, Task.visit_kind)
        .join(Task, Task.case_id == Case.id)
        .where(*resting, is_due(today_in_paris(now)), Task.visit_id.is_(None))
        .where(Task.kind == TaskKind.VISIT)
        .order_by(Task.due_on.desc(), Task.id)
    ).all()
    to = {
        id: CaseState.TO_CALL if programme.visit_kind(kind).ask_first else CaseState.AGREED
        for id, _, kind in wanted
    }
    for state in set(to.values()):
        ids = [id for id, then in to.items() if then is state]
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            session.execute(update(Case).where(Case.id.in_(batch)).values(state=state))
    refresh_map(session, {dwelling_id for _, dwelling_id, _ in wanted})
