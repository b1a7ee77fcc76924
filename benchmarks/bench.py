"""What every benchmark is given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.databases import Databases
from benchmarks.figures import Figure


@dataclass(frozen=True)
class Bench:
    """Where to measure and how much: `large` asks for a country of a million dwellings too."""

    databases: Databases
    large: bool
    tell: Callable[[str], None]


Measure = Callable[[Bench], Iterator[Figure]]
