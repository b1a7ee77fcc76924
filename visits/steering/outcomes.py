"""Rates of a programme, each with its numerator and its denominator.

Dispositions and formulas follow the AAPOR Standard Definitions for in-person household surveys.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from visits.ground.deadlines import today_in_paris
from visits.models.calls import ContactAttempt, Disposition, Refusal, RefusalReason
from visits.models.cases import ON_THE_WAY, Case, CaseState
from visits.models.people import PartRefusal
from visits.models.visits import Visit, VisitState
from visits.sight import Viewer
from visits.sight.lists import cases_seen

STATES = tuple(CaseState)
# Where nobody gets without having been spoken to.
ANSWERED = (
    CaseState.AGREED,
    CaseState.PLANNED,
    CaseState.VISITED,
    CaseState.REFUSED,
)
# Attempts in which the person was not spoken to.
NOBODY = (
    Disposition.NO_ANSWER,
    Disposition.WRONG_NUMBER,
    Disposition.WRONG_ADDRESS,
    Disposition.THIRD_PARTY,
)
YES = (Disposition.AGREED, Disposition.AGREED_BY_OTHER)
# Steps of the ladder after which somebody is called again, yet that count otherwise meanwhile: a
# break-off as a refusal (AAPOR 2.12), a wrong address as unknown (3.x).
BREAK_OFF, WRONG_ADDRESS = Disposition.BROKEN_OFF, Disposition.WRONG_ADDRESS


@dataclass(frozen=True)
class Rate:
    """A share, never without what it was computed from; no value for an empty denominator."""

    code: str
    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The share between 0 and 1."""
        return self.numerator / self.denominator if self.denominator else None


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
    by_result = _by_result(session, programme, viewer, _with(by_state, closed))
    broken_off = _left_at(session, programme, viewer, BREAK_OFF)
    reasons = _reasons(session, programme, viewer, refused=by_state[CaseState.REFUSED])
    if broken_off:
        reasons[BREAK_OFF.value] = broken_off
    return Outcomes(
        by_state=by_state,
        closed=sum(closed.values()),
        refusal_reasons=dict(reasons),
        refusals_by_month=_answers_by_month(session, programme, viewer),
        rates=rates(
            by_result,
            partial=_under_way(session, programme, viewer),
            broken_off=broken_off,
            wrong_address=_left_at(session, programme, viewer, WRONG_ADDRESS),
            untried=_untried(session, programme, viewer),
            reached=_count(session, programme, viewer, _reached()),
        ),
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


def _with(stands: Counted, closed: Counted) -> Counted:
    """Give where all cases were last, which is what the rates are of."""
    return {state: count + closed[state] for state, count in stands.items()}


def _by_result(
    session: Session,
    programme: str,
    viewer: Viewer,
    by_state: dict[CaseState, int],
) -> dict[CaseState, int]:
    """Count as visited who was visited once, wherever the next visit stands."""
    counted = session.execute(
        select(Case.state, func.count())
        .where(Case.programme == programme, cases_seen(session, viewer), VISITED)
        .group_by(Case.state)
    )
    by_result = dict(by_state)
    for state, count in counted:
        by_result[state] -= count
        by_result[CaseState.VISITED] += count
    return by_result


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


TO_CALL = Case.state == CaseState.TO_CALL
# Once, whatever became of her next visit: a person is in a rate once, and then as visited.
VISITED = exists().where(Visit.case_id == Case.id, Visit.state == VisitState.DONE).correlate(Case)


def _refuses_a_part() -> ColumnElement[bool]:
    hers = PartRefusal.person_id == Case.person_id
    return exists().where(hers, PartRefusal.ended_at.is_(None))


def _untried(session: Session, programme: str, viewer: Viewer) -> int:
    return _count(session, programme, viewer, TO_CALL, ~_tried(), ~VISITED)


def _tried(*only: ColumnElement[bool]) -> ColumnElement[bool]:
    stands = ContactAttempt.taken_back_at.is_(None)
    return exists().where(ContactAttempt.case_id == Case.id, stands, *only)


def _reached() -> ColumnElement[bool]:
    """Give the condition for those who were spoken to, leaving out who counts as unknown."""
    spoken_to = and_(
        Case.state.not_in((CaseState.NOT_ELIGIBLE, CaseState.UNREACHABLE)),
        or_(Case.state.in_(ANSWERED), _tried(ContactAttempt.disposition.not_in(NOBODY))),
        ~and_(*_last_came_to(WRONG_ADDRESS)),
    )
    return or_(VISITED, spoken_to)


def _count(session: Session, programme: str, viewer: Viewer, *only: ColumnElement[bool]) -> int:
    statement = select(func.count(Case.id)).where(
        Case.programme == programme, cases_seen(session, viewer), *only
    )
    return session.scalar(statement) or 0


def _left_at(session: Session, programme: str, viewer: Viewer, disposition: Disposition) -> int:
    """Count the cases never visited, to be called back, whose last attempt came to this."""
    return _count(session, programme, viewer, *_last_came_to(disposition), ~VISITED)


def _last_came_to(disposition: Disposition) -> tuple[ColumnElement[bool], ...]:
    later = aliased(ContactAttempt)
    last = ~exists().where(
        later.case_id == ContactAttempt.case_id,
        or_(
            later.at > ContactAttempt.at,
            and_(later.at == ContactAttempt.at, later.id > ContactAttempt.id),
        ),
        later.taken_back_at.is_(None),
    )
    ended_so = select(ContactAttempt.case_id).where(
        ContactAttempt.disposition == disposition, ContactAttempt.taken_back_at.is_(None), last
    )
    return Case.state == CaseState.CALL_BACK, Case.id.in_(ended_so)


def _under_way(session: Session, programme: str, viewer: Viewer) -> int:
    """Count the cases never visited whose visit has begun and lacks a required form still."""
    statement = (
        select(func.count(Case.id.distinct()))
        .join(Visit, Visit.case_id == Case.id)
        .where(Case.programme == programme, cases_seen(session, viewer))
        .where(Case.state == CaseState.PLANNED, Visit.state == VisitState.UNDER_WAY, ~VISITED)
    )
    return session.scalar(statement) or 0


def rates(
    by_state: dict[CaseState, int],
    *,
    partial: int = 0,
    broken_off: int = 0,
    wrong_address: int = 0,
    untried: int = 0,
    reached: int = 0,
) -> tuple[Rate, ...]:
    """Compute the rates from the number of cases in each state.

    I complete, P partial, R refusal or break-off, NC called but not reached, O other contacted,
    U not yet attempted or wrong address: those who are not eligible leave every denominator.
    REF1 = R / all, REF3 = R / all but U, COOP3 = I / (I + P + R), RR1 = I / all, CON1 = reached /
    all. REFC = R / reached is ours: the AAPOR has no refusal rate of those contacted.
    """
    complete = by_state[CaseState.VISITED]
    refused = by_state[CaseState.REFUSED] + broken_off
    eligible = sum(by_state.values()) - by_state[CaseState.NOT_ELIGIBLE]
    called = eligible - untried - wrong_address
    return (
        Rate("REF3", refused, called),
        Rate("REFC", refused, reached),
        Rate("REF1", refused, eligible),
        Rate("COOP3", complete, complete + partial + refused),
        Rate("RR1", complete, eligible),
        Rate("CON1", reached, eligible),
    )


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
