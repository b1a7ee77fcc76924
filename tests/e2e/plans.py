"""Random visits to make, and what is to befall each: drawn from a seed."""

import random
from dataclasses import dataclass
from enum import StrEnum

from tests.e2e.line import LineFault
from tests.factories import shipped_programmes_read
from visits.agenda.doors import LEFT_BEHIND, OUTCOMES
from visits.models.calls import Disposition

MOST_PHOTOS = 5
# Half the visits are the seniors', whose programme has most forms.
SENIORS = 0.5
SHUT, AGREED, SMELLS_GAS = 0.12, 0.8, 0.25


class Fault(StrEnum):
    """What may befall the tablet, the server and the network, beside what befalls single parts."""

    BROWSER = "browser killed"
    SERVER = "server killed"
    NETWORK = "network cut"
    TAPS = "tapped four times"
    RELOAD = "app reloaded"


LIKELY = {
    Fault.BROWSER: 0.3,
    Fault.SERVER: 0.1,
    Fault.NETWORK: 0.2,
    Fault.TAPS: 0.3,
    Fault.RELOAD: 0.3,
}


@dataclass(frozen=True)
class Shut:
    """A door that stays shut: what is said of it, and what is left there."""

    outcome: Disposition
    left: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A visit to make, and what is to befall it.

    Whose home it is, its programme's forms to fill, and of the home visit: whether the person
    agrees, how many photos, a word among its answers, and whether there is a smell of gas.
    """

    name: str
    programme: str = "seniors"
    forms: tuple[str, ...] = ("home_visit",)
    shut: Shut | None = None
    full: bool = False
    photos: int = 0
    word: str = "<visit_agreed>no</visit_agreed>"
    gas: bool = False
    faults: frozenset[Fault] = frozenset()
    line: tuple[LineFault, ...] = ()

    def __str__(self) -> str:
        done = f"shut: {self.shut.outcome}" if self.shut else " + ".join(self.forms)
        return f"{self.name}  {done}  ({', '.join(sorted((*self.faults, *self.line)))})"


def plans(number: int, chance: random.Random) -> list[Plan]:
    """Draw the visits and what is to befall each."""
    return [_plan(f"V{at:03}", chance) for at in range(number)]


def _plan(name: str, chance: random.Random) -> Plan:
    others = [code for code in shipped_programmes_read() if code != "seniors"]
    programme = "seniors" if chance.random() < SENIORS else chance.choice(others)
    shut = _shut(chance) if chance.random() < SHUT else None
    full = chance.random() < AGREED
    return Plan(
        name=name,
        programme=programme,
        forms=() if shut else _forms(programme, chance),
        shut=shut,
        full=full,
        photos=chance.randint(0, MOST_PHOTOS) if full else 0,
        word=f"{name} {chance.getrandbits(32):08x}" if full else Plan.word,
        gas=full and chance.random() < SMELLS_GAS,
        faults=frozenset(fault for fault in Fault if chance.random() < LIKELY[fault]),
        line=tuple(chance.choices(list(LineFault), k=chance.choice((0, 0, 1, 2, 3)))),
    )


def _shut(chance: random.Random) -> Shut:
    left = tuple(one for one in LEFT_BEHIND if chance.random() < 0.4)
    return Shut(chance.choice(OUTCOMES), left)


def _forms(programme: str, chance: random.Random) -> tuple[str, ...]:
    """Draw what is filled: all that is required, and up to two that are offered."""
    chosen = shipped_programmes_read()[programme]
    offered = list(chosen.visit_kinds[0].optional_forms)
    return (
        *chosen.visit_kinds[0].forms,
        *chance.sample(offered, k=min(chance.choice((0, 0, 1, 2)), len(offered))),
    )
