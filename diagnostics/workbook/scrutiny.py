"""Look a workbook over before it is converted: names, references, expressions, translations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..instruments import instrument_in
from ..texts import language_code
from ..xpath import ExpressionError, beyond_tablet
from .reading import Row, Workbook
from .refusals import Problem, perhaps

ABOUT = "about"
DWELLING, PERSON = "dwelling", "person"
REFERENCE = re.compile(r"\$\{\s*(last-saved#)?([^}]*?)\s*\}")
EXPRESSIONS = {
    "relevant": "relevant",
    "relevance": "relevance",
    "calculate": "calculate",
    "constraint": "constraint",
    "calculation": "calculation",
    "choice_filter": "choice_filter",
    "required": "required",
    "repeat_count": "repeat_count",
    "when": "when",
}
_TRANSLATED = frozenset(
    ["label", "hint", "guidance_hint", "constraint_message", "required_message"]
)
_NAMED_AT_END = frozenset(["end", "end group", "end repeat"])
_UNTRANSLATED = "La traduction manque. Remplissez cette cellule, ou videz les autres langues."
# What somebody answers in words or numbers: the first word of the type.
_ANSWERED = frozenset(
    ["text", "string", "integer", "int", "decimal", "date", "time", "datetime", "select", "range"]
)
_YES_NO = frozenset(["yes", "no", "true", "false", "oui", "non", "true()", "false()"])


def scrutinise(workbook: Workbook) -> list[Problem]:
    """List what is wrong with the sheets, whatever their conversion would say."""
    return [
        *_settings(workbook),
        *_sources(workbook),
        *_duplicates(workbook),
        *_references(workbook),
        *_own_circles(workbook),
        *_about(workbook),
        *_expressions(workbook),
        *_translations(workbook),
    ]


def type_of(row: Row) -> str:
    """Give the type of a survey row the way we compare it: `begin repeat`."""
    return row.get("type").replace("_", " ").strip().lower()


def _settings(workbook: Workbook) -> Iterator[Problem]:
    for name in ("form_id", "form_title", "version"):
        if not workbook.setting(name):
            yield Problem("settings", 2, name, "Ce réglage est obligatoire.")
    identifier = workbook.setting("form_id")
    if identifier and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", identifier):
        yield Problem("settings", 2, "form_id", "Lettres sans accent, chiffres, tirets, points.")
    version = workbook.setting("version")
    if version and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", version):
        message = (
            "Une version est faite de 32 chiffres, lettres sans accent, tirets, points au plus."
        )
        yield Problem("settings", 2, "version", message)


def _sources(workbook: Workbook) -> Iterator[Problem]:
    """Ask for the source of a clinical instrument: a setting or a question's name tells of it."""
    if workbook.setting("source"):
        return
    named = [(workbook.setting("instrument"), workbook.setting("instrument"))]
    named += [
        (f"{name}, ligne {row.number}", instrument_in(name))
        for row in workbook.survey
        if (name := row.get("name"))
    ]
    for where, instrument in named:
        if instrument:
            message = (
                f"Ce classeur contient un instrument clinique ({where}) : écrivez dans ce réglage "
                "sa source, et vérifiez qu’il peut être diffusé."
            )
            yield Problem("settings", 2, "source", message)
            return


def _own_circles(workbook: Workbook) -> Iterator[Problem]:
    for row in workbook.survey:
        for column in ("calculation", "calculate", "relevant"):
            cell, name = row.get(column), row.get("name")
            named = [found for _, found in REFERENCE.findall(cell)]
            # Looking at one's own name in the turn before is how a repeat counts on.
            if name and name in named and "indexed-repeat" not in cell:
                message = f"« {name} » dépend en rond d’elle-même : retirez ${{{name}}}."
                yield Problem("survey", row.number, column, message)


def _about(workbook: Workbook) -> Iterator[Problem]:
    """Look at what answers are said to be about: of a dwelling or a person, asked once."""
    deep = 0
    for row in workbook.survey:
        kind, about = type_of(row), row.get(ABOUT)
        deep += (kind == "begin repeat") - (kind == "end repeat")
        if not about:
            continue
        if about not in (DWELLING, PERSON):
            message = f"« {about} » : écrivez {DWELLING} (logement), {PERSON} (personne) ou rien."
        elif deep or kind.startswith(("begin ", "end ")):
            message = "Un groupe ou une répétition ne se reprend pas à la visite suivante."
        elif kind.split(" ")[0] not in _ANSWERED:
            message = "Seule une question à laquelle on répond se reprend à la visite suivante."
        else:
            continue
        yield Problem("survey", row.number, ABOUT, message)


def _duplicates(workbook: Workbook) -> Iterator[Problem]:
    seen: list[dict[str, int]] = [{}]
    for row in workbook.survey:
        kind, name = type_of(row), row.get("name")
        if kind in _NAMED_AT_END - {"end"}:
            if len(seen) > 1:
                seen.pop()
            continue
        if name and name in seen[-1]:
            message = f"Le nom « {name} » est déjà pris (ligne {seen[-1][name]})."
            yield Problem("survey", row.number, "name", message)
        elif name:
            seen[-1][name] = row.number
        if kind in ("begin group", "begin repeat"):
            seen.append({})


def _references(workbook: Workbook) -> Iterator[Problem]:
    names = {row.get("name") for row in workbook.survey} - {""}
    for sheet, rows in _sheets(workbook):
        for row in rows:
            for column, cell in row.cells.items():
                for saved, name in REFERENCE.findall(cell):
                    if saved:
                        message = "Les réponses d’avant (last-saved) ne sont pas prises en charge."
                        yield Problem(sheet, row.number, column, message)
                    elif name not in names:
                        message = f"La question « {name} » n’existe pas.{perhaps(name, names)}"
                        yield Problem(sheet, row.number, column, message)


def _sheets(workbook: Workbook) -> Iterator[tuple[str, tuple[Row, ...]]]:
    yield "survey", workbook.survey
    yield "choices", workbook.choices
    yield "settings", workbook.settings
    yield "consequences", workbook.consequences


def _expressions(workbook: Workbook) -> Iterator[Problem]:
    for sheet, rows in (("survey", workbook.survey), ("consequences", workbook.consequences)):
        for row in rows:
            for column in EXPRESSIONS:
                cell = row.get(column)
                if not cell or cell.lower() in _YES_NO:
                    continue
                message = _unreadable(cell)
                if message:
                    yield Problem(sheet, row.number, column, message)


def _unreadable(expression: str) -> str:
    try:
        beyond = beyond_tablet(REFERENCE.sub("/q", expression))
    except ExpressionError as error:
        return f"Expression illisible : {_plainly(str(error))}"
    return f"La tablette ne sait pas évaluer « {beyond} »." if beyond else ""


def _plainly(message: str) -> str:
    unknown = re.search(r"unknown function '?([\w:.-]+)", message)
    if unknown is not None:
        return f"la fonction « {unknown[1]} » n’existe pas."
    arity = re.match(r"([\w-]+)\(\) does not take (\d+)", message)
    if arity is not None:
        return f"la fonction « {arity[1]} » ne prend pas {arity[2]} argument(s)."
    return "vérifiez les parenthèses, les guillemets et les noms."


def _translations(workbook: Workbook) -> Iterator[Problem]:
    for sheet, rows in (("survey", workbook.survey), ("choices", workbook.choices)):
        languages: dict[str, list[str]] = {}
        for column in workbook.columns.get(sheet, ()):
            head, found, _ = column.partition("::")
            if found and head in _TRANSLATED:
                languages.setdefault(head, []).append(column)
        for row in rows:
            for columns in languages.values():
                if any(row.get(column) for column in columns):
                    for column in columns:
                        if not row.get(column):
                            yield Problem(sheet, row.number, column, _UNTRANSLATED)


def label_columns(workbook: Workbook) -> dict[str, str]:
    """Give the label columns of the survey by language code: `{"fr": "label::Français (fr)"}`."""
    columns: dict[str, str] = {}
    for column in workbook.columns.get("survey", ()):
        head, found, language = column.partition("::")
        if head == "label" and found:
            columns[language_code(language)] = column
    return columns
