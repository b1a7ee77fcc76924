"""The balance of accompaniments by month: counted from days, visits and acts, never typed."""

import uuid
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.accounts import Organisation
from visits.models.cases import Case, CasePause, Task, TaskState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.support import ActKind, SupportAct
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.programmes.facts import stands_in_priority_district
from visits.sight import Viewer
from visits.sight.listing import FEW
from visits.sight.lists import cases_seen
from visits.support.pace import is_missed, is_turn

Days = tuple[date, date]


class Household(NamedTuple):
    """A case as the balance counts it; `in_priority_district` is None where nobody said."""

    case_id: uuid.UUID
    person_id: uuid.UUID
    landlord_id: uuid.UUID
    opened_on: date
    closed_on: date | None
    organisation: str | None
    in_priority_district: bool | None


@dataclass
class CaseMonth:
    """What a month came to in a case.

    `days` are those it was open and not paused, of the `of_days` of the month. `visits` are those
    that were done, and those noted as acts; `acts` counts the others by kind, `minutes` is how
    long all acts took, where somebody said so. `missed` visits of the pace were never made up
    for; of those somebody `explained` some.
    """

    of: Household
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
        return _days_of(self.month)


@cache
def _days_of(month: date) -> int:
    return monthrange(month.year, month.month)[1]


@dataclass
class Totals:
    """What several months of several cases came to.

    `organisations` are in charge. `districts` says of each household of whose home it is known
    whether it stands in a priority district.
    """

    cases: set[uuid.UUID] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)
    visits: int = 0
    acts: Counter[ActKind] = field(default_factory=Counter)
    minutes: int = 0
    missed: int = 0
    explained: int = 0
    districts: dict[uuid.UUID, bool] = field(default_factory=dict)
    # Days that count, by how many days their month has: shares are summed once, exactly.
    _days: Counter[int] = field(default_factory=Counter)

    def add(self, one: CaseMonth) -> None:
        """Count a month of a case."""
        self.cases.add(one.of.case_id)
        if one.of.organisation is not None:
            self.organisations.add(one.of.organisation)
        self._days[one.of_days] += one.days
        self.visits += one.visits
        if one.acts:
            self.acts.update(one.acts)
        self.minutes += one.minutes
        self.missed += one.missed
        self.explained += one.explained
        if one.of.in_priority_district is not None:
            self.districts[one.of.case_id] = one.of.in_priority_district

    @property
    def support_months(self) -> Fraction:
        """Sum the shares of months that count."""
        return sum((Fraction(days, of) for of, days in self._days.items()), Fraction(0))

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
    rested = _pauses(session, cases)
    months = {
        (one.case_id, month): CaseMonth(one, month, days)
        for one in _households(session, cases, viewer, first, last)
        for month, days in days_by_month(
            max(first, one.opened_on),
            min(last, one.closed_on or last),
            but=rested.get(one.case_id, ()),
        )
    }
    _count_visits(session, cases, months, first, last)
    _count_acts(session, cases, months, first, last)
    _count_missed(session, cases, months, first, last, today)
    return list(months.values())


def _households(
    session: Session, cases: ColumnElement[bool], viewer: Viewer, first: date, last: date
) -> list[Household]:
    """List the cases that were open on a day from one to another, of those the viewer may see."""
    statement = (
        select(
            Case.id,
            Case.person_id,
            Case.landlord_id,
            Case.opened_at,
            Case.closed_on,
            Organisation.name,
            Residence.priority_district,
            Residence.reference,
            Case.dwelling_id,
        )
        .outerjoin(Case.organisation)
        .outerjoin(Case.dwelling)
        .outerjoin(Dwelling.residence)
        .where(cases, cases_seen(session, viewer))
        .where(Case.opened_at < _after(last))
        .where(or_(Case.closed_on.is_(None), Case.closed_on >= first))
    )
    found = session.execute(statement.order_by(Case.opened_at, Case.id))
    return [
        Household(
            case_id, person_id, landlord_id, today_in_paris(opened_at), closed_on, organisation,
            stands_in_priority_district(district, reference) if home else None,
        )
        for case_id, person_id, landlord_id, opened_at, closed_on, organisation, district,
        reference, home in found
    ]  # fmt: skip


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


def names_of(session: Session, persons: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Give the names of those a balance is of, as they stand on lists."""
    ids, found = list(persons), dict[uuid.UUID, str]()
    for start in range(0, len(ids), FEW):
        some = select(Person).where(Person.id.in_(ids[start : start + FEW]))
        found |= {one.id: one.name for one in session.scalars(some.order_by(Person.id))}
    return found


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
        .where(cases, Visit.state == VisitState.DONE, AT_HOME)
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
