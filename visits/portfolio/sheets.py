"""Read the sheets of XLSX and ODS workbooks, never unpacking more than a bounded size."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from visits.ground.errors import Invalid

MAX_UNPACKED = 200 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_SHEETS = 40
MAX_GRID = 6_000_000
MAX_ROWS = 200_100
MAX_COLUMNS = 300
RATIO_CHECKED_FROM = 20 * 1024 * 1024
MAX_RATIO = 150

Row = tuple[int, tuple[str, ...]]
Cell = str | int | float | bool | date | datetime | time | timedelta | None

# The reference of a cell, unless the cell closes itself and so is empty. It is strict about what
# may stand before that close: a `/>` hidden in an attribute must not pass for it.
_REFERENCE = re.compile(
    rb"""\br\s*=\s*["']\s*([A-Za-z]{1,3})(\d{1,9})\s*["'](?!(?:\s+\w+=["']\w*["'])*\s*/>)"""
)
_ANY_REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*[A-Za-z]""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\br\s*=\s*["']\s*(\d+)""")
_MASKED = re.compile(rb"""<(?:\w+:)?row\s(?=[^<>]*?\br\s*=\s*["']\s*(\d+))[^<>]*>""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*["'])e(?=["'])""")
_ROW_END = re.compile(rb"</(?:\w+:)?row\s*>")
_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/.*|xl/(?!media/|drawings/|charts/|embeddings/).*"
)

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@dataclass
class Sheet:
    """A sheet as lines of text; `masked` are the lines a filter or somebody has hidden."""

    name: str
    hidden: bool = False
    rows: list[Row] = field(default_factory=list)
    masked: set[int] = field(default_factory=set)


def read_workbook(data: bytes) -> list[Sheet]:
    """Read each sheet of an XLSX or ODS workbook as lines of text; dates come as 1948-11-24.

    Raises Invalid for what is neither, is damaged, or would unpack beyond the bounds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {entry.filename for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise Invalid({}, "damaged_workbook") from None
    return _read_ods(data) if "content.xml" in names else _read_xlsx(data)


def _read_xlsx(data: bytes) -> list[Sheet]:
    parts = _unpack(data, needed=_NEEDED)
    if not any(name.startswith("xl/worksheets/") for name in parts):
        raise Invalid({}, "not_a_table", found="archive")
    for name, content in parts.items():
        if name.startswith("xl/worksheets/"):
            _check_grid(content)
            # calamine leaves an error empty; as a text it is what the cell shows.
            parts[name] = _ERROR_CELL.sub(rb"\1str", content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_repack(parts)))
        found = workbook.sheets_metadata
        _check_sheets(len(found))
        parts_of = _parts_of_sheets(parts)
        return [
            Sheet(
                one.name,
                one.visible is not SheetVisibleEnum.Visible,
                _sheet(workbook, one.name),
                _masked(parts.get(parts_of.get(one.name, ""), b"")),
            )
            for one in found
        ]
    except (CalamineError, OSError, ValueError):
        raise Invalid({}, "damaged_workbook") from None


def _read_ods(data: bytes) -> list[Sheet]:
    content = _unpack(data, needed=re.compile(r"content\.xml")).get("content.xml")
    if content is None:
        raise Invalid({}, "damaged_workbook")
    try:
        return _ods_sheets(content)
    except (etree.XMLSyntaxError, ValueError):
        raise Invalid({}, "damaged_workbook") from None


def _unpack(data: bytes, *, needed: re.Pattern[str]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries)
            wanted = [entry for entry in entries if needed.fullmatch(entry.filename)]
            return {entry.filename: archive.read(entry) for entry in wanted}
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        zlib.error,
    ):
        raise Invalid({}, "damaged_workbook") from None


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    # zipfile never inflates an entry past the size it declares here, so the sum is a real bound.
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    bomb = unpacked > RATIO_CHECKED_FROM and unpacked > packed * MAX_RATIO
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or bomb:
        raise Invalid({}, "unpacks_too_big")


def _repack(parts: dict[str, bytes]) -> bytes:
    """Pack again what was read within bounds: calamine trusts no bound of its own."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _check_grid(xml: bytes) -> None:
    """Refuse a sheet whose far corner would make calamine allocate a huge grid."""
    rows, columns = len(_ROW_END.findall(xml)), 0
    for match in _REFERENCE.finditer(xml):
        rows = max(rows, int(match[2]))
        columns = max(columns, _column_number(match[1].upper()))
    if len(_CELL.findall(xml)) > len(_ANY_REFERENCE.findall(xml)):
        # Cells without a reference stand one after the other, in the row that holds them.
        rows = max([rows, *(int(row) for row in _ROW.findall(xml))])
        columns = max(columns, *(len(_CELL.findall(row)) for row in _ROW_END.split(xml)))
    if rows > MAX_ROWS:
        raise Invalid({}, "too_many_rows", limit="200 000")
    if columns > MAX_COLUMNS:
        raise Invalid({}, "too_many_columns", limit=150)
    if rows * columns > MAX_GRID:
        raise Invalid({}, "too_many_cells")


def _parts_of_sheets(parts: dict[str, bytes]) -> dict[str, str]:
    """Tell in which part of the workbook each sheet stands, by its name."""
    targets: dict[str | None, str] = {}
    for node in _nodes(parts.get("xl/_rels/workbook.xml.rels", b"")):
        target = node.get("Target") or ""
        targets[node.get("Id")] = target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
    found = {}
    for node in _nodes(parts.get("xl/workbook.xml", b"")):
        ids = [str(id) for name, id in node.items() if str(name).endswith("}id")]
        if node.get("sheetId") and ids:
            found[node.get("name") or ""] = targets.get(ids[0], "")
    return found


def _nodes(xml: bytes) -> list[etree._Element]:
    if not xml:
        return []
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return [n for n in etree.fromstring(xml, parser).iter() if isinstance(n.tag, str)]
    except etree.XMLSyntaxError:
        return []


def _masked(xml: bytes) -> set[int]:
    return {int(match[1]) for match in _MASKED.finditer(xml) if _HIDDEN.search(match[0])}


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet(workbook: CalamineWorkbook, name: str) -> list[Row]:
    sheet = workbook.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    return [(at, tuple(_as_text(cell) for cell in row)) for at, row in enumerate(rows, start=1)]


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _ods_sheets(content: bytes) -> list[Sheet]:
    sheets: list[Sheet] = []
    names, line, cells = list[tuple[str, bool]](), 0, 0
    for table, row, repeat, masked in _ods_rows(content, names):
        while len(sheets) <= table:
            sheets.append(Sheet(*names[len(sheets)]))
            line = 0
        if any(row):
            cells += repeat * len(row)
            _check_ods(line + repeat, cells)
            sheets[table].rows.extend((line + at, row) for at in range(1, repeat + 1))
            if masked:
                sheets[table].masked |= set(range(line + 1, line + repeat + 1))
        line += repeat
    _check_sheets(len(sheets))
    return sheets


def _check_sheets(number: int) -> None:
    if number > MAX_SHEETS:
        raise Invalid({}, "too_many_sheets", limit=MAX_SHEETS)


def _ods_rows(
    content: bytes, names: list[tuple[str, bool]]
) -> Iterator[tuple[int, tuple[str, ...], int, bool]]:
    """Give position of the sheet, cells, repetition and masking of each row, one at a time.

    `names` gets the name of each sheet as it begins, and whether its style hides it.
    """
    table, cells, unseen = -1, 0, set[str]()
    events = etree.iterparse(
        io.BytesIO(content),
        events=("start", "end"),
        tag=(
            f"{_TABLE}table",
            f"{_TABLE}table-row",
            f"{_TABLE}table-cell",
            f"{_STYLE}table-properties",
        ),
        resolve_entities=False,
        no_network=True,
    )
    for event, node in events:
        if node.tag == f"{_STYLE}table-properties":
            style = node.getparent()
            if node.get(f"{_TABLE}display") == "false" and style is not None:
                unseen.add(style.get(f"{_STYLE}name") or "")
        elif event == "start":
            if node.tag == f"{_TABLE}table":
                table += 1
                hidden = node.get(f"{_TABLE}style-name") in unseen
                names.append((node.get(f"{_TABLE}name") or str(table + 1), hidden))
            cells = cells + 1 if node.tag == f"{_TABLE}table-cell" else 0
            if cells > MAX_COLUMNS * 10:
                raise Invalid({}, "too_many_columns", limit=150)
        elif node.tag == f"{_TABLE}table-row":
            if table >= 0:
                masked = node.get(f"{_TABLE}visibility") in ("filter", "collapse")
                yield table, tuple(_ods_cells(node)), _repeat(node, "rows"), masked
            _forget(node)


def _forget(node: etree._Element) -> None:
    """Free a row that was read, and what stands before it."""
    parent = node.getparent()
    node.clear()
    while parent is not None and node.getprevious() is not None:
        del parent[0]


def _check_ods(rows: int, cells: int) -> None:
    if rows > MAX_ROWS:
        raise Invalid({}, "too_many_rows", limit="200 000")
    if cells > MAX_GRID:
        raise Invalid({}, "too_many_cells")


def _ods_cells(row: etree._Element) -> Iterator[str]:
    """Give the texts of a row; empty cells count only when something follows them."""
    empty, given = 0, 0
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        text, repeat = _ods_text(cell), _repeat(cell, "columns")
        if not text:
            empty += repeat
            continue
        given += empty + repeat
        if given > MAX_COLUMNS:
            raise Invalid({}, "too_many_columns", limit=150)
        yield from [""] * empty + [text] * repeat
        empty = 0


def _ods_text(cell: etree._Element) -> str:
    if day := cell.get(f"{_OFFICE}date-value"):
        return day[:10]
    if cell.get(f"{_OFFICE}value-type") in ("float", "currency", "percentage"):
        return _as_text(float(cell.get(f"{_OFFICE}value") or 0))
    if truth := cell.get(f"{_OFFICE}boolean-value"):
        return "1" if truth == "true" else "0"
    paragraphs = cell.iterchildren(f"{_TEXT}p")
    return " ".join("".join(str(text) for text in p.itertext()) for p in paragraphs)


def _repeat(node: etree._Element, what: str) -> int:
    return max(1, int(node.get(f"{_TABLE}number-{what}-repeated") or 1))
