"""Read an uploaded file into a table: encoding, separator, header line, titles, totals."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from visits.ground.errors import Invalid
from visits.ground.folding import fold
from visits.portfolio.headings import HEADER_WITHIN, find_header, under_groups
from visits.portfolio.lines import Record, find_separator, read_records, sample_of
from visits.portfolio.sheets import Sheet, read_workbook
from visits.portfolio.values import clean

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 150
MAX_CELLS = 6_000_000
MAX_CELL_CHARS = 2_000
# The headings of what we add to a file when we give it back: they are no columns of it.
OURS = "palier "

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


class NotATable(Invalid):
    """The file cannot be read as a table; `code` says why."""

    code = "not_a_table"

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__({"file": code}, code, **details)


@dataclass(frozen=True)
class TableRow:
    """One line of the file under its header; cells are clean and as many as the headings.

    `broken` is the position of the cell whose quotes cannot be understood.
    """

    line_number: int
    cells: tuple[str, ...]
    overflows: bool = False
    broken: int | None = None


@dataclass(frozen=True)
class Skipped:
    """A line that holds no data: `heading`, `title`, `total`, `footer`, `masked` or `blank`."""

    line_number: int
    reason: str
    text: str = ""


@dataclass(frozen=True)
class SheetFound:
    """A sheet of a workbook: how many lines are filled, how many masked by a filter or by hand.

    `after` is how many lines stand before it where several sheets are read, None if it is not read.
    """

    name: str
    lines: int
    masked: int
    hidden: bool
    after: int | None = None


@dataclass(frozen=True)
class Parts:
    """Which parts of a workbook to read: sheets by name (none: the first that fits)."""

    sheets: tuple[str, ...] = ()
    masked: bool = True


@dataclass(frozen=True)
class Table:
    """What was found in a file. `encoding` and `separator` are empty for workbooks.

    `lines` counts every line of what is read, whatever it holds; `continued` gives for a line
    that goes on with the cell of an earlier one the number of that one.
    """

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: str
    separator: str
    header_line: int
    skipped: tuple[Skipped, ...]
    lines: int
    continued: dict[int, int] = field(default_factory=dict)
    sheets: tuple[SheetFound, ...] = ()

    @property
    def blank_lines(self) -> int:
        """Count the lines without anything in them."""
        return sum(skip.reason == "blank" for skip in self.skipped)

    def place(self, line: int) -> str:
        """Say where a line stands: its number, and its sheet where several are read."""
        read = [sheet for sheet in self.sheets if sheet.after is not None]
        if len(read) < 2:
            return str(line)
        sheet = [one for one in read if one.after is not None and one.after < line][-1]
        return f"{sheet.name} · {line - (sheet.after or 0)}"


EVERYTHING = Parts()


def read_table(data: bytes, *, file_name: str, parts: Parts = EVERYTHING) -> Table:
    """Read a CSV, XLSX or ODS file.

    Raises NotATable for anything else, and past 50 MB, 200,000 rows or 150 columns.
    """
    _refuse_sizes(data)
    if data.startswith(b"PK\x03\x04"):
        return _read_workbook(data, parts)
    _refuse_other_formats(data, PurePath(file_name).suffix.lower())
    text, encoding = _decode(data)
    try:
        separator = _separator(text)
        records = _bounded(read_records(text, separator))
    except csv.Error:
        raise NotATable("not_a_table", found="texte") from None
    return _as_table(records, encoding=encoding, separator=separator)


def raw_records(data: bytes, *, table: Table) -> Iterator[Record]:
    """Give the records of a file as they stand in it, for giving them back.

    Those of a second sheet stand in the order of the columns of the first.
    """
    if table.sheets:
        sheets = {sheet.name: sheet for sheet in _sheets(data)}
        for found in table.sheets:
            if found.after is not None:
                sheet = sheets[found.name]
                order = _order(table, _table_of(sheet, EVERYTHING), sheet)
                for record in _records(sheet, after=found.after):
                    yield replace(record, cells=_ordered(record.cells, order))
    else:
        yield from read_records(_decode(data)[0], table.separator)


def _refuse_sizes(data: bytes) -> None:
    if not data.strip(b"\x00 \t\r\n"):
        raise NotATable("empty_file")
    if len(data) > MAX_BYTES:
        raise NotATable("file_too_big", limit_mb=MAX_BYTES // 1024 // 1024)


def _separator(text: str) -> str:
    lines = sample_of(text)
    if any(len(line) > MAX_COLUMNS * MAX_CELL_CHARS for line in lines):
        raise NotATable("not_a_table", found="texte")
    return find_separator(lines)


def _sheets(data: bytes) -> list[Sheet]:
    try:
        return read_workbook(data)
    except Invalid as refusal:
        raise NotATable(refusal.code, **refusal.details) from None


def _read_workbook(data: bytes, parts: Parts) -> Table:
    sheets = _sheets(data)
    wanted = [sheet for sheet in sheets if sheet.name in parts.sheets]
    found = [_found(sheet) for sheet in sheets]
    if wanted:
        return _join([_table_of(sheet, parts) for sheet in wanted], wanted, found)
    refusal: NotATable | None = None
    for sheet in sheets:
        try:
            if not sheet.hidden:
                return _join([_table_of(sheet, parts)], [sheet], found)
        except NotATable as refused:
            refusal = refusal or refused
    raise refusal or NotATable("no_header")


def _found(sheet: Sheet) -> SheetFound:
    filled = {line for line, cells in sheet.rows if any(cell.strip() for cell in cells)}
    return SheetFound(sheet.name, len(filled), len(filled & sheet.masked), sheet.hidden)


def _table_of(sheet: Sheet, parts: Parts) -> Table:
    left_out = set() if parts.masked else sheet.masked
    return _as_table(_bounded(_records(sheet)), encoding="", separator="", masked=left_out)


def _records(sheet: Sheet, *, after: int = 0) -> Iterator[Record]:
    last = max((line for line, cells in sheet.rows if any(cells)), default=0)
    at = 1
    for line, cells in sheet.rows:
        if line > last:
            return
        for blank in range(at, line):
            yield Record(after + blank, ())
        yield Record(after + line, cells)
        at = line + 1


def _join(tables: list[Table], read: list[Sheet], found: list[SheetFound]) -> Table:
    """Put the tables of several sheets below one another, under the headings of the first."""
    first, after, rows, skipped = tables[0], 0, list[TableRow](), list[Skipped]()
    places: dict[str, int] = {}
    for table, sheet in zip(tables, read, strict=True):
        places[sheet.name] = after
        order = _order(first, table, sheet)
        for row in table.rows:
            cells = tuple(row.cells[at] if at is not None else "" for at in order)
            rows.append(replace(row, line_number=row.line_number + after, cells=cells))
        for skip in table.skipped:
            skipped.append(replace(skip, line_number=skip.line_number + after))
        after += table.lines
    return replace(
        first,
        rows=tuple(rows),
        skipped=tuple(skipped),
        lines=after,
        sheets=tuple(replace(one, after=places.get(one.name)) for one in found),
    )


def _order(first: Table, table: Table, sheet: Sheet) -> list[int | None]:
    """Find the columns of the first sheet in another one; one that lacks most is refused."""
    free = list(range(len(table.headings)))
    order: list[int | None] = []
    for heading in first.headings:
        at = next((at for at in free if fold(table.headings[at]) == fold(heading)), None)
        order.append(at)
        if at is not None:
            free.remove(at)
    if any(table.headings[at] for at in free) or sum(at is None for at in order) * 2 > len(order):
        raise NotATable("sheets_differ", sheet=sheet.name)
    return order


def _ordered(cells: tuple[str, ...], order: list[int | None]) -> tuple[str, ...]:
    """Put cells under the headings they belong to, and those under none to the right of them."""
    known = {at for at in order if at is not None}
    beside = [cell for at, cell in enumerate(cells) if at not in known]
    under = [cells[at] if at is not None and at < len(cells) else "" for at in order]
    return (*under, *(beside if any(cell.strip() for cell in beside) else ()))


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


def _bounded(records: Iterable[Record]) -> list[Record]:
    kept, count = [], 0
    for record in records:
        cells = _trimmed(record.cells)
        if len(cells) > MAX_COLUMNS:
            raise NotATable("too_many_columns", limit=MAX_COLUMNS)
        count += len(cells)
        if count > MAX_CELLS:
            raise NotATable("too_many_cells")
        cleaned = tuple(clean(cell[:MAX_CELL_CHARS]) for cell in cells)
        kept.append(replace(record, cells=cleaned))
        if len(kept) > MAX_ROWS + HEADER_WITHIN:
            raise NotATable("too_many_rows", limit=f"{MAX_ROWS:,}".replace(",", " "))
    return kept


def _as_table(
    records: list[Record], *, encoding: str, separator: str, masked: Iterable[int] = ()
) -> Table:
    at = find_header([record.cells for record in records])
    if at is None:
        raise NotATable("no_header")
    records = _without_ours(records, at)
    headings, hidden = records[at].cells, set(masked)
    groups = records[at - 1].cells if at else ()
    skipped, kept = list[Skipped](), list[TableRow]()
    for position, record in enumerate(records):
        reason = _reason_to_skip(record, position - at, headings, hidden)
        if reason:
            skipped.append(Skipped(record.line, reason, _joined(record.cells)))
        else:
            kept.append(_row(record, width=len(headings)))
    if not kept:
        raise NotATable("no_rows")
    return Table(
        headings=under_groups(headings, groups),
        rows=tuple(kept),
        encoding=encoding,
        separator=separator,
        header_line=records[at].line,
        skipped=tuple(skipped),
        lines=records[-1].line + records[-1].lines - 1,
        continued={
            record.line + more: record.line for record in records for more in range(1, record.lines)
        },
    )


def _without_ours(records: list[Record], header: int) -> list[Record]:
    """Leave out the columns that we added when we gave a file back."""
    headings = records[header].cells
    width = next((n for n, name in enumerate(headings) if fold(name).startswith(OURS)), None)
    if not width:
        return records
    return [replace(record, cells=_trimmed(record.cells[:width])) for record in records]


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]


def _row(record: Record, *, width: int) -> TableRow:
    padded = record.cells + ("",) * (width - len(record.cells))
    return TableRow(record.line, padded[:width], len(record.cells) > width, record.broken)


def _reason_to_skip(
    record: Record, below: int, headings: tuple[str, ...], masked: set[int]
) -> str | None:
    """Say why a record is no data; `below` is its distance to the line of the headings."""
    cells = record.cells
    if not any(cells):
        return "blank"
    if below <= 0:
        return "title" if below else "heading"
    if record.line in masked:
        return "masked"
    if [fold(cell) for cell in cells] == [fold(cell) for cell in headings]:
        return "header"
    if record.broken is not None:
        return None
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
