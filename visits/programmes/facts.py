"""What targeting can say of a person; a criterion may ask for these only."""

from collections.abc import Callable, Collection, Mapping
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


def facts_of(
    row: Any, *, age: int, today: date, only: Collection[str] | None = None
) -> dict[str, Fact]:
    """Say what is known of a person and her home, from a row of the audience; `only` some of it."""
    named = TOLD if only is None else only
    return {one: TOLD[one](row, age, today) for one in named if one in TOLD}


def _lives_alone(row: Any) -> bool | None:
    """Say what is known: whom a file lists is not the whole household unless the file says so."""
    return False if row.occupants > 1 else row.lives_alone


def _years(since: date | None, today: date) -> int | None:
    return age_on(today, born=since) if since else None


def _months(since: date | None, today: date) -> int | None:
    if since is None:
        return None
    months = (today.year - since.year) * 12 + today.month - since.month
    return months - (today.day < since.day)


def _floors_to_climb(floor: int | None, has_lift: bool | None) -> int | None:
    if floor is not None and floor <= 0:
        return 0
    return 0 if has_lift else None if has_lift is None else floor


def _in_priority_district(row: Any) -> bool | None:
    # A residence the stock files describe stands in a priority district only if they say so.
    if row.priority_district is None and row.residence_reference is None:
        return None
    return row.priority_district is not None


# How each fact is told of a row of the audience, with her age and the day.
TOLD: Mapping[str, Callable[[Any, int, date], Fact]] = {
    "age": lambda row, age, today: age,
    "lives_alone": lambda row, age, today: _lives_alone(row),
    "persons_listed": lambda row, age, today: row.occupants,
    "floor": lambda row, age, today: row.floor,
    "has_lift": lambda row, age, today: row.has_lift,
    "floors_to_climb": lambda row, age, today: _floors_to_climb(row.floor, row.has_lift),
    "has_bath": lambda row, age, today: row.has_bath,
    "is_adapted": lambda row, age, today: row.is_adapted,
    "tenancy_years": lambda row, age, today: _years(row.started_on, today),
    "tenancy_months": lambda row, age, today: _months(row.started_on, today),
    "tenancy_year": lambda row, age, today: row.started_on.year if row.started_on else None,
    "rooms": lambda row, age, today: row.rooms,
    "surface": lambda row, age, today: row.surface,
    "built_year": lambda row, age, today: row.built_year,
    "storeys": lambda row, age, today: row.storeys,
    "energy_label": lambda row, age, today: row.energy_label,
    "in_priority_district": lambda row, age, today: _in_priority_district(row),
    "district": lambda row, age, today: row.priority_district,
    "commune": lambda row, age, today: row.city,
    "territory": lambda row, age, today: row.territory,
    "residence": lambda row, age, today: row.residence_reference,
    "service_distance": lambda row, age, today: row.service_distance,
}
