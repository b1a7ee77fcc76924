"""Open cases brought from earlier versions of their programme to the one in force, and back."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy import case as one_of
from sqlalchemy.orm import Session

from visits.cases import stages
from visits.cases.coming import BATCH, Otherwise, due_otherwise, make_otherwise
from visits.cases.tasks import let_rules_go
from visits.ground.db import new_id, take_turn
from visits.ground.errors import Conflict, NotFound
from visits.mapping.points import refresh_map
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState, VersionChange
from visits.models.people import AccessKind
from visits.models.programmes import ProgrammeVersion
from visits.models.visits import LIVE, Visit, VisitState
from visits.programmes import Programme
from visits.programmes.published import programme_in, version_of
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access

# Why a case stays with its version: what is planned in it the other one does not know.
KIND_PLANNED, UNDER_WAY, STEP_GONE = "kind_planned", "under_way", "step_gone"


@dataclass(frozen=True)
class Older:
    """The open cases of an earlier version, and what the one in force would change in them.

    `cases` counts those that can be brought to it, `staying` those that cannot, with why. `made`
    and `withdrawn` count what would be due and what would not be any more, by cadence.
    """

    version: ProgrammeVersion | None
    cases: int
    staying: tuple[tuple[Case, str], ...]
    made: Mapping[str, int]
    withdrawn: Mapping[str, int]


@dataclass(frozen=True)
class Brought:
    """Cases that were brought together from one version to another; some may be back."""

    move_id: uuid.UUID
    at: datetime
    by_id: uuid.UUID
    version: int
    cases: int
    back: int
    may_go_back: int


def older_cases(session: Session, code: str, *, viewer: Viewer, now: datetime) -> list[Older]:
    """Tell what would change in the open cases of earlier versions that the viewer may see."""
    newest = version_of(session, code)
    programme = programme_in(newest)
    found = []
    for from_id in _versions_before(session, newest, viewer):
        staying = _staying(session, newest, from_id, programme, viewer)
        made, withdrawn, cases = Counter[str](), Counter[str](), 0
        for ids in _batches(session, newest, from_id, programme, viewer):
            otherwise = due_otherwise(session, programme, ids, now=now)
            made.update(row["cadence"] for row in otherwise.rows)
            withdrawn.update(otherwise.gone.values())
            cases += len(ids)
        version = session.get_one(ProgrammeVersion, from_id) if from_id else None
        found.append(Older(version, cases, staying, made, withdrawn))
    return found


def bring_to_newest(
    session: Session, code: str, *, to: int, viewer: Viewer, now: datetime
) -> tuple[int, int]:
    """Bring a programme's open cases to its newest version; gives how many came and stayed.

    Of those that the viewer may see, a case whose planned visits it does not know stays. Raises
    Conflict when `to` is not its newest version any more, or nothing would change.
    """
    take_turn(session, "programmes")
    newest = version_of(session, code)
    if newest.version != to:
        raise Conflict("programme_published_meanwhile")
    programme, move_id, came, stayed = programme_in(newest), new_id(), 0, 0
    for from_id in _versions_before(session, newest, viewer):
        stayed += len(_staying(session, newest, from_id, programme, viewer))
        names = _names(_programme(session, from_id, newest))
        for ids in list(_batches(session, newest, from_id, programme, viewer)):
            cases = _locked(session, ids)
            for case in cases:
                session.add(
                    VersionChange(
                        move_id=move_id, case_id=case.id, from_id=from_id, to_id=newest.id,
                        state_was=case.state, tier_was=case.tier, at=now, by_id=viewer.user_id,
                    )
                )  # fmt: skip
                case.programme_version_id = newest.id
                case.tier = _tier(programme, case)
            otherwise = due_otherwise(session, programme, ids, now=now)
            _follow(session, programme, cases, otherwise, names, viewer, now)
            came += len(cases)
    if not came:
        raise Conflict("nothing_to_bring")
    return came, stayed


def take_back_move(
    session: Session, code: str, move_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> int:
    """Let cases follow the version again that they were brought from; gives how many.

    What came due by the other one and is still open is withdrawn. Those closed meanwhile, brought
    on to another version, or with a visit planned that hers does not know stay where they are.
    Raises NotFound, and Conflict when none can go back.
    """
    take_turn(session, "programmes")
    newest = version_of(session, code)
    changes = _changes(session, code, move_id, viewer)
    if not changes:
        raise NotFound("not_found")
    by_version: dict[uuid.UUID | None, list[VersionChange]] = {}
    for change in changes:
        by_version.setdefault(change.from_id, []).append(change)
    back = 0
    for from_id, of_version in by_version.items():
        programme = _programme(session, from_id, newest)
        names = _names(programme_in(session.get_one(ProgrammeVersion, of_version[0].to_id)))
        for start in range(0, len(of_version), BATCH):
            batch = of_version[start : start + BATCH]
            ids = _may_go_back(session, [one.case_id for one in batch], batch[0].to_id, programme)
            mine = [one for one in batch if one.case_id in ids]
            cases = {case.id: case for case in _locked(session, sorted(ids))}
            for change in mine:
                case = cases[change.case_id]
                case.programme_version_id, case.tier = from_id, change.tier_was
                change.taken_back_at, change.taken_back_by_id = now, viewer.user_id
            since = batch[0].at
            otherwise = due_otherwise(session, programme, sorted(ids), since=since, now=now)
            _follow(session, programme, list(cases.values()), otherwise, names, viewer, now)
            _let_rest(session, [(cases[one.case_id], one) for one in mine])
            back += len(mine)
    if not back:
        raise Conflict("nothing_to_bring_back")
    return back


def moves_of(session: Session, code: str, *, viewer: Viewer) -> list[Brought]:
    """List what was brought to a version of a programme, the last first, as the viewer sees it."""
    here = and_(
        VersionChange.taken_back_at.is_(None),
        Case.closed_on.is_(None),
        Case.programme_version_id == VersionChange.to_id,
    )
    version = ProgrammeVersion.version
    grouped = (VersionChange.move_id, VersionChange.at, VersionChange.by_id, version)
    counted = session.execute(
        select(
            *grouped, func.count(), func.count(VersionChange.taken_back_at),
            func.count().filter(here),
        )
        .join(VersionChange.case)
        .join(Case.person)
        .join(ProgrammeVersion, ProgrammeVersion.id == VersionChange.to_id)
        .where(Case.programme == code, visible_cases(viewer))
        .group_by(*grouped)
    )  # fmt: skip
    found = [Brought(*row) for row in counted]
    return sorted(found, key=lambda one: (one.at, one.move_id), reverse=True)


def version_changes_of(session: Session, case: Case) -> list[tuple[VersionChange, int, int]]:
    """List the versions a case was brought to, the last first: from which number to which."""
    numbers = {
        one.id: one.version
        for one in session.scalars(
            select(ProgrammeVersion).where(ProgrammeVersion.code == case.programme)
        )
    }
    changes = select(VersionChange).where(VersionChange.case_id == case.id)
    ordered = changes.order_by(VersionChange.at.desc(), VersionChange.id.desc())
    return [
        (one, numbers.get(one.from_id, 0) if one.from_id else 0, numbers[one.to_id])
        for one in session.scalars(ordered)
    ]


def _versions_before(
    session: Session, newest: ProgrammeVersion, viewer: Viewer
) -> Sequence[uuid.UUID | None]:
    """List the versions that some open case follows, and that are not the newest."""
    statement = (
        select(Case.programme_version_id)
        .join(Case.person)
        .outerjoin(ProgrammeVersion, ProgrammeVersion.id == Case.programme_version_id)
        .where(*_of_older(newest), visible_cases(viewer))
        .group_by(Case.programme_version_id)
        .order_by(func.max(func.coalesce(ProgrammeVersion.version, 0)), Case.programme_version_id)
    )
    return session.scalars(statement).all()


def _of_older(newest: ProgrammeVersion) -> tuple[ColumnElement[bool], ...]:
    other = Case.programme_version_id.is_distinct_from(newest.id)
    return Case.programme == newest.code, Case.closed_on.is_(None), other


def _unfit(programme: Programme) -> ColumnElement[bool]:
    """Give the condition on `Case` for those with a visit or a step that a version knows not."""
    kinds = [one.code for one in programme.visit_kinds]
    planned = exists().where(Visit.case_id == Case.id, Visit.state.in_(LIVE))
    unknown = planned.where(Visit.kind.not_in(["", *kinds]))
    asked = exists().where(
        Task.case_id == Case.id, Task.state == TaskState.OPEN, Task.kind == TaskKind.VISIT,
        Task.cadence.is_(None), Task.visit_kind.not_in(kinds),
    )  # fmt: skip
    return or_(unknown, asked, _is_under_way(), _stands_on_lost_step(programme))


def _stands_on_lost_step(programme: Programme) -> ColumnElement[bool]:
    known = [
        and_(Task.path == path.code, Task.step == step.code)
        for path in programme.paths
        for step in path.steps
    ]
    on = exists().where(
        Task.case_id == Case.id, Task.state == TaskState.OPEN, Task.step.is_not(None)
    )
    return on.where(~or_(false(), *known))


def _is_under_way() -> ColumnElement[bool]:
    return exists().where(Visit.case_id == Case.id, Visit.state == VisitState.UNDER_WAY)


def _staying(
    session: Session, newest: ProgrammeVersion, from_id: uuid.UUID | None, programme: Programme,
    viewer: Viewer,
) -> tuple[tuple[Case, str], ...]:  # fmt: skip
    statement = (
        select(Case, _why_it_stays(programme))
        .join(Case.person)
        .where(*_of_older(newest), visible_cases(viewer), _unfit(programme))
        .where(Case.programme_version_id.is_not_distinct_from(from_id))
        .order_by(Case.id)
    )
    return tuple((case, why) for case, why in session.execute(statement))


def _why_it_stays(programme: Programme) -> ColumnElement[str]:
    return one_of(
        (_is_under_way(), UNDER_WAY),
        (_stands_on_lost_step(programme), STEP_GONE),
        else_=KIND_PLANNED,
    )


def _batches(
    session: Session, newest: ProgrammeVersion, from_id: uuid.UUID | None, programme: Programme,
    viewer: Viewer,
) -> Iterator[list[uuid.UUID]]:  # fmt: skip
    """Give the cases of a version that can be brought to the newest, some at a time."""
    statement = (
        select(Case.id)
        .join(Case.person)
        .where(*_of_older(newest), visible_cases(viewer), ~_unfit(programme))
        .where(Case.programme_version_id.is_not_distinct_from(from_id))
        .order_by(Case.id)
        .limit(BATCH)
    )
    ids = list(session.scalars(statement))
    while ids:
        yield ids
        ids = list(session.scalars(statement.where(Case.id > ids[-1])))


def _locked(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Case]:
    statement = select(Case).where(Case.id.in_(ids)).order_by(Case.id)
    return session.scalars(statement.with_for_update(of=Case, key_share=True)).all()


def _changes(
    session: Session, code: str, move_id: uuid.UUID, viewer: Viewer
) -> Sequence[VersionChange]:
    statement = (
        select(VersionChange)
        .join(VersionChange.case)
        .join(Case.person)
        .where(VersionChange.move_id == move_id, VersionChange.taken_back_at.is_(None))
        .where(Case.programme == code, visible_cases(viewer))
        .order_by(VersionChange.id)
    )
    return session.scalars(statement).all()


def _may_go_back(
    session: Session, ids: Sequence[uuid.UUID], to_id: uuid.UUID, programme: Programme
) -> set[uuid.UUID]:
    """Tell which cases still follow the version they were brought to, and fit the one before."""
    statement = select(Case.id).where(
        Case.id.in_(ids), Case.closed_on.is_(None), Case.programme_version_id == to_id,
        ~_unfit(programme),
    )  # fmt: skip
    return set(session.scalars(statement))


def _programme(session: Session, from_id: uuid.UUID | None, newest: ProgrammeVersion) -> Programme:
    """Read a version; before there were any, nothing ever came due."""
    if from_id is None:
        return replace(programme_in(newest), cadences=())
    return programme_in(session.get_one(ProgrammeVersion, from_id))


def _names(programme: Programme) -> Mapping[str, str]:
    return {one.code: one.name["fr"] for one in programme.cadences}


def _tier(programme: Programme, case: Case) -> str | None:
    """Keep a case's tier where the version has it, else give the one its score comes to."""
    if case.tier in {one.code for one in programme.tiers}:
        return case.tier
    found = programme.tier_of(case.score)
    return found.code if found else None


def _follow(
    session: Session, programme: Programme, cases: Sequence[Case], otherwise: Otherwise,
    names: Mapping[str, str], viewer: Viewer, now: datetime,
) -> None:  # fmt: skip
    session.flush()
    ids, homes = [case.id for case in cases], {case.dwelling_id for case in cases}
    persons = [case.person_id for case in cases]
    called = {id: names.get(cadence, cadence) for id, cadence in otherwise.gone.items()}
    let_rules_go(session, called, by=viewer.user_id, now=now)
    make_otherwise(session, programme, ids, otherwise, now=now)
    session.expire_all()
    refresh_map(session, homes)
    log_access(
        session, user_id=viewer.user_id, persons=persons, kind=AccessKind.WRITE,
        what="case_version", now=now,
    )  # fmt: skip


def _let_rest(session: Session, back: Sequence[tuple[Case, VersionChange]]) -> None:
    """Let whoever was visited, and was to be called by the other version alone, rest again."""
    for case, change in back:
        waits = case.state in (CaseState.TO_CALL, CaseState.AGREED)
        if change.state_was is not CaseState.VISITED or not waits:
            continue
        due = select(Task.id).where(
            Task.case_id == case.id, Task.state == TaskState.OPEN, Task.kind == TaskKind.VISIT
        )
        called = select(ContactAttempt.id).where(
            ContactAttempt.case_id == case.id, ContactAttempt.at >= change.at
        )
        if session.scalar(exists(due.union(called)).select()) is False:
            stages.move(case, CaseState.VISITED)
