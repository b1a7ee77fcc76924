"""Falls that persons told of, by the time they were asked about: a rate, and the spans behind it.

The definitions are those of the field: falls per person-year, each span from one contact to the
next (Lamb and others 2005, ProFaNE). Nobody may read more into it: it is what people remember.
"""

import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import sqrt
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from diagnostics.falls import FallsTold, asks_of_falls, falls_told
from visits.forms.published import read_form
from visits.ground.deadlines import today_in_paris
from visits.intake.conclusion import read_checked
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, Visit, VisitState
from visits.sight import Viewer
from visits.sight.few import FEWEST
from visits.sight.lists import cases_seen
from visits.steering.rates_by import KINDS, By

DAYS_A_YEAR = 365.25
# By what the rate of a programme is told apart.
COMPARED = (By.PARTNER, By.TOWN)


class Why(enum.StrEnum):
    """Whether a span is in the rate, and why it is not."""

    COUNTED = "counted"
    UNSAID = "unsaid"
    NOBODY_BEFORE = "nobody_before"
    SAME_DAY = "same_day"


@dataclass(frozen=True)
class Span:
    """What an answer is about: from one contact (`first`, None where there is none) to it, `last`.

    `falls` is None where the person does not say; `of` names the group of her case.
    """

    visit_id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID
    name_key: str
    of: str | None
    first: date | None
    last: date
    falls: int | None

    @property
    def days(self) -> int:
        """How many days lie between the two contacts."""
        return (self.last - self.first).days if self.first else 0

    @property
    def why(self) -> Why:
        """Whether it is counted."""
        if self.first is None:
            return Why.NOBODY_BEFORE
        if self.falls is None:
            return Why.UNSAID
        return Why.COUNTED if self.days else Why.SAME_DAY


@dataclass(frozen=True)
class FallsRate:
    """Falls told by so many persons, `fell` of whom fell, over so many days of all together."""

    persons: int = 0
    fell: int = 0
    falls: int = 0
    days: int = 0

    @property
    def years(self) -> float:
        """The person-years that were asked about."""
        return self.days / DAYS_A_YEAR

    @property
    def value(self) -> float | None:
        """Falls per person-year; None of fewer than five persons."""
        return self.falls / self.years if self.persons >= FEWEST and self.days else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The rate's bounds at 95 %, as if no fall led to another; None as above."""
        if self.value is None:
            return None
        low, high = poisson_interval(self.falls)
        return low / self.years, high / self.years


def poisson_interval(count: int) -> tuple[float, float]:
    """Give the bounds at 95 % of a count, by Byar's approximation to the exact Poisson ones.

    Source: Breslow and Day, Statistical Methods in Cancer Research II, IARC 1987, p. 69. Within
    three hundredths of the exact bounds, of a count from 0 up.
    """
    z, more = 1.959964, count + 1
    low = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3 if count else 0.0
    return low, more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3


def falls_rate(spans: Iterable[Span]) -> FallsRate:
    """Sum the spans that count; the others are for their list."""
    counted = [one for one in spans if one.why is Why.COUNTED]
    return FallsRate(
        persons=len({one.person_id for one in counted}),
        fell=len({one.person_id for one in counted if one.falls}),
        falls=sum(one.falls or 0 for one in counted),
        days=sum(one.days for one in counted),
    )


def rates_apart(spans: Iterable[Span]) -> list[tuple[str | None, FallsRate]]:
    """Give the rate of each group, by name; what has none comes last."""
    ordered = sorted(spans, key=lambda one: _unnamed_last(one.of))
    return [
        (list_of[0].of, falls_rate(list_of))
        for _, rows in groupby(ordered, key=lambda one: one.of)
        if (list_of := list(rows))
    ]


def _unnamed_last(name: str | None) -> tuple[bool, str, str]:
    return name is None, (name or "").casefold(), name or ""


def falls_spans(
    session: Session, programme: str, *, by: By, year: int | None = None, viewer: Viewer
) -> list[Span]:
    """List the spans that answers of a programme's cases are about, the case's contacts in turn.

    A contact is a visit or a call that was done with a form; where a form asks of falls, it is one
    unless nobody was spoken to. An answer that is set aside, or that a later one of its visit
    stands for, says nothing. `year` is the one in which the answer was given.
    """
    told = _told(session, programme, viewer)
    contacts = _contacts(session, programme, viewer, by, told)
    named = _named(session, by, contacts)
    return [
        span
        for _, rows in groupby(contacts, key=lambda one: one.case.id)
        for span in _spans_of(list(rows), named)
        if year in (None, span.last.year)
    ]


@dataclass(frozen=True)
class _Told:
    on: date
    falls: FallsTold


@dataclass(frozen=True)
class _Contact:
    visit_id: uuid.UUID
    on: date
    told: FallsTold | None
    case: Any


def _spans_of(contacts: Sequence[_Contact], named: Mapping[Any, str]) -> Iterable[Span]:
    before: date | None = None
    for one in sorted(contacts, key=lambda one: (one.on, one.visit_id)):
        if one.told is not None and not one.told.spoken:
            continue
        if one.told is not None:
            yield Span(
                visit_id=one.visit_id,
                case_id=one.case.id,
                person_id=one.case.person_id,
                name_key=one.case.name_key,
                of=named.get(one.case.of),
                first=before,
                last=one.on,
                falls=one.told.number,
            )
        before = one.on


def _contacts(
    session: Session, programme: str, viewer: Viewer, by: By, told: Mapping[uuid.UUID, _Told]
) -> list[_Contact]:
    """List by case what may be a contact, in the cases in which a form asked of falls."""
    rows = session.execute(
        select(Visit.id.label("visit_id"), Visit.planned_start_at)
        .add_columns(Case.id, Case.person_id, Person.name_key, KINDS[by].asked().label("of"))
        .join(Case, Case.id == Visit.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(Visit.case_id.in_(_asked(session, programme, viewer, Visit.case_id)))
        .where(
            or_(
                Visit.state == VisitState.DONE,
                Visit.id.in_(_asked(session, programme, viewer, Visit.id)),
            )
        )
        .order_by(Case.id, Visit.planned_start_at, Visit.id)
    )
    return [
        _Contact(
            visit_id=row.visit_id,
            on=said.on if (said := told.get(row.visit_id)) else today_in_paris(row[1]),
            told=said.falls if said else None,
            case=row,
        )
        for row in rows
    ]


def _told(session: Session, programme: str, viewer: Viewer) -> dict[uuid.UUID, _Told]:
    """Read what each visit's latest counted answers say of falls."""
    rows = session.execute(
        _asked(session, programme, viewer, Visit.id)
        .add_columns(Submission.id, Submission.findings)
        .add_columns(Submission.ended_at, Submission.received_at)
        .order_by(Submission.received_at, Submission.id)
    )
    found = {}
    for visit_id, sent_id, findings, ended_at, received_at in rows:
        kept = (findings or {}).get("falls")
        falls = FallsTold(**kept) if kept else _read_again(session, sent_id)
        if falls is not None:
            found[visit_id] = _Told(today_in_paris(ended_at or received_at), falls)
    return found


def _read_again(session: Session, submission_id: uuid.UUID) -> FallsTold | None:
    """Read what answers of before it was kept beside them say."""
    sent = session.get_one(Submission, submission_id)
    return falls_told(read_form(sent.form_version).form, read_checked(sent))


def _asked(session: Session, programme: str, viewer: Viewer, column: Any) -> Select[Any]:
    """Ask for a column of the visits whose counted answers say something of falls."""
    return (
        select(column)
        .join(Submission, Submission.visit_id == Visit.id)
        .join(Case, Case.id == Visit.case_id)
        .where(Case.programme == programme, cases_seen(session, viewer))
        .where(Submission.state.in_(COUNTED))
        .where(Submission.form_version_id.in_(_asking(session)))
    )


def _asking(session: Session) -> list[uuid.UUID]:
    """List the versions of forms that ask of falls."""
    filled = select(Submission.form_version_id).distinct()
    versions = session.scalars(select(FormVersion).where(FormVersion.id.in_(filled)))
    return [one.id for one in versions if asks_of_falls(read_form(one).form)]


def _named(session: Session, by: By, contacts: Iterable[_Contact]) -> Mapping[Any, str]:
    return KINDS[by].named(session, {one.case.of for one in contacts} - {None})
