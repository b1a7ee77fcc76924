"""Which column of a stranger's file holds what, by what its heading is called."""

import re
from collections.abc import Iterable, Mapping, Sequence

from visits.ground.folding import fold
from visits.portfolio.fields import FIELDS, KNOWN_HEADINGS
from visits.portfolio.roles import CONTACTS, read_role

HEADER_WITHIN = 40
# What a heading says beside its name: with tax or without, in which money.
_BESIDE = frozenset({"ht", "ttc", "en", "euro", "euros", "eur", "hors", "taxe", "taxes"})

# What a column says of one person, so that a title above may say of whom.
_OF_A_PERSON = frozenset(
    heading
    for field in FIELDS
    if field.name in ("full_name", "last_name", "first_name", "birth_name", "civility", "born_on",
                      "phone", "mobile", "person_reference", "role")
    for heading in field.headings
)  # fmt: skip


def find_header(lines: Sequence[tuple[str, ...]]) -> int | None:
    """Find the line with most known headings; failing that, the first full line of words."""
    first = lines[:HEADER_WITHIN]
    known = [sum(fold(cell) in KNOWN_HEADINGS for cell in cells) for cells in first]
    if known and max(known) >= 2:
        return known.index(max(known))
    width = max((len(cells) for cells in first), default=0)
    for position, cells in enumerate(first):
        words = [cell for cell in cells if re.search(r"[^\W\d_]", cell) and len(cell) < 60]
        if width >= 2 and len(words) == len(cells) == width and len(set(words)) == width:
            return position
    return None


def under_groups(headings: tuple[str, ...], groups: Sequence[str]) -> tuple[str, ...]:
    """Name with a heading whom it is about, where the line above says that it is no occupant.

    `Nom` below `Garant` is the guarantor's, however many columns that title spans.
    """
    named, group = list[str](), ""
    for at, heading in enumerate(headings):
        group = groups[at] if at < len(groups) and groups[at] else group
        group = group if fold(heading) in _OF_A_PERSON else ""
        named.append(f"{heading} ({group})" if read_role(group) in CONTACTS else heading)
    return tuple(named)


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
