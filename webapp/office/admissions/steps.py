"""What happens on the way to a place: noted, decided, offered, answered, and the entry."""

import uuid

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from visits.adaptations.deciding import Decided
from visits.admissions.deciding import decide
from visits.admissions.facts import FactSaid, note_fact, withdraw_fact
from visits.admissions.offers import answer_offer, let_in, offer_place
from visits.ground.errors import Invalid
from visits.models.admissions import Admission
from visits.stays.places import find_place
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.admissions.admissions import change
from webapp.office.admissions.page import typed_turn
from webapp.office.frame.moments import optional_day

steps = Blueprint("admission_steps", __name__, url_prefix="/admissions")


@steps.post("/<uuid:admission_id>/facts")
@requires(Action.SUPPORT)
def note(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Note an interview, a paper received, what was signed or handed over."""

    def do(session: Session, admission: Admission) -> None:
        typed = request.form
        said = FactSaid(
            typed.get("kind", ""),
            optional_day(typed.get("happened_on", ""), field="happened_on"),
            typed.get("code", ""),
            _words("said"),
        )
        note_fact(session, admission, said, viewer=viewer(), now=now())

    return change(admission_id, Action.SUPPORT, do)


@steps.post("/<uuid:admission_id>/facts/<uuid:admission_fact_id>/withdraw")
@requires(Action.SUPPORT)
def withdraw(admission_id: uuid.UUID, admission_fact_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what was noted by mistake."""

    def do(session: Session, admission: Admission) -> None:
        why = request.form.get("why", "")
        withdraw_fact(session, admission, admission_fact_id, why=why, viewer=viewer(), now=now())

    return change(admission_id, Action.SUPPORT, do)


@steps.post("/<uuid:admission_id>/decision")
@requires(Action.DECIDE)
def note_decision(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Accept somebody, or refuse her with what is offered instead."""

    def do(session: Session, admission: Admission) -> None:
        typed = request.form
        offered = {kind: typed.get(f"instead_{kind}", "") for kind in typed.getlist("instead")}
        said = Decided(
            typed.get("outcome", ""), typed.get("reason", ""), _words("explanation"), offered
        )
        decide(session, admission, said, turn=typed_turn(), viewer=viewer(), now=now())

    return change(admission_id, Action.DECIDE, do)


@steps.post("/<uuid:admission_id>/offers")
@requires(Action.PLAN)
def offer(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Offer a place."""

    def do(session: Session, admission: Admission) -> None:
        place_id = request.form.get("place", type=uuid.UUID)
        if place_id is None:
            raise Invalid({"place": "required"})
        place = find_place(session, viewer(), place_id, to_change=True)
        offer_place(session, admission, place, turn=typed_turn(), viewer=viewer(), now=now())

    return change(admission_id, Action.PLAN, do)


@steps.post("/<uuid:admission_id>/answer")
@requires(Action.PLAN)
def answer(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Note what became of an offer."""

    def do(session: Session, admission: Admission) -> None:
        answer_offer(
            session,
            admission,
            request.form.get("answer", ""),
            said=_words("said"),
            turn=typed_turn(),
            viewer=viewer(),
            now=now(),
        )

    return change(admission_id, Action.PLAN, do)


@steps.post("/<uuid:admission_id>/entry")
@requires(Action.PLAN)
def enter(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody in: her stay begins."""

    def do(session: Session, admission: Admission) -> None:
        from_on = optional_day(request.form.get("from_on", ""), field="from_on")
        let_in(session, admission, from_on, turn=typed_turn(), viewer=viewer(), now=now())

    return change(admission_id, Action.PLAN, do)


def _words(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")
