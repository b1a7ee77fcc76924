"""A programme's whole audience scored at once: of very many only what its criteria ask is read.

What is told of those who are shown, and why, is read of each alone: `targeting` does so.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heapify, heappop, heappush, nsmallest
from itertools import compress, islice, repeat
from operator import neg
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import Session

from visits.choosing.audience import audience_of, shared_homes
from visits.choosing.further import More, find_more
from visits.choosing.scoring import holds, parts_of, together
from visits.ground.folding import fold
from visits.models.cases import Case
from visits.models.portfolio import Dwelling, Tenancy
from visits.programmes import Programme
from visits.programmes.facts import TOLD, Fact, Facts, columns_of, is_sealed
from visits.sight.reach import Viewer

# An id as text: hundred thousands of them are compared, a page of them is used.
Bare = str
Columns = Sequence[Any]
Table = Sequence[Sequence[Any]]
Result = TypeVar("Result")
Worked = Callable[[Table], Iterable[Result]]
Settle = Callable[[Sequence["Place"]], Collection["Place"]]
AT_ONCE = 500
SETTLED_AT_ONCE = 500
OCCUPANTS = "occupants"
ALWAYS = ("person_id", "dwelling_id", "case_id", "name_key", "city")
PERSON, HOME, CASE, NAME, CITY = range(len(ALWAYS))


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
    that its public asks holds; `places` are of those whom the filters keep, by the most that each
    may come to while something sealed is not opened: `settle` opens it of some of them.
    """

    of_age: int
    unknown: int
    everybody: int
    enrolled: int
    cities: tuple[str, ...]
    places: tuple[Place, ...]
    settle: Settle | None = None

    def first(self, number: int, offset: int = 0) -> list[Place]:
        """Give some places in their order, opening what is sealed of whoever may stand there."""
        start = max(0, offset)
        number = start + max(0, number)
        if self.settle is None:
            return nsmallest(number, self.places)[start:]
        return list(islice(_in_order(self.places, self.settle, number), start, number))


def _in_order(places: Iterable[Place], settle: Settle, at_once: int) -> Iterator[Place]:
    """Give places in their order: whoever is settled and still before all others stands there."""
    settled, waiting = set[Bare](), [*places]
    heapify(waiting)
    while waiting:
        if waiting[0][3] in settled:
            yield heappop(waiting)
            continue
        some = [heappop(waiting) for _ in range(min(at_once, len(waiting)))]
        for place in settle([place for place in some if place[3] not in settled]):
            heappush(waiting, place)
        for place in some:
            if place[3] in settled:
                heappush(waiting, place)
        settled.update(place[3] for place in some)
        at_once = min(2 * at_once, SETTLED_AT_ONCE)


def survey(
    session: Session, programme: Programme, viewer: Viewer, more: More, *, today: date,
    filters: Filters = NO_FILTERS,
) -> Survey:  # fmt: skip
    """Score everybody whom a programme is for and the viewer may see; once each, of all homes.

    `more` is what was found of the facts that the programme asks for. What is sealed and not found
    yet is opened only of whoever it may put among those who are shown.
    """
    keeps = _Filter(session, programme, filters)
    seen, enrolled, cities = set[Bare](), set[Bare](), set[str]()
    unknown, others = set[Bare](), set[Bare]()
    places = dict[Bare, Place]()
    judge = _Judge(programme, more, today)
    closed = _Closed(session, programme, viewer, judge, filters.minimum_score)
    statement = audience_of(programme.code, programme.audience, viewer, today=today)
    session.flush()
    found = session.connection().execute(judge.only_asked(statement, keeps.columns, viewer))
    for rows in found.partitions(AT_ONCE):
        inside = list[Columns]()
        for row, held in zip(rows, judge.is_for(_turned(rows)), strict=True):
            if held:
                inside.append(row)
            else:
                (unknown if held is None else others).add(row[PERSON])
        if not inside:
            continue
        columns = _turned(inside)
        seen.update(columns[PERSON])
        cities.update(columns[CITY])
        enrolled.update(compress(columns[PERSON], columns[CASE]))
        kept = keeps.kept(inside)
        _keep_best(places, judge.places(kept, filters.minimum_score))
        closed.keep(kept)
    return Survey(
        len(seen | unknown | others), len(unknown - seen), len(seen), len(enrolled),
        tuple(sorted(cities, key=fold)), tuple(closed.sure_of(places.values())),
        closed.settle if judge.may_add else None,
    )  # fmt: skip


class _Closed:
    """Those whose points hang on something sealed; it is opened of some of them when asked for."""

    def __init__(
        self, session: Session, programme: Programme, viewer: Viewer, judge: "_Judge",
        minimum_score: int,
    ) -> None:  # fmt: skip
        self._session, self._programme, self._viewer = session, programme, viewer
        self._judge, self._minimum = judge, minimum_score
        self._rows = dict[Bare, tuple[Columns, ...]]()

    def keep(self, rows: Sequence[Columns]) -> None:
        """Keep rows of those of whom something may be opened later, if of anybody."""
        if self._judge.may_add:
            for row in rows:
                self._rows[row[PERSON]] = (*self._rows.get(row[PERSON], ()), tuple(row))

    def settle(self, some: Sequence[Place]) -> Collection[Place]:
        """Say where some stand once it is opened; whoever has too few points then is left out."""
        rows = [row for place in some for row in self._rows[place[3]]]
        homes = {_known_as(row[HOME]) for row in rows}
        opened = find_more(
            self._session, self._programme.facts_asked, self._viewer,
            select(Dwelling.id).where(Dwelling.id.in_(homes)), known=self._judge.more,
        )  # fmt: skip
        exact = dict[Bare, Place]()
        judge = _Judge(self._programme, opened, self._judge.today)
        _keep_best(exact, judge.places(rows, self._minimum))
        return exact.values()

    def sure_of(self, places: Iterable[Place]) -> Iterator[Place]:
        """Give the places of those who have the points that are asked for whatever is opened."""
        unsure = list[Place]()
        for place in places:
            if max(0, -place[0] - self._judge.may_add) >= self._minimum:
                yield place
            else:
                unsure.append(place)
        for start in range(0, len(unsure), SETTLED_AT_ONCE):
            yield from self.settle(unsure[start : start + SETTLED_AT_ONCE])


def _keep_best(places: dict[Bare, Place], found: Iterable[Place]) -> None:
    """Keep of each person the home that gives her most."""
    for place in found:
        best = places.setdefault(place[3], place)
        if place < best:
            places[place[3]] = place


def _turned(rows: Sequence[Columns]) -> Table:
    """Give rows column by column: of very many rows Python runs along a column the quickest."""
    return list(zip(*rows, strict=True))


class _Judge:
    """Works out what hangs on the same values of the same facts once, whoever they are of.

    `may_add` is what criteria may give besides that ask for something that is not opened.
    """

    def __init__(self, programme: Programme, more: More, today: date) -> None:
        self.more, self.today = more, today
        asked = columns_of({"age", *programme.facts_asked})
        self._columns = [*ALWAYS, *sorted(asked - {*ALWAYS})]
        self._below: Worked[int] = self._worked(("age",), lambda facts: -int(facts["age"] or 0))
        public = programme.audience.when
        self.is_for: Worked[bool | None] = self._worked(
            tuple(dict.fromkeys(one.fact for one in public)),
            lambda facts: holds(public, facts),
        )
        parts = list[Worked[int]]()
        closed = {one for one in programme.facts_asked if is_sealed(one) and one not in more.asked}
        self.may_add = 0
        for part in parts_of(programme):
            if closed.isdisjoint(part.facts):
                parts.append(self._worked(part.facts, part.points))
            else:
                self.may_add += part.most
        self._points = _along(
            lambda table: _side_by_side(table, parts),
            lambda points: together([*points, self.may_add]),
        )

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

    def places(self, rows: Sequence[Columns], minimum_score: int) -> Iterator[Place]:
        """Say where those stand who have so many points at least."""
        if not rows:
            return iter(())
        table = _turned(rows)
        points, age = self._points(table), self._below(table)
        places = zip(map(neg, points), age, table[NAME], table[PERSON], table[HOME], strict=True)
        return (place for place in places if -place[0] >= minimum_score)

    def _worked(self, facts: tuple[str, ...], work: Callable[[Facts], Result]) -> Worked[Result]:
        if len(facts) == 1 and facts[0] in TOLD:
            return self._told(facts[0], lambda fact: work({facts[0]: fact}))
        tells = [self._told(one, lambda fact: fact) for one in facts]
        return _along(
            lambda table: _side_by_side(table, tells),
            lambda said: work(dict(zip(facts, said, strict=True))),
        )

    def _told(self, fact: str, then: Callable[[Fact], Result]) -> Worked[Result]:
        if fact not in TOLD:
            return lambda table: [
                then(self.more.told(fact, _known_as(person), _known_as(home)))
                for person, home in zip(table[PERSON], table[HOME], strict=True)
            ]
        how, today = TOLD[fact], self.today
        at = [self._columns.index(column) for column in how.columns]
        # Of very many days that are told there are few ages.
        then = _Known(then).__getitem__
        if len(at) == 1:
            return _along(lambda table: table[at[0]], lambda said: then(how.tell(today, said)))
        return _along(
            lambda table: zip(*[table[one] for one in at], strict=True),
            lambda said: then(how.tell(today, *said)),
        )


class _Known(dict[Any, Result]):
    """What was worked out of some values, each once."""

    def __init__(self, work: Callable[[Any], Result]) -> None:
        self._work = work

    def __missing__(self, said: Any) -> Result:
        result = self[said] = self._work(said)
        return result


def _along(pick: Callable[[Table], Iterable[Any]], work: Callable[[Any], Result]) -> Worked[Result]:
    known = _Known(work)
    return lambda table: map(known.__getitem__, pick(table))


def _side_by_side(table: Table, each: Sequence[Worked[Any]]) -> Iterable[tuple[Any, ...]]:
    if not each:
        return repeat((), len(table[PERSON]))
    return zip(*[one(table) for one in each], strict=True)


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

    def kept(self, rows: Sequence[Columns]) -> Sequence[Columns]:
        """Keep some rows."""
        filters = self._filters
        if filters.enrolled is not None:
            rows = [row for row in rows if (row[CASE] is not None) is filters.enrolled]
        if self._had:
            rows = [row for row in rows if row[PERSON] not in self._had]
        if filters.city:
            rows = [row for row in rows if row[CITY] == filters.city]
        if area := filters.territory_id:
            rows = [row for row in rows if row[-1] and _known_as(row[-1]) == area]
        if self._words:
            rows = [row for row in rows if self._mentions(row)]
        return rows

    def _mentions(self, row: Columns) -> bool:
        address, city = row[-len(self.columns)], row[CITY]
        text = f"{row[NAME]} {fold(address)} {fold(city)}"
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
