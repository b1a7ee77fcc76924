"""Two readings of the same form, question by question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from diagnostics.reading import Answer
from webapp.office.intake.answers import Reading


@dataclass(frozen=True)
class Pair:
    """A question and both answers; one is None where it was not asked or not answered."""

    section: str
    question: str
    left: Answer | None
    right: Answer | None
    differs: bool


@dataclass(frozen=True)
class SideBySide:
    """Both readings aligned, by section; how many answers there are and how many differ."""

    left: Reading
    right: Reading
    sections: Sequence[tuple[str, Sequence[Pair]]]
    total: int
    different: int


def side_by_side(left: Reading, right: Reading) -> SideBySide:
    """Align two readings in the order of the form."""
    pairs = list(_pairs(left, right))
    sections = [(title, list(rows)) for title, rows in groupby(pairs, lambda pair: pair.section)]
    return SideBySide(left, right, sections, len(pairs), sum(pair.differs for pair in pairs))


def _pairs(left: Reading, right: Reading) -> Iterator[Pair]:
    ours, theirs = _by_path(left), _by_path(right)
    for path in _merged(list(ours), list(theirs)):
        section, question = _words(ours.get(path) or theirs[path])
        mine, other = ours.get(path), theirs.get(path)
        one, two = mine and mine[1], other and other[1]
        differs = _content(left, one) != _content(right, two)
        yield Pair(section, question, one, two, differs)


def _by_path(reading: Reading) -> dict[str, tuple[str, Answer]]:
    parts = reading.sections
    return {answer.path: (part.title, answer) for part in parts for answer in part.answers}


def _words(found: tuple[str, Answer]) -> tuple[str, str]:
    return found[0], found[1].question


def _merged(first: list[str], second: list[str]) -> list[str]:
    """Put what only the second has after what stands before it there."""
    merged, place = list(first), 0
    known = set(first)
    for path in second:
        if path in known:
            place = merged.index(path) + 1
        else:
            merged.insert(place, path)
            place += 1
    return merged


def _content(reading: Reading, answer: Answer | None) -> str:
    """Give what is compared: a photo by its bytes, as every tablet names its own."""
    if answer is None:
        return ""
    if not answer.file_name:
        return answer.answer
    file = reading.files.get(answer.file_name)
    return file.sha256 if file is not None else answer.file_name
