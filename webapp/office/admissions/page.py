"""The page of one admission: its path, what is missing, what was noted, decided and offered."""

import uuid
from datetime import date
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from visits.adaptations.deciding import EXPLANATION_LENGTH
from visits.admissions.commissions import agenda_item_of
from visits.admissions.deciding import decisions_of
from visits.admissions.facts import facts_of, papers_while_staying
from visits.admissions.missing import (
    medical_validation,
    missing_in,
    papers_missing,
    papers_there,
)
from visits.admissions.moving import SAID_LENGTH, latest_move
from visits.admissions.offers import answers_to, offers_of
from visits.admissions.path import DECIDED, WHOSE, by_commission, rules_for, ways_on
from visits.admissions.requests import WORDS_LENGTH, admissions_of, find_admission, who_may_hold
from visits.admissions.telling import letters_of
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.homes.matching import Offered
from visits.homes.needs import needs_of
from visits.models.accounts import Role
from visits.models.admissions import (
    Admission,
    AdmissionInstead,
    AdmissionMove,
    AdmissionRefusal,
    AdmissionStep,
)
from visits.programmes.shape import AdmissionRules
from visits.stays.free import free_places
from webapp.access.auth import Action, may, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import pick
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.paths import passed
from webapp.office.frame.programmes import programme_names

# So many free places are offered to choose from; the list of places has the others.
MOST_SHOWN = 100


def typed_turn() -> int:
    """Read which turn of the admission the page was made of; nonsense is none that ever was."""
    return request.form.get("turn", -1, type=int)


def status_of(refused: Refused) -> int:
    """Give with which status a change is refused."""
    return 422 if isinstance(refused, Invalid) else 409


def refusal_said(refused: Refused | None) -> dict[str, Any]:
    """Give what a page shows of a refusal: by field, or in a sentence, with what was typed."""
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return {
        "typed": request.form,
        "errors": {name: sentence(code) for name, code in fields.items()},
        "said": sentence(refused.code) if isinstance(refused, Conflict) else "",
    }


def page_of_admission(admission_id: uuid.UUID, refused: Refused | None = None) -> str:
    """Render the page of an admission, with why a change of it was refused."""
    with showing("admission") as (session, shown):
        admission = find_admission(session, viewer(Action.SUPPORT), admission_id)
        shown.add(admission.case.person_id)
        rules, today = rules_for(session, admission), today_in_paris(now())
        return render_template(
            "admissions/show.html",
            admission=admission,
            person=admission.person,
            day_now=today,
            programme_names=programme_names(session),
            needs=needs_of(session, admission.case.person_id),
            **_path(session, admission, rules, today),
            **_noted(session, admission, rules, today),
            **_decided(session, admission, rules),
            **_offered(session, admission, today),
            letters=letters_of(session, viewer(Action.PLAN), admission) if may(Action.PLAN) else [],
            **refusal_said(refused),
        )


def _path(
    session: Session, admission: Admission, rules: AdmissionRules, today: date
) -> dict[str, Any]:
    last = latest_move(admission)
    ways, open_case = ways_on(admission, rules), admission.case.is_open
    hers = admissions_of(session, viewer(Action.SUPPORT), admission.person)
    return {
        "path": passed(_steps(rules), admission.step, admission.moves),
        "whose": WHOSE.get(admission.step),
        "missing": missing_in(session, admission, today=today) if open_case else {},
        "ways": [one for one in ways if one is not AdmissionStep.WITHDRAWN and open_case],
        "may_withdraw": AdmissionStep.WITHDRAWN in ways,
        "may_take_back": last if last is not None and may_undo(last) else None,
        "moves": list(reversed(admission.moves)),
        "holders": who_may_hold(session, viewer(Action.SUPPORT)),
        "others": [one for one in hers if one.id != admission.id],
        "said_length": SAID_LENGTH,
        "words_length": WORDS_LENGTH,
    }


def action_to_undo(move: AdmissionMove) -> Action:
    """Give what somebody has to be allowed to take a step back: as much as to make it."""
    if move.step is AdmissionStep.WAITING and move.was is not AdmissionStep.DECISION:
        return Action.PLAN
    if move.step in DECIDED:
        return Action.DECIDE
    placed = (AdmissionStep.OFFERED, AdmissionStep.ENTRY, AdmissionStep.ENTERED)
    return Action.PLAN if move.step in placed else Action.SUPPORT


def may_undo(move: AdmissionMove) -> bool:
    """Tell whether the reader may take a step back."""
    return may(action_to_undo(move))


def _steps(rules: AdmissionRules) -> dict[AdmissionStep, Role]:
    left_out = () if rules.interviews else (AdmissionStep.INTERVIEW,)
    return {step: whose for step, whose in WHOSE.items() if step not in left_out}


def _noted(
    session: Session, admission: Admission, rules: AdmissionRules, today: date
) -> dict[str, Any]:
    papers = {one.code: pick(dict(one.name)) for one in rules.documents}
    there = papers_there(session, admission, today=today)
    medical, validation = rules.medical, medical_validation(session, admission)
    coming = papers_while_staying(session, admission)
    return {
        "papers_coming": coming,
        "facts": facts_of(session, admission),
        "papers": papers,
        "papers_there": there,
        "papers_missing": papers_missing(session, admission, today=today),
        "papers_open": [
            (code, name)
            for code, name in papers.items()
            if code not in there and (medical is None or code != medical.code)
            if admission.is_open or code in coming
        ],
        "medical_paper": medical.code if medical else None,
        "medical_over": validation.lapsed_since(today) if validation else None,
        "optional": {one.code for one in rules.documents if one.optional},
        "interviews": rules.interviews,
        "inventory": rules.inventory is not None,
    }


def _decided(session: Session, admission: Admission, rules: AdmissionRules) -> dict[str, Any]:
    waits = admission.step is AdmissionStep.DECISION and admission.case.is_open
    item = agenda_item_of(session, admission)
    ready = item is not None or not by_commission(rules)
    return {
        "agenda_item": item,
        "by_commission": by_commission(rules),
        "decides": waits and ready and may(Action.DECIDE),
        "decisions": decisions_of(session, admission),
        "reasons": list(AdmissionRefusal),
        "alternatives": list(AdmissionInstead),
        "explanation_length": EXPLANATION_LENGTH,
    }


def _offered(session: Session, admission: Admission, today: date) -> dict[str, Any]:
    """Read what was offered, and what is free and fits, to whoever may offer it."""
    plans = may(Action.PLAN) and admission.case.is_open
    return {
        "offers": offers_of(session, viewer(Action.SUPPORT), admission),
        "answers": answers_to(admission) if plans else (),
        "plans": plans,
        "free": _free(session, admission, today) if plans else [],
    }


def _free(session: Session, admission: Admission, today: date) -> list[Offered]:
    if admission.step is not AdmissionStep.WAITING:
        return []
    person, seeing = admission.person, viewer(Action.PLAN)
    return free_places(session, seeing, person, on=today, today=today)[:MOST_SHOWN]
