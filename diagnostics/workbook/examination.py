"""Look at a workbook somebody hands in: what forbids it, what she should know, what it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..texts import language_code
from .comparison import Comparison, compare
from .publishing import PublishedForm, publish
from .reading import Workbook
from .refusals import Problem, WorkbookRefused, warning_of_pyxform
from .scrutiny import EXPRESSIONS, type_of

_IN_FILES = re.compile(r"select (?:one|multiple) from file\b|(?:csv|xml)-external\b")
_MEDIA = re.compile(r"(?:media::)?(?:image|audio|video|big-image)(?:::.*)?")
_TAKEN_OVER = ("entities", "osm")


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of a workbook: a form, or problems; `comparison` with the version before."""

    form: PublishedForm | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    comparison: Comparison | None = None


def examine(workbook: Workbook, *, since: PublishedForm | None = None) -> Examination:
    """Examine a workbook; `since` is the version in use, to compare with."""
    problems = tuple(_beyond_us(workbook))
    try:
        form = publish(workbook)
    except WorkbookRefused as refused:
        return Examination(None, (*problems, *refused.problems), tuple(_warnings(workbook)))
    warnings = [*_warnings(workbook), *map(warning_of_pyxform, form.warnings)]
    if problems or since is None or since.form_id != form.form_id:
        return Examination(None if problems else form, problems, tuple(warnings))
    comparison = compare(since, form)
    warnings += _renamed(workbook, comparison)
    return Examination(form, (), tuple(warnings), comparison)


def _beyond_us(workbook: Workbook) -> Iterator[Problem]:
    """List what would publish but cannot be asked: the tablet carries no files beside a form."""
    for row in workbook.survey:
        kind = type_of(row)
        if _IN_FILES.match(kind):
            message = (
                "Une liste dans un fichier ne va pas sur la tablette : recopiez-la dans la "
                "feuille choices et écrivez « select_one nom_de_la_liste »."
            )
            yield Problem("survey", row.number, "type", message)
        if kind.startswith("select one external"):
            message = (
                "Les listes externes ne vont pas sur la tablette : mettez la liste dans la "
                "feuille choices, avec un choice_filter."
            )
            yield Problem("survey", row.number, "type", message)
        for column in EXPRESSIONS:
            if "pulldata(" in row.get(column):
                message = (
                    "pulldata() lit un fichier, que la tablette n’a pas : mettez les valeurs dans "
                    "la feuille choices et lisez-les avec instance()."
                )
                yield Problem("survey", row.number, column, message)
    for sheet in workbook.other_sheets:
        if sheet.strip().lower() in _TAKEN_OVER:
            message = f"La feuille « {sheet} » n’est pas prise en charge : supprimez-la."
            yield Problem(sheet, None, None, message)


def _warnings(workbook: Workbook) -> Iterator[Problem]:
    for sheet in workbook.other_sheets:
        if sheet.strip().lower() not in _TAKEN_OVER:
            yield Problem(sheet, None, None, "Cette feuille n’est pas lue.")
    yield from _unheard_languages(workbook)
    for sheet in ("survey", "choices"):
        for row in workbook.rows(sheet):
            for column, cell in row.cells.items():
                if _MEDIA.fullmatch(column):
                    message = f"Le fichier « {cell} » ne va pas sur la tablette : il manquera."
                    yield Problem(sheet, row.number, column, message)


def _unheard_languages(workbook: Workbook) -> Iterator[Problem]:
    languages = {
        column.partition("::")[2].strip(): column
        for column in workbook.columns.get("survey", ())
        if column.startswith("label::")
    }
    for language, column in languages.items():
        if language_code(language) not in ("fr", "en"):
            message = f"La tablette parle français et anglais : « {language} » ne s’y verra pas."
            yield Problem("survey", 1, column, message)
        elif not re.search(r"\((?:fr|en)\)$|^(?:fr|en)$", language):
            code = language_code(language)
            message = f"Écrivez « {language} ({code}) » : sans code, la tablette ne la trouve pas."
            yield Problem("survey", 1, column, message)


def _renamed(workbook: Workbook, comparison: Comparison) -> Iterator[Problem]:
    rows = {row.get("name"): row.number for row in workbook.survey}
    for old, new in comparison.renamed:
        message = (
            f"La question « {old.name} » s’appelle maintenant « {new.name} » : ses réponses "
            "d’avant ne s’aligneront pas. Gardez l’ancien nom si la question est la même."
        )
        yield Problem("survey", rows.get(new.name), "name", message)
