"""The words of the screens for what the code calls by a short name."""

from collections.abc import Iterable
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_babel.speaklater import LazyString

from diagnostics.codes import TRADES, Name
from webapp.frame.languages import LANGUAGES, current_language
from webapp.words.accounts import ACCOUNT_EVENTS
from webapp.words.calls import CALL_WORDS
from webapp.words.fields import FIELD_WORDS


def _spoken(name: Name) -> str:
    return name.in_language(current_language())


WORDS: dict[str, dict[str, Any]] = {
    **FIELD_WORDS,
    **CALL_WORDS,
    "work_order": {
        "open": _l("Open"),
        "started": _l("Started"),
        "on_hold": _l("On hold"),
        "done": _l("Done"),
        "cancelled": _l("Cancelled"),
    },
    "severity": {
        "U0": _l("U0 · immediate danger"),
        "U1": _l("U1 · urgent"),
        "U2": _l("U2 · soon"),
        "U3": _l("U3 · to plan"),
        "P": _l("P · planned"),
    },
    "role": {
        "visitor": _l("Visitor"),
        "coordinator": _l("Coordinator"),
        "partner_coordinator": _l("Partner coordinator"),
        "technician": _l("Technician"),
        "manager": _l("Manager"),
        "social_worker": _l("Social worker"),
        "administrator": _l("Administrator"),
    },
    "case": {
        "to_call": _l("To call"),
        "call_back": _l("To call back"),
        "agreed": _l("Agreed"),
        "planned": _l("Visit planned"),
        "visited": _l("Visited"),
        "refused": _l("Refused"),
        "unreachable": _l("Not reached"),
        "not_eligible": _l("Not concerned"),
    },
    "alert": {
        "no_voicemail": _l("Leave no message on the phone"),
        "plain_clothes": _l("Come without a badge or uniform that shows"),
        "call_helper_first": _l("Call the relative or helper first"),
        "hard_of_hearing": _l("Hard of hearing: ring long, speak up"),
        "slow_to_the_door": _l("Needs time to come to the door"),
        "interpreter": _l("Come with an interpreter"),
        "two_visitors": _l("Go two together"),
        "pet_in_the_home": _l("An animal: have it shut away first"),
        "meet_elsewhere": _l("Meet outside the home"),
    },
    "alert_kind": {"discretion": _l("Discretion"), "safety": _l("Safety")},
    "left_behind": {
        "card": _l("a visiting card"),
        "note": _l("a handwritten note"),
        "leaflet": _l("a leaflet"),
    },
    "visit": {
        "planned": _l("Planned"),
        "under_way": _l("Under way"),
        "done": _l("Carried out"),
        "failed": _l("Did not take place"),
        "cancelled": _l("Called off"),
    },
    "submission": {
        "incomplete": _l("Files still to come"),
        "checked": _l("Checked"),
        "to_review": _l("To review"),
        "set_aside": _p("what has become of it", "Set aside"),
    },
    "closed_because": {
        "corrected": _l("The answers that called for it were corrected."),
        "taken_back": _l("The answers that called for it came from another home."),
    },
    "doubt": {
        "second": _l("This form was sent from this visit already: both are kept."),
        "cancelled": _l("The visit had been called off when these answers came."),
        "failed": _l("The visit had been noted as not held when these answers came."),
        "reassigned": _l("The visit had been given to somebody else when these answers came."),
        "account_closed": _l("The visitor’s account was closed already when these answers came."),
        "corrects_unknown": _l("It corrects answers that are not here, or not of this visit."),
    },
    "follow_up": {
        "waiting": _l("Waiting"),
        "due": _l("To do now"),
        "done": _l("Done"),
        "cancelled": _l("Cancelled"),
    },
    "risk": {
        "0": _l("Not known"),
        "1": _l("Low"),
        "2": _l("Intermediate"),
        "3": _l("High"),
    },
    "trade": {code: LazyString(_spoken, name) for code, name in TRADES.items()},
    "consent": {
        "visit": _l("The visit"),
        "health": _l("Health questions"),
        "photos": _l("Photos"),
        "sharing": _l("Sharing with partners"),
    },
    "occupant": {
        "holder": _l("Leaseholder"),
        "spouse": _l("Spouse"),
        "child": _l("Child"),
        "other": _l("Other occupant"),
        "guarantor": _l("Guarantor"),
        "guardian": _l("Guardian"),
        "former_spouse": _l("Former spouse"),
        "carer": _l("Carer"),
    },
    "access": {"read": _l("Read"), "write": _l("Change")},
    "accessed": {
        "import": _l("an import of files"),
        "enrolled": _l("a case in a programme"),
        "person_file": _l("the file"),
        "case": _l("the call page"),
        "enrolment": _l("the call page"),  # what lines from before cases say
        "contact_attempt": _l("a call"),
        "call_taken_back": _l("an answer taken back"),
        "part_refused": _l("a part of the visit refused"),
        "part_allowed": _l("a part of the visit no longer refused"),
        "phone_changed": _l("a phone number noted or corrected"),
        "visit_planned": _l("a visit planned"),
        "visit_moved": _l("a visit moved"),
        "visit_cancelled": _l("a visit cancelled"),
        "visit_failed": _l("a visit that did not take place"),
        "visit": _l("a visit"),
        "submission_recorded": _l("a visit's answers received"),
        "submission_reviewed": _l("a visit's answers reviewed"),
        "submission_set_aside": _l("a visit's answers set aside"),
        "submission_detached": _l("answers taken from a visit they were attached to"),
        "submission_decision_withdrawn": _l("a decision between two submissions taken back"),
        "visits_proposed": _l("proposed as the visit of answers that name none"),
        "submissions_both_kept": _l("both answers of a visit kept"),
        "submissions_compared": _l("two sets of answers side by side"),
        "urgent_alert": _l("an urgent alert"),
        "urgent_alert_seen": _l("an urgent alert seen"),
        "follow_up_done": _l("a follow-up done"),
        "follow_up": _l("a follow-up"),
        "photo": _l("a photo"),
        "work_order": _l("a work order"),
        "work_order_open": _l("a work order opened"),
        "work_order_started": _l("a work order started"),
        "work_order_on_hold": _l("a work order on hold"),
        "work_order_done": _l("a work order done"),
        "work_order_cancelled": _l("a work order cancelled"),
        "tablet_day": _l("a visitor's day"),
        "tablet_sent": _l("what a visitor sent lately"),
        "home": _l("the home page"),
        "targeting": _l("the list of whom to visit"),
        "calls": _l("the call list"),
        "visits": _l("the list of visits"),
        "diary": _l("a visitor's appointments"),
        "follow_ups": _l("the list of follow-ups"),
        "work_orders": _l("the list of work orders"),
        "people_search": _l("a search for persons"),
        "import_looked_at": _l("the check of a file before its import"),
        "alert_noted": _l("a measure noted"),
        "alert_reviewed": _l("a measure reviewed"),
        "alert_ended": _l("a measure ended"),
        "protected": _l("protection"),
        "unprotected": _l("end of the protection"),
        "named_access": _l("a person named"),
        "external_score": _l("a score from elsewhere"),
        "savings": _l("the savings of a kit"),
        "funding": _l("possible funding"),
    },
    "account_event": ACCOUNT_EVENTS,
    "score": {
        "fall": _l("Fall risk"),
        "isolation": _l("Isolation"),
        "room": _l("Room"),
        "home": _p("the dwelling", "Home"),
        "energy": _l("Energy"),
        "total": _l("Total"),
        "key_questions": _l("Key questions"),
        "stay_independent": _l("Balance questionnaire"),
        "satisfaction": _l("Satisfaction"),
        "external": _l("Scale filled in by somebody else"),
        "goals_t": _l("Goals reached"),
        "accessibility": _l("Access"),
        "residence": _l("Residence"),
        "hazard_priority": _l("Order of the hazards"),
        "decency": _l("Decency"),
        "budget": _l("Budget"),
        "occupation": _l("Size of the dwelling"),
    },
    "band": {
        "low": _l("low"),
        "moderate": _l("intermediate"),
        "intermediate": _l("intermediate"),
        "high": _l("high"),
        "undetermined": _l("cannot be said yet"),
        "at_risk": _l("signs present"),
        "not_at_risk": _l("no sign"),
        "not_reachable": _l("cannot be reached without steps"),
        "reachable": _l("can be reached"),
        "adaptable": _l("can be adapted"),
        "usable": _l("can be used as it is"),
        "act_now": _l("act now"),
        "to_plan": _l("works to plan"),
        "in_order": _l("in order"),
        "first": _l("first of all"),
        "next": _l("next"),
        "ordinary": _l("in the usual order"),
        "screen_first": _l("ask about falls first"),
        "to_verify": _l("to be verified"),
        "nothing_seen": _l("nothing seen"),
        "link_to_offer": _l("a link to offer"),
        "no_sign": _l("no sign"),
        "strained": _l("strained"),
        "to_watch": _l("to watch"),
        "fits": _l("fits"),
        "over_occupied": _l("too small"),
        "under_occupied": _l("very large"),
    },
    "violation": {
        "required": _l("An answer is missing."),
        "constraint": _l("The answer is outside what the form allows."),
        "type": _l("The answer is not of the expected kind."),
        "choice": _l("The answer is not one of the choices."),
        "count": _l("There are not as many turns as the form asks for."),
        "version": _l("The answers were given to another version of the form."),
        "malformed": _l("The answer cannot be read."),
    },
    "organisation": {
        "landlord": _l("Landlord"),
        "partner": _l("Partner"),
        "pension_fund": _l("Pension fund"),
    },
    "language": {"fr": _l("French"), "en": _l("English")},
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
        "for_each": _l("For each"),
        "when": _l("When"),
        "readers": _l("Read only by"),
    },
    "tap": {
        "basin": _l("Washbasin"),
        "sink": _l("Kitchen sink"),
        "shower": _l("Shower"),
        "bath": _l("Bath"),
    },
    "left_out": {
        "heat_eur": _l("The euros of hot water are left out: what heats it is not known."),
        "heat_kgco2": _l("The CO₂ of hot water is left out: what heats it has no known factor."),
    },
    "funding": {
        "may": _l("May pay"),
        "may_not": _l("No"),
        "to_check": _l("To find out"),
    },
    "evidence": {
        "read": _l("Read in the source"),
        "secondary": _l("Taken over from elsewhere"),
        "memory": _l("From memory: to be read again"),
        "choice": _l("A choice of ours"),
    },
    "unit": {
        "EUR": "€",
        "EUR/kWh": "€/kWh",
        "EUR/m3": "€/m³",
        "K": "K",
        "h/d": _l("h a day"),
        "kWh/(m3.K)": "kWh/(m³·K)",
        "kgCO2e/kWh": _l("kg CO₂e/kWh"),
        "l/d": _l("l a day"),
        "month": _l("months"),
        "stands": _l("stands"),
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
    "job": {
        "escalate_work_orders": _l("Mark urgent work orders nobody has started"),
        "remind_follow_ups": _l("Call up follow-ups whose day has come"),
        "forget_failed_sign_ins": _l("Forget failed sign-ins"),
        "forget_old_sessions": _l("Forget old sessions"),
        "move_in": _l("Let tenants move in whose lease begins"),
        "purge_imports": _l("Delete the content of old imported files"),
        "seal_access_log": _l("Seal the access log"),
        "check_access_log": _l("Check the access log"),
        "let_go_of_access_log": _l("Let go of the access log’s oldest months"),
        "remove_orphans": _l("Remove files that nobody owns"),
        "keep_outcomes": _l("Keep what the check told of older visits"),
    },
}


# The measures that keep the visitor safe; the others spare the person.
SAFETY_ALERTS = frozenset(("two_visitors", "pet_in_the_home", "meet_elsewhere"))


def alert_kind(code: object) -> str:
    """Tell whether a measure is one of `discretion` or of `safety`."""
    return "safety" if str(code) in SAFETY_ALERTS else "discretion"


def in_both(family: str, name: object) -> dict[str, str]:
    """Say a short name in French and in English."""
    said = {}
    for language in LANGUAGES:
        with force_locale(language):
            said[language] = word(family, name)
    return said


def word(family: str, name: object) -> str:
    """Say a short name in the reader's language; an unknown one is shown as it is."""
    return str(WORDS[family].get(str(name), name))


def field_name(name: str) -> str:
    """Name a field of a form, whatever form it stands in (`call-note`); nothing when unknown."""
    return str(WORDS["field"].get(name.rpartition("-")[2], ""))


def named(family: str, names: Iterable[object] | None = None) -> list[tuple[str, str]]:
    """List short names with their words, to choose from; all of a family when none are given."""
    listed = WORDS[family] if names is None else names
    return [(str(name), word(family, name)) for name in listed]


def telephone(number: str) -> str:
    """Write a phone number as people read it: 06 39 98 00 01."""
    if number.startswith("+33") and len(number) == 12 and number[1:].isdigit():
        national = "0" + number[3:]
        return " ".join(national[start : start + 2] for start in range(0, 10, 2))
    return number
