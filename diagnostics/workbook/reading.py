"""Read a workbook: YAML as it lives in git, XLSX as people edit it, Markdown as ODK writes it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
import yaml
from openpyxl.utils.exceptions import InvalidFileException

from .refusals import Problem, WorkbookRefused

SHEETS = ("survey", "choices", "settings", "consequences", "external_choices")
LARGEST_FILE = 10_000_000
LARGEST_UNPACKED = 100_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: its number (the header is 1) and the cells that are not empty."""

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Give a cell, empty when there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a diagnostic, with the order of their columns."""

    survey: tuple[Row, ...]
    choices: tuple[Row, ...] = ()
    settings: tuple[Row, ...] = ()
    consequences: tuple[Row, ...] = ()
    external_choices: tuple[Row, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def setting(self, name: str) -> str:
        """Give a setting, empty when it is not made."""
        return self.settings[0].get(name) if self.settings else ""


def read_workbook(data: bytes, *, suffix: str) -> Workbook:
    """Read a workbook of `.yaml`, `.yml`, `.xlsx` or `.md`; raises WorkbookRefused."""
    if len(data) > LARGEST_FILE:
        raise _refused("Le fichier est trop volumineux.")
    kind = suffix.lower().lstrip(".")
    if kind in ("yaml", "yml"):
        tables = _from_yaml(data)
    elif kind in ("xlsx", "xlsm"):
        tables = _from_xlsx(data)
    elif kind == "md":
        tables = _from_markdown(data)
    else:
        raise _refused("Un classeur est un fichier .yaml, .xlsx ou .md.")
    return _workbook(tables)


def _refused(message: str) -> WorkbookRefused:
    return WorkbookRefused([Problem("", None, None, message)])


Table = list[list[str]]


def _workbook(tables: Mapping[str, Table]) -> Workbook:
    rows: dict[str, tuple[Row, ...]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for sheet, table in tables.items():
        name = sheet.strip().lower()
        if name not in SHEETS or not table:
            continue
        columns[name] = tuple(cell.strip() for cell in table[0])
        rows[name] = tuple(_rows(columns[name], table[1:]))
    if not rows.get("survey"):
        raise WorkbookRefused(
            [Problem("survey", None, None, "La feuille survey manque ou est vide.")]
        )
    return Workbook(columns=columns, **rows)


def _rows(columns: tuple[str, ...], table: Table) -> Iterable[Row]:
    for number, line in enumerate(table, start=2):
        cells = {
            column: cell for column, cell in zip(columns, line, strict=False) if column and cell
        }
        if cells:
            yield Row(number, cells)


def _from_yaml(data: bytes) -> dict[str, Table]:
    try:
        # BaseLoader makes nothing but texts, lists and mappings: `no` stays "no".
        loaded = yaml.load(data, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (ligne {mark.line + 1})" if mark is not None else ""
        raise _refused(f"Le fichier YAML est illisible{where}.") from error
    if not isinstance(loaded, dict):
        raise _refused("Le fichier YAML doit contenir les feuilles survey, choices et settings.")
    return {str(name): _table(str(name), rows) for name, rows in loaded.items() if name in SHEETS}


def _table(sheet: str, rows: Any) -> Table:
    listed = [rows] if isinstance(rows, dict) else rows
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise WorkbookRefused([Problem(sheet, None, None, "Une liste de lignes est attendue.")])
    for number, row in enumerate(listed, start=2):
        for column, cell in row.items():
            if not isinstance(column, str) or not isinstance(cell, str):
                raise WorkbookRefused(
                    [Problem(sheet, number, str(column), "Une cellule ne contient qu’un texte.")]
                )
    columns = list(dict.fromkeys(column for row in listed for column in row))
    return [columns, *([row.get(column, "").strip() for column in columns] for row in listed)]


def _from_xlsx(data: bytes) -> dict[str, Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise _refused("Le classeur est trop volumineux une fois décompressé.")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return {
            name: _sheet(book[name]) for name in book.sheetnames if name.strip().lower() in SHEETS
        }
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
        raise _refused("Ce fichier n’est pas un classeur Excel lisible.") from error


def _sheet(sheet: Any) -> Table:
    lines = sheet.iter_rows(values_only=True, max_row=MOST_ROWS, max_col=MOST_COLUMNS)
    return [[_cell(value) for value in line] for line in lines]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if not value.hour else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _from_markdown(data: bytes) -> dict[str, Table]:
    """Read the tables ODK's own tests use: the sheet's name in the first cell, rows below it."""
    tables: dict[str, Table] = {}
    current: Table | None = None
    for line in data.decode("utf-8-sig", "replace").splitlines():
        text = line.strip()
        if not text.startswith("|"):
            continue
        first, *cells = [cell.strip() for cell in _split(text)]
        if set("".join([first, *cells])) <= set("-: "):
            continue
        if first:
            current = tables.setdefault(first, [])
        if current is not None and any(cells):
            current.append(cells)
    return tables


def _split(line: str) -> list[str]:
    protected = line.strip("|").replace(r"\|", "\0")
    return [cell.replace("\0", "|") for cell in protected.split("|")]
