"""What is decided of who asks for a place: never without its reason in plain words.

A refusal has a coded reason and at least one alternative too. Where a commission decides, it is
held, with members present, and she is on its agenda.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.adaptations.deciding import EXPLANATION_LENGTH, Decided, wrong_refusal
from visits.admissions.commissions import agenda_item_of
from visits.admissions.moving import put, read_just_now
from visits.admissions.path import by_commission, rules_for
from visits.admissions.requests import refuse_person
from visits.admissions.telling import tell_of_decision
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.admissions import (
    Admission,
    AdmissionDecision,
    AdmissionInstead,
    AdmissionItem,
    AdmissionMove,
    AdmissionOutcome,
    AdmissionRefusal,
    AdmissionStep,
)
from visits.sight import Viewer

LEADS_TO = {
    AdmissionOutcome.ACCEPTED: AdmissionStep.WAITING,
    AdmissionOutcome.REFUSED: AdmissionStep.REFUSED,
}


def decide(
    session: Session,
    admission: Admission,
    said: Decided,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> AdmissionDecision:
    """Accept somebody, who then waits for a place, or refuse her; `turn` is the one that was read.

    Raises Conflict when it was moved meanwhile or its commission cannot decide, Invalid by field.
    """
    read_just_now(admission, turn)
    if admission.step is not AdmissionStep.DECISION:
        raise Conflict("admission_not_to_decide")
    refuse_person(admission.case, today_in_paris(now))
    item = _item(session, admission, now)
    fields = _wrong(said)
    if fields:
        raise Invalid(fields)
    outcome = AdmissionOutcome(said.outcome)
    refused = outcome is AdmissionOutcome.REFUSED
    move = put(session, admission, LEADS_TO[outcome], said="", viewer=viewer, now=now)
    decision = AdmissionDecision(
        id=new_id(),
        move_id=move.id,
        outcome=outcome,
        reason=AdmissionRefusal(said.reason) if refused else None,
        explanation=said.explanation.strip(),
        instead={kind: what.strip() for kind, what in said.instead.items()} if refused else None,
    )
    session.add(decision)
    session.flush()
    if item is not None:
        item.decision = decision
        session.flush()
    tell_of_decision(session, admission, decision, now=now)
    return decision


def _item(session: Session, admission: Admission, now: datetime) -> AdmissionItem | None:
    """Give where a commission decides it; raises Conflict where it cannot as yet."""
    item = agenda_item_of(session, admission)
    if not by_commission(rules_for(session, admission)):
        return item
    if item is None:
        raise Conflict("admission_on_no_agenda")
    if item.commission.held_on > today_in_paris(now):
        raise Conflict("admission_commission_to_come")
    if not item.commission.present:
        raise Conflict("admission_nobody_present")
    return item


def _wrong(said: Decided) -> dict[str, str]:
    """Say by field what is wrong with a decision."""
    fields = {}
    if said.outcome not in tuple(AdmissionOutcome):
        fields["outcome"] = "bad_choice" if said.outcome else "required"
    if said.outcome == AdmissionOutcome.REFUSED:
        fields |= wrong_refusal(
            said, reasons=tuple(AdmissionRefusal), alternatives=tuple(AdmissionInstead)
        )
    elif not said.explanation.strip():
        fields["explanation"] = "admission_say_why"
    if len(said.explanation.strip()) > EXPLANATION_LENGTH:
        fields["explanation"] = "too_long"
    return fields


def decisions_of(session: Session, admission: Admission) -> Sequence[AdmissionDecision]:
    """List what was decided of an admission, taken back or not, the latest first."""
    made = (
        select(AdmissionDecision)
        .join(AdmissionDecision.move)
        .where(AdmissionMove.admission_id == admission.id)
        .options(contains_eager(AdmissionDecision.move).joinedload(AdmissionMove.by))
        .order_by(AdmissionMove.at.desc(), AdmissionDecision.id.desc())
    )
    return session.scalars(made).all()
