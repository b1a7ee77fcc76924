"""Put the questions of a form in an order in which each comes after those it depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """Paths worked out together: one alone, or several that depend on one another."""

    paths: tuple[str, ...]
    circular: bool


def stages(needs: Mapping[str, frozenset[str]]) -> tuple[Stage, ...]:
    """Order paths by their needs (Tarjan's components, without recursion)."""
    places = {path: at for at, path in enumerate(needs)}
    return tuple(
        Stage(
            tuple(sorted(group, key=places.__getitem__)),
            circular=len(group) > 1 or group[0] in needs[group[0]],
        )
        for group in _components(needs)
    )


def _components(needs: Mapping[str, frozenset[str]]) -> Iterator[list[str]]:
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    held: list[str] = []
    holding: set[str] = set()
    for start in needs:
        if start in number:
            continue
        work = [(start, iter(sorted(needs[start])))]
        while work:
            path, rest = work[-1]
            if path not in number:
                number[path] = lowest[path] = len(number)
                held.append(path)
                holding.add(path)
            step = next((one for one in rest if one in needs and _open(one, number, holding)), None)
            if step is not None and step not in number:
                work.append((step, iter(sorted(needs[step]))))
                continue
            if step is not None:
                lowest[path] = min(lowest[path], number[step])
                continue
            work.pop()
            if work:
                above = work[-1][0]
                lowest[above] = min(lowest[above], lowest[path])
            if lowest[path] == number[path]:
                yield _unload(path, held, holding)


def _open(path: str, number: Mapping[str, int], holding: set[str]) -> bool:
    return path not in number or path in holding


def _unload(path: str, held: list[str], holding: set[str]) -> list[str]:
    at = held.index(path)
    group = held[at:]
    del held[at:]
    holding.difference_update(group)
    return group
