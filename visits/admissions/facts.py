"""What is noted on the way to a place: the interview, papers, what is handed over at the entry."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.admissions.path import rules_for
from visits.admissions.requests import WORDS_LENGTH, log, refuse_person
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.admissions import AT_ENTRY, Admission, AdmissionFact, AdmissionStep, FactKind
from visits.programmes.shape import AdmissionRules
from visits.sight import Viewer
from visits.sight.withdrawing import withdraw


@dataclass(frozen=True)
class FactSaid:
    """What happened on a day; `code` names a paper of the programme."""

    kind: str
    happened_on: date | None
    code: str = ""
    said: str = ""


def note_fact(
    session: Session, admission: Admission, said: FactSaid, *, viewer: Viewer, now: datetime
) -> AdmissionFact:
    """Note what happened on the way to a place; while she stays, a paper nobody waits for.

    Raises Invalid by field; Conflict when it is noted already, nothing is under way, or what is
    handed over at an entry has no place as yet.
    """
    paper = said.code if said.kind == FactKind.DOCUMENT else None
    if not admission.is_open and paper not in papers_while_staying(session, admission):
        raise Conflict("admission_is_over")
    refuse_person(admission.case, today_in_paris(now))
    fields = _wrong(admission, said, rules_for(session, admission), today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.happened_on is not None
    kind = FactKind(said.kind)
    if kind in AT_ENTRY and admission.step is not AdmissionStep.ENTRY:
        raise Conflict("admission_no_entry_yet")
    code = said.code if kind is FactKind.DOCUMENT else None
    if kind is not FactKind.INTERVIEW and any(
        (one.kind, one.code) == (kind, code) for one in standing_facts(session, admission)
    ):
        raise Conflict("admission_noted_already")
    fact = AdmissionFact(
        id=new_id(),
        admission_id=admission.id,
        kind=kind,
        code=code,
        happened_on=said.happened_on,
        said=said.said.strip() or None,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(fact)
    session.flush()
    log(session, admission, "admission_noted", viewer=viewer, now=now)
    return fact


def withdraw_fact(
    session: Session,
    admission: Admission,
    fact_id: uuid.UUID,
    *,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw what was noted by mistake; it stays, with why.

    Raises Invalid without a reason, NotFound, Conflict once she has entered with it: while she
    stays, only a paper nobody waits for may go.
    """
    fact = session.get(AdmissionFact, fact_id)
    if fact is None or fact.admission_id != admission.id:
        raise NotFound("admission_fact_not_found")
    entered = admission.step is AdmissionStep.ENTERED
    if entered and fact.code not in papers_while_staying(session, admission):
        raise Conflict("admission_is_over")
    withdraw(fact, why=why, viewer=viewer, now=now)
    session.flush()
    log(session, admission, "admission_fact_withdrawn", viewer=viewer, now=now)


def papers_while_staying(session: Session, admission: Admission) -> set[str]:
    """Give the codes of the papers that come and go while somebody stays: nobody waits for them."""
    if admission.stay is None or not admission.stay.is_standing:
        return set()
    papers = rules_for(session, admission).documents
    return {one.code for one in papers if one.optional and not one.medical}


def facts_of(session: Session, admission: Admission) -> Sequence[AdmissionFact]:
    """List what was noted of an admission, the latest first, what was withdrawn among it."""
    noted = (
        select(AdmissionFact)
        .where(AdmissionFact.admission_id == admission.id)
        .options(joinedload(AdmissionFact.noted_by), joinedload(AdmissionFact.withdrawn_by))
        .order_by(AdmissionFact.happened_on.desc(), AdmissionFact.noted_at.desc(), AdmissionFact.id)
    )
    return session.scalars(noted).all()


def standing_facts(session: Session, admission: Admission) -> list[AdmissionFact]:
    """List what counts: what was signed and handed over for an offer before counts no more."""
    offer = admission.offers[-1] if admission.offers else None
    return [
        one
        for one in facts_of(session, admission)
        if one.withdrawn_at is None
        and (one.kind not in AT_ENTRY or (offer is not None and one.noted_at >= offer.offered_at))
    ]


def _wrong(
    admission: Admission, said: FactSaid, rules: AdmissionRules, today: date
) -> dict[str, str]:
    fields = {}
    if said.kind not in tuple(FactKind):
        fields["kind"] = "bad_choice" if said.kind else "required"
    elif said.kind == FactKind.DOCUMENT and said.code not in {one.code for one in rules.documents}:
        fields["code"] = "bad_choice" if said.code else "required"
    elif said.kind == FactKind.DOCUMENT and said.code in {
        one.code for one in rules.documents if one.medical
    }:
        fields["code"] = "admission_medical_elsewhere"
    elif said.kind == FactKind.INTERVIEW and not said.said.strip():
        fields["said"] = "required"
    if said.happened_on is None:
        fields["happened_on"] = "required"
    elif said.happened_on > today:
        fields["happened_on"] = "must_not_be_future"
    elif said.happened_on < admission.asked_on:
        fields["happened_on"] = "admission_before_asked"
    if len(said.said.strip()) > WORDS_LENGTH:
        fields["said"] = "too_long"
    return fields
