"""A workbook as plain tables: what its three dresses have in common."""

from __future__ import annotations

import re
from typing import TypeAlias

from .refusals import Problem, WorkbookRefused

SHEETS = ("survey", "choices", "settings", "consequences", "external_choices")
COMMENTS = "comments"  # our sheet of remarks on whole sheets, in a spreadsheet
COMMENT = "#"  # our column of remarks on rows
END = "end"
LARGEST_FILE = 10_000_000
LARGEST_UNPACKED = 100_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 300
LONGEST_CELL = 32_767  # what a spreadsheet's cell holds
# What neither a spreadsheet nor an XForm can hold.
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

Table: TypeAlias = list[list[str]]
Tables: TypeAlias = dict[str, Table]


def refused(message: str) -> WorkbookRefused:
    """Refuse a whole file."""
    return WorkbookRefused([Problem("", None, None, message)])


def refuse_too_long(sheet: str, rows: int) -> None:
    """Refuse a sheet with more rows than anybody asks."""
    if rows > MOST_ROWS:
        message = f"Cette feuille passe {MOST_ROWS} lignes."
        raise WorkbookRefused([Problem(sheet, None, None, message)])


def is_read(sheet: str) -> bool:
    """Tell whether a sheet means something here."""
    return sheet.strip().lower() in (*SHEETS, COMMENTS)
