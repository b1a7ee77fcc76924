"""What comes: tasks made from cadences, once each, for the near future; stages that follow."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from visits.cases.cadences import Past, Told, lapsed, turns
from visits.cases.tasks import TOO_LATE, is_due
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.mapping.points import refresh_map
from visits.models.cases import Case, CasePause, CaseState, Task, TaskKind, TaskState
from visits.models.programmes import ProgrammeVersion
from visits.programmes import Cadence, Programme
from visits.programmes.published import programme_in, versions_in_use

BATCH = 1_000


def make_what_is_due(session: Session, *, now: datetime) -> int:
    """Make what cadences bring near in every open case, and let lapse what is too late.

    The same again changes nothing. Gives how many tasks were made or lapsed.
    """
    touched = 0
    for version in versions_in_use(session):
        programme = programme_in(version)
        of_version = (Case.programme_version_id == version.id, Case.closed_on.is_(None))
        touched += _let_lapse(session, programme, of_version, now)
        if programme.cadences:
            last = uuid.UUID(int=0)
            while ids := _next_ids(session, of_version, last):
                touched += _make(session, programme, ids, now)
                last = ids[-1]
        _call_again(session, programme, of_version, now)
    return touched


def make_for(session: Session, cases: Collection[Case], *, now: datetime) -> int:
    """Make what is due in cases just opened, reopened or visited; gives how many."""
    touched = 0
    by_version: dict[uuid.UUID, list[uuid.UUID]] = {}
    for case in cases:
        if case.is_open and case.programme_version_id is not None:
            by_version.setdefault(case.programme_version_id, []).append(case.id)
    session.flush()
    for version_id, ids in by_version.items():
        version = session.get_one(ProgrammeVersion, version_id)
        programme = programme_in(version)
        if not programme.cadences:
            continue
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            touched += _make(session, programme, batch, now)
            _call_again(session, programme, (Case.id.in_(batch),), now)
    return touched


def _next_ids(
    session: Session, of_version: Sequence[ColumnElement[bool]], last: uuid.UUID
) -> list[uuid.UUID]:
    statement = select(Case.id).where(*of_version, Case.id > last).order_by(Case.id).limit(BATCH)
    return list(session.scalars(statement))


def _make(session: Session, programme: Programme, ids: Sequence[uuid.UUID], now: datetime) -> int:
    today = today_in_paris(now)
    until = today + timedelta(days=programme.horizon_days)
    rows = [
        _row(case_id, cadence, not_before=turn.not_before, due_on=turn.due_on, now=now)
        for case_id, told in _told(session, ids)
        for cadence in programme.cadences
        for turn in turns(cadence, told, today=today, until=until)
    ]
    if not rows:
        return 0
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # Another process may have made one meanwhile: it stays the only one.
    statement = dialect.insert(Task).on_conflict_do_nothing().returning(Task.id)
    return len(session.scalars(statement, rows).all())


def _row(
    case_id: uuid.UUID, cadence: Cadence, *, not_before: date, due_on: date, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "case_id": case_id,
        "kind": TaskKind(cadence.task),
        "cadence": cadence.code,
        "visit_kind": cadence.visit_kind,
        "not_before": not_before,
        "due_on": due_on,
        "owner_role": cadence.owner,
        "state": TaskState.OPEN,
        "made_at": now,
    }


def _told(session: Session, ids: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, Told]]:
    """Tell of each case what its cadences need to know."""
    done = Task.state == TaskState.DONE
    counted = session.execute(
        select(
            Task.case_id, Task.cadence, func.count(), func.max(Task.due_on),
            func.count().filter(Task.state == TaskState.OPEN),
            func.min(Task.closed_at).filter(done), func.max(Task.closed_at),
        )
        .where(Task.case_id.in_(ids), Task.cadence.is_not(None))
        .group_by(Task.case_id, Task.cadence)
    )  # fmt: skip
    past: dict[uuid.UUID, dict[str, Past]] = {}
    for case_id, cadence, made, last_due_on, open_ones, first_done, last_closed in counted:
        past.setdefault(case_id, {})[str(cadence)] = Past(
            made=made,
            open=open_ones,
            last_due_on=last_due_on,
            first_done_on=_day(first_done),
            last_closed_on=_day(last_closed),
        )
    pauses: dict[uuid.UUID, list[tuple[date, date]]] = {}
    noted = select(CasePause.case_id, CasePause.from_on, CasePause.until_on).where(
        CasePause.case_id.in_(ids), CasePause.withdrawn_at.is_(None)
    )
    for case_id, from_on, until_on in session.execute(noted):
        pauses.setdefault(case_id, []).append((from_on, until_on))
    opened = select(Case.id, Case.opened_at).where(Case.id.in_(ids))
    for case_id, opened_at in session.execute(opened):
        of_case = past.get(case_id, {})
        yield case_id, Told(today_in_paris(opened_at), of_case, pauses.get(case_id, ()))


def _day(moment: datetime | None) -> date | None:
    return today_in_paris(moment) if moment else None


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
