"""The accounts of a programme in a year: set aside, asked, paid, spent, and what one comes to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from visits.ground.deadlines import midnight_in_paris
from visits.models.cases import Case
from visits.models.money import Basis, CostKind, MoneyKind, MoneyNote
from visits.models.sessions import CollectiveSession, SessionState
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.money.notes import MoneyFilter, in_reach
from visits.programmes import Programme
from visits.programmes.shape import BudgetLine
from visits.sight import Viewer
from visits.sight.lists import cases_seen
from visits.sight.sessions import visible_sessions

# A unit cost that was told may be rounded by so much of what it should be.
ROUNDED = Decimal("0.01")


@dataclass(frozen=True)
class UnitCost:
    """What one of something comes to, in cents: all costs by how many there are; None of none."""

    basis: Basis
    costs: int
    count: int

    @property
    def cents(self) -> int | None:
        """The costs by the count, to the nearest cent."""
        if not self.count:
            return None
        return int((Decimal(self.costs) / self.count).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class ToldUnitCost:
    """A unit cost as somebody told it, beside what is counted."""

    note: MoneyNote
    counted: UnitCost

    @property
    def would_come_to(self) -> int:
        """The costs it would come to, in cents, for as many as are counted."""
        return self.note.cents * self.counted.count

    @property
    def is_doubtful(self) -> bool:
        """Tell whether it is not what the noted costs come to, or nothing is counted."""
        counted = self.counted.cents
        return not counted or abs(self.note.cents - counted) > counted * ROUNDED


@dataclass
class Accounts:
    """What a programme set aside, was promised and spent, in cents; each by what it is for."""

    budget: Sequence[BudgetLine]
    costs: Counter[CostKind] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    of_sessions: int = 0
    unit_costs: list[UnitCost] = field(default_factory=list)
    told: list[ToldUnitCost] = field(default_factory=list)

    @property
    def budget_cents(self) -> int:
        """All that is set aside."""
        return sum(round(line.amount * 100) for line in self.budget)

    @property
    def spent(self) -> int:
        """All that was spent: the costs noted here, and those that stand with group sessions."""
        return self.costs.total() + self.of_sessions

    @property
    def payers(self) -> list[str]:
        """Name who was asked or paid."""
        return sorted({*self.asked, *self.paid})


def accounts(
    session: Session, viewer: Viewer, programme: Programme, *, only: MoneyFilter
) -> Accounts:
    """Sum what was noted of a programme in a period, and count what it was spent on.

    Persons and visits are counted as far as the viewer sees them; what was withdrawn counts not.
    """
    found = Accounts(_set_aside(programme.budget, only.first, only.last))
    standing = (*in_reach(session, viewer, only), MoneyNote.withdrawn_at.is_(None))
    notes = session.scalars(
        select(MoneyNote).where(*standing).order_by(MoneyNote.of_day, MoneyNote.id)
    ).all()
    for note in notes:
        if note.kind is MoneyKind.COST and note.cost_kind is not None:
            found.costs[note.cost_kind] += note.cents
        elif note.kind is MoneyKind.GRANT_ASKED:
            found.asked[note.payer or ""] += note.cents
        elif note.kind is MoneyKind.GRANT_PAID:
            found.paid[note.payer or ""] += note.cents
    found.of_sessions = _of_sessions(session, viewer, only)
    spent = found.spent
    counts = count_each(session, viewer, programme, only=only)
    found.unit_costs = [UnitCost(basis, spent, counts[basis]) for basis in Basis]
    found.told = [
        ToldUnitCost(note, UnitCost(note.basis, spent, counts[note.basis]))
        for note in notes
        if note.kind is MoneyKind.UNIT_COST and note.basis is not None
    ]
    return found


def count_each(
    session: Session, viewer: Viewer, programme: Programme, *, only: MoneyFilter
) -> dict[Basis, int]:
    """Count what a cost may be one of, in a period.

    Targeted is whoever had an open case on a day of it; a household is helped that was visited; a
    diagnostic is a visit of the programme's first kind.
    """
    start, end = midnight_in_paris(only.first), _after(only.last)
    cases = (
        Case.programme == programme.code,
        cases_seen(session, viewer),
        Case.landlord_id == only.landlord_id if only.landlord_id is not None else true(),
    )
    targeted = select(func.count(Case.person_id.distinct())).where(
        *cases, Case.opened_at < end, or_(Case.closed_on.is_(None), Case.closed_on >= only.first)
    )
    at = func.coalesce(Visit.done_at, Visit.planned_end_at)
    done = (*cases, Visit.state == VisitState.DONE, AT_HOME, at >= start, at < end)
    visits = select(
        func.count(Visit.id),
        func.count(Visit.id).filter(_of_first_kind(programme)),
        func.count(Case.person_id.distinct()),
    ).join(Visit.case)
    of_visits, of_first_kind, of_persons = session.execute(visits.where(*done)).one()
    return {
        Basis.PERSON_TARGETED: session.scalar(targeted) or 0,
        Basis.VISIT_DONE: of_visits,
        Basis.DIAGNOSTIC: of_first_kind,
        Basis.HOUSEHOLD_HELPED: of_persons,
    }


def _of_sessions(session: Session, viewer: Viewer, only: MoneyFilter) -> int:
    """Sum what the group sessions cost that were held in a period, in cents."""
    held = (
        CollectiveSession.programme == only.programme,
        CollectiveSession.state == SessionState.HELD,
        CollectiveSession.starts_at >= midnight_in_paris(only.first),
        CollectiveSession.starts_at < _after(only.last),
        visible_sessions(viewer),
    )
    return session.scalar(select(func.sum(CollectiveSession.cost_cents)).where(*held)) or 0


def _of_first_kind(programme: Programme) -> ColumnElement[bool]:
    return Visit.kind.in_(("", programme.visit_kinds[0].code))


def _set_aside(lines: Iterable[BudgetLine], first: date, last: date) -> list[BudgetLine]:
    """Give the budget lines of which a day lies in a period; one without days is of any."""
    return [
        line
        for line in lines
        if (line.starts_on or first) <= last and (line.ends_on or last) >= first
    ]


def _after(day: date) -> datetime:
    return midnight_in_paris(day + timedelta(days=1))
