"""Where a programme stands: its cases by state, its refusals by reason and month, its rates."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.models.calls import ContactAttempt, Disposition, Refusal, RefusalReason
from visits.models.cases import ON_THE_WAY, Case, CaseState
from visits.models.people import PartRefusal
from visits.sight import Viewer
from visits.sight.lists import cases_seen
from visits.steering.rates import BREAK_OFF, VISITED, Rate, Tally, last_came_to, rates, tallies

STATES = tuple(CaseState)
YES = (Disposition.AGREED, Disposition.AGREED_BY_OTHER)


@dataclass(frozen=True)
class Outcomes:
    """Where a programme stands; `closed` are those that were closed on the way to a visit."""

    by_state: dict[CaseState, int]
    closed: int
    refusal_reasons: dict[str, int]
    refusals_by_month: dict[str, tuple[int, int]]
    rates: tuple[Rate, ...]
    # Persons who refuse a part of the visit: none of them is among the refusals for that.
    part_refusals: int = 0

    @property
    def enrolled(self) -> int:
        """How many persons are in the programme."""
        return sum(self.by_state.values()) + self.closed

    @property
    def refusals(self) -> int:
        """How many refused or broke off a visit, each under one reason."""
        return sum(self.refusal_reasons.values())


def outcomes(session: Session, programme: str, *, viewer: Viewer) -> Outcomes:
    """Count a programme's cases by state, its refusals by reason, and give its rates."""
    by_state, closed = _by_state(session, programme, viewer)
    broken_off = _count(session, programme, viewer, last_came_to(BREAK_OFF), ~VISITED)
    reasons = _reasons(session, programme, viewer, refused=by_state[CaseState.REFUSED])
    if broken_off:
        reasons[BREAK_OFF.value] = broken_off
    return Outcomes(
        by_state=by_state,
        closed=sum(closed.values()),
        refusal_reasons=dict(reasons),
        refusals_by_month=_answers_by_month(session, programme, viewer),
        rates=rates(_tally(session, programme, viewer)),
        part_refusals=_count(session, programme, viewer, _refuses_a_part()),
    )


@dataclass(frozen=True)
class Standing:
    """Where the persons of a programme stand; their rates are for `outcomes` to tell."""

    by_state: dict[CaseState, int]
    closed: int

    @property
    def enrolled(self) -> int:
        """How many persons are in the programme."""
        return sum(self.by_state.values()) + self.closed


def standing(session: Session, programme: str, *, viewer: Viewer) -> Standing:
    """Count a programme's cases by state, as `outcomes` does: by index, no case is looked at."""
    by_state, closed = _by_state(session, programme, viewer)
    return Standing(by_state, sum(closed.values()))


Counted = dict[CaseState, int]


def _by_state(session: Session, programme: str, viewer: Viewer) -> tuple[Counted, Counted]:
    """Count the cases that stand in each state, and apart those closed on the way to a visit."""
    over = Case.closed_on.is_not(None)
    counted = session.execute(
        select(Case.state, func.count(), func.count().filter(over))
        .where(Case.programme == programme, cases_seen(session, viewer))
        .group_by(Case.state)
    )
    stands, closed = dict.fromkeys(STATES, 0), dict.fromkeys(STATES, 0)
    for state, count, of_them_closed in counted:
        closed[state] = of_them_closed if state in ON_THE_WAY else 0
        stands[state] = count - closed[state]
    return stands, closed


def _tally(session: Session, programme: str, viewer: Viewer) -> Tally:
    of_it = Case.programme == programme
    counted = tallies(session, of_it, viewer=viewer, by=Case.programme.expression)
    return counted.get(programme, Tally())


def _reasons(session: Session, programme: str, viewer: Viewer, *, refused: int) -> Counter[str]:
    """Count each person who refused under her last reason, so that they sum to the refusals."""
    rows = session.execute(
        select(Refusal.case_id, Refusal.reason)
        .join(Case, Case.id == Refusal.case_id)
        .where(Case.programme == programme, Case.state == CaseState.REFUSED)
        .where(cases_seen(session, viewer))
        .order_by(Refusal.at, Refusal.id)
    )
    last = {case: reason for case, reason in rows}
    reasons = Counter(str(reason) for reason in last.values())
    reasons[RefusalReason.NOT_SAID.value] += refused - len(last)
    return +reasons


def _refuses_a_part() -> ColumnElement[bool]:
    hers = PartRefusal.person_id == Case.person_id
    return exists().where(hers, PartRefusal.ended_at.is_(None))


def _count(session: Session, programme: str, viewer: Viewer, *only: ColumnElement[bool]) -> int:
    statement = select(func.count(Case.id)).where(
        Case.programme == programme, cases_seen(session, viewer), *only
    )
    return session.scalar(statement) or 0


def _answers_by_month(
    session: Session, programme: str, viewer: Viewer
) -> dict[str, tuple[int, int]]:
    """Count per month the refusals and the answers (a yes or a no), by month as `2026-03`."""
    rows = session.execute(
        select(ContactAttempt.at, ContactAttempt.disposition)
        .join(ContactAttempt.case)
        .where(Case.programme == programme, cases_seen(session, viewer))
        .where(ContactAttempt.taken_back_at.is_(None))
        .where(
            ContactAttempt.disposition.in_(
                (
                    *YES,
                    Disposition.REFUSED,
                    Disposition.REFUSED_BY_FAMILY,
                    Disposition.BROKEN_OFF,
                )
            )
        )
    )
    months: dict[str, tuple[int, int]] = {}
    for at, disposition in rows:
        month = _month(at)
        refusals, answers = months.get(month, (0, 0))
        months[month] = (refusals + (disposition not in YES), answers + 1)
    return dict(sorted(months.items()))


def _month(at: datetime) -> str:
    return f"{today_in_paris(at):%Y-%m}"
