"""What is alike within a month stands together: a year of weekly visits stays readable."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import TypeVar

from diagnostics.delays import PARIS

Thing = TypeVar("Thing")
TOGETHER = 3


def by_month(
    things: Iterable[Thing],
    *,
    at: Callable[[Thing], datetime],
    alike: Callable[[Thing], Hashable],
) -> list[list[Thing]]:
    """Put three and more together that are alike and of one month in Paris; the order stays.

    What is `alike` to nothing (None) stands alone; so do two.
    """
    listed = list(things)
    groups: dict[Hashable, list[Thing]] = {}
    for one in listed:
        groups.setdefault(_key(one, at, alike), []).append(one)
    found: list[list[Thing]] = []
    for one in listed:
        key = _key(one, at, alike)
        group = groups[key]
        if key is None or len(group) < TOGETHER:
            found.append([one])
        elif group[0] is one:
            found.append(group)
    return found


def _key(
    one: Thing, at: Callable[[Thing], datetime], alike: Callable[[Thing], Hashable]
) -> Hashable:
    same = alike(one)
    if same is None:
        return None
    local = at(one).astimezone(PARIS)
    return (local.year, local.month, same)
