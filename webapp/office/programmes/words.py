"""The words of programmes, and what is refused there."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "programme_state": {
        "draft": _l("Draft"),
        "published": _l("In force"),
        "retired": _l("Retired"),
    },
    "programme_change": {
        "added": _l("Added"),
        "changed": _l("Altered"),
        "removed": _l("Removed"),
    },
    "fact": {
        "age": _l("Age"),
        "lives_alone": _l("Lives alone"),
        "persons_listed": _l("Persons listed in the dwelling"),
        "floor": _l("Floor"),
        "has_lift": _l("Building has a lift"),
        "floors_to_climb": _l("Floors to climb on foot"),
        "has_bath": _l("Has a bath"),
        "is_adapted": _l("Dwelling is adapted"),
        "tenancy_years": _l("Years in the dwelling"),
        "tenancy_months": _l("Months in the dwelling"),
        "tenancy_year": _l("Year in which the lease began"),
        "rooms": _l("Rooms"),
        "surface": _l("Surface in m²"),
        "built_year": _l("Year of building"),
        "storeys": _l("Storeys of the building"),
        "energy_label": _l("Energy label (A to G)"),
        "in_priority_district": _l("In a priority district"),
        "district": _l("Code of the priority district"),
        "commune": _l("City"),
        "territory": _l("Agency or sector"),
        "residence": _l("Reference of the residence"),
        "service_distance": _l("Metres to services"),
        "income_band": _l("Income band"),
        "arrears": _l("Arrears in €"),
    },
    "money": {
        "income_band": _l("Income band"),
        "arrears": _l("Arrears"),
    },
    "fact_test": {
        "at_least": _l("at least"),
        "at_most": _l("at most"),
        "equals": _l("is"),
        "yes": _l("yes"),
        "no": _l("no"),
    },
    "task_owner": {
        "coordinator": _l("Coordinator"),
        "visitor": _l("Visitor"),
        "referent": _l("Referent"),
        "social_worker": _l("Social worker"),
        "technician": _l("Technician"),
    },
    "way_in": {
        "targeting": _l("Chosen from the list of whom to visit"),
        "request": _l("She asks, or somebody rings"),
        "referral": _l("Referred by a partner"),
        "lease_start": _l("A lease begins"),
        "commission": _l("Decided by a commission"),
        "transfer": _l("Comes from another programme"),
    },
    "counter": {
        "cases_opened": _l("Cases opened"),
        "persons_visited": _l("Persons visited"),
        "visits_done": _l("Visits done"),
        "cases_succeeded": _l("Cases that came to what the programme is for"),
        "stays_begun": _l("Stays begun"),
        "rehoused": _l("Stays that ended in a home for good"),
        "sessions_held": _l("Group sessions held"),
        "staying": _l("Who stays there now"),
        "rent_within": _l("Of those whose rent is known, those who keep to the rule"),
        "staying_with_paper": _l("Of those who stay, those of whom a paper came"),
    },
    "counted_from": {
        "opening": _l("the opening of the case"),
        "entry": _l("the day on which she moved in"),
        "done": _l("the last time it was done"),
    },
    "case_stays": {
        "kind_planned": _l("a visit is planned or due of a kind that this version has no more"),
        "under_way": _l("a visit is under way"),
        "step_gone": _l("it stands on a step of a path that this version has no more"),
    },
    "accessed": {
        "older_cases": _l("open cases of an earlier version of their programme"),
        "case_version": _l("a case brought to another version of its programme"),
    },
    "delay_unit": {
        "d": _l("days"),
        "w": _l("weeks"),
        "wd": _l("working days"),
        "m": _l("months"),
    },
}

REFUSALS: dict[str, Any] = {
    "programme_draft_not_found": _l(
        "This draft is not here any more: it was published or thrown away."
    ),
    "programme_draft_changed": _l(
        "Somebody else saved this part meanwhile. Nothing was changed: look at what stands now."
    ),
    "programme_draft_exists": _l(
        "There is a draft of this programme: publish it or throw it away."
    ),
    "programme_name_taken": _l("Another programme has this name: choose another."),
    "programme_name_says_nothing": _l("A letter or a figure is expected."),
    "programme_code_taken": _l("This short name means something else here: choose another."),
    "programme_published_meanwhile": _l(
        "Another version was published meanwhile. Nothing was changed: compare again."
    ),
    "nothing_to_bring": _l("Nothing was changed: no open case can be brought to this version."),
    "nothing_to_bring_back": _l(
        "Nothing was changed: these cases were closed or brought on meanwhile, or are back already."
    ),
    "programme_not_text": _l("This file is not a text in UTF-8."),
    "programme_file_refused": _l("This file is no programme as it stands. Nothing was changed."),
    "programme_not_whole": _l("Something is still missing in this draft."),
    "programme_retired": _l("This programme is retired: it takes nobody and has no new version."),
    "programme_not_retired": _l("This programme is not retired."),
    "way_in_closed": _l("Nobody comes into this programme this way: see its ways in."),
    "outcome_in_use": _l(
        "The outcome “%(name)s” cannot go: cases were closed with it (%(count)d). Keep it."
    ),
    "visit_kind_in_use": _l(
        "The kind of visit “%(name)s” cannot go: it is planned or due (cases: %(count)d). Keep it."
    ),
}

# What the schema says in French of a field, in the reader's language.
FAULTS: tuple[tuple[str, Any], ...] = (
    ("le programme ne dit pas.*", _l("Say under “Public” that the programme may use this.")),
    ("champ obligatoire absent", _l("Fill in this field.")),
    ("ce champ ne peut pas être vide", _l("Fill in this field.")),
    ("un nombre est attendu", _l("A number is expected.")),
    ("un nombre entier est attendu", _l("A whole number is expected.")),
    ("deux décimales au plus", _l("Two decimals at most.")),
    ("un autre programme a déjà ce nom", _l("Another programme has this name: choose another.")),
    ("ce nom est déjà donné", _l("Another one has this name: choose another.")),
    ("une lettre ou un chiffre.*", _l("A letter or a figure is expected.")),
    ("une date est attendue, comme (.+)", _l("A date is expected.")),
    ("au moins (.+) attendu", _l("Choose at least one.")),
    ("au moins (.+)", _l("At least %(a)s.")),
    ("au plus (.+) attendus", _l("Too long: %(a)s at most.")),
    ("entre (.+) et (.+) caractères attendus", _l("From %(a)s to %(b)s characters.")),
    ("entre (.+) et (.+)", _l("From %(a)s to %(b)s.")),
    ("un jour au moins est attendu", _l("At least one day is expected.")),
    ("un délai .*", _l("A whole number of days, weeks, working days or months is expected.")),
    ("oui ou non est attendu.*", _l("Choose “yes” or “no” for this.")),
    ("un texte est attendu", _l("Choose “is” and a text for this.")),
    ("indiquez at_least, at_most ou equals", _l("Say what it must be.")),
    ("indiquez soit share, soit number", _l("Give a number or a share, one of both.")),
    ("indiquez first_in, every, ou les deux", _l("Say how often, or when the first time.")),
    ("attendu avec after.*", _l("Say how often: it counts from the last time it was done.")),
    ("réservé aux visites", _l("Only a visit has a kind.")),
    ("type de visite inconnu.*", _l("There is no such kind of visit any more.")),
    ("cadence inconnue.*", _l("There is no such thing to count from any more.")),
    ("attend une cadence qui.*", _l("These wait for each other: none would ever come.")),
    ("aucune pièce de l’admission.*", _l("There is no such paper to count any more.")),
    ("cet objectif ne se compte pas.*", _l("Leave this empty: it is not counted so.")),
    ("une seule pièce est.*", _l("One paper alone is the medical validation.")),
    ("un formulaire est nommé deux fois", _l("A form is either required or optional.")),
    ("plus petit que at_least", _l("Less than the lower bound.")),
    ("plus petit que age_min", _l("Less than the lower age.")),
    ("avant starts_on", _l("Before the first day.")),
    ("une de ces valeurs est attendue.*", _l("Choose one of the list.")),
)


def say_fault(french: str) -> str:
    """Say what does not hold in the reader's language; what is not known is said as it is."""
    for pattern, said in FAULTS:
        found = re.fullmatch(pattern, french)
        if found:
            return str(said) % dict(zip("ab", found.groups(), strict=False))
    return french
