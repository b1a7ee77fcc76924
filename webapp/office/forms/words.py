"""The words of forms and of the numbers of rule books, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

_UNITS: dict[str, Any] = {
    "EUR": "€",
    "EUR/kWh": "€/kWh",
    "EUR/m3": "€/m³",
    "K": "K",
    "day": _l("days"),
    "h": _l("hours"),
    "h/d": _l("h a day"),
    "kWh/(m3.K)": "kWh/(m³·K)",
    "kgCO2e/kWh": _l("kg CO₂e/kWh"),
    "l/d": _l("l a day"),
    "month": _l("months"),
    "paper": _l("papers"),
    "photo": _l("photos"),
    "stands": _l("stands"),
    "working day": _l("working days"),
}
WORDS: dict[str, dict[str, Any]] = {
    "form_part": {
        "label": _l("Text"),
        "hint": _l("Hint"),
        "constraint_message": _l("Message when out of bounds"),
        "required_message": _l("Message when missing"),
        "group": _l("Group"),
        "type": _l("Kind of question"),
        "relevant": _l("Asked when"),
        "required": _l("Required when"),
        "constraint": _l("Allowed when"),
        "calculation": _l("Calculation"),
        "repeat_count": _l("Number of turns"),
        "choice_filter": _l("Choices shown when"),
        "appearance": _l("Appearance"),
        "about": _l("Kept for later visits about"),
        "start": _l("From"),
        "end": _l("To"),
        "step": _l("Step"),
        "kind": _l("Kind"),
        "code": _l("Code"),
        "severity": _l("Severity"),
        "due": _l("Within"),
        "owner": _l("Who"),
        "quantity": _l("How many"),
        "home": _l("Dwelling or residence"),
        "for_each": _l("For each"),
        "when": _l("When"),
        "readers": _l("Read only by"),
    },
    "evidence": {
        "read": _l("Read in the source"),
        "secondary": _l("Taken over from elsewhere"),
        "memory": _l("From memory: to be read again"),
        "choice": _l("A choice of ours"),
    },
    "unit": _UNITS,
    "unit_of_one": _UNITS
    | {
        "day": _p("one", "day"),
        "h": _p("one", "hour"),
        "month": _p("one", "month"),
        "paper": _p("one", "paper"),
        "photo": _p("one", "photo"),
        "working day": _p("one", "working day"),
    },
    # What diagnostics says in French of a parameter, in the reader's language.
    "parameter_error": {
        "Cette valeur est obligatoire.": _l("Fill in this field."),
        "Un nombre est attendu.": _l("A number is expected, such as 0.194."),
        "Un nombre négatif n’a pas de sens ici.": _l("A negative number makes no sense here."),
        "Une date est attendue : AAAA-MM-JJ.": _l("A date is expected."),
        "La valeur doit être entre la basse et la haute.": _l(
            "The value must be between the low and the high bound."
        ),
        "La fin précède le début.": _l("The end is before the beginning."),
        "Choix inconnu.": _l("Choose one of the list."),
    },
    "readers": {"social_worker": _l("social workers")},
    "field": {
        "evidence": _l("How well known"),
        "high": _l("High bound"),
        "low": _l("Low bound"),
        "source": _l("Source"),
        "valid_from": _l("Valid from"),
        "valid_until": _l("Valid until"),
        "value": _l("Value"),
        "version": _l("Version"),
    },
}

REFUSALS: dict[str, Any] = {
    "form_not_found": _l("This form or this version of it is not known here."),
    "form_not_published": _l(
        "The form %(form)s of this programme is not published here: ask an administrator to run"
        " “palier init”."
    ),
    "draft_not_found": _l("This draft is not here any more: it was published or deleted."),
    "draft_refused": _l("This workbook cannot be published as it is. Nothing was changed."),
    "form_needed": _l(
        "A programme fills this form, and no other version of it is in use. Publish the next one"
        " first."
    ),
    "workbook_not_kept": _l("The workbook of this version was not kept."),
    "form_file_unreadable": _l(
        "%(name)s cannot be read: it is damaged, or of a kind nobody can vouch for. Save it anew."
    ),
    "form_files_too_large": _l("The files beside a workbook have 20 MB together at most."),
    "workbook_too_large": _l("A workbook has 5 MB at most."),
    "version_already_published": _l(
        "Version %(version)s is published with another content: change the version."
    ),
    "parameter_not_found": _l("There is no such number."),
    "begins_too_early": _l(
        "It must begin after the first day of the last value known: results of before keep theirs."
    ),
    "begins_too_late": _l("It begins more than two years from now: check the year."),
}
