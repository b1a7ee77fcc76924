"""The balance of accompaniments by month: counted from days, visits and acts, never typed."""

import uuid
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.cases import Case, CasePause, Task, TaskState
from visits.models.portfolio import Dwelling
from visits.models.support import ActKind, SupportAct
from visits.models.visits import Visit, VisitState
from visits.programmes.facts import stands_in_priority_district
from visits.sight import Viewer
from visits.sight.lists import cases_seen
from visits.support.pace import is_missed, is_turn

Days = tuple[date, date]


@dataclass
class CaseMonth:
    """What a month came to in a case.

    `days` are those it was open and not paused, of the `of_days` of the month. `visits` are those
    that were done, and those noted as acts; `acts` counts the others by kind, `minutes` is how
    long all acts took, where somebody said so. `missed` visits of the pace were never made up
    for; of those somebody `explained` some.
    """

    case: Case
    month: date
    days: int
    visits: int = 0
    acts: Counter[ActKind] = field(default_factory=Counter)
    minutes: int = 0
    missed: int = 0
    explained: int = 0

    @property
    def of_days(self) -> int:
        """How many days the month has."""
        return monthrange(self.month.year, self.month.month)[1]


@dataclass
class Totals:
    """What several months of several cases came to; `support_months` is a sum of shares of months.

    `districts` says of each household of whose home it is known whether it stands in a priority
    district.
    """

    cases: set[uuid.UUID] = field(default_factory=set)
    organisations: set[uuid.UUID] = field(default_factory=set)
    support_months: Fraction = Fraction(0)
    visits: int = 0
    acts: Counter[ActKind] = field(default_factory=Counter)
    minutes: int = 0
    missed: int = 0
    explained: int = 0
    districts: dict[uuid.UUID, bool] = field(default_factory=dict)

    def add(self, one: CaseMonth) -> None:
        """Count a month of a case."""
        self.cases.add(one.case.id)
        if one.case.organisation_id is not None:
            self.organisations.add(one.case.organisation_id)
        self.support_months += Fraction(one.days, one.of_days)
        self.visits += one.visits
        self.acts.update(one.acts)
        self.minutes += one.minutes
        self.missed += one.missed
        self.explained += one.explained
        if one.case.residence is not None:
            home = one.case.residence
            within = stands_in_priority_district(home.priority_district, home.reference)
            if within is not None:
                self.districts[one.case.id] = within

    @property
    def in_priority_district(self) -> int:
        """How many of the households whose district is known live in a priority one."""
        return sum(self.districts.values())


Months = Mapping[tuple[uuid.UUID, date], CaseMonth]


def totals(months: Iterable[CaseMonth]) -> Totals:
    """Sum months of cases."""
    found = Totals()
    for one in months:
        found.add(one)
    return found


def balance(
    session: Session,
    cases: ColumnElement[bool],
    *,
    viewer: Viewer,
    first: date,
    last: date,
    today: date,
) -> list[CaseMonth]:
    """Give each month from one day to another of each of some cases in which it was open.

    `cases` is a condition on `Case`; those that the viewer may not see are none of them. Nothing
    is counted of days to come.
    """
    last = min(last, today)
    statement = (
        select(Case)
        .where(cases, cases_seen(session, viewer))
        .where(
            Case.opened_at < _after(last), or_(Case.closed_on.is_(None), Case.closed_on >= first)
        )
        .options(
            joinedload(Case.person),
            joinedload(Case.organisation),
            joinedload(Case.dwelling).joinedload(Dwelling.residence),
        )
    )
    found = session.scalars(statement.order_by(Case.opened_at, Case.id)).all()
    rested = _pauses(session, cases)
    months = {
        (case.id, month): CaseMonth(case, month, days)
        for case in found
        for month, days in days_by_month(
            max(first, today_in_paris(case.opened_at)),
            min(last, case.closed_on or last),
            but=rested.get(case.id, ()),
        )
    }
    _count_visits(session, cases, months, first, last)
    _count_acts(session, cases, months, first, last)
    _count_missed(session, cases, months, first, last, today)
    return list(months.values())


def days_by_month(
    first: date, last: date, *, but: Collection[Days] = ()
) -> Iterator[tuple[date, int]]:
    """Give each month from one day to another, both included, with how many of its days count.

    Days of pauses do not; one that lies in two pauses is left out once.
    """
    month = first.replace(day=1)
    while max(first, month) <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        begin, end = max(first, month), min(last, following - timedelta(days=1))
        yield month, (end - begin).days + 1 - _covered(begin, end, but)
        month = following


def _covered(begin: date, end: date, pauses: Collection[Days]) -> int:
    """Count the days from one to another that lie in a pause."""
    days, upto = 0, begin
    for first, last in sorted(pauses):
        start, stop = max(first, upto), min(last, end)
        if start <= stop:
            days += (stop - start).days + 1
            upto = stop + timedelta(days=1)
    return days


def _pauses(session: Session, cases: ColumnElement[bool]) -> Mapping[uuid.UUID, Sequence[Days]]:
    statement = (
        select(CasePause.case_id, CasePause.from_on, CasePause.until_on)
        .join(Case, Case.id == CasePause.case_id)
        .where(cases, CasePause.withdrawn_at.is_(None))
    )
    found: dict[uuid.UUID, list[Days]] = defaultdict(list)
    for case_id, from_on, until_on in session.execute(statement):
        found[case_id].append((from_on, until_on))
    return found


def _count_visits(
    session: Session, cases: ColumnElement[bool], months: Months, first: date, last: date
) -> None:
    done_at = func.coalesce(Visit.done_at, Visit.planned_end_at)
    statement = (
        select(Visit.case_id, done_at)
        .join(Visit.case)
        .where(cases, Visit.state == VisitState.DONE)
        .where(done_at >= midnight_in_paris(first), done_at < _after(last))
    )
    for case_id, at in session.execute(statement):
        if month := months.get((case_id, today_in_paris(at).replace(day=1))):
            month.visits += 1


def _count_acts(
    session: Session, cases: ColumnElement[bool], months: Months, first: date, last: date
) -> None:
    statement = (
        select(SupportAct.case_id, SupportAct.happened_on, SupportAct.kind, SupportAct.minutes)
        .join(SupportAct.case)
        .where(cases, SupportAct.withdrawn_at.is_(None))
        .where(SupportAct.happened_on >= first, SupportAct.happened_on <= last)
    )
    for case_id, on, kind, minutes in session.execute(statement):
        if month := months.get((case_id, on.replace(day=1))):
            month.minutes += minutes or 0
            if kind is ActKind.VISIT:
                month.visits += 1
            else:
                month.acts[kind] += 1


def _count_missed(
    session: Session,
    cases: ColumnElement[bool],
    months: Months,
    first: date,
    last: date,
    today: date,
) -> None:
    statement = (
        select(Task.case_id, Task.due_on, Task.state)
        .join(Task.case)
        .where(cases, is_turn(session), is_missed(today))
        .where(Task.due_on >= first, Task.due_on <= last)
    )
    for case_id, due_on, state in session.execute(statement):
        if month := months.get((case_id, due_on.replace(day=1))):
            month.missed += 1
            month.explained += state is TaskState.IMPOSSIBLE


def _after(day: date) -> datetime:
    """Give the first moment after a day in Paris."""
    return midnight_in_paris(day + timedelta(days=1))
