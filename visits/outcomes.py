"""Rates of a programme, each with its numerator and its denominator.

Dispositions and formulas follow the AAPOR Standard Definitions for in-person household surveys.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from visits.models.people import Person
from visits.models.programmes import (
    ContactAttempt,
    Disposition,
    Enrolment,
    EnrolmentState,
    Refusal,
)
from visits.models.visits import Visit, VisitState
from visits.queries import Viewer, visible_persons

STATES = tuple(EnrolmentState)
NON_CONTACT = (EnrolmentState.UNREACHABLE,)
UNKNOWN = (EnrolmentState.TO_CALL,)
OTHER = (EnrolmentState.CALL_BACK, EnrolmentState.AGREED, EnrolmentState.PLANNED)
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
    """Where a programme stands."""

    by_state: dict[EnrolmentState, int]
    refusal_reasons: dict[str, int]
    refusals_by_month: dict[str, tuple[int, int]]
    rates: tuple[Rate, ...]

    @property
    def enrolled(self) -> int:
        """How many persons are in the programme."""
        return sum(self.by_state.values())


def outcomes(session: Session, programme: str, *, viewer: Viewer) -> Outcomes:
    """Count a programme's enrolments by state, its refusals by reason, and give its rates."""
    counted = session.execute(
        select(Enrolment.state, func.count())
        .join(Enrolment.person)
        .where(Enrolment.programme == programme, visible_persons(viewer))
        .group_by(Enrolment.state)
    )
    by_state = dict.fromkeys(STATES, 0) | {state: count for state, count in counted}
    refused = session.execute(
        select(Refusal.enrolment_id, Refusal.reason)
        .join(Enrolment, Enrolment.id == Refusal.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.programme == programme, Enrolment.state == EnrolmentState.REFUSED)
        .where(visible_persons(viewer))
    )
    reasons = Counter(reason for _enrolment, reason in {tuple(row) for row in refused})
    return Outcomes(
        by_state=by_state,
        refusal_reasons={str(reason): count for reason, count in reasons.items()},
        refusals_by_month=_answers_by_month(session, programme, viewer),
        rates=rates(
            by_state,
            partial=_under_way(session, programme, viewer),
            broken_off=_left_at(session, programme, viewer, BREAK_OFF),
            wrong_address=_left_at(session, programme, viewer, WRONG_ADDRESS),
        ),
    )


def _left_at(session: Session, programme: str, viewer: Viewer, disposition: Disposition) -> int:
    """Count the enrolments to be called back whose last attempt came to this."""
    later = aliased(ContactAttempt)
    last = ~exists().where(
        later.enrolment_id == ContactAttempt.enrolment_id, later.at > ContactAttempt.at
    )
    statement = (
        select(func.count(Enrolment.id.distinct()))
        .join(Enrolment.person)
        .join(ContactAttempt, ContactAttempt.enrolment_id == Enrolment.id)
        .where(Enrolment.programme == programme, visible_persons(viewer))
        .where(Enrolment.state == EnrolmentState.CALL_BACK)
        .where(ContactAttempt.disposition == disposition, last)
    )
    return session.scalar(statement) or 0


def _under_way(session: Session, programme: str, viewer: Viewer) -> int:
    """Count the planned enrolments whose visit has begun and lacks a required form still."""
    statement = (
        select(func.count(Enrolment.id.distinct()))
        .join(Enrolment.person)
        .join(Visit, Visit.enrolment_id == Enrolment.id)
        .where(Enrolment.programme == programme, visible_persons(viewer))
        .where(Enrolment.state == EnrolmentState.PLANNED, Visit.state == VisitState.UNDER_WAY)
    )
    return session.scalar(statement) or 0


def rates(
    by_state: dict[EnrolmentState, int],
    *,
    partial: int = 0,
    broken_off: int = 0,
    wrong_address: int = 0,
) -> tuple[Rate, ...]:
    """Compute the rates from the number of enrolments in each state.

    I complete, P partial, R refusal or break-off, NC non-contact, O other contacted, U not yet
    attempted or wrong address: those who are not eligible leave every denominator. REF1 = R / all,
    REF3 = R / all but U, COOP3 = I / (I + P + R), RR1 = I / all.
    """
    complete = by_state[EnrolmentState.VISITED]
    refused = by_state[EnrolmentState.REFUSED] + broken_off
    eligible = sum(by_state.values()) - by_state[EnrolmentState.NOT_ELIGIBLE]
    attempted = eligible - sum(by_state[state] for state in UNKNOWN) - wrong_address
    contacted = attempted - sum(by_state[state] for state in NON_CONTACT)
    return (
        Rate("REF3", refused, attempted),
        Rate("REF1", refused, eligible),
        Rate("COOP3", complete, complete + partial + refused),
        Rate("RR1", complete, eligible),
        Rate("CON1", contacted, eligible),
    )


def _answers_by_month(
    session: Session, programme: str, viewer: Viewer
) -> dict[str, tuple[int, int]]:
    """Count per month the refusals and the answers (a yes or a no), by month as `2026-03`."""
    rows = session.execute(
        select(ContactAttempt.at, ContactAttempt.disposition)
        .join(ContactAttempt.enrolment)
        .join(Enrolment.person)
        .where(Enrolment.programme == programme, visible_persons(viewer))
        .where(
            ContactAttempt.disposition.in_(
                (
                    Disposition.AGREED,
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
        months[month] = (refusals + (disposition is not Disposition.AGREED), answers + 1)
    return dict(sorted(months.items()))


def _month(at: datetime) -> str:
    return at.strftime("%Y-%m")
