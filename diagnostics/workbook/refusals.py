"""What is wrong with a workbook, said in French on its sheet, row and column."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; row 1 is the header, None when no row is to blame."""

    sheet: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        """Say where and what, in one line."""
        where = [f"feuille « {self.sheet} »"] if self.sheet else []
        where += [f"ligne {self.row}"] if self.row is not None else []
        where += [f"colonne « {self.column} »"] if self.column else []
        return f"{', '.join(where)} : {self.message}" if where else self.message


class WorkbookRefused(ValueError):
    """The workbook cannot be published; `problems` says what to mend."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Gather the problems, each once."""
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


def perhaps(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest known word, or say nothing."""
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f" Vouliez-vous dire « {near[0]} » ?" if near else ""


_ROW = re.compile(r"\[\s*row\s*:\s*(\d+)\s*\]\s*", re.IGNORECASE)
_SHEET = re.compile(r"On the '(\w+)' sheet", re.IGNORECASE)
_COLUMN = re.compile(r"the '([\w:]+)' (?:value|column)", re.IGNORECASE)
_UNKNOWN_TYPE = re.compile(r"Unknown question type '([^']*)'")
_FRENCH = [
    (r"Unknown question type '?([^'.]*)'?", "Type de question inconnu : « {0} »."),
    (
        r"List name not in choices sheet: (\S+)",
        "La liste « {0} » n’existe pas dans la feuille choices.",
    ),
    (r"List name not in external choices sheet: (\S+)", "La liste externe « {0} » n’existe pas."),
    (r"must be unique within their nearest parent", "Ce nom est déjà pris dans le même groupe."),
    (r"case-insensitive match", "Ce nom ne diffère d’un autre que par les majuscules."),
    (
        r"^'\$\{([\w-]+)\}'$",
        "Seul un select_one offre les réponses d’une répétition (« {0} ») : changez le type.",
    ),
    (r"Question or group with no name", "Le nom de la question ou du groupe manque."),
    (r"Question with no type", "Le type de la question manque."),
    (r"Missing calculation", "Le calcul manque."),
    (r"Invalid question name '?([^'.]*)'?", "Nom non valide : « {0} »."),
    (
        r"unmatched|Unmatched|does not have a matching|no matching",
        "Un groupe ou une répétition est ouvert sans être fermé, ou fermé sans être ouvert.",
    ),
    (r"no (?:survey )?element named ['\"]?([\w-]+)", "La question « {0} » n’existe pas."),
    (
        r"There has been a problem trying to replace \$\{([\w-]+)\}",
        "La question « {0} » n’existe pas.",
    ),
    (
        r"multiple survey elements named ['\"]?([\w-]+)",
        "Plusieurs questions s’appellent « {0} » : la référence est ambiguë.",
    ),
    (r"There should be a choices sheet", "La feuille choices manque ou est vide."),
    (
        r"name '([\w-]+)' appears more than once",
        "Plusieurs questions s’appellent « {0} » : la référence est ambiguë.",
    ),
    (
        r"accepted parameter keys for this question type are '([^']*)'",
        "Paramètre inconnu ; ce type de question accepte : {0}.",
    ),
    (r"Choices should have a label", "Le libellé du choix manque."),
    (
        r"Choice names with spaces",
        "Un choix d’une question à choix multiples ne peut contenir d’espace.",
    ),
    (
        r"duplicate.*choice|Choice names must be unique|'name' value is invalid.*unique",
        "Ce choix figure deux fois dans la liste.",
    ),
    (
        r"Invalid (?:XML )?(?:tag )?name|must begin with a letter",
        "Un nom commence par une lettre et ne contient que lettres, chiffres, tirets et soulignés.",
    ),
    (
        r"One or more required column headers were not found: (.+?)\.",
        "Il manque une ou plusieurs colonnes : {0}.",
    ),
    (
        r"different names for the same column were found: (.+?)\.",
        "La même colonne figure deux fois sous des noms différents : {0}.",
    ),
    (r"repeat_count", "Le nombre de répétitions n’est pas valide."),
    (
        r"last-saved",
        "Les réponses de la visite précédente (last-saved) ne sont pas prises en charge.",
    ),
    (r"You must have a sheet named survey|survey sheet", "La feuille survey manque ou est vide."),
]


def from_pyxform(
    message: str, origin: Callable[[int], tuple[str, int]], rows_by_type: Mapping[str, int]
) -> Problem:
    """Say a refusal of pyxform in French; `origin` gives sheet and row of a row it saw."""
    row, sheet, column = _ROW.search(message), _SHEET.search(message), _COLUMN.search(message)
    named = sheet[1] if sheet else "survey"
    column_name = column[1] if column else None
    number = int(row[1]) if row else None
    typed = _UNKNOWN_TYPE.search(message)
    if number is None and typed is not None:
        number, column_name = rows_by_type.get(typed[1]), "type"
    elif number is not None and named == "survey":
        named, number = origin(number)
    return Problem(named, number, column_name, in_french(message))


def in_french(message: str) -> str:
    """Translate a refusal; one we do not know keeps its English after a French opening."""
    for pattern, french in _FRENCH:
        match = re.search(pattern, message, re.DOTALL)
        if match is not None:
            said = next((group for group in match.groups() if group), "")
            return french.format(said.strip())
    said = " ".join(_ROW.sub("", message).split())
    return f"Le classeur est refusé par le convertisseur : {said[:300]}"


_WARNINGS = [
    (r"Group has no label", "Ce groupe n’a pas de titre."),
    (r"Repeat has no label", "Cette répétition n’a pas de titre."),
    (r"Choices should have a label", "Ce choix n’a pas de libellé."),
    (
        r"case-insensitive match",
        "Ce nom ne diffère d’un autre que par les majuscules : certains outils les confondent.",
    ),
    (
        r"the '([^']*)' value is invalid\. Column headers",
        "L’en-tête « {0} » est vide ou contient une espace : cette colonne n’est pas lue.",
    ),
    (r"((?:Language '[^']*' is missing the [^.]+\.\s*)+)", "Des traductions manquent : {0}"),
    (r"has no label", "Cette question n’a pas de libellé."),
    (r"default_language", "La langue par défaut n’est pas celle des colonnes."),
    (
        r"form_id and id_string",
        "Les réglages form_id et id_string sont tous deux remplis : gardez form_id.",
    ),
    (
        r"'disabled' column",
        "La colonne disabled n’est plus prise en charge : écrivez relevant à la place.",
    ),
    (r"Row without name, text, or label", "Cette ligne n’a ni type, ni nom, ni libellé : ignorée."),
    (
        r"(\S+) is no longer supported on most devices",
        "« {0} » n’est plus connu de la plupart des appareils : retirez cette ligne.",
    ),
    (
        r"select one external is only meant for filtered selects",
        "Une liste externe ne sert qu’avec un choice_filter.",
    ),
    (r"sheet.*(?:similar|misspelled|ignored)", "Une feuille a un nom proche de ceux attendus."),
    (
        r"Use the max-pixels parameter",
        "Sans max-pixels, ODK Collect envoie les photos entières.",
    ),
    (
        r"do not contain valid machine-readable codes: (.+?)\. Learn",
        "Ces langues n’ont pas de code : {0}. Écrivez par exemple « English (en) ».",
    ),
    (
        r"uses or_other and translations",
        "« or_other » ajoute un choix « Other » non traduit : ajoutez plutôt le choix vous-même.",
    ),
]


def on_row_of(message: str, origin: Callable[[int], int]) -> str:
    """Put another row number into a message of pyxform about the survey."""
    sheet = _SHEET.search(message)
    if sheet is not None and sheet[1] != "survey":
        return message
    return _ROW.sub(lambda found: f"[row : {origin(int(found[1]))}] ", message)


def warning_of_pyxform(message: str) -> Problem:
    """Say a warning of pyxform in French, on its row; one we do not know is quoted as it is."""
    row, sheet = _ROW.search(message), _SHEET.search(message)
    rest = " ".join(_ROW.sub("", message).split())
    said = f"Le convertisseur signale, en anglais : « {rest[:300]} »"
    for pattern, french in _WARNINGS:
        match = re.search(pattern, rest, re.IGNORECASE)
        if match is not None:
            said = french.format(*(group.strip()[:200] for group in match.groups()))
            break
    return Problem(sheet[1] if sheet else "survey", int(row[1]) if row else None, None, said)
