"""One table of needs: what a home or a place must have, and whether it has, or nobody knows.

Whoever looks for a home reads it here: moves, places to stay in, admissions. What misses a must is
never offered. Some needs are no matter of taste: a wheelchair user is never proposed a home that
is not known to be reached without stairs, nor one with steps before the building.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from visits.homes.access import Demand, Letting
from visits.homes.register import Adapted
from visits.homes.traits import PETS
from visits.models.needs import NeedSource
from visits.models.stays import Place, PlaceKind

ROOMS, CITY, FLOOR, DISTANCE, RENT = "rooms", "city", "floor", "distance", "rent"
WHEELCHAIR = "wheelchair"
# What somebody in a wheelchair needs of a home, said or not; the first two without question.
IN_A_WHEELCHAIR = (Demand.REACH, Demand.NO_STEPS, Demand.DOORS, Demand.SHOWER)
NEVER_WITHOUT = frozenset({Demand.REACH.value, Demand.NO_STEPS.value})
# Whoever asks for no stairs is offered none, unless she said that it is a wish.
MUSTS = frozenset({Demand.REACH.value})


@dataclass(frozen=True)
class Offered:
    """A home as the register tells it, or one place in it."""

    home: Adapted
    place: Place | None = None

    @property
    def rooms(self) -> int | None:
        """How many rooms one has there to oneself."""
        if self.place is not None and self.place.kind is PlaceKind.ROOM:
            return 1
        return self.home.dwelling.rooms

    @property
    def rent(self) -> float | None:
        """What it costs a month, in euros."""
        if self.place is None:
            return self.home.dwelling.rent
        return None if self.place.fee is None else self.place.fee / 100


@dataclass(frozen=True)
class Number:
    """A need that is a number: its bounds, where it is read, whether at least or at most."""

    lowest: int
    highest: int
    read: Callable[[Offered], float | None]
    at_least: bool = False

    def met(self, offered: Offered, asked: int) -> bool | None:
        """Tell whether what is offered is within; None where nobody knows."""
        there = self.read(offered)
        if there is None:
            return None
        return there >= asked if self.at_least else there <= asked


# Rooms at least; floor, metres to shops and doctors, euros a month at most.
NUMBERS: Mapping[str, Number] = {
    ROOMS: Number(1, 9, lambda one: one.rooms, at_least=True),
    FLOOR: Number(0, 40, lambda one: one.home.dwelling.floor),
    DISTANCE: Number(50, 5_000, lambda one: one.home.dwelling.residence.service_distance),
    RENT: Number(50, 3_000, lambda one: one.rent),
}
# Every need in the order it is told; those of access are the register's own.
NEEDS: tuple[str, ...] = (*(one.value for one in Demand), *NUMBERS, PETS, CITY)


@dataclass(frozen=True)
class Needs:
    """What a home has to offer; an empty city is any. `musts` are the needs that are no wish.

    `rooms` is at least, `floor` (0 is the ground floor), `distance` in metres and `rent` in euros a
    month are at most. `told` gives by need who said it and when, of what stands.
    """

    wheelchair: bool = False
    demands: tuple[Demand, ...] = ()
    rooms: int | None = None
    city: str = ""
    floor: int | None = None
    distance: int | None = None
    rent: int | None = None
    pets: bool = False
    musts: frozenset[str] = MUSTS
    told: Mapping[str, tuple[NeedSource, date]] = field(default_factory=dict, compare=False)

    @property
    def asked(self) -> dict[str, Any]:
        """Give by need what is asked, said or implied, in the order of the needs."""
        wanted = {*self.demands, *(IN_A_WHEELCHAIR if self.wheelchair else ())}
        said: dict[str, Any] = {one.value: True for one in Demand if one in wanted}
        said |= {name: getattr(self, name) for name in NUMBERS if getattr(self, name) is not None}
        said |= {PETS: True} if self.pets else {}
        return said | ({CITY: self.city} if self.city else {})

    @property
    def hard(self) -> frozenset[str]:
        """Give the needs without which nothing is offered."""
        return (self.musts & set(self.asked)) | (NEVER_WITHOUT if self.wheelchair else frozenset())

    @property
    def said(self) -> tuple[str, ...]:
        """List the needs that were said themselves, the wheelchair first."""
        implied = set(IN_A_WHEELCHAIR) - set(self.demands) if self.wheelchair else set()
        named = (name for name in self.asked if name not in implied)
        return (*((WHEELCHAIR,) if self.wheelchair else ()), *named)

    def with_all(self, other: "Needs") -> "Needs":
        """Give what both ask together: of two numbers the one that is harder to meet."""
        numbers: dict[str, Any] = {name: _harder(name, self, other) for name in NUMBERS}
        return Needs(
            wheelchair=self.wheelchair or other.wheelchair,
            demands=tuple(one for one in Demand if one in {*self.demands, *other.demands}),
            city=self.city or other.city,
            pets=self.pets or other.pets,
            musts=(self.musts & set(self.asked)) | (other.musts & set(other.asked)),
            **numbers,
        )

    def kept(self) -> dict[str, Any]:
        """Give the needs as they are kept."""
        return {
            "wheelchair": self.wheelchair,
            "demands": [one.value for one in self.demands],
            **{name: getattr(self, name) for name in NUMBERS},
            "city": self.city,
            "pets": self.pets,
            "musts": sorted(self.musts & set(self.asked)),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Needs":
        """Read needs that were kept, by a version before too."""
        numbers: dict[str, Any] = {name: kept.get(name) for name in NUMBERS}
        return cls(
            wheelchair=kept["wheelchair"],
            demands=tuple(Demand(one) for one in kept["demands"]),
            city=kept["city"],
            pets=kept.get("pets", False),
            musts=frozenset(kept.get("musts", MUSTS)),
            **numbers,
        )


def _harder(name: str, one: Needs, other: Needs) -> int | None:
    both = [asked for asked in (getattr(one, name), getattr(other, name)) if asked is not None]
    if not both:
        return None
    return int(max(both) if NUMBERS[name].at_least else min(both))


@dataclass(frozen=True)
class Match:
    """A home or a place beside needs: names of what it meets, misses, and of what nobody knows."""

    home: Adapted
    needs: Needs
    met: Sequence[str] = ()
    missing: Sequence[str] = ()
    unknown: Sequence[str] = ()
    place: Place | None = None

    @property
    def fits(self) -> bool:
        """Tell whether nothing that is wished is known to be missing."""
        return not self.missing


def _told(needs: Needs, offered: Offered) -> dict[str, bool | None]:
    """Tell by need that is asked whether it is met; None where nobody knows."""
    return {name: _met(name, asked, offered) for name, asked in needs.asked.items()}


def _met(name: str, asked: Any, offered: Offered) -> bool | None:
    if name in NUMBERS:
        return NUMBERS[name].met(offered, asked)
    if name == CITY:
        return bool(offered.home.dwelling.residence.city.casefold() == asked.casefold())
    if name == PETS:
        allowed = offered.home.value(PETS)
        return None if allowed is None else allowed > 0
    return offered.home.met[Demand(name)]


def never_for(needs: Needs, home: Adapted, place: Place | None = None) -> list[str]:
    """List the musts for which a home or a place is never offered; none when it may be."""
    told = _told(needs, Offered(home, place))
    unsure = needs.wheelchair and told[Demand.REACH] is None
    return [
        name
        for name, met in told.items()
        if name in needs.hard and (met is False or (unsure and name == Demand.REACH))
    ]


def may_be_offered(needs: Needs, home: Adapted, place: Place | None = None) -> bool:
    """Tell whether a home or a place may be proposed at all to somebody with these needs."""
    return not never_for(needs, home, place)


def match(needs: Needs, home: Adapted, place: Place | None = None) -> Match:
    """Compare a home, or a place in it, with needs."""
    told = _told(needs, Offered(home, place))
    return Match(
        home,
        needs,
        [name for name, met in told.items() if met],
        [name for name, met in told.items() if met is False],
        [name for name, met in told.items() if met is None],
        place,
    )


def matches(needs: Needs, offered: Sequence[Offered]) -> list[Match]:
    """List what may be proposed, what misses least first, and of those what is free."""
    found = [
        match(needs, one.home, one.place)
        for one in offered
        if may_be_offered(needs, one.home, one.place)
    ]
    return sorted(found, key=_best)


def _best(one: Match) -> tuple[Any, ...]:
    soonest = list(Letting).index(one.home.letting) if one.place is None else 0
    named = one.place.name if one.place is not None else ""
    leaves = one.home.leaves_on or date.min
    home = one.home.dwelling
    return len(one.missing), len(one.unknown), soonest, home.reference, named, leaves, home.id
