"""What each code of the import says, in French and English. `{value}` is the cell as written."""

from visits.portfolio.warned import WARNED

MESSAGES: dict[str, dict[str, str]] = {
    # Files that are not a table.
    "empty_file": {
        "fr": "Le fichier est vide.",
        "en": "The file is empty.",
    },
    "file_too_big": {
        "fr": "Le fichier dépasse {limit_mb} Mo.",
        "en": "The file is larger than {limit_mb} MB.",
    },
    "too_many_rows": {
        "fr": "Le fichier dépasse {limit} lignes : importez-le en plusieurs parties.",
        "en": "The file has more than {limit} rows: import it in several parts.",
    },
    "too_many_sheets": {
        "fr": "Le classeur dépasse {limit} feuilles : importez-le en plusieurs parties.",
        "en": "The workbook has more than {limit} sheets: import it in several parts.",
    },
    "too_many_columns": {
        "fr": "Le fichier dépasse {limit} colonnes : est-ce bien un tableau ?",
        "en": "The file has more than {limit} columns: is it a table?",
    },
    "too_many_cells": {
        "fr": "Le tableau est trop grand : retirez les colonnes inutiles ou "
        "importez-le en plusieurs parties.",
        "en": "The table is too large: remove columns you do not need or import it "
        "in several parts.",
    },
    "unpacks_too_big": {
        "fr": "Une fois décompressé, le classeur serait trop grand : enregistrez-le "
        "à nouveau ou exportez-le en CSV.",
        "en": "Unpacked, the workbook would be too large: save it again or export it as CSV.",
    },
    "not_a_table": {
        "fr": "Ce fichier n’est pas un tableau ({found}). Formats acceptés : CSV, XLSX, ODS.",
        "en": "This file is not a table ({found}). Accepted: CSV, XLSX, ODS.",
    },
    "old_excel": {
        "fr": "Ce fichier est un ancien classeur Excel (.xls) : enregistrez-le en .xlsx.",
        "en": "This is an old Excel workbook (.xls): save it as .xlsx.",
    },
    "encrypted_workbook": {
        "fr": "Ce classeur est protégé par un mot de passe : retirez-le et recommencez.",
        "en": "This workbook is protected by a password: remove it and try again.",
    },
    "damaged_workbook": {
        "fr": "Ce classeur est abîmé et ne peut pas être lu.",
        "en": "This workbook is damaged and cannot be read.",
    },
    "no_header": {
        "fr": "La ligne des titres de colonnes n’a pas été trouvée.",
        "en": "The line of column headings was not found.",
    },
    "no_rows": {
        "fr": "Le tableau n’a que ses titres de colonnes, aucune ligne.",
        "en": "The table has column headings but no rows.",
    },
    "sheets_differ": {
        "fr": "La feuille « {sheet} » n’a pas les mêmes colonnes que la première : importez-la "
        "à part.",
        "en": "Sheet “{sheet}” has other columns than the first one: import it by itself.",
    },
    # Mappings.
    "unknown_kind": {
        "fr": "Ce type de fichier n’existe pas.",
        "en": "There is no such kind of file.",
    },
    "unknown_column": {
        "fr": "Cette colonne n’existe pas dans le fichier.",
        "en": "The file has no such column.",
    },
    "unknown_field": {
        "fr": "Cette donnée n’existe pas pour ce type de fichier.",
        "en": "This kind of file has no such field.",
    },
    "field_twice": {
        "fr": "Deux colonnes ne peuvent pas donner la même donnée.",
        "en": "Two columns cannot give the same field.",
    },
    "field_missing": {
        "fr": "Il manque une colonne pour cette donnée, qui est obligatoire.",
        "en": "No column gives this field, which is required.",
    },
    "already_imported": {
        "fr": "Ce fichier a déjà été importé.",
        "en": "This file has already been imported.",
    },
    "content_purged": {
        "fr": "Le contenu de ce fichier a été supprimé au bout de {days} jours : "
        "déposez-le à nouveau.",
        "en": "The content of this file was deleted after {days} days: upload it again.",
    },
    # Cells.
    "missing": {
        "fr": "Cette case est vide alors qu’elle est obligatoire.",
        "en": "This cell is empty but required.",
    },
    "bad_date": {
        "fr": "« {value} » n’est pas une date (exemple : 24/11/1948).",
        "en": "“{value}” is not a date (example: 24/11/1948).",
    },
    "no_such_day": {
        "fr": "« {value} » : ce jour n’existe pas dans le calendrier.",
        "en": "“{value}”: there is no such day in the calendar.",
    },
    "date_to_come": {
        "fr": "« {value} » est une date à venir.",
        "en": "“{value}” is a date to come.",
    },
    "date_too_old": {
        "fr": "« {value} » est une date trop ancienne.",
        "en": "“{value}” is too long ago.",
    },
    "implausible_age": {
        "fr": "« {value} » donnerait un âge de moins de 18 ans ou de plus de 115 ans.",
        "en": "“{value}” would give an age under 18 or over 115.",
    },
    "bad_number": {
        "fr": "« {value} » n’est pas un nombre.",
        "en": "“{value}” is not a number.",
    },
    "out_of_range": {
        "fr": "« {value} » est hors des valeurs possibles.",
        "en": "“{value}” is outside what is possible.",
    },
    "bad_floor": {
        "fr": "« {value} » n’est pas un étage (exemples : RDC, 3, 3e, -1).",
        "en": "“{value}” is not a floor (examples: RDC, 3, 3e, -1).",
    },
    "bad_boolean": {
        "fr": "« {value} » n’est ni oui ni non.",
        "en": "“{value}” is neither yes nor no.",
    },
    "bad_postcode": {
        "fr": "« {value} » n’est pas un code postal (cinq chiffres).",
        "en": "“{value}” is not a postcode (five digits).",
    },
    "bad_insee": {
        "fr": "« {value} » n’est pas un code INSEE de commune.",
        "en": "“{value}” is not an INSEE code of a commune.",
    },
    "bad_energy_label": {
        "fr": "« {value} » n’est pas une étiquette énergie (A à G).",
        "en": "“{value}” is not an energy label (A to G).",
    },
    "bad_phone": {
        "fr": "« {value} » n’est pas un numéro de téléphone.",
        "en": "“{value}” is not a phone number.",
    },
    "bad_reference": {
        "fr": "« {value} » n’est pas une référence.",
        "en": "“{value}” is not a reference.",
    },
    "bad_name": {
        "fr": "« {value} » n’est pas un nom de personne.",
        "en": "“{value}” is not a person’s name.",
    },
    "too_long": {
        "fr": "Ce texte est trop long : « {value} ».",
        "en": "This text is too long: “{value}”.",
    },
    "more_cells_than_headings": {
        "fr": "Cette ligne a plus de cases que le tableau n’a de titres : un "
        "séparateur s’est-il glissé dans un texte ?",
        "en": "This line has more cells than there are headings: did a separator slip into a text?",
    },
    "open_quote": {
        "fr": "Un guillemet est ouvert dans cette ligne et jamais fermé : « {value} ». "
        "Retirez-le ; les lignes suivantes ont été lues.",
        "en": "A quote is opened in this line and never closed: “{value}”. Remove it; the "
        "lines that follow were read.",
    },
    "spreadsheet_error": {
        "fr": "« {value} » est une erreur du tableur, pas une valeur.",
        "en": "“{value}” is an error of the spreadsheet, not a value.",
    },
    "scientific_number": {
        "fr": "« {value} » est un nombre tronqué par le tableur : remettez la colonne au "
        "format texte à partir de la source.",
        "en": "“{value}” is a number the spreadsheet has cut: take the column from its source "
        "again, as text.",
    },
    "unknown_birth_date": {
        "fr": "« {value} » : date de naissance inconnue. La personne entre sans elle.",
        "en": "“{value}”: birth date unknown. The person comes in without one.",
    },
    "birth_year_alone": {
        "fr": "« {value} » n’est pas un jour : l’année de naissance {read} est gardée seule, le "
        "jour reste à compléter.",
        "en": "“{value}” is not a day: the year of birth {read} is kept alone, the day is to be "
        "completed.",
    },
    "vacant": {
        "fr": "« {value} » : logement sans occupant, rien à reprendre.",
        "en": "“{value}”: a dwelling without an occupant, nothing to take over.",
    },
    "no_person": {
        "fr": "« {value} » n’est pas une personne qui habite le logement.",
        "en": "“{value}” is not a person who lives in the dwelling.",
    },
    "duplicate_person": {
        "fr": "Le conjoint est déjà présent à la ligne {line}.",
        "en": "The spouse is already there at line {line}.",
    },
    "continued_line": {
        "fr": "Suite d’une case de la ligne {line}.",
        "en": "Goes on with a cell of line {line}.",
    },
    "skipped_heading": {
        "fr": "Titres des colonnes.",
        "en": "Column headings.",
    },
    "skipped_header": {
        "fr": "Titres répétés.",
        "en": "Headings again.",
    },
    "skipped_title": {
        "fr": "Titre au-dessus du tableau.",
        "en": "Title above the table.",
    },
    "skipped_total": {
        "fr": "Ligne de total.",
        "en": "Line of totals.",
    },
    "skipped_footer": {
        "fr": "Pied de page.",
        "en": "Footer.",
    },
    "skipped_masked": {
        "fr": "Ligne masquée dans le classeur, laissée de côté à votre demande.",
        "en": "Line masked in the workbook, left out as you asked.",
    },
    "skipped_blank": {
        "fr": "Ligne vide.",
        "en": "Blank line.",
    },
    "column_line": {
        "fr": "Palier : ligne",
        "en": "Palier: line",
    },
    "column_fate": {
        "fr": "Palier : sort",
        "en": "Palier: fate",
    },
    "column_reason": {
        "fr": "Palier : motif",
        "en": "Palier: reason",
    },
    "fate_read": {
        "fr": "lue",
        "en": "read",
    },
    "fate_merged": {
        "fr": "réunie",
        "en": "merged",
    },
    "fate_left_out": {
        "fr": "laissée de côté",
        "en": "left out",
    },
    "fate_refused": {
        "fr": "refusée",
        "en": "refused",
    },
    # Warnings: the line is imported.
    **WARNED,
}


def message(code: str, language: str, /, **details: object) -> str:
    """Say a code in `fr` or `en`; an unknown code says itself."""
    template = MESSAGES.get(code, {}).get(language, code)
    known = {name: "" if value is None else value for name, value in details.items()}
    return template.format_map(_Blank(known))


class _Blank(dict[str, object]):
    """A detail that was not given reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""
