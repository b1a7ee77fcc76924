"""A place offered to who waits, what is answered, and the entry: a stay begins there."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.admissions.missing import inventory_done, missing_in
from visits.admissions.moving import (
    end_offer,
    latest_move,
    put,
    read_just_now,
    refuse_offered,
    stand_again,
    words_of_move,
)
from visits.admissions.path import rules_for, stay_in
from visits.admissions.requests import log, refuse_person
from visits.admissions.telling import tell_of_offer, tell_she_waits
from visits.cases import stages
from visits.cases.tasks import make_task, tasks_of, withdraw
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.admissions import Admission, AdmissionOffer, OfferAnswer
from visits.models.admissions import AdmissionStep as Step
from visits.models.cases import CaseState, TaskKind
from visits.models.portfolio import Dwelling
from visits.models.stays import Place, Stay
from visits.programmes.published import programme_of
from visits.sight import Viewer
from visits.sight.admissions import seen_offers
from visits.stays.free import taken_on
from visits.stays.stays import StaySaid, begin_stay, refuse_place, withdraw_stay

LEADS_TO = {
    OfferAnswer.ACCEPTED: Step.ENTRY,
    OfferAnswer.DECLINED: Step.WAITING,
    OfferAnswer.NO_ANSWER: Step.WAITING,
    OfferAnswer.WITHDRAWN: Step.WAITING,
}
# What may still become of a place that was accepted.
FALLS_THROUGH = (OfferAnswer.DECLINED, OfferAnswer.WITHDRAWN)
NOT_AGREED = (CaseState.TO_CALL, CaseState.CALL_BACK, CaseState.UNREACHABLE)
NO_ENTRY = "no_entry"


def offer_place(
    session: Session,
    admission: Admission,
    place: Place,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> AdmissionOffer:
    """Offer a place to who waits for one; nobody else is offered it meanwhile.

    Raises Conflict when she does not wait, somebody has the place or is offered it, it does not fit
    her or is let otherwise than her programme says; NotFound for one of another landlord.
    """
    read_just_now(admission, turn)
    if admission.step is not Step.WAITING:
        raise Conflict("admission_does_not_wait")
    today = today_in_paris(now)
    refuse_person(admission.case, today)
    refuse_place(session, place, admission.person, on=today, now=now)
    if stay_in(rules_for(session, admission), place.contract) is None:
        raise Conflict("admission_other_contract")
    refuse_offered(session, place.id, now=now)
    if session.scalar(select(Place.id).where(Place.id == place.id, taken_on(today))):
        raise Conflict("place_is_taken")
    offer = AdmissionOffer(id=new_id(), place=place, offered_at=now, offered_by_id=viewer.user_id)
    admission.offers.append(offer)
    put(session, admission, Step.OFFERED, said="", viewer=viewer, now=now)
    tell_of_offer(session, admission, offer, now=now)
    return offer


def answers_to(admission: Admission) -> Sequence[OfferAnswer]:
    """List what may be noted of the place that is on offer."""
    if admission.step is Step.ENTRY:
        return FALLS_THROUGH
    return tuple(OfferAnswer) if admission.step is Step.OFFERED else ()


def answer_offer(
    session: Session,
    admission: Admission,
    answer: str,
    *,
    said: str = "",
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note what became of an offer: the entry is prepared, or she waits on where she stood.

    What is not accepted says why. Raises Conflict, Invalid by field.
    """
    read_just_now(admission, turn)
    offer, allowed = admission.offer, answers_to(admission)
    if offer is None or not allowed:
        raise Conflict("admission_nothing_offered")
    accepted = answer == OfferAnswer.ACCEPTED
    fields = words_of_move(said, needed=not accepted)
    if answer not in allowed:
        fields["answer"] = "bad_choice" if answer else "required"
    if fields:
        raise Invalid(fields)
    refuse_person(admission.case, today_in_paris(now))
    became = OfferAnswer(answer)
    put(session, admission, LEADS_TO[became], said=said, viewer=viewer, now=now)
    if accepted:
        offer.answer, offer.answered_on = became, today_in_paris(now)
        if admission.case.state in NOT_AGREED:
            # Who accepts a place agrees to whoever looks at it with her.
            stages.move(admission.case, CaseState.AGREED)
    else:
        end_offer(offer, became, now=now)
        tell_she_waits(session, admission, now=now)
    _settle_inventory(session, admission, viewer=viewer, now=now)


def let_in(
    session: Session,
    admission: Admission,
    from_on: date | None,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> Stay:
    """Let somebody into the place she accepted: her stay begins.

    Raises Invalid for what is missing, by field, and what a stay that is begun does.
    """
    read_just_now(admission, turn)
    offer = admission.offer
    if admission.step is not Step.ENTRY or offer is None:
        raise Conflict("admission_no_entry_yet")
    today = today_in_paris(now)
    fields = missing_in(session, admission, today=today)
    if from_on is not None and from_on > today:
        fields["from_on"] = "must_not_be_future"
    if fields:
        raise Invalid(fields)
    rules = rules_for(session, admission)
    kind = stay_in(rules, offer.place.contract) or rules.stay
    said = StaySaid(kind, from_on, admission.case_id)
    stay = begin_stay(session, offer.place, admission.person, said, viewer=viewer, now=now)
    put(session, admission, Step.ENTERED, said="", viewer=viewer, now=now)
    admission.stay_id, offer.ended_at = stay.id, now
    session.flush()
    return stay


def take_back(
    session: Session, admission: Admission, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Take the last step back: an admission stands as before it, and what it did falls.

    What was decided counts no more, an offer is open again or withdrawn, the stay of an entry is
    withdrawn. Raises Conflict when there is nothing to take back or somebody has the place.
    """
    read_just_now(admission, turn)
    move = latest_move(admission)
    if move is None:
        raise Conflict("admission_nothing_to_take_back")
    if admission.case.person.died_on is not None:
        raise Conflict("admission_of_who_died")
    stay = admission.stay if move.step is Step.ENTERED else None
    if stay is not None:
        if not stay.is_standing:
            raise Conflict("admission_stay_is_over")
        withdraw_stay(session, stay, NO_ENTRY, turn=stay.turn, viewer=viewer, now=now)
        admission.stay_id = None
    stand_again(session, admission, move, now=now)
    stood = CaseState(move.stood["case"])
    if move.step is Step.ENTRY and admission.case.state is CaseState.AGREED:
        stages.move(admission.case, stood)
    move.taken_back_by_id = viewer.user_id
    _settle_inventory(session, admission, viewer=viewer, now=now)
    log(session, admission, "admission_taken_back", viewer=viewer, now=now)


def offers_of(session: Session, viewer: Viewer, admission: Admission) -> Sequence[AdmissionOffer]:
    """List the offers of an admission that the viewer sees, the latest first."""
    place = contains_eager(AdmissionOffer.place).contains_eager(Place.dwelling)
    offers = seen_offers(viewer, admission).options(place.contains_eager(Dwelling.residence))
    latest = offers.order_by(AdmissionOffer.offered_at.desc(), AdmissionOffer.id.desc())
    return session.scalars(latest).all()


def _settle_inventory(
    session: Session, admission: Admission, *, viewer: Viewer, now: datetime
) -> None:
    """Let the visit that looks at a place be due while an entry is prepared, and not else."""
    programme, kind = programme_of(session, admission.case), rules_for(session, admission).inventory
    if programme is None or kind is None or not admission.case.is_open:
        return
    due = [
        one
        for one in tasks_of(session, admission.case_id)
        if one.is_open and one.cadence is None and one.visit_kind == kind
    ]
    if admission.step is not Step.ENTRY:
        for one in due:
            withdraw(one, why=NO_ENTRY, by=viewer.user_id, now=now)
    elif not due and not inventory_done(session, admission):
        today = today_in_paris(now)
        make_task(
            session, admission.case, TaskKind.VISIT, what=programme.visit_kind(kind).name["fr"],
            due_on=max(admission.due_on or today, today), visit_kind=kind,
            viewer=viewer, now=now,
        )  # fmt: skip
    session.flush()
