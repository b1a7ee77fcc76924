"""The lines of a text file as records: a quote that is never closed swallows no line."""

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

SEPARATORS = (";", ",", "\t", "|")
SAMPLE_LINES = 60
LONGEST_RECORD = 20


@dataclass(frozen=True)
class Record:
    """One record of a text file; `lines` is how many lines of the file it takes.

    `broken` is the position of the cell whose quotes cannot be understood, None when all is well.
    """

    line: int
    cells: tuple[str, ...]
    lines: int = 1
    broken: int | None = None


def sample_of(text: str) -> list[str]:
    """Give the first lines that are not empty."""
    return [line for line in islice(io.StringIO(text, newline=""), SAMPLE_LINES) if line.strip()]


def find_separator(lines: list[str]) -> str:
    """Choose the separator that cuts most lines into as many cells."""
    return max(SEPARATORS, key=lambda separator: _regularity(lines, separator))


def read_records(text: str, separator: str) -> Iterator[Record]:
    """Read the records one after the other. Raises csv.Error for what is no text of cells.

    A quoted cell may hold line breaks as long as it is closed and the lines it takes are no
    records themselves; otherwise the line where it opens is broken, and only that one.
    """
    width = _usual_width(sample_of(text), separator)
    waiting: deque[str] = deque()
    source = io.StringIO(text, newline="")
    line = 1
    while (first := waiting.popleft() if waiting else source.readline()) != "":
        if '"' not in first:
            record = Record(line, tuple(first.rstrip("\r\n").split(separator)))
        elif _is_closed(first, separator):
            record = _alone(line, first, separator, width)
        else:
            taken = [first, *_more(waiting, source)]
            record = _over_lines(line, taken, separator, width)
            waiting.extendleft(reversed(taken[record.lines :]))
        yield record
        line += record.lines


def _more(waiting: deque[str], source: io.StringIO) -> Iterator[str]:
    for _turn in range(LONGEST_RECORD - 1):
        line = waiting.popleft() if waiting else source.readline()
        if line == "":
            return
        yield line


def _alone(line: int, text: str, separator: str, width: int) -> Record:
    """Read a record of one line; a stray quote within a cell is harmless if no cell is lost."""
    try:
        return Record(line, tuple(next(csv.reader([text], delimiter=separator, strict=True))))
    except csv.Error:
        plain = tuple(next(csv.reader([text], delimiter=separator)))
        return Record(line, plain) if len(plain) >= width else _broken(line, text, separator)


def _over_lines(line: int, taken: list[str], separator: str, width: int) -> Record:
    """Read the record whose quoted cell is still open at the end of its first line."""
    reader = csv.reader(iter(taken), delimiter=separator, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return _broken(line, taken[0], separator)
    if not _believable(taken[: reader.line_num], cells, separator, width):
        return _broken(line, taken[0], separator)
    return Record(line, tuple(cells), reader.line_num)


def _is_closed(line: str, separator: str) -> bool:
    """Say whether no quote is open at the end of a line: the next one is then its own record."""
    reader = csv.reader([line, "next"], delimiter=separator)
    next(reader)
    return reader.line_num == 1


def _believable(taken: list[str], cells: list[str], separator: str, width: int) -> bool:
    """Say whether the lines of a quoted cell are text, and not records that it has swallowed."""
    whole = [len(next(csv.reader([line], delimiter=separator))) >= width for line in taken[1:]]
    opened_first = len(cells) >= width and whole[-1]
    return len(cells) * 2 > width and not any(whole[:-1]) and (not whole[-1] or opened_first)


def _broken(line: int, text: str, separator: str) -> Record:
    cells = text.rstrip("\r\n").split(separator)
    opened = next((at for at, cell in enumerate(cells) if cell.startswith('"')), 0)
    odd = [at for at, cell in enumerate(cells) if cell.count('"') % 2]
    return Record(line, tuple(cells), broken=odd[0] if odd else opened)


def _regularity(lines: list[str], separator: str) -> tuple[int, int]:
    """Weigh a separator: the lines that agree on their count of cells, times that count."""
    widths = _widths(lines, separator)
    if not widths:
        return (0, 0)
    width, lines_agreeing = widths.most_common(1)[0]
    return (lines_agreeing * (width - 1), lines_agreeing)


def _usual_width(lines: list[str], separator: str) -> int:
    widths = _widths(lines, separator)
    return widths.most_common(1)[0][0] if widths else 2


def _widths(lines: list[str], separator: str) -> Counter[int]:
    """Count the cells of each line alone, so that an open quote falsifies its own line only."""
    counts = (len(next(csv.reader([line], delimiter=separator), [])) for line in lines)
    return Counter(count for count in counts if count > 1)
