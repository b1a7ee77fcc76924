"""A workbook from elsewhere, taken in as it is: what it leaves open is proposed, and said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from ..xpath import ExpressionError, beyond_tablet
from .reading import Row, Workbook
from .refusals import Problem
from .scrutiny import EXPRESSIONS, REFERENCE, TRANSLATED

_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_CURLY = re.compile("[‘’“”]")
_SWITCHED_OFF = frozenset(["yes", "true", "true()", "oui", "1"])
_SHOWN = 60  # characters of a text that a warning quotes


def named(workbook: Workbook, *, file_name: str, on: date) -> Workbook:
    """Propose the name and version a workbook lacks, by its file's name and the day it came."""
    first = workbook.settings[0] if workbook.settings else Row(2, {})
    given = dict(_proposals(first.cells, file_name, on))
    if not given:
        return workbook
    message = "Ce réglage manque : « {} » est proposé."
    said = [Problem("settings", 2, name, message.format(given[name])) for name in given]
    headings = (*workbook.columns.get("settings", ()), *given)
    return replace(
        workbook,
        settings=(replace(first, cells={**first.cells, **given}), *workbook.settings[1:]),
        columns={**workbook.columns, "settings": tuple(dict.fromkeys(headings))},
        remarks=(*workbook.remarks, *said),
    )


def taken_in(workbook: Workbook) -> Workbook:
    """Fill in what a workbook leaves open; its remarks say each thing that was filled in.

    Rows that are switched off go, curly quotes that no expression can hold are straightened, and a
    text that misses in a language is the one that is there.
    """
    survey = [row for row in workbook.survey if row.get("disabled").lower() not in _SWITCHED_OFF]
    whole = replace(
        workbook,
        survey=tuple(map(_straightened, survey)),
        consequences=tuple(map(_straightened, workbook.consequences)),
    )
    whole, translated = _in_every_language(whole)
    return replace(whole, remarks=(*workbook.remarks, *translated))


def identifier_of(text: str) -> str:
    """Make a form's identifier of any text: letters without accents, digits, underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()[:60]
    return words if re.match("[a-z]", words) else f"form_{words}".rstrip("_")


def _proposals(settings: Mapping[str, str], file_name: str, on: date) -> Iterator[tuple[str, str]]:
    stem = PurePath(file_name).stem
    title = settings.get("form_title") or re.sub(r"[_\s]+", " ", stem).strip()
    if stem and not settings.get("form_id"):
        yield "form_id", identifier_of(stem)
    if title and not settings.get("form_title"):
        yield "form_title", title
    if not settings.get("version"):
        yield "version", on.strftime("%Y%m%d")


def _straightened(row: Row) -> Row:
    cells = {
        column: cell.translate(_QUOTES)
        if column in EXPRESSIONS and _CURLY.search(cell) and not _is_read(cell)
        else cell
        for column, cell in row.cells.items()
    }
    return replace(row, cells=cells)


def _is_read(cell: str) -> bool:
    """Tell whether an expression stands as it is: a curly apostrophe inside a text is a letter."""
    try:
        beyond_tablet(REFERENCE.sub("/q", cell))
    except ExpressionError:
        return False
    return True


def _in_every_language(workbook: Workbook) -> tuple[Workbook, list[Problem]]:
    """Let a text that misses in a language be the one that is there, and say which will show."""
    said: list[Problem] = []
    columns = dict(workbook.columns)
    spoken_here = _languages(columns)

    def whole(sheet: str) -> tuple[Row, ...]:
        by_head = _translations(columns.get(sheet, ()), spoken_here)
        if sheet in columns:
            kept = [one for one in columns[sheet] if one not in by_head]
            there = [one for each in by_head.values() for one in each]
            columns[sheet] = tuple(dict.fromkeys([*kept, *there]))
        return tuple(_filled(sheet, row, by_head, said) for row in workbook.rows(sheet))

    survey, choices, external = map(whole, ("survey", "choices", "external_choices"))
    spoken = replace(workbook, survey=survey, choices=choices, external_choices=external)
    return replace(spoken, columns=columns), said


def _languages(columns: Mapping[str, tuple[str, ...]]) -> list[str]:
    """List the languages in which a text of the form is written, the first seen first."""
    of_a_form = [one for sheet in ("survey", "choices") for one in columns.get(sheet, ())]
    parts = [one.partition("::") for one in of_a_form]
    return list(dict.fromkeys(language for head, found, language in parts if _is_text(head, found)))


def _is_text(head: str, found: str) -> bool:
    return bool(found) and head in TRANSLATED


def _translations(columns: tuple[str, ...], languages: list[str]) -> dict[str, list[str]]:
    """Give by text its columns, those of languages it lacks at the end.

    As `{"label": ["label::Français (fr)", …]}`; a text of no language has none.
    """
    by_head: dict[str, list[str]] = {}
    for column in columns:
        head, found, _ = column.partition("::")
        if _is_text(head, found):
            by_head.setdefault(head, []).append(column)
    for head, there in by_head.items():
        wanted = [f"{head}::{language}" for language in languages]
        there.extend(one for one in wanted if one not in there)
    return by_head


def _filled(sheet: str, row: Row, by_head: Mapping[str, list[str]], said: list[Problem]) -> Row:
    cells = dict(row.cells)
    for head, columns in by_head.items():
        plain = cells.pop(head, "")  # a text of no language beside those that have one
        spoken = plain or next((cells[one] for one in columns if cells.get(one)), "")
        for column in columns if spoken else ():
            if not cells.get(column):
                cells[column] = spoken
                message = f"La traduction manque : « {_short(spoken)} » se montrera."
                said.append(Problem(sheet, row.number, column, message))
    return replace(row, cells=cells)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
