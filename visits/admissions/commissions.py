"""Commissions on who is given a place: called, who is there, an agenda, minutes."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.adaptations.commissions import (
    ORDER,
    call_commission,
    close_with,
    commissions_of,
    find_one_of,
    open_again,
    refuse_closed,
)
from visits.admissions.requests import log, programmes_with_places
from visits.ground.db import new_id
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.admissions import Admission, AdmissionDecision, AdmissionItem, AdmissionStep
from visits.models.cases import Case
from visits.models.commissions import Commission
from visits.programmes.shape import COMMISSION
from visits.sight import Viewer
from visits.sight.admissions import of_case, visible_admissions
from visits.sight.listing import Listed, Wanted, page_of

PRESENT_LENGTH = 300


def list_commissions(session: Session, viewer: Viewer, *, wanted: Wanted) -> Listed[Commission]:
    """List the commissions of the viewer's organisation that decide on places."""
    return page_of(session, _hers(viewer), wanted=wanted, order=ORDER, tie=Commission.id)


def programmes_deciding(session: Session) -> Collection[str]:
    """List the codes of the programmes in which a commission decides."""
    return [code for code, who in programmes_with_places(session).items() if who == COMMISSION]


def call_for(
    session: Session, programme: str, held_on: date | None, *, viewer: Viewer, now: datetime
) -> Commission:
    """Call a commission on the places of a programme. Raises Invalid by field."""
    if programme not in programmes_deciding(session):
        raise Invalid({"programme": "bad_choice" if programme else "required"})
    return call_commission(session, held_on, programme=programme, viewer=viewer, now=now)


def find_commission(
    session: Session, viewer: Viewer, commission_id: uuid.UUID, *, to_change: bool = False
) -> Commission:
    """Find a commission on places of the viewer's organisation; `to_change` waits.

    Raises NotFound.
    """
    return find_one_of(session, _hers(viewer), commission_id, to_change=to_change)


def _hers(viewer: Viewer) -> Select[Commission]:
    return commissions_of(viewer).where(Commission.programme.is_not(None))


def note_present(commission: Commission, present: str) -> None:
    """Note who is there. Raises Invalid when nobody is, Conflict once the minutes are closed."""
    refuse_closed(commission)
    present = present.strip()
    if not present or len(present) > PRESENT_LENGTH:
        raise Invalid({"present": "too_long" if present else "required"})
    commission.present = present


def agenda_of(session: Session, viewer: Viewer, commission: Commission) -> Sequence[AdmissionItem]:
    """List what is on an agenda, of admissions the viewer may see."""
    decided = joinedload(AdmissionItem.decision).joinedload(AdmissionDecision.move)
    items = (
        select(AdmissionItem)
        .join(AdmissionItem.admission)
        .join(Admission.case)
        .join(Case.person)
        .where(AdmissionItem.commission_id == commission.id, AdmissionItem.taken_off_at.is_(None))
        .where(visible_admissions(viewer))
        .options(
            contains_eager(AdmissionItem.admission)
            .contains_eager(Admission.case)
            .contains_eager(Case.person),
            decided,
        )
        .order_by(AdmissionItem.id)
    )
    return session.scalars(items).all()


def waiting_for_one(
    session: Session, viewer: Viewer, programme: str | None = None
) -> Sequence[Admission]:
    """List who waits to be decided on by a commission and is on no open agenda, due first first."""
    deciding = [programme] if programme else programmes_deciding(session)
    waiting = (
        of_case()
        .where(visible_admissions(viewer), Admission.step == AdmissionStep.DECISION)
        .where(Case.programme.in_(deciding), Case.closed_on.is_(None))
        .where(Admission.id.not_in(_on_open_agendas()))
        .options(contains_eager(Admission.case).contains_eager(Case.person))
        .order_by(Admission.due_on, Admission.id)
    )
    return session.scalars(waiting).all()


def _on_open_agendas() -> Select[uuid.UUID]:
    return (
        select(AdmissionItem.admission_id)
        .join(AdmissionItem.commission)
        .where(Commission.closed_at.is_(None), AdmissionItem.taken_off_at.is_(None))
    )


def put_on_agenda(
    session: Session,
    commission: Commission,
    admission: Admission,
    *,
    viewer: Viewer,
    now: datetime,
) -> AdmissionItem:
    """Put somebody on an agenda. Raises Conflict unless she waits to be decided on, there alone."""
    refuse_closed(commission)
    if admission.step is not AdmissionStep.DECISION:
        raise Conflict("admission_not_to_decide")
    if admission.case.programme != commission.programme:
        raise Conflict("admission_other_programme")
    if admission.id in session.scalars(_on_open_agendas()).all():
        raise Conflict("admission_on_an_agenda")
    item = AdmissionItem(
        id=new_id(),
        commission_id=commission.id,
        admission_id=admission.id,
        put_at=now,
        put_by_id=viewer.user_id,
    )
    session.add(item)
    session.flush()
    log(session, admission, "admission_on_agenda", viewer=viewer, now=now)
    return item


def take_off_agenda(
    session: Session,
    commission: Commission,
    item_id: uuid.UUID,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take somebody off an agenda; raises NotFound, Conflict for who was decided on."""
    refuse_closed(commission)
    for item in agenda_of(session, viewer, commission):
        if item.id == item_id:
            if item.decided:
                raise Conflict("admission_decided_already")
            item.taken_off_at, item.taken_off_by_id = now, viewer.user_id
            session.flush()
            log(session, item.admission, "admission_off_agenda", viewer=viewer, now=now)
            return
    raise NotFound("admission_not_on_agenda")


def agenda_item_of(session: Session, admission: Admission) -> AdmissionItem | None:
    """Give where somebody stands on the agenda of a commission that is open."""
    standing = (
        select(AdmissionItem)
        .join(AdmissionItem.commission)
        .where(AdmissionItem.admission_id == admission.id, AdmissionItem.taken_off_at.is_(None))
        .where(Commission.closed_at.is_(None))
        .options(contains_eager(AdmissionItem.commission))
        .order_by(AdmissionItem.id)
    )
    return session.scalars(standing).first()


def close_minutes(
    session: Session,
    commission: Commission,
    note: str,
    *,
    cancel: bool = False,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Close the minutes of a commission on places; see `close_with`."""
    here = select(AdmissionItem).where(
        AdmissionItem.commission_id == commission.id, AdmissionItem.taken_off_at.is_(None)
    )
    decided = any(one.decided for one in session.scalars(here.order_by(AdmissionItem.id)))
    close_with(session, commission, note, decided=decided, cancel=cancel, viewer=viewer, now=now)


def open_minutes_again(session: Session, commission: Commission) -> None:
    """Open minutes again that were closed too soon; raises Conflict when they are open.

    Who was put on another agenda meanwhile stays there and leaves this one.
    """
    if commission.is_open:
        raise Conflict("minutes_are_open")
    elsewhere = set(session.scalars(_on_open_agendas()))
    here = select(AdmissionItem).where(AdmissionItem.commission_id == commission.id)
    for item in session.scalars(here.order_by(AdmissionItem.id)):
        if item.admission_id in elsewhere and item.taken_off_at is None and not item.decided:
            item.taken_off_at, item.taken_off_by_id = commission.closed_at, commission.closed_by_id
    open_again(commission)
    session.flush()
