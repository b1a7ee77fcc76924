"""Which column of a stranger's file holds what, by what its heading is called."""

import re
from collections.abc import Iterable, Mapping, Sequence

from visits.ground.folding import fold

# What a heading says beside its name: with tax or without, in which money.
_BESIDE = frozenset({"ht", "ttc", "en", "euro", "euros", "eur", "hors", "taxe", "taxes"})


def find_columns(headings: Iterable[str], names: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """Find the position of each column, the first that is called so; `names` are folded."""
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        said = fold(re.sub(r"\(.*?\)", " ", heading))
        name = " ".join(word for word in said.split() if word not in _BESIDE)
        for column, known in names.items():
            if name in known:
                found.setdefault(column, at)
    return found


def unread_headings(headings: Sequence[str], columns: Mapping[str, int]) -> tuple[str, ...]:
    """Give the headings of the columns that are not among those found, as they stand there."""
    return tuple(one for at, one in enumerate(headings) if one and at not in columns.values())
