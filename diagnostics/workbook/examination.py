"""Look at a workbook somebody hands in: what forbids it, what she should know, what it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..texts import language_code
from .comparison import Comparison, compare
from .elsewhere import taken_in
from .expressions import expression_remarks, sums_that_change
from .list_files import list_type, lists_wanted, loose_looks
from .media import FormFile, files_wanted, media_problems, used_files
from .publishing import NO_FILES, PublishedForm, publish
from .reading import Workbook
from .refusals import Problem, WorkbookRefused, warning_of_pyxform

_TAKEN_OVER = ("entities", "osm")


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of a workbook: a form, or problems; `comparison` with the version before."""

    form: PublishedForm | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    comparison: Comparison | None = None
    files: tuple[FormFile, ...] = ()


def examine(
    workbook: Workbook,
    *,
    since: PublishedForm | None = None,
    files: Mapping[str, bytes] = NO_FILES,
) -> Examination:
    """Examine a workbook and the files beside it; `since` is the version to compare with."""
    workbook = taken_in(workbook)
    missing = (at for name, at in lists_wanted(workbook).items() if name not in files)
    problems = (*_beyond_us(workbook), *missing, *media_problems(workbook, files))
    warnings = [*workbook.remarks, *_warnings(workbook, files), *expression_remarks(workbook)]
    try:
        form = publish(workbook, files)
    except WorkbookRefused as refused:
        all_there_is = dict.fromkeys((*problems, *refused.problems))
        return Examination(None, tuple(all_there_is), tuple(warnings))
    warnings += map(warning_of_pyxform, form.warnings)
    if problems:
        return Examination(None, problems, tuple(warnings))
    comparison = None
    if since is not None and since.form_id == form.form_id:
        comparison = compare(since, form)
        warnings += _renamed(workbook, comparison)
        warnings += sums_that_change(workbook, since.xform)
    return Examination(form, (), tuple(warnings), comparison, used_files(workbook, files))


def _beyond_us(workbook: Workbook) -> Iterator[Problem]:
    """List what would change what the form means, and that no tablet or server here does."""
    for row in workbook.survey:
        if "search(" in row.get("appearance"):
            message = (
                "search() ne va pas sur la tablette : écrivez « select_one_from_file fichier.csv » "
                "comme type et la condition dans choice_filter."
            )
            yield Problem("survey", row.number, "appearance", message)
    yield from loose_looks(workbook)
    for sheet in workbook.other_sheets:
        if sheet.strip().lower() in _TAKEN_OVER:
            message = f"La feuille « {sheet} » n’est pas prise en charge : supprimez-la."
            yield Problem(sheet, None, None, message)


def _warnings(workbook: Workbook, files: Mapping[str, bytes]) -> Iterator[Problem]:
    for sheet in workbook.other_sheets:
        if sheet.strip().lower() not in _TAKEN_OVER:
            yield Problem(sheet, None, None, "Cette feuille n’est pas lue.")
    yield from _unheard_languages(workbook)
    wanted = files_wanted(workbook)
    for name, at in wanted.items():
        if name not in files and not list_type(name):
            yield at
    for name in files:
        if name not in wanted:
            message = f"Le fichier « {name} » n’est nommé nulle part : il ne sera pas gardé."
            yield Problem("", None, None, message)


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
