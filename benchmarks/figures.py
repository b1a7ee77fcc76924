"""A figure: the median and the bad end of many measurements of one thing."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import Any

MS = 1000.0


class Better(StrEnum):
    """Which way is good."""

    LESS = "less"
    MORE = "more"


@dataclass(frozen=True)
class Figure:
    """What was measured of one thing. 19 measurements of 20 are as good as `p95` or better."""

    what: str
    unit: str
    median: float
    p95: float
    rounds: int
    better: Better = Better.LESS
    database: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def figure(
    what: str,
    samples: Sequence[float],
    *,
    unit: str,
    better: Better = Better.LESS,
    database: str = "",
    **facts: Any,
) -> Figure:
    """Sum up measurements of one thing."""
    worst_last = sorted(samples, reverse=better is Better.MORE)
    return Figure(
        what=what,
        unit=unit,
        median=median(samples),
        p95=percentile(worst_last, 0.95),
        rounds=len(samples),
        better=better,
        database=database,
        facts=facts,
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """Give the value at a share of an ordered sequence, between its neighbours if need be."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass
class Stopwatch:
    """Seconds of a block; readable after it."""

    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Time a block."""
    watch, start = Stopwatch(), time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start


def computed(act: Callable[[], object], *, rounds: int, warm_up: int = 1) -> list[float]:
    """Measure an act that only computes, over and over, in milliseconds of its core's time.

    On a machine left alone that is the time it takes. The first times do not count.
    """
    samples = []
    for _ in range(warm_up + rounds):
        start = time.thread_time()
        act()
        samples.append((time.thread_time() - start) * MS)
    return samples[warm_up:]
