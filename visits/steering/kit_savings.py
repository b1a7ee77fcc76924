"""What the kits of visits save a year, visit by visit, and summed by programme."""

import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import groupby
from operator import add
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.kits import ECO_KIT
from visits.ground.deadlines import today_in_paris
from visits.intake.kept_savings import KeptSavings, read_savings
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, FormVersion
from visits.models.visits import COUNTED, Submission, Visit
from visits.sight import Viewer
from visits.sight.homes import took_place_in
from visits.sight.lists import cases_seen


class Counts(enum.StrEnum):
    """Whether the kit of a visit is in the sum, and what of it is not."""

    COUNTED = "counted"
    HEAT_EUR = "heat_eur"
    HEAT_KGCO2 = "heat_kgco2"
    HEAT = "heat"
    NO_NUMBER = "no_number"
    WAITS = "waits"


LEFT_OUT: Mapping[frozenset[str], Counts] = {
    frozenset(): Counts.COUNTED,
    frozenset({"heat_eur"}): Counts.HEAT_EUR,
    frozenset({"heat_kgco2"}): Counts.HEAT_KGCO2,
    frozenset({"heat_eur", "heat_kgco2"}): Counts.HEAT,
}


@dataclass(frozen=True)
class Saving:
    """What the kit of a visit saves; `saved` is None where it is not counted, `counts` says why."""

    visit_id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID
    name_key: str
    reference: str
    programme: str
    on: date
    saved: KeptSavings | None
    counts: Counts


@dataclass(frozen=True)
class Sum:
    """What the kits of some visits save together: of so many visits and persons that count."""

    visits: int
    persons: int
    saved: KeptSavings
    left_out: Mapping[Counts, int]


def sum_of(savings: Iterable[Saving]) -> Sum:
    """Add up those that count; of the others and of what is left out, how many there are."""
    every = list(savings)
    counted = [one for one in every if one.saved is not None]
    aside = {why: sum(one.counts is why for one in every) for why in Counts}
    del aside[Counts.COUNTED]
    return Sum(
        visits=len(counted),
        persons=len({one.person_id for one in counted}),
        saved=reduce(add, (one.saved for one in counted if one.saved), KeptSavings()),
        left_out={why: number for why, number in aside.items() if number},
    )


def sums_by_programme(savings: Iterable[Saving]) -> list[tuple[str, Sum]]:
    """Give the sum of each programme, by its code."""
    ordered = sorted(savings, key=lambda one: one.programme)
    return [(code, sum_of(rows)) for code, rows in groupby(ordered, key=lambda one: one.programme)]


def list_savings(
    session: Session, viewer: Viewer, *, programme: str | None = None, year: int | None = None
) -> Sequence[Saving]:
    """List the visits that filled in a kit, of the cases one may see; the latest answers count.

    `year` is the one of the visit's day.
    """
    statement = (
        select(Visit.id, Visit.case_id, Case.person_id, Case.programme, Person.name_key)
        .add_columns(Dwelling.reference)
        .add_columns(Submission.savings, Submission.ended_at, Submission.received_at)
        .select_from(Submission)
        .join(Submission.form_version)
        .join(Visit, Visit.id == Submission.visit_id)
        .join(Case, Case.id == Visit.case_id)
        .join(Case.person)
        .outerjoin(Dwelling, Dwelling.id == took_place_in)
        .where(FormVersion.form_id == ECO_KIT, Submission.state.in_(COUNTED))
        .where(cases_seen(session, viewer))
        .order_by(Submission.received_at, Submission.id)
    )
    if programme is not None:
        statement = statement.where(Case.programme == programme)
    found = {row.id: _saving(row) for row in session.execute(statement)}
    return [one for one in found.values() if year in (None, one.on.year)]


def _saving(row: Any) -> Saving:
    saved = read_savings(row.savings) if row.savings is not None else None
    if row.savings is None:
        counts = Counts.WAITS
    elif saved is None:
        counts = Counts.NO_NUMBER
    else:
        counts = LEFT_OUT[frozenset(saved.left_out)]
    return Saving(
        visit_id=row.id,
        case_id=row.case_id,
        person_id=row.person_id,
        name_key=row.name_key,
        reference=row.reference or "",
        programme=row.programme,
        on=today_in_paris(row.ended_at or row.received_at),
        saved=saved,
        counts=counts,
    )
