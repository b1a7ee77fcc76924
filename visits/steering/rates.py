"""Rates of calls and visits, each with its numerator and its denominator.

Dispositions and formulas follow the AAPOR Standard Definitions for in-person household surveys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from visits.models.calls import ContactAttempt, Disposition
from visits.models.cases import Case, CaseState
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.sight import Viewer
from visits.sight.lists import cases_seen

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
# Steps of the ladder after which somebody is called again, yet that count otherwise meanwhile: a
# break-off as a refusal (AAPOR 2.12), a wrong address as unknown (3.x).
BREAK_OFF, WRONG_ADDRESS = Disposition.BROKEN_OFF, Disposition.WRONG_ADDRESS
# Once, whatever became of her next visit: a person is in a rate once, and then as visited.
VISITED = or_(
    Case.state == CaseState.VISITED,
    exists()
    .where(Visit.case_id == Case.id, Visit.state == VisitState.DONE, AT_HOME)
    .correlate(Case),
)


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
class Tally:
    """How many cases came to what, each counted once; `reached` is how many were spoken to.

    complete (I), partial (P): a visit has begun and lacks a required form; refused (R): or broke
    off; other (O): spoken to, neither visited nor refused; not_reached (NC): tried; unknown (U):
    not tried yet, or not living where we looked; not_eligible leaves every denominator.
    """

    complete: int = 0
    partial: int = 0
    refused: int = 0
    other: int = 0
    not_reached: int = 0
    unknown: int = 0
    not_eligible: int = 0
    reached: int = 0

    def __add__(self, one: "Tally") -> "Tally":
        """Add up, each by itself."""
        return Tally(*(getattr(self, f.name) + getattr(one, f.name) for f in fields(self)))

    @property
    def called(self) -> int:
        """How many eligible were tried where they live."""
        interviewed = self.complete + self.partial
        return interviewed + self.refused + self.other + self.not_reached

    @property
    def eligible(self) -> int:
        """How many are not known to be outside."""
        return self.called + self.unknown

    @property
    def in_all(self) -> int:
        """How many cases were counted."""
        return self.eligible + self.not_eligible

    @property
    def likely_eligible(self) -> int:
        """Who was called, and of the unknown as large a share as is eligible of the known.

        AAPOR's e by proportional allocation, in whole persons.
        """
        known = self.called + self.not_eligible
        return self.called + (round(self.unknown * self.called / known) if known else self.unknown)


def rates(counted: Tally) -> tuple[Rate, ...]:
    """Compute the rates of a tally.

    REFC = R / reached is ours: the AAPOR has no refusal rate of those contacted.
    """
    complete, refused = counted.complete, counted.refused
    answered = complete + counted.partial + refused
    return (
        Rate("REF3", refused, counted.called),
        Rate("REFC", refused, counted.reached),
        Rate("REF1", refused, counted.eligible),
        Rate("REF2", refused, counted.likely_eligible),
        Rate("COOP3", complete, answered),
        Rate("COOP1", complete, answered + counted.other),
        Rate("RR1", complete, counted.eligible),
        Rate("RR2", complete + counted.partial, counted.eligible),
        Rate("RR3", complete, counted.likely_eligible),
        Rate("CON1", counted.reached, counted.eligible),
    )


def tallies(
    session: Session, *only: ColumnElement[bool], viewer: Viewer, by: ColumnElement[Any]
) -> Mapping[Any, Tally]:
    """Count the cases a viewer sees by what they came to, apart for each value of `by`.

    `by` is a column of `Case`, or a value asked for each.
    """
    each = (
        select(
            by.label("of"),
            came_to().label("came_to"),
            cast(case((was_reached(), 1), else_=0), Integer).label("reached"),
        )
        .where(*only, cases_seen(session, viewer))
        .subquery()
    )
    counted = session.execute(
        select(each.c.of, each.c.came_to, func.count(), func.sum(each.c.reached)).group_by(
            each.c.of, each.c.came_to
        )
    )
    found: dict[Any, Tally] = {}
    for of, kind, count, reached in counted:
        here = Tally(**{kind: count}, reached=reached)
        found[of] = found.get(of, Tally()) + here
    return found


def came_to() -> ColumnElement[str]:
    """Give what a case came to, as a tally names it: the first that holds."""
    begun = exists().where(Visit.case_id == Case.id, Visit.state == VisitState.UNDER_WAY, AT_HOME)
    return case(
        (VISITED, "complete"),
        (Case.state == CaseState.NOT_ELIGIBLE, "not_eligible"),
        (or_(Case.state == CaseState.REFUSED, last_came_to(BREAK_OFF)), "refused"),
        (and_(Case.state == CaseState.PLANNED, begun.correlate(Case)), "partial"),
        (last_came_to(WRONG_ADDRESS), "unknown"),
        (and_(Case.state == CaseState.TO_CALL, ~was_tried()), "unknown"),
        (was_reached(), "other"),
        else_="not_reached",
    )


def was_tried(*only: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition for cases with an attempt that stands."""
    stands = ContactAttempt.taken_back_at.is_(None)
    tried = exists().where(ContactAttempt.case_id == Case.id, stands, *only)
    return tried.correlate(Case)


def was_reached() -> ColumnElement[bool]:
    """Give the condition for those who were spoken to, leaving out who counts as unknown."""
    spoken_to = and_(
        Case.state.not_in((CaseState.NOT_ELIGIBLE, CaseState.UNREACHABLE)),
        or_(Case.state.in_(ANSWERED), was_tried(ContactAttempt.disposition.not_in(NOBODY))),
        ~last_came_to(WRONG_ADDRESS),
    )
    return or_(VISITED, spoken_to)


def last_came_to(disposition: Disposition) -> ColumnElement[bool]:
    """Give the condition for cases to be called back whose last attempt came to this."""
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
    return and_(Case.state == CaseState.CALL_BACK, Case.id.in_(ended_so))
