"""Answers that only social workers and their author read: what a workbook may not do with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..form import Form
from ..xpath import references
from .reading import Row, Workbook
from .refusals import Problem, WorkbookRefused

READERS = "readers"
SOCIAL_WORKER = "social_worker"
_QUOTED = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_RULES = ("constraint", "required")
_BESIDE = "about"  # answers a later visit proposes again: anybody who visits would read them


def confidential_problems(workbook: Workbook) -> Iterator[Problem]:
    """List what is wrong with the column `readers`: its values, its questions, quotes of them."""
    marked = {row.get("name") for row in workbook.survey if row.get(READERS)} - {""}
    for row in workbook.survey:
        message = _misuse(row)
        if message:
            yield Problem("survey", row.number, READERS, message)
    for sheet in ("survey", "choices", "consequences"):
        for row in workbook.rows(sheet):
            for column, cell in row.cells.items():
                for name in _QUOTED.findall(cell):
                    own = name == row.get("name") and column in _RULES
                    if name in marked and not own:
                        yield Problem(sheet, row.number, column, _quotes(name))


def _misuse(row: Row) -> str:
    readers = row.get(READERS)
    if not readers:
        return ""
    if readers != SOCIAL_WORKER:
        return f"Lecteurs inconnus : « {readers} ». Écrivez {SOCIAL_WORKER}, ou laissez vide."
    if row.get("type").strip() != "text":
        return "Seule une question de type text peut être confidentielle : retirez cette valeur."
    if row.get(_BESIDE):
        return "Une réponse confidentielle n’est pas reproposée : videz readers ou about."
    return ""


def _quotes(name: str) -> str:
    return (
        f"« {name} » est confidentielle : ni libellé, ni calcul, ni condition ne peut la citer, "
        "car d’autres le liraient. Retirez cette référence."
    )


def refuse_quotes(form: Form, workbook: Workbook) -> None:
    """Refuse expressions that reach a confidential answer by its path; raises WorkbookRefused."""
    marked = {path for path, bind in form.binds.items() if bind.readers}
    rows = {row.get("name"): row.number for row in workbook.survey}
    problems = [
        Problem("survey", rows.get(path.rpartition("/")[2]), None, _quotes(_name(read)))
        for path, read in _reads(form)
        if marked and read in marked and path != read
    ]
    if problems:
        raise WorkbookRefused(problems)


def _reads(form: Form) -> Iterator[tuple[str, str]]:
    for path, bind in form.binds.items():
        for rule in (bind.relevant, bind.required, bind.constraint, bind.calculate):
            if rule is not None and path in form.models:
                for read in references(rule.source, form.model, form.model_node(path)):
                    yield path, read


def _name(path: str) -> str:
    return path.rpartition("/")[2]
