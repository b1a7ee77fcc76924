"""The visits that wait to be planned, each with who may go, when, and how much it matters."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.agenda.planning import MAY_BE_PLANNED
from visits.agenda.slot_check import visitors
from visits.agenda.working_time import Position
from visits.cases.charge import worked_in
from visits.cases.interpreters import standing_interpreters
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.unusual_hours import EARLIEST, LATEST
from visits.models.accounts import User
from visits.models.cases import Case, CasePause, CaseState, Task, TaskKind, TaskState
from visits.models.people import AlertCode, NamedAccess, Person, PersonAlert
from visits.models.portfolio import Dwelling
from visits.models.rounds import LeftWhy
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.programmes.published import programme_of
from visits.rounds.scope import Scope
from visits.sight import Viewer
from visits.sight.lists import cases_seen

USUAL_MINUTES = 60
# How much a visit matters, of 100: late ones first, then those due in these days, then by risk.
MOST, LATE, DUE_THEN, SOME_DAY, A_RISK = 100, 90, 60, 20, 10
# Measures at the door for which one visitor's free hour at her home is not enough.
BY_HAND = {
    AlertCode.MEET_ELSEWHERE: LeftWhy.ELSEWHERE,
    AlertCode.INTERPRETER: LeftWhy.WITH_INTERPRETER,
}


@dataclass(frozen=True)
class Candidate:
    """A visit to put into somebody's day; `visit_id` is planned already, at `was_at`, and moves.

    `going` are those who may go, `along` those who may go along where two go, `days` those on which
    it may be, `from_time` and `until_time` its hours on a Paris clock, narrowed where something is
    `wished`, `left` why it cannot be at all.
    """

    case_id: uuid.UUID
    minutes: int
    priority: int
    where: Position | None
    going: frozenset[uuid.UUID]
    days: frozenset[date]
    dwelling_id: uuid.UUID | None = None
    task_id: uuid.UUID | None = None
    kind: str = ""
    visit_id: uuid.UUID | None = None
    was_at: datetime | None = None
    left: LeftWhy | None = None
    from_time: time = EARLIEST
    until_time: time = LATEST
    wished: bool = False
    along: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True)
class _Known:
    """What is read at once of all cases."""

    going: Mapping[uuid.UUID, Sequence[User]]
    named: Mapping[uuid.UUID, set[uuid.UUID]]
    measures: Mapping[uuid.UUID, Collection[AlertCode]]
    interpreted: Collection[uuid.UUID]
    knows: Mapping[uuid.UUID, uuid.UUID]
    worked_in: Mapping[uuid.UUID, Collection[uuid.UUID]]
    pauses: Mapping[uuid.UUID, list[tuple[date, date]]]


def cases_to_plan(session: Session, scope: Scope, viewer: Viewer) -> Select[uuid.UUID]:
    """Select the cases that wait for a visit in the days of a scope, as far as the viewer sees.

    Those who agreed, unless all that is due comes later, and those of whom a visit is due.
    """
    due = _due(scope)
    waits = (
        select(Task.id)
        .where(Task.case_id == Case.id, Task.state == TaskState.OPEN, Task.visit_id.is_(None))
        .where(Task.kind.in_((TaskKind.VISIT, TaskKind.CHECK)))
    )
    found = (
        select(Case.id)
        .where(
            Case.closed_on.is_(None), Case.state.in_(MAY_BE_PLANNED), cases_seen(session, viewer)
        )
        .where(
            or_(
                Case.id.in_(due.with_only_columns(Task.case_id)),
                and_(Case.state == CaseState.AGREED, ~waits.exists()),
            )
        )
    )
    return found.where(Case.programme == scope.programme) if scope.programme else found


def count_candidates(session: Session, scope: Scope, viewer: Viewer) -> int:
    """Count the visits that wait to be planned in the days of a scope."""
    cases = cases_to_plan(session, scope, viewer).subquery()
    return session.scalar(select(func.count()).select_from(cases)) or 0


def find_candidates(
    session: Session, scope: Scope, *, viewer: Viewer, today: date
) -> list[Candidate]:
    """Read the visits that wait to be planned, one a case: what is due first."""
    rows = (
        select(Case)
        .join(Case.person)
        .where(Case.id.in_(cases_to_plan(session, scope, viewer)))
        .options(
            contains_eager(Case.person),
            joinedload(Case.dwelling).joinedload(Dwelling.residence),
        )
        .order_by(Case.id)
    )
    cases = session.scalars(rows).all()
    known = _known(session, cases, scope)
    tasks: dict[uuid.UUID, Task] = {}
    due = _due(scope).where(Task.case_id.in_(cases_to_plan(session, scope, viewer)))
    for task in session.scalars(due.order_by(Task.due_on, Task.id)):
        tasks.setdefault(task.case_id, task)
    return [
        _candidate(session, case, tasks.get(case.id), scope, known, today=today) for case in cases
    ]


def find_movable(
    session: Session, scope: Scope, *, viewer: Viewer, now: datetime
) -> list[Candidate]:
    """Read the visits planned in a scope that may get another hour of their day.

    Not those that somebody insisted on, at which somebody else is to be, or that are made beside
    another: their hour was agreed with several.
    """
    rows = (
        select(Visit)
        .join(Visit.case)
        .where(Visit.visitor_id.in_(scope.visitors), Visit.state == VisitState.PLANNED)
        .where(Visit.planned_start_at > now, cases_seen(session, viewer))
        .where(Visit.planned_start_at >= midnight_in_paris(scope.first_on))
        .where(Visit.planned_start_at < midnight_in_paris(scope.last_on + timedelta(days=1)))
        .where(Visit.attended_by.is_(None), Visit.unusual_why.is_(None))
        .where(Visit.second_visitor_id.is_(None))
        .options(
            contains_eager(Visit.case).joinedload(Case.dwelling).joinedload(Dwelling.residence)
        )
        .order_by(Visit.planned_start_at, Visit.id)
    )
    visits = session.scalars(rows).all()
    at_once = Counter((one.visitor_id, one.planned_start_at) for one in visits)
    return [
        Candidate(
            one.case_id,
            minutes=round((one.planned_end_at - one.planned_start_at).total_seconds() / 60),
            priority=MOST,
            where=where,
            going=frozenset({one.visitor_id}),
            days=frozenset({today_in_paris(one.planned_start_at)}),
            dwelling_id=one.case.dwelling_id,
            visit_id=one.id,
            was_at=one.planned_start_at,
        )
        for one in visits
        if (where := place_of(one.case)) and at_once[one.visitor_id, one.planned_start_at] == 1
    ]


def place_of(case: Case) -> Position | None:
    """Give where somebody lives, if it is known."""
    home = case.residence
    if home is None or home.lat is None or home.lon is None:
        return None
    return home.lat, home.lon


def _due(scope: Scope) -> Select[Task]:
    return select(Task).where(
        Task.state == TaskState.OPEN,
        Task.visit_id.is_(None),
        Task.kind.in_((TaskKind.VISIT, TaskKind.CHECK)),
        Task.not_before <= scope.last_on,
    )


def _candidate(
    session: Session,
    case: Case,
    task: Task | None,
    scope: Scope,
    known: _Known,
    *,
    today: date,
) -> Candidate:
    where = place_of(case)
    going, left = _who_may_go(case, where, scope, known)
    along = going if AlertCode.TWO_VISITORS in known.measures.get(case.person_id, ()) else None
    if along is not None and left is None and len(along) < 2:
        left = LeftWhy.TWO_GO
    came = known.knows.get(case.id)
    if scope.same_visitor and came in going:
        going = frozenset({came})
    kind = (task.visit_kind if task else None) or ""
    programme = programme_of(session, case)
    return Candidate(
        case.id,
        minutes=programme.minutes_of(kind or None, case.tier) if programme else USUAL_MINUTES,
        priority=_priority(case, task, scope, today),
        where=where,
        going=going,
        days=_days(task, scope, known.pauses.get(case.id, ())),
        dwelling_id=case.dwelling_id,
        task_id=task.id if task else None,
        kind=kind,
        left=left,
        along=along or frozenset(),
    )


def _who_may_go(
    case: Case, where: Position | None, scope: Scope, known: _Known
) -> tuple[frozenset[uuid.UUID], LeftWhy | None]:
    """Tell who of the scope may go to somebody, or why nobody does."""
    if case.dwelling_id is None:
        return frozenset(), LeftWhy.NO_HOME
    if where is None:
        return frozenset(), LeftWhy.NO_PLACE
    for code in known.measures.get(case.person_id, ()):
        if code in BY_HAND:
            return frozenset(), BY_HAND[code]
    if case.id in known.interpreted:
        return frozenset(), LeftWhy.WITH_INTERPRETER
    there = case.residence.territory_id if case.residence else None
    going = {
        one.id
        for one in known.going[case.landlord_id]
        if (there is None or one.territory_id in (None, there))
        and case.organisation_id in (None, one.organisation_id)
        and case.id in known.worked_in[one.organisation_id]
    }
    if not going:
        return frozenset(), LeftWhy.NOBODY_MAY_GO
    if case.person.protected:
        going &= known.named.get(case.person_id, set())
        if not going:
            return frozenset(), LeftWhy.NOBODY_NAMED
    return frozenset(going), None


def _priority(case: Case, task: Task | None, scope: Scope, today: date) -> int:
    if task is not None and task.due_on < today:
        return LATE + min(case.risk, 3)
    base = DUE_THEN if task is not None and task.due_on <= scope.last_on else SOME_DAY
    return base + A_RISK * min(case.risk, 3) // (1 if base == SOME_DAY else 2)


def _days(task: Task | None, scope: Scope, pauses: Iterable[tuple[date, date]]) -> frozenset[date]:
    """Give the days within a task's window, any of the scope where that is over, in no pause."""
    first = max(scope.first_on, task.not_before) if task else scope.first_on
    last = min(scope.last_on, task.due_on) if task else scope.last_on
    if last < first:
        last = scope.last_on
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    away = list(pauses)
    return frozenset(day for day in days if not any(since <= day <= until for since, until in away))


def _known(session: Session, cases: Sequence[Case], scope: Scope) -> _Known:
    ids, persons = [one.id for one in cases], [one.person_id for one in cases]
    landlords = {one.landlord_id for one in cases}
    going = {
        landlord_id: [one for one in visitors(session, landlord_id) if one.id in scope.visitors]
        for landlord_id in landlords
    }
    named: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    protected = select(NamedAccess.person_id, NamedAccess.user_id).join(
        Person, Person.id == NamedAccess.person_id
    )
    for person_id, user_id in session.execute(protected.where(NamedAccess.person_id.in_(persons))):
        named[person_id].add(user_id)
    pauses: defaultdict[uuid.UUID, list[tuple[date, date]]] = defaultdict(list)
    standing = select(CasePause.case_id, CasePause.from_on, CasePause.until_on).where(
        CasePause.case_id.in_(ids),
        CasePause.withdrawn_at.is_(None),
        CasePause.until_on >= scope.first_on,
        CasePause.from_on <= scope.last_on,
    )
    for case_id, since, until in session.execute(standing):
        pauses[case_id].append((since, until))
    places = {one.organisation for each in going.values() for one in each}
    return _Known(
        going,
        named,
        _measures(session, persons),
        standing_interpreters(session, ids),
        _who_came(session, ids),
        {one.id: worked_in(session, ids, one, scope.first_on) for one in places},
        pauses,
    )


def _measures(
    session: Session, persons: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Collection[AlertCode]]:
    """Find what to mind at doors: it is sealed, so each is read."""
    measures = select(PersonAlert.person_id, PersonAlert.code).where(
        PersonAlert.person_id.in_(persons), PersonAlert.ended_on.is_(None)
    )
    found: defaultdict[uuid.UUID, list[AlertCode]] = defaultdict(list)
    for person_id, code in session.execute(measures.order_by(PersonAlert.id)):
        found[person_id].append(code)
    return found


def _who_came(session: Session, cases: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Find by whom each was visited last, of those who still visit."""
    held = (
        select(Visit.case_id, Visit.visitor_id)
        .join(Visit.visitor)
        .where(Visit.case_id.in_(cases), Visit.state == VisitState.DONE, AT_HOME)
        .where(User.active.is_(True))
        .order_by(Visit.planned_start_at, Visit.id)
    )
    return {case_id: visitor_id for case_id, visitor_id in session.execute(held)}
