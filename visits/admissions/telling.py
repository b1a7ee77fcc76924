"""Who asks for a place is written to: accepted, refused with what instead, offered one, waiting."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.messages.kinds import WORTH_FOR
from visits.messages.making import make_for_person
from visits.models.admissions import Admission, AdmissionDecision, AdmissionOffer, AdmissionOutcome
from visits.models.messages import TO_SEND, Message, MessageKind
from visits.sight import Viewer
from visits.sight.messages import visible_messages

DECIDED = {
    AdmissionOutcome.ACCEPTED: MessageKind.PLACE_ACCEPTED,
    AdmissionOutcome.REFUSED: MessageKind.PLACE_REFUSED,
}


def tell_of_decision(
    session: Session, admission: Admission, decision: AdmissionDecision, *, now: datetime
) -> None:
    """Make the letter of a decision: its reason in plain words, and what is offered instead."""
    instead = "\n".join((decision.instead or {}).values())
    said = {"why": decision.explanation, "instead": instead}
    _tell(session, admission, DECIDED[decision.outcome], said, now=now)


def tell_of_offer(
    session: Session, admission: Admission, offer: AdmissionOffer, *, now: datetime
) -> None:
    """Make the letter that offers a place, with the day by which she is to answer."""
    place = offer.place
    said = {"place": f"{place.name}, {place.dwelling.residence.line}"}
    _tell(session, admission, MessageKind.PLACE_OFFERED, said, now=now)


def tell_she_waits(session: Session, admission: Admission, *, now: datetime) -> None:
    """Make the letter that says that she waits on, where she stood on the list."""
    _tell(session, admission, MessageKind.PLACE_WAITS, {}, now=now)


def overtake(session: Session, admission: Admission, *, now: datetime) -> None:
    """Stop what waits to be told of an admission: it stands elsewhere now."""
    waiting = (Message.case_id == admission.case_id, Message.state.in_(TO_SEND))
    its = Message.cause.startswith(_cause(admission), autoescape=True)
    for one in session.scalars(select(Message).where(*waiting, its).order_by(Message.id)):
        one.halt("overtaken", now)


def letters_of(session: Session, viewer: Viewer, admission: Admission) -> Sequence[Message]:
    """List what was made to be told of an admission that the viewer may see, the latest first."""
    made = select(Message).where(
        Message.case_id == admission.case_id,
        Message.cause.startswith(_cause(admission), autoescape=True),
        visible_messages(viewer),
    )
    return session.scalars(made.order_by(Message.made_at.desc(), Message.id.desc())).all()


def _tell(
    session: Session,
    admission: Admission,
    kind: MessageKind,
    said: Mapping[str, str],
    *,
    now: datetime,
) -> None:
    turn = {"admission": str(admission.id), "turn": admission.turn}
    make_for_person(
        session,
        admission.case,
        kind,
        cause=f"{_cause(admission)}{admission.turn}",
        facts={**said, **turn},
        due_at=now,
        until_at=now + WORTH_FOR,
        now=now,
    )


def _cause(admission: Admission) -> str:
    return f"place:{admission.id.hex}:"
