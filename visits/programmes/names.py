"""What a programme, and each thing within it, is called: a word, and not what another is."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from visits.ground.folding import fold

Fault = tuple[str, str]
TAKEN = "un autre programme a déjà ce nom"
TWICE = "ce nom est déjà donné"
SAYS_NOTHING = "une lettre ou un chiffre au moins est attendu"


def says_nothing(name: str) -> bool:
    """Tell whether a name has neither letter nor figure."""
    return not any(sign.isalnum() for sign in name)


def name_faults(said: Mapping[str, Any], others: Iterable[Mapping[str, str]]) -> list[Fault]:
    """Say which names of a programme say nothing, are another programme's, or are given twice.

    What was published before may have such names: a next version is asked for better ones.
    """
    taken = [dict(one) for one in others]
    return [*_of_its_own(said, taken), *_of_rows(said, "")]


def _of_its_own(said: Mapping[str, Any], taken: list[dict[str, str]]) -> Iterator[Fault]:
    for language, name in _names(said).items():
        if says_nothing(name):
            yield f"name.{language}", SAYS_NOTHING
        elif fold(name) in {fold(one.get(language, "")) for one in taken}:
            yield f"name.{language}", TAKEN


def _of_rows(said: Mapping[str, Any], place: str) -> Iterator[Fault]:
    for key, rows in said.items():
        if not isinstance(rows, list):
            continue
        known: set[tuple[str, str]] = set()
        for index, row in enumerate(rows):
            if not isinstance(row, Mapping):
                continue
            at = f"{place}{key}.{index}."
            for language, name in _names(row).items():
                if says_nothing(name):
                    yield f"{at}name.{language}", SAYS_NOTHING
                elif (language, fold(name)) in known:
                    yield f"{at}name.{language}", TWICE
                known.add((language, fold(name)))
            yield from _of_rows(row, at)


def _names(said: Mapping[str, Any]) -> dict[str, str]:
    names = said.get("name")
    return {
        language: name
        for language, name in (names if isinstance(names, Mapping) else {}).items()
        if language in ("fr", "en") and isinstance(name, str) and name
    }
