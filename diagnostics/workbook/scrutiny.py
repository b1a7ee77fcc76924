"""Look a workbook over before it is converted: names, references, expressions, translations."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from ..falls import FALLS
from ..instruments import instrument_in
from ..kit_left import LEFT
from ..texts import language_code
from ..xpath import ExpressionError, beyond_tablet, functions_called
from .confidential import confidential_problems
from .reading import Row, Workbook
from .refusals import Problem, perhaps

ABOUT = "about"
DWELLING, PERSON = "dwelling", "person"
REFERENCE = re.compile(r"\$\{\s*(last-saved#)?([^}]*?)\s*\}")
EXPRESSIONS = {
    "relevant": "relevant",
    "constraint": "constraint",
    "calculation": "calculation",
    "choice_filter": "choice_filter",
    "required": "required",
    "repeat_count": "repeat_count",
    "when": "when",
}
TRANSLATED = frozenset(["label", "hint", "guidance_hint", "constraint_message", "required_message"])
_NAMED_AT_END = frozenset(["end", "end group", "end repeat"])
# What somebody answers in words or numbers: the first word of the type.
_ANSWERED = frozenset(
    ["text", "string", "integer", "int", "decimal", "date", "time", "datetime", "select", "range"]
)
_COUNTS = frozenset(["integer", "int", "calculate"])
_NUMBERS = {FALLS: "Un nombre de chutes"} | dict.fromkeys(
    LEFT, "Un nombre d’éléments encore en place"
)
_YES_NO = frozenset(["yes", "no", "true", "false", "oui", "non", "true()", "false()"])


# Inside a longer expression the engine on the tablet works it out for ever.
_ALL_ONCE = re.compile(r"\s*once\s*\((?:(?!\bonce\b).)*\)\s*", re.DOTALL).fullmatch


def scrutinise(workbook: Workbook) -> list[Problem]:
    """List what is wrong with the sheets, whatever their conversion would say."""
    return [
        *_settings(workbook),
        *_sources(workbook),
        *_duplicates(workbook),
        *_choices_twice(workbook),
        *_references(workbook),
        *_own_circles(workbook),
        *_about(workbook),
        *confidential_problems(workbook),
        *_expressions(workbook),
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
        message = "Un identifiant commence par une lettre et a 64 lettres, chiffres, - _ . au plus."
        yield Problem("settings", 2, "form_id", _with_remedy(message, identifier, "_"))
    version = workbook.setting("version")
    if version and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", version):
        message = "Une version commence par un chiffre ou une lettre et a 32 caractères au plus."
        yield Problem("settings", 2, "version", _with_remedy(message, version, "."))


def _with_remedy(message: str, text: str, instead: str) -> str:
    """Name the first character that cannot stand, and what to write."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    better = re.sub(r"[^A-Za-z0-9_.-]+", instead, plain).strip("_.-")[:32]
    odd = re.search(r"[^A-Za-z0-9_.-]", text)
    named = f"« {odd[0]} » n’y va pas. " if odd is not None else ""
    return f"{named}{message} Écrivez « {better or 'form'} »."


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
        for column in ("calculation", "relevant"):
            cell, name = row.get(column), row.get("name")
            named = [found for _, found in REFERENCE.findall(cell)]
            # Looking at one's own name in the turn before is how a repeat counts on.
            if name and name in named and "indexed-repeat" not in cell:
                message = f"« {name} » dépend en rond d’elle-même : retirez ${{{name}}}."
                yield Problem("survey", row.number, column, message)


def _about(workbook: Workbook) -> Iterator[Problem]:
    """Look at what answers are said to be about: a dwelling or a person, asked once; a number."""
    deep, before = 0, Counter[str]()
    for row in workbook.survey:
        kind, about = type_of(row), row.get(ABOUT)
        deep += (kind == "begin repeat") - (kind == "end repeat")
        if not about:
            continue
        message = _not_told_once(kind, about, deep=deep, before=before[about])
        before[about] += 1
        if message:
            yield Problem("survey", row.number, ABOUT, message)


def _not_told_once(kind: str, about: str, *, deep: int, before: int) -> str:
    if about not in (DWELLING, PERSON, *_NUMBERS):
        return (
            f"« {about} » : écrivez {DWELLING} (logement), {PERSON} (personne), {FALLS} (nombre de "
            f"chutes), {next(iter(LEFT))} (éléments du kit encore en place) ou rien."
            f"{perhaps(about, _NUMBERS)}"
        )
    if about in _NUMBERS:
        if kind not in _COUNTS or deep:
            return f"{_NUMBERS[about]} est une ligne integer ou calculate, hors répétition."
        return f"{_NUMBERS[about]} se dit une seule fois par formulaire." if before else ""
    if deep or kind.startswith(("begin ", "end ")):
        return "Un groupe ou une répétition ne se reprend pas à la visite suivante."
    if kind.split(" ")[0] not in _ANSWERED:
        return "Seule une question à laquelle on répond se reprend à la visite suivante."
    return ""


def _choices_twice(workbook: Workbook) -> Iterator[Problem]:
    """List the choices that stand twice in a list, unless the workbook allows it."""
    if workbook.setting("allow_choice_duplicates").lower() in ("yes", "true", "true()"):
        return
    first: dict[tuple[str, str], int] = {}
    for row in workbook.choices:
        named = row.get("list_name"), row.get("name")
        if all(named) and first.setdefault(named, row.number) != row.number:
            message = f"Ce choix figure deux fois dans la liste (ligne {first[named]})."
            yield Problem("choices", row.number, "name", message)


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
    if beyond:
        return f"La tablette ne sait pas évaluer « {beyond} »."
    if "once" in functions_called(REFERENCE.sub("/q", expression)) and not _ALL_ONCE(expression):
        return "once() ne va que seule : donnez-lui une ligne calculate, et nommez celle-ci ici."
    return ""


def _plainly(message: str) -> str:
    unknown = re.search(r"unknown function '?([\w:.-]+)", message)
    if unknown is not None:
        return f"la fonction « {unknown[1]} » n’existe pas."
    arity = re.match(r"([\w-]+)\(\) does not take (\d+)", message)
    if arity is not None:
        return f"la fonction « {arity[1]} » ne prend pas {arity[2]} argument(s)."
    return "vérifiez les parenthèses, les guillemets et les noms."


def label_columns(workbook: Workbook) -> dict[str, str]:
    """Give the label columns of the survey by language code: `{"fr": "label::Français (fr)"}`."""
    columns: dict[str, str] = {}
    for column in workbook.columns.get("survey", ()):
        head, found, language = column.partition("::")
        if head == "label" and found:
            columns[language_code(language)] = column
    return columns
