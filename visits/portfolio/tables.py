"""Read an uploaded file into a table: encoding, separator, header line, titles, totals."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from visits.errors import Invalid
from visits.portfolio.fields import KNOWN_HEADINGS
from visits.portfolio.sheets import read_workbook
from visits.portfolio.values import clean, fold

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 150
MAX_CELLS = 6_000_000
MAX_CELL_CHARS = 2_000
HEADER_WITHIN = 40
SEPARATORS = (";", ",", "\t", "|")
SAMPLE_LINES = 60

_TOTAL = re.compile(r"(sous )?tota(l|ux)\b|nombre (de|total)\b|grand total\b")
_FOOTER = re.compile(r"(page|edit|imprim|fin d|source|date d)\w*\b")
_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"RIFF": "image",
    b"\x1f\x8b": "archive",
    b"7z\xbc\xaf": "archive",
    b"Rar!": "archive",
    b"BZh": "archive",
}
_MARKUP = re.compile(r"\s*<(!doctype|html|table|\?xml|svg|head|body)\b", re.IGNORECASE)

RawRow = tuple[int, tuple[str, ...]]


class NotATable(Invalid):
    """The file cannot be read as a table; `code` says why."""

    code = "not_a_table"

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__({"file": code}, code, **details)


@dataclass(frozen=True)
class TableRow:
    """One line of the file under its header; cells are clean and as many as the headings."""

    line_number: int
    cells: tuple[str, ...]
    overflows: bool = False


@dataclass(frozen=True)
class Skipped:
    """A line that holds no data: `title`, `total`, `footer` or `header` again."""

    line_number: int
    reason: str
    text: str


@dataclass(frozen=True)
class Table:
    """What was found in a file. `encoding` and `separator` are empty for workbooks."""

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: str
    separator: str
    header_line: int
    skipped: tuple[Skipped, ...]
    blank_lines: int


def read_table(data: bytes, *, file_name: str) -> Table:
    """Read a CSV, XLSX or ODS file.

    Raises NotATable for anything else, and past 50 MB, 200,000 rows or 150 columns.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise NotATable("empty_file")
    if len(data) > MAX_BYTES:
        raise NotATable("file_too_big", limit_mb=MAX_BYTES // 1024 // 1024)
    if data.startswith(b"PK\x03\x04"):
        return _read_workbook(data)
    _refuse_other_formats(data, PurePath(file_name).suffix.lower())
    text, encoding = _decode(data)
    separator = _find_separator(text)
    rows = _bounded(_csv_rows(text, separator))
    return _as_table(rows, encoding=encoding, separator=separator)


def _read_workbook(data: bytes) -> Table:
    try:
        sheets = read_workbook(data)
    except Invalid as refusal:
        raise NotATable(refusal.code, **refusal.details) from None
    refusal_of_first: NotATable | None = None
    for sheet in sheets:
        try:
            return _as_table(_bounded(sheet), encoding="", separator="")
        except NotATable as refusal:
            refusal_of_first = refusal_of_first or refusal
    raise refusal_of_first or NotATable("no_header")


def _refuse_other_formats(data: bytes, suffix: str) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotATable("encrypted_workbook" if suffix in (".xlsx", ".ods") else "old_excel")
    for magic, found in _MAGIC.items():
        if data.startswith(magic):
            raise NotATable("not_a_table", found=found)
    if _MARKUP.match(data[:500].decode("latin-1").lstrip("\ufeffï»¿")):
        raise NotATable("not_a_table", found="HTML")


def _decode(data: bytes) -> tuple[str, str]:
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        sample = text[:100_000]
        odd = sum(1 for char in sample if char < " " and char not in "\t\r\n\x0b\x0c\x1a")
        if odd * 200 > len(sample) or "\x00" in sample:
            raise NotATable("not_a_table", found="binaire")
        return text.lstrip("\ufeff"), encoding
    raise NotATable("not_a_table", found="binaire")


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    sample = data[:4_000]
    if sample[1::2].count(0) * 3 > len(sample):
        return ("utf-16-le",)
    if sample[0::2].count(0) * 3 > len(sample):
        return ("utf-16-be",)
    return ("utf-8", "cp1252", "latin-1")


def _find_separator(text: str) -> str:
    lines = [line for line in islice(io.StringIO(text), SAMPLE_LINES) if line.strip()]
    if any(len(line) > MAX_COLUMNS * MAX_CELL_CHARS for line in lines):
        raise NotATable("not_a_table", found="texte")
    return max(SEPARATORS, key=lambda separator: _regularity(lines, separator))


def _regularity(lines: list[str], separator: str) -> tuple[int, int]:
    """Weigh a separator: the lines that agree on their count of cells, times that count."""
    rows = csv.reader(lines, delimiter=separator)
    widths = Counter(len(row) for row in _until_error(rows) if len(row) > 1)
    if not widths:
        return (0, 0)
    width, lines_agreeing = widths.most_common(1)[0]
    return (lines_agreeing * (width - 1), lines_agreeing)


def _until_error(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error:
        return


def _csv_rows(text: str, separator: str) -> Iterator[RawRow]:
    # Formula cells such as ="L04574" are quotes inside a cell: the reader leaves them as they are.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    try:
        for cells in reader:
            yield line, tuple(cells)
            line = reader.line_num + 1
    except csv.Error:
        raise NotATable("not_a_table", found="texte") from None


def _bounded(rows: Iterable[RawRow]) -> list[RawRow]:
    kept, count = [], 0
    for line, cells in rows:
        width = len(cells)
        while width and not cells[width - 1].strip():
            width -= 1
        if width > MAX_COLUMNS:
            raise NotATable("too_many_columns", limit=MAX_COLUMNS)
        count += width
        if count > MAX_CELLS:
            raise NotATable("too_many_cells")
        kept.append((line, tuple(clean(cell[:MAX_CELL_CHARS]) for cell in cells[:width])))
        if len(kept) > MAX_ROWS + HEADER_WITHIN:
            raise NotATable("too_many_rows", limit=f"{MAX_ROWS:,}".replace(",", " "))
    return kept


def _as_table(rows: list[RawRow], *, encoding: str, separator: str) -> Table:
    at = _find_header(rows)
    header_line, headings = rows[at]
    skipped = [Skipped(line, "title", _joined(cells)) for line, cells in rows[:at] if any(cells)]
    blank = sum(1 for _line, cells in rows[:at] if not any(cells))
    kept = []
    for line, cells in rows[at + 1 :]:
        if not any(cells):
            blank += 1
        elif reason := _reason_to_skip(cells, headings):
            skipped.append(Skipped(line, reason, _joined(cells)))
        else:
            kept.append(_row(line, cells, width=len(headings)))
    if not kept:
        raise NotATable("no_rows")
    return Table(
        headings=headings,
        rows=tuple(kept),
        encoding=encoding,
        separator=separator,
        header_line=header_line,
        skipped=tuple(skipped),
        blank_lines=blank,
    )


def _row(line: int, cells: tuple[str, ...], *, width: int) -> TableRow:
    padded = cells + ("",) * (width - len(cells))
    return TableRow(line_number=line, cells=padded[:width], overflows=len(cells) > width)


def _find_header(rows: list[RawRow]) -> int:
    """Find the line with most known headings; failing that, the first full line of words."""
    first = rows[:HEADER_WITHIN]
    known = [sum(fold(cell) in KNOWN_HEADINGS for cell in cells) for _line, cells in first]
    if known and max(known) >= 2:
        return known.index(max(known))
    width = max((len(cells) for _line, cells in first), default=0)
    for position, (_line, cells) in enumerate(first):
        words = [cell for cell in cells if re.search(r"[^\W\d_]", cell) and len(cell) < 60]
        if width >= 2 and len(words) == len(cells) == width and len(set(words)) == width:
            return position
    raise NotATable("no_header")


def _reason_to_skip(cells: tuple[str, ...], headings: tuple[str, ...]) -> str | None:
    if cells == headings:
        return "header"
    filled = [cell for cell in cells if cell]
    first = fold(filled[0])
    few = len(filled) <= max(1, len(headings) // 2)
    if few and _TOTAL.match(first):
        return "total"
    if len(filled) == 1 and len(headings) > 3 and (" " in filled[0] or _FOOTER.match(first)):
        return "footer"
    return None


def _joined(cells: tuple[str, ...]) -> str:
    return " ".join(cell for cell in cells if cell)[:200]
