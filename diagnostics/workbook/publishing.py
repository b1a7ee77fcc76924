"""Turn a workbook into a published form: an XForm whose notes are its consequences."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from ..form import Form, parse_form
from ..model import PALIER_NAMESPACE
from ..wellformed import BadForm
from ..xpath import references
from .confidential import READERS, refuse_quotes
from .consequences import GROUP, GROUP_LABEL, Consequence, read_consequences
from .elsewhere import taken_in
from .list_files import with_lists
from .media import media_column
from .reading import Row, Workbook
from .refusals import Problem, WorkbookRefused, from_pyxform, on_row_of
from .rewriting import with_plain_expressions
from .scrutiny import ABOUT, label_columns, scrutinise, type_of

Cells = dict[str, str]
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
KEPT_APOSTROPHE = "\ue019"
OUR_SETTINGS = frozenset(["source", "instrument"])
# Columns of ours in the survey sheet, each an attribute of the question's bind.
MARKS = (ABOUT, READERS)
PALIER = f'palier="{PALIER_NAMESPACE}"'
# Where a consequence stands, its groups and repeats and their turns included, is kept in 200.
LONGEST_PATH = 180
_TOO_DEEP = (
    "Cette conséquence est rangée trop profond : son chemin passe "
    f"{LONGEST_PATH} caractères. Raccourcissez les noms de ses groupes, ou le sien."
)
WORDED = frozenset(["form_title", "label", "hint", "constraint_message", "required_message"])


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """A version of a form as it goes out: never changed, only followed by another version."""

    form_id: str
    version: str
    title: str
    xform: bytes
    consequences: tuple[Consequence, ...]
    sha256: str
    warnings: tuple[str, ...] = ()


def publish(workbook: Workbook, files: Mapping[str, bytes] = NO_FILES) -> PublishedForm:
    """Convert a workbook; raises WorkbookRefused with everything there is to mend.

    `files` are its list files by name: what they hold becomes part of the form.
    """
    workbook = taken_in(workbook)
    rows, problems = read_consequences(workbook)
    problems = scrutinise(workbook) + problems
    if problems:
        raise WorkbookRefused(problems)
    survey = list(_with_notes(workbook, rows))
    xform, warnings = _convert(workbook, survey)
    xform = with_plain_expressions(with_lists(xform, files, workbook))
    form = _parsed(xform)
    _refuse_circles(form, workbook)
    refuse_quotes(form, workbook)
    return PublishedForm(
        form_id=form.form_id,
        version=form.version,
        title=workbook.setting("form_title"),
        xform=xform,
        consequences=_all_placed(form, rows),
        sha256=hashlib.sha256(xform).hexdigest(),
        warnings=tuple(warnings),
    )


Survey = list[tuple[Cells, tuple[str, int]]]


def _with_notes(
    workbook: Workbook, rows: list[tuple[Row, Consequence]]
) -> Iterator[tuple[Cells, tuple[str, int]]]:
    """Give the survey with the notes in place, each row with the sheet and row it comes from."""
    columns = label_columns(workbook)
    stack: list[str] = []
    for row in workbook.survey:
        kind = type_of(row)
        if kind in ("begin group", "begin repeat"):
            stack.append(row.get("name") if kind == "begin repeat" else "")
        if kind in ("end group", "end repeat") and stack:
            ended = stack.pop()
            yield from (
                _note(origin, one, columns)
                for origin, one in rows
                if ended and one.for_each == ended
            )
        yield dict(row.cells), ("survey", row.number)
    last = [(origin, one) for origin, one in rows if not one.for_each]
    if not last:
        return
    title = _labelled(GROUP_LABEL, columns)
    opening = {"type": "begin group", "name": GROUP, "appearance": "field-list", **title}
    yield opening, ("consequences", 1)
    yield from (_note(origin, one, columns) for origin, one in last)
    yield {"type": "end group"}, ("consequences", 1)


def _note(
    origin: Row, one: Consequence, columns: Mapping[str, str]
) -> tuple[Cells, tuple[str, int]]:
    cells = {"type": "note", "name": one.name, "relevant": one.when}
    return {**cells, **_labelled(one.label, columns)}, ("consequences", origin.number)


def _labelled(label: Mapping[str, str], columns: Mapping[str, str]) -> Cells:
    if not columns:
        return {"label": label.get("fr", "")}
    return {column: label.get(code) or label.get("fr", "") for code, column in columns.items()}


def _convert(workbook: Workbook, survey: Survey) -> tuple[bytes, list[str]]:
    settings = {
        name: cell for name, cell in workbook.settings[0].cells.items() if name not in OUR_SETTINGS
    }
    if any(row.get(mark) for row in workbook.survey for mark in MARKS):
        settings["namespaces"] = f"{settings.get('namespaces', '')} {PALIER}".strip()
    columns = label_columns(workbook)
    if columns and "default_language" not in settings:
        first = columns.get("fr", next(iter(columns.values())))
        settings["default_language"] = first.partition("::")[2]
    languages = [column.partition("::")[2] for column in columns.values()]
    asked = [_marked(_inside(cells)) for cells, _ in survey]
    offered = [dict(row.cells) for row in workbook.choices]
    offered += [_in_all(cells, ("label",), languages) for cells in _external(workbook)]
    if _twice(workbook.external_choices):
        settings["allow_choice_duplicates"] = "yes"  # told apart by what they lie in
    sheets: dict[str, list[Cells]] = {
        "survey": [_kept(_shown(cells, languages)) for cells in asked],
        "choices": [_kept(_shown(cells, languages)) for cells in offered],
        "settings": [_kept(settings)],
    }
    given = {name: rows for name, rows in sheets.items() if rows}
    headers = {f"{name}_header": [_header(rows)] for name, rows in given.items()}
    warnings: list[str] = []
    try:
        result = convert({**given, **headers}, warnings=warnings)
    except (
        PyXFormError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as error:
        raise WorkbookRefused([_refusal(str(error), survey)]) from error
    xform = result.xform.replace(KEPT_APOSTROPHE, "’").encode()
    return xform, [on_row_of(warning, lambda at: _origin(survey, at)[1]) for warning in warnings]


def _origin(survey: Survey, number: int) -> tuple[str, int]:
    """Give the sheet and row of the workbook for a row that pyxform saw, notes included."""
    at = number - 2
    return survey[at][1] if 0 <= at < len(survey) else ("survey", number)


def _kept(cells: Mapping[str, str]) -> Cells:
    """Hide French apostrophes from pyxform, which would flatten them."""
    return {
        column: cell.replace("’", KEPT_APOSTROPHE) if "::" in column or column in WORDED else cell
        for column, cell in cells.items()
    }


def _external(workbook: Workbook) -> Iterator[Mapping[str, str]]:
    """Give the rows of the lists that stand in the external sheet alone."""
    here = {row.get("list_name") for row in workbook.choices}
    return (row.cells for row in workbook.external_choices if row.get("list_name") not in here)


def _twice(choices: tuple[Row, ...]) -> bool:
    named = [(row.get("list_name"), row.get("name")) for row in choices]
    return len(set(named)) < len(named)


def _inside(cells: Cells) -> Cells:
    """Ask an external list as one of the form's own: the form carries it."""
    kind = re.sub(r"^(select[_ ]one)[_ ]external\b", r"\1", cells.get("type", ""))
    return {**cells, "type": kind} if "type" in cells else cells


def _shown(cells: Mapping[str, str], languages: list[str]) -> Cells:
    """Show a picture or sound in all languages, unless its column names one."""
    unnamed = [column for column in cells if (found := media_column(column)) and not found[2]]
    return _in_all(cells, unnamed, languages)


def _in_all(cells: Mapping[str, str], columns: Iterable[str], languages: list[str]) -> Cells:
    """Give cells without a language to all languages: a third, nameless one would arise."""
    if not languages:
        return dict(cells)
    kept = {column: cell for column, cell in cells.items() if column not in columns}
    named = ((column, cells[column]) for column in columns if column in cells)
    return kept | {f"{head}::{one}": cell for head, cell in named for one in languages}


def _marked(cells: Cells) -> Cells:
    """Let the bind say what an answer is about and who may read it: the form itself tells it."""
    marks = {f"bind::palier:{mark}": cells.pop(mark, "") for mark in MARKS}
    return {**cells, **{name: mark for name, mark in marks.items() if mark}}


def _header(rows: list[Cells]) -> dict[str, None]:
    return dict.fromkeys(column for row in rows for column in row)


def _refusal(message: str, survey: Survey) -> Problem:
    """Say a refusal of pyxform in French, on the row of the workbook it is about."""
    types = {cells.get("type", ""): number for cells, (_, number) in reversed(survey)}
    return from_pyxform(message, lambda at: _origin(survey, at), types)


def _parsed(xform: bytes) -> Form:
    try:
        return parse_form(xform)
    except BadForm as error:
        raise WorkbookRefused([Problem("survey", None, None, str(error))]) from error


def _refuse_circles(form: Form, workbook: Workbook) -> None:
    rows = {row.get("name"): row.number for row in workbook.survey}
    problems = []
    for stage in form.order:
        names = [path.rpartition("/")[2] for path in stage.paths]
        if len(names) > 1:
            message = (
                f"Ces questions dépendent en rond l’une de l’autre : {', '.join(names)}. "
                "Retirez l’une de ces références."
            )
            at = next((rows[name] for name in names if name in rows), None)
            problems.append(Problem("survey", at, None, message))
    if problems:
        raise WorkbookRefused(problems)


def _all_placed(form: Form, rows: list[tuple[Row, Consequence]]) -> tuple[Consequence, ...]:
    placed = [(origin, _placed(form, one)) for origin, one in rows]
    problems = [
        Problem("consequences", origin.number, "name", _TOO_DEEP)
        for origin, one in placed
        if len(one.path) > LONGEST_PATH
    ]
    if problems:
        raise WorkbookRefused(problems)
    return tuple(one for _, one in placed)


def _placed(form: Form, one: Consequence) -> Consequence:
    holder = one.for_each or GROUP
    path = next(
        path
        for path in form.models
        if path.endswith(f"/{holder}/{one.name}") or _below(path, holder, one.name)
    )
    quantity = _path_of(form, one.quantity)
    return replace(one, path=path, causes=_causes(form, path), quantity=quantity)


def _path_of(form: Form, name: str) -> str:
    return next((path for path in form.models if name and path.endswith(f"/{name}")), name)


def _below(path: str, holder: str, name: str) -> bool:
    parts = path.split("/")
    return parts[-1] == name and holder in parts


def _causes(form: Form, path: str) -> tuple[str, ...]:
    bind = form.binds[path]
    if bind.relevant is None:
        return ()
    read = references(bind.relevant.source, form.model, form.model_node(path))
    return tuple(one for one in form.models if one in read and not form.models[one].children)
