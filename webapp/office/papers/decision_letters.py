"""The letter of a decision, on an adaptation or a place: what it will say, then the paper."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy.orm import Session

from visits.adaptations.deciding import standing_decision
from visits.adaptations.files import find_file
from visits.admissions.deciding import decisions_of
from visits.admissions.requests import find_admission
from visits.ground.errors import Conflict, NotFound
from visits.messages.ways import silent_because
from webapp.access.auth import Action, requires, viewer
from webapp.office.frame.access import showing
from webapp.office.frame.programmes import programme_names
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.deciding import Told, letter_of, of_adaptation, of_admission

decision_letters = Blueprint("decision_letters", __name__)
Found = Callable[[Session, uuid.UUID], Told]


@decision_letters.get("/adaptations/<uuid:adaptation_id>/letter")
@requires(Action.FOLLOW_ADAPTATIONS)
def adaptation(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Show what the letter of what was decided of an adaptation will say."""
    return _shown(_of_adaptation, adaptation_id)


@decision_letters.get("/adaptations/<uuid:adaptation_id>/letter.pdf")
@requires(Action.FOLLOW_ADAPTATIONS)
def adaptation_paper(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Give the letter of what was decided of an adaptation as a PDF."""
    return _printed(_of_adaptation, adaptation_id)


@decision_letters.get("/admissions/<uuid:admission_id>/letter")
@requires(Action.SUPPORT)
def admission(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Show what the letter of what was decided of an admission will say."""
    return _shown(_of_admission, admission_id)


@decision_letters.get("/admissions/<uuid:admission_id>/letter.pdf")
@requires(Action.SUPPORT)
def admission_paper(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Give the letter of what was decided of an admission as a PDF."""
    return _printed(_of_admission, admission_id)


def _of_adaptation(session: Session, adaptation_id: uuid.UUID) -> Told:
    file = find_file(session, viewer(Action.FOLLOW_ADAPTATIONS), adaptation_id)
    return of_adaptation(session, file, standing_decision(session, file))


def _of_admission(session: Session, admission_id: uuid.UUID) -> Told:
    admission = find_admission(session, viewer(Action.SUPPORT), admission_id)
    made = decisions_of(session, admission)
    decision = next((one for one in made if one.move.stands), None)
    programme = admission.case.programme
    return of_admission(admission, decision, programme_names(session).get(programme, programme))


def _shown(found: Found, of: uuid.UUID) -> str:
    language = typed_language()
    with showing("decision_letter") as (session, shown):
        told, said = _said(session, found, of, language)
        shown.add(told.person.id)
        return render_template(
            "papers/decision.html",
            told=told,
            said=said,
            silent=silent_because(session, told.person),
            of=of,
            language=language,
        )


def _printed(found: Found, of: uuid.UUID) -> ResponseReturnValue:
    with showing("decision_letter_made") as (session, shown):
        told, said = _said(session, found, of, typed_language())
        if told.person.died_on is not None:
            raise Conflict("report_to_the_dead")
        shown.add(told.person.id)
    return sent_paper("decision_letter", said)


def _said(
    session: Session, found: Found, of: uuid.UUID, language: str
) -> tuple[Told, dict[str, Any]]:
    """Give a decision and its letter in a language; raises NotFound when nothing was decided."""
    with force_locale(language):
        told = found(session, of)
        if told.decision is None:
            raise NotFound("nothing_decided")
        return told, letter_of(session, told, told.decision)
