"""Which homes fit a wish: what each meets, what it misses, what nobody knows.

Some needs are no matter of taste: a wheelchair user is never proposed a home that is not known to
be reached without stairs, nor one with steps before the building.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from visits.homes.access import Demand, Letting
from visits.homes.register import Adapted

ROOMS, CITY = "rooms", "city"
# What somebody in a wheelchair needs of a home, said or not.
IN_A_WHEELCHAIR = (Demand.REACH, Demand.NO_STEPS, Demand.DOORS, Demand.SHOWER)


@dataclass(frozen=True)
class Needs:
    """What a home has to offer; `rooms` is how many at least, an empty city is any."""

    wheelchair: bool = False
    demands: tuple[Demand, ...] = ()
    rooms: int | None = None
    city: str = ""

    @property
    def all_demands(self) -> tuple[Demand, ...]:
        """List what is demanded, said or not, in the order of the demands."""
        wanted = {*self.demands, *(IN_A_WHEELCHAIR if self.wheelchair else ())}
        return tuple(one for one in Demand if one in wanted)

    def kept(self) -> dict[str, Any]:
        """Give the needs as they are kept."""
        return {
            "wheelchair": self.wheelchair,
            "demands": [one.value for one in self.demands],
            "rooms": self.rooms,
            "city": self.city,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Needs":
        """Read needs that were kept."""
        demands = tuple(Demand(one) for one in kept["demands"])
        return cls(kept["wheelchair"], demands, kept["rooms"], kept["city"])


@dataclass(frozen=True)
class Match:
    """A home beside a wish: names of what it meets, misses, and of what nobody knows."""

    home: Adapted
    met: Sequence[str] = field(default_factory=tuple)
    missing: Sequence[str] = field(default_factory=tuple)
    unknown: Sequence[str] = field(default_factory=tuple)

    @property
    def fits(self) -> bool:
        """Tell whether nothing that is wished is known to be missing."""
        return not self.missing


def may_be_offered(needs: Needs, home: Adapted) -> bool:
    """Tell whether a home may be proposed at all to somebody with these needs."""
    reach, steps = home.met[Demand.REACH], home.met[Demand.NO_STEPS]
    if needs.wheelchair:
        return reach is True and steps is not False
    return Demand.REACH not in needs.demands or reach is not False


def match(needs: Needs, home: Adapted) -> Match:
    """Compare a home with needs."""
    told: dict[str, bool | None] = {one.value: home.met[one] for one in needs.all_demands}
    if needs.rooms is not None:
        rooms = home.dwelling.rooms
        told[ROOMS] = None if rooms is None else rooms >= needs.rooms
    if needs.city:
        told[CITY] = home.dwelling.residence.city.casefold() == needs.city.casefold()
    return Match(
        home,
        [name for name, met in told.items() if met],
        [name for name, met in told.items() if met is False],
        [name for name, met in told.items() if met is None],
    )


def matches(needs: Needs, homes: Sequence[Adapted]) -> list[Match]:
    """List the homes that may be proposed, what misses least first, and of those what is free."""
    letting = list(Letting)
    found = [match(needs, home) for home in homes if may_be_offered(needs, home)]
    return sorted(
        found,
        key=lambda one: (
            len(one.missing),
            len(one.unknown),
            letting.index(one.home.letting),
            one.home.dwelling.reference,
        ),
    )
