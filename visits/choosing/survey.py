"""A programme's whole audience scored at once: of very many only what its criteria ask is read.

What is told of those who are shown, and why, is read of each alone: `targeting` does so.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from heapq import nsmallest
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, String, cast, func, select
from sqlalchemy.orm import Session

from visits.choosing.audience import audience_of, shared_homes
from visits.choosing.further import More
from visits.choosing.scoring import holds, parts_of, together
from visits.ground.folding import fold
from visits.models.cases import Case
from visits.models.portfolio import Tenancy
from visits.programmes import Programme
from visits.programmes.facts import TOLD, Fact, Facts, columns_of
from visits.sight.reach import Viewer

# An id as text: hundred thousands of them are compared, a page of them is used.
Bare = str
Columns = Row[*tuple[Any, ...]]
Result = TypeVar("Result")
Worked = Callable[[Columns], Result]
AT_ONCE = 500
OCCUPANTS = "occupants"
ALWAYS = ("person_id", "dwelling_id", "case_id", "name_key", "city")


@dataclass(frozen=True)
class Filters:
    """What narrows the list. `enrolled` None is both; `text` is in the name, address or city."""

    city: str | None = None
    territory_id: uuid.UUID | None = None
    minimum_score: int = 0
    enrolled: bool | None = None
    text: str = ""


NO_FILTERS = Filters()


# Where somebody stands in the list, by the home that gives her most: points and age, both below
# nought, the key of her name, her id and her home's. A bare tuple: Python's collector of garbage
# looks through hundred thousands of anything else again and again.
Place = tuple[int, int, str, Bare, Bare]


@dataclass(frozen=True)
class Survey:
    """How many a programme is for, how many of them have a case, where they live.

    `of_age` are all of its ages, `unknown` those of them of whom it is not known whether all else
    that its public asks holds; `places` are of those whom the filters keep.
    """

    of_age: int
    unknown: int
    everybody: int
    enrolled: int
    cities: tuple[str, ...]
    places: tuple[Place, ...]

    def first(self, number: int, offset: int = 0) -> list[Place]:
        """Give some places in their order."""
        start = max(0, offset)
        return nsmallest(start + max(0, number), self.places)[start:]


def survey(
    session: Session, programme: Programme, viewer: Viewer, more: More, *, today: date,
    filters: Filters = NO_FILTERS,
) -> Survey:  # fmt: skip
    """Score everybody whom a programme is for and the viewer may see; once each, of all homes.

    `more` is what `find_more` finds of the facts that the programme asks for.
    """
    keeps = _Filter(session, programme, filters)
    seen, enrolled, cities = set[Bare](), set[Bare](), set[str]()
    unknown, others = set[Bare](), set[Bare]()
    places: dict[Bare, Place] = {}
    judge = _Judge(programme, more, today)
    statement = audience_of(programme.code, programme.audience, viewer, today=today)
    session.flush()
    found = session.connection().execute(judge.only_asked(statement, keeps.columns, viewer))
    for row in chain.from_iterable(found.partitions(AT_ONCE)):
        if not (held := judge.is_for(row)):
            (unknown if held is None else others).add(row[0])
            continue
        person, dwelling, case, name_key, city = row[: len(ALWAYS)]
        seen.add(person)
        cities.add(city)
        if case is not None:
            enrolled.add(person)
        if keeps(row) and (points := judge.points(row)) >= filters.minimum_score:
            place = (-points, -judge.age(row), name_key, person, dwelling)
            places[person] = min(place, places[person]) if person in places else place
    return Survey(
        len(seen | unknown | others), len(unknown - seen), len(seen), len(enrolled),
        tuple(sorted(cities, key=fold)), tuple(places.values()),
    )  # fmt: skip


class _Judge:
    """Works out what hangs on the same values of the same facts once, whoever they are of."""

    def __init__(self, programme: Programme, more: More, today: date) -> None:
        self._more, self._today = more, today
        asked = columns_of({"age", *programme.facts_asked})
        self._columns = [*ALWAYS, *sorted(asked - {*ALWAYS})]
        self.age: Worked[int] = self._worked(("age",), lambda facts: int(facts["age"] or 0))
        public = programme.audience.when
        self.is_for: Worked[bool | None] = self._worked(
            tuple(dict.fromkeys(one.fact for one in public)),
            lambda facts: holds(public, facts),
        )
        self._parts = [self._worked(part.facts, part.points) for part in parts_of(programme)]

    def only_asked(
        self, statement: Select[*tuple[Any, ...]], also: tuple[str, ...], viewer: Viewer
    ) -> Select[*tuple[Any, ...]]:
        """Let a statement of the audience read what is asked for alone, and some columns more."""
        every = statement.selected_columns
        named = [*self._columns, *also]
        read: dict[str, ColumnElement[Any]] = {
            one: cast(every[one], String) for one in named if one.endswith("_id")
        }
        if OCCUPANTS in named:
            shared = shared_homes(viewer)
            statement = statement.outerjoin(shared, shared.c.dwelling_id == Tenancy.dwelling_id)
            read[OCCUPANTS] = func.coalesce(shared.c.occupants, 1)
        return statement.with_only_columns(
            *(read.get(one, every[one]).label(f"{one}_{at}") for at, one in enumerate(named)),
            maintain_column_froms=True,
        )

    def points(self, row: Columns) -> int:
        """Count somebody's points."""
        return together([part(row) for part in self._parts])

    def _worked(self, facts: tuple[str, ...], work: Callable[[Facts], Result]) -> Worked[Result]:
        if len(facts) == 1 and facts[0] in TOLD:
            # Of very many days that are told there are few ages.
            return self._told(facts[0], cache(lambda fact: work({facts[0]: fact})))
        tells = [self._told(one, lambda fact: fact) for one in facts]
        return _once(
            lambda row: tuple([tell(row) for tell in tells]),
            lambda values: work(dict(zip(facts, values, strict=True))),
        )

    def _told(self, fact: str, then: Callable[[Fact], Result]) -> Worked[Result]:
        if fact not in TOLD:
            return lambda row: then(self._more.told(fact, _known_as(row[0]), _known_as(row[1])))
        how, today = TOLD[fact], self._today
        at = [self._columns.index(column) for column in how.columns]
        if len(at) == 1:
            return _once(itemgetter(*at), lambda said: then(how.tell(today, said)))
        return _once(itemgetter(*at), lambda said: then(how.tell(today, *said)))


def _once(pick: Callable[[Columns], Any], work: Callable[[Any], Result]) -> Worked[Result]:
    known: dict[Any, Result] = {}

    def of(row: Columns) -> Result:
        said = pick(row)
        try:
            return known[said]
        except KeyError:
            return known.setdefault(said, work(said))

    return of


class _Filter:
    """Keeps whom the filters of the list keep."""

    def __init__(self, session: Session, programme: Programme, filters: Filters) -> None:
        self._filters, self._words = filters, fold(filters.text).split()
        # Whoever had a case before gets another only when somebody chooses her by name.
        self._had = set[Bare]()
        if filters.enrolled is False:
            self._had.update(_with_closed_cases(session, programme))
        self.columns: tuple[str, ...] = ("address",) if self._words else ()
        if filters.territory_id:
            self.columns += ("territory_id",)

    def __call__(self, row: Columns) -> bool:
        person, _dwelling, case, name_key, city = row[: len(ALWAYS)]
        filters = self._filters
        if filters.enrolled is not None and filters.enrolled is (case is None):
            return False
        if person in self._had or (filters.city and city != filters.city):
            return False
        if filters.territory_id and filters.territory_id != (row[-1] and _known_as(row[-1])):
            return False
        if not self._words:
            return True
        address = row[-len(self.columns)]
        text = f"{name_key} {fold(address)} {fold(city)}"
        return all(word in text for word in self._words)


def _with_closed_cases(session: Session, programme: Programme) -> Iterator[Bare]:
    closed = select(cast(Case.person_id, String)).where(
        Case.programme == programme.code, Case.closed_on.is_not(None)
    )
    yield from session.connection().execute(closed).scalars()


def known_by(place: Place) -> tuple[uuid.UUID, uuid.UUID]:
    """Give the ids of who stands in a place and of her home."""
    return _known_as(place[3]), _known_as(place[4])


def _known_as(bare: Bare) -> uuid.UUID:
    return uuid.UUID(bare)
