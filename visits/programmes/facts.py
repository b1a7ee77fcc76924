"""What targeting can say of a person; a criterion may ask for these only."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from visits.ground.deadlines import age_on

Fact = bool | int | float | str | None
Facts = Mapping[str, Fact]

# Each fact with what it is: yes or no, a number, a text.
FACTS: Mapping[str, type] = {
    "age": int,
    "lives_alone": bool,
    "persons_listed": int,
    "floor": int,
    "has_lift": bool,
    "floors_to_climb": int,
    "has_bath": bool,
    "is_adapted": bool,
    "tenancy_years": int,
    "tenancy_months": int,
    "tenancy_year": int,
    "rooms": int,
    "surface": int,
    "built_year": int,
    "storeys": int,
    "energy_label": str,
    "in_priority_district": bool,
    "district": str,
    "commune": str,
    "territory": str,
    "residence": str,
    "service_distance": int,
    "income_band": str,
    "arrears": int,
}
# What a file may tell of a household's money: a programme uses it only where it says that it may.
MONEY = ("income_band", "arrears")
# As the landlord's file says, else worked out of what is noted around the residence.
SERVICE_DISTANCE = "service_distance"
# Facts that name what they ask for: the last answer to a question that was asked about the
# dwelling, and the outcome of the last closed case in a programme.
ANSWER, OUTCOME = "answer_", "outcome_"
# What `outcome_…` is of somebody who has no closed case there.
NO_CASE = "none"


def kind_of(fact: str) -> type | None:
    """Tell what a fact is; an answer may be anything (object), None is no fact."""
    if fact.startswith(ANSWER) and len(fact) > len(ANSWER):
        return object
    if fact.startswith(OUTCOME) and len(fact) > len(OUTCOME):
        return str
    return FACTS.get(fact)


def is_sealed(fact: str) -> bool:
    """Tell whether what a fact says of somebody is kept encrypted, with the reasons it gives."""
    return fact in MONEY or fact.startswith(ANSWER)


@dataclass(frozen=True)
class Telling:
    """How a fact is told: of which columns of a row of the audience, in that order, and the day."""

    columns: tuple[str, ...]
    tell: Callable[..., Fact]


def facts_of(row: Any, *, today: date, only: Collection[str] | None = None) -> dict[str, Fact]:
    """Say what is known of a person and her home, from a row of the audience; `only` some of it."""
    told = TOLD if only is None else {one: TOLD[one] for one in only if one in TOLD}
    return {
        one: how.tell(today, *(getattr(row, column) for column in how.columns))
        for one, how in told.items()
    }


def columns_of(facts: Collection[str]) -> frozenset[str]:
    """Name the columns of a row of the audience by which some facts are told."""
    return frozenset(column for one in facts if one in TOLD for column in TOLD[one].columns)


def _as_it_is(_today: date, value: Fact) -> Fact:
    return value


def _age(today: date, born_on: date | None, birth_year: int | None) -> int | None:
    if born_on is None and birth_year is None:
        return None
    # Of a year alone the last day counts: so old she is at least.
    return age_on(today, born=born_on or date(birth_year or 0, 12, 31))


def lives_alone(occupants: int, said: bool | None) -> bool | None:
    """Say what is known: whom a file lists is not the whole household unless somebody says so."""
    return False if occupants > 1 else said


def _lives_alone(_today: date, occupants: int, said: bool | None) -> bool | None:
    return lives_alone(occupants, said)


def _years(today: date, since: date | None) -> int | None:
    return age_on(today, born=since) if since else None


def _months(today: date, since: date | None) -> int | None:
    if since is None:
        return None
    months = (today.year - since.year) * 12 + today.month - since.month
    return months - (today.day < since.day)


def _year(_today: date, since: date | None) -> int | None:
    return since.year if since else None


def _floors_to_climb(_today: date, floor: int | None, has_lift: bool | None) -> int | None:
    if floor is not None and floor <= 0:
        return 0
    return 0 if has_lift else None if has_lift is None else floor


def stands_in_priority_district(district: str | None, reference: str | None) -> bool | None:
    """Tell whether a residence stands in a priority district (QPV); None where nobody said.

    One that the stock files describe stands there only if they say so.
    """
    return None if district is None and reference is None else district is not None


def _in_priority_district(_today: date, district: str | None, reference: str | None) -> bool | None:
    return stands_in_priority_district(district, reference)


def _alone(column: str) -> Telling:
    return Telling((column,), _as_it_is)


TOLD: Mapping[str, Telling] = {
    "age": Telling(("born_on", "birth_year"), _age),
    "lives_alone": Telling(("occupants", "lives_alone"), _lives_alone),
    "persons_listed": _alone("occupants"),
    "floor": _alone("floor"),
    "has_lift": _alone("has_lift"),
    "floors_to_climb": Telling(("floor", "has_lift"), _floors_to_climb),
    "has_bath": _alone("has_bath"),
    "is_adapted": _alone("is_adapted"),
    "tenancy_years": Telling(("started_on",), _years),
    "tenancy_months": Telling(("started_on",), _months),
    "tenancy_year": Telling(("started_on",), _year),
    "rooms": _alone("rooms"),
    "surface": _alone("surface"),
    "built_year": _alone("built_year"),
    "storeys": _alone("storeys"),
    "energy_label": _alone("energy_label"),
    "in_priority_district": Telling(
        ("priority_district", "residence_reference"), _in_priority_district
    ),
    "district": _alone("priority_district"),
    "commune": _alone("city"),
    "territory": _alone("territory"),
    "residence": _alone("residence_reference"),
}
