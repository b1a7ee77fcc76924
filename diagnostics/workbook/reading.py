"""Read and write a workbook: YAML as it lives in git, XLSX as people edit it, Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .excel_sheets import read_excel, read_old_excel, write_excel
from .headings import known_heading
from .markdown_sheets import read_markdown
from .refusals import Problem, WorkbookRefused
from .tables import (
    COMMENT,
    COMMENTS,
    INVISIBLE,
    LARGEST_FILE,
    SHEETS,
    Table,
    Tables,
    is_read,
    refused,
)
from .yaml_sheets import read_yaml, write_yaml

YAML, EXCEL, OLD_EXCEL, MARKDOWN = ("yaml", "yml"), ("xlsx", "xlsm"), ("xls",), ("md",)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: its number (the header is 1) and the cells that are not empty.

    `comment` is the remark that stands above the row in YAML, in the column `#` in a spreadsheet.
    """

    number: int
    cells: Mapping[str, str]
    comment: str = ""

    def get(self, column: str) -> str:
        """Give a cell, empty when there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a diagnostic, with the order of their columns.

    `comments` by sheet, "" for the head of the file; `other_sheets` are those nobody reads.
    `remarks` say what was filled in when it was taken in.
    """

    survey: tuple[Row, ...]
    choices: tuple[Row, ...] = ()
    settings: tuple[Row, ...] = ()
    consequences: tuple[Row, ...] = ()
    external_choices: tuple[Row, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    other_sheets: tuple[str, ...] = ()
    remarks: tuple[Problem, ...] = ()

    def setting(self, name: str) -> str:
        """Give a setting, empty when it is not made."""
        return self.settings[0].get(name) if self.settings else ""

    def rows(self, sheet: str) -> tuple[Row, ...]:
        """Give the rows of a sheet by its name."""
        found: tuple[Row, ...] = getattr(self, sheet)
        return found


def read_workbook(data: bytes, *, suffix: str) -> Workbook:
    """Read a workbook of `.yaml`, `.yml`, `.xlsx`, `.xls` or `.md`; raises WorkbookRefused."""
    if len(data) > LARGEST_FILE:
        raise refused("Le fichier est trop volumineux.")
    kind = suffix.lower().lstrip(".")
    if kind in YAML:
        return _workbook(read_yaml(data))
    if kind in EXCEL:
        return _workbook(read_excel(data))
    if kind in OLD_EXCEL:
        return _workbook(read_old_excel(data))
    if kind in MARKDOWN:
        return _workbook(read_markdown(data))
    raise refused("Un classeur est un fichier .xlsx, .xls, .yaml ou .md.")


def write_workbook(workbook: Workbook, *, suffix: str) -> bytes:
    """Write a workbook as `.xlsx` or `.yaml`; reading it again gives the same rows and comments.

    Raises WorkbookRefused for a cell that a spreadsheet cannot hold, ValueError for another suffix.
    """
    kind = suffix.lower().lstrip(".")
    if kind in YAML:
        return write_yaml(_tables(workbook))
    if kind in EXCEL:
        return write_excel(_tables(workbook))
    raise ValueError(f"no workbook is written as {suffix!r}")


def _workbook(tables: Tables) -> Workbook:
    rows: dict[str, tuple[Row, ...]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for sheet, table in tables.items():
        name = sheet.strip().lower()
        if name not in SHEETS or not table:
            continue
        header = [known_heading(name, cell) for cell in table[0]]
        _refuse_bad_cells(name, table, header)
        rows[name] = tuple(_rows(header, table[1:]))
        columns[name] = tuple(column for column in header if column and column != COMMENT)
    if not rows.get("survey"):
        raise WorkbookRefused(
            [Problem("survey", None, None, "La feuille survey manque ou est vide.")]
        )
    others = tuple(sheet for sheet, table in tables.items() if table and not is_read(sheet))
    read = {sheet: rows.get(sheet, ()) for sheet in SHEETS}
    return Workbook(
        survey=read["survey"],
        choices=read["choices"],
        settings=read["settings"],
        consequences=read["consequences"],
        external_choices=read["external_choices"],
        columns=columns,
        comments=_heads(tables),
        other_sheets=others,
    )


def _refuse_bad_cells(sheet: str, table: Table, header: list[str]) -> None:
    problems = [
        Problem(sheet, 1, column, "Cette colonne figure deux fois.")
        for at, column in enumerate(header)
        if column and column in header[:at]
    ]
    for number, line in enumerate(table, start=1):
        for column, cell in zip(header, line, strict=False):
            odd = INVISIBLE.search(cell)
            if odd is not None:
                message = (
                    f"Cette cellule contient un caractère invisible (U+{ord(odd[0]):04X}, après "
                    f"« {cell[: odd.start()][-20:]} ») : effacez-le, ou retapez son texte."
                )
                problems.append(Problem(sheet, number, column or None, message))
    if problems:
        raise WorkbookRefused(problems)


def _rows(header: list[str], table: Iterable[list[str]]) -> Iterator[Row]:
    waiting: list[str] = []
    for number, line in enumerate(table, start=2):
        cells = {
            column: text
            for column, cell in zip(header, line, strict=False)
            if column and (text := _cell(cell) if column != COMMENT else _comment(cell))
        }
        comment = cells.pop(COMMENT, "")
        if comment:
            waiting.append(comment)
        if cells:
            yield Row(number, cells, "\n".join(waiting))
            waiting = []


def _cell(text: str) -> str:
    return re.sub("\r\n?", "\n", text).strip()


def _comment(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip()


def _heads(tables: Tables) -> dict[str, str]:
    named = next((table for sheet, table in tables.items() if sheet.strip() == COMMENTS), [])
    if not named or [cell.strip() for cell in named[0][:2]] != ["sheet", "comment"]:
        return {}
    return {row[0].strip(): _comment(row[1]) for row in named[1:] if len(row) > 1 and row[1]}


def _tables(workbook: Workbook) -> Tables:
    tables: Tables = {}
    for sheet, columns in workbook.columns.items():
        rows = workbook.rows(sheet)
        remarked = any(row.comment for row in rows)
        header = [COMMENT, *columns] if remarked else list(columns)
        tables[sheet] = [
            header,
            *(
                [row.comment if column == COMMENT else row.get(column) for column in header]
                for row in rows
            ),
        ]
    if workbook.comments:
        heads = [[sheet, comment] for sheet, comment in workbook.comments.items()]
        tables[COMMENTS] = [["sheet", "comment"], *heads]
    return tables
