"""The XLSX dress: as people edit a workbook."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
import python_calamine
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from ..codes import HOMES, OWNERS, Kind, Severity
from ..falls import FALLS
from ..kit_left import LEFT
from .refusals import Problem, WorkbookRefused
from .tables import (
    COMMENT,
    LARGEST_UNPACKED,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Table,
    Tables,
    is_read,
    refuse_too_long,
    refused,
)

WIDTHS = {COMMENT: 30, "type": 24, "name": 24, "list_name": 18, "when": 50, "relevant": 40}
WIDE, NARROW = 46, 16
OFFERED: dict[tuple[str, str], list[str]] = {
    ("consequences", "kind"): list(Kind),
    ("consequences", "severity"): list(Severity),
    ("consequences", "owner"): list(OWNERS),
    ("consequences", "home"): list(HOMES),
    ("survey", "about"): ["dwelling", "person", FALLS, *LEFT],
    ("survey", "readers"): ["social_worker"],
}
HEADER = PatternFill("solid", fgColor="DDEBEA")
WRAPPED = Alignment(wrap_text=True, vertical="top")


def read_excel(data: bytes) -> Tables:
    """Read every sheet of a spreadsheet; raises WorkbookRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise refused("Le classeur est trop volumineux une fois décompressé.")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        tables = {sheet.title: _table(sheet) for sheet in book.worksheets}
        book.close()
        return tables
    except WorkbookRefused:
        raise
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        OSError,
        SyntaxError,
        AttributeError,
        IndexError,
        NotImplementedError,
        EOFError,
    ) as error:
        raise refused("Ce fichier n’est pas un classeur Excel lisible.") from error


def read_old_excel(data: bytes) -> Tables:
    """Read every sheet of a spreadsheet of Excel 97 to 2003; raises WorkbookRefused."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {name: _old_table(book, name) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, WorkbookRefused):
            raise
        raise refused("Ce fichier n’est pas un classeur Excel lisible.") from error


def _old_table(book: python_calamine.CalamineWorkbook, name: str) -> Table:
    most = MOST_ROWS + 2 if is_read(name) else 5
    lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=most)
    table = [[_text(value) for value in line[:MOST_COLUMNS]] for line in lines]
    while table and not any(table[-1]):
        table.pop()
    refuse_too_long(name, len(table) - 1)
    return table


def _table(sheet: Any) -> Table:
    # Of a sheet nobody reads it matters only whether there is something on it.
    most = MOST_ROWS + 2 if is_read(sheet.title) else 5
    lines = sheet.iter_rows(values_only=True, max_row=most, max_col=MOST_COLUMNS)
    table = [[_text(value) for value in line] for line in lines]
    while table and not any(table[-1]):
        table.pop()
    refuse_too_long(sheet.title, len(table) - 1)
    return table


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()  # as Excel shows it: a choice may be called so
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != time(0) else value.date().isoformat()
    # Excel writes the carriage return of an old Mac or Windows text this way.
    return value.isoformat() if isinstance(value, date) else str(value).replace("_x000D_", "")


def write_excel(tables: Tables) -> bytes:
    """Write sheets for a spreadsheet program, all cells as text; raises WorkbookRefused."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(table, start=1):
            for column, cell in enumerate(row, start=1):
                _write(sheet, number, column, text=cell)
        _dress(sheet, table[0])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _write(sheet: Any, number: int, column: int, *, text: str) -> None:
    if len(text) > LONGEST_CELL:
        message = f"Ce texte passe {LONGEST_CELL} caractères : un tableur ne peut pas le garder."
        raise WorkbookRefused([Problem(sheet.title, number, None, message)])
    if not text:
        return
    cell = sheet.cell(number, column)
    cell.value = text
    cell.data_type = "s"  # what begins with = is a text, not a formula
    cell.number_format = "@"
    cell.alignment = WRAPPED


def _dress(sheet: Any, header: list[str]) -> None:
    sheet.freeze_panes = "A2"
    for at, column in enumerate(header, start=1):
        letter = get_column_letter(at)
        width = WIDE if "::" in column or column == "comment" else WIDTHS.get(column, NARROW)
        sheet.column_dimensions[letter].width = width
        sheet.cell(1, at).font = Font(bold=True)
        sheet.cell(1, at).fill = HEADER
        if (sheet.title, column) in OFFERED:
            choices = ",".join(OFFERED[sheet.title, column])
            offered = DataValidation("list", formula1=f'"{choices}"')
            offered.allow_blank = True
            offered.add(f"{letter}2:{letter}1000")
            sheet.add_data_validation(offered)
