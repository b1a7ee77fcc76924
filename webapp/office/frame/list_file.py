"""A list as a file for a spreadsheet: semicolons, a mark of UTF-8, no cell that is a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from flask import Response
from flask_babel import ngettext

from visits.portfolio import harmless
from visits.sight.listing import Listed, Wanted

MOST_IN_A_FILE = 10_000


def most_in_a_file() -> int:
    """Tell how many rows a file has at most."""
    return MOST_IN_A_FILE


def whole(asked: Wanted) -> Wanted:
    """Ask for a list in its order from the first row on: as many rows as a file has."""
    return Wanted(1, asked.sort, asked.descending, MOST_IN_A_FILE)


def spreadsheet(rows: Iterable[Iterable[object]]) -> str:
    """Write rows, their heads first; numbers stay numbers."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";")
    writer.writerows(
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue()


def list_file(
    name: str, rows: Iterable[Iterable[object]], *, of: Listed[Any] | None = None
) -> Response:
    """Answer with a file; of a list that has more rows it says how many are not in it."""
    left = of.total - len(of.rows) if of else 0
    return csv_file(name, spreadsheet(rows) + (_left_out(left) if left > 0 else ""))


def csv_file(name: str, text: str) -> Response:
    """Answer with a text as a file."""
    told = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=told)


def _left_out(left: int) -> str:
    said: str = ngettext(
        "and %(num)d more that is not in this file: filter the list",
        "and %(num)d more that are not in this file: filter the list",
        left,
    )
    return said
