"""A landlord's own words tried on real papers: on the latest of each kind that one may read."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from visits.adaptations.commissions import agenda_of, commissions_of
from visits.adaptations.deciding import latest_told
from visits.ground.errors import NotFound
from visits.intake.leaving import latest_to_report
from visits.models.commissions import Commission
from visits.models.reports import ReportReader
from visits.works.work_orders import latest_order
from webapp.access.auth import Action, may, viewer
from webapp.office.papers.commission_minutes import minutes_of
from webapp.office.papers.deciding import letter_of, of_adaptation, of_item
from webapp.office.papers.order_sheets import sheet_of
from webapp.office.papers.saying import Wording
from webapp.office.papers.telling import report_of

# Whom a paper shows, and what it says.
Tried = tuple[Iterable[uuid.UUID | None], dict[str, Any]]


@dataclass(frozen=True)
class Try:
    """A paper to try words on: the right to read it, its document, how its reading is logged."""

    right: Action
    document: str
    read_as: str
    make: Callable[[Session, uuid.UUID, Wording], Tried]


def _report(session: Session, landlord_id: uuid.UUID, said: Wording) -> Tried:
    visit = latest_to_report(session, viewer(Action.SEE_ANSWERS), landlord_id)
    if visit is None:
        raise NotFound("nothing_to_preview")
    return [visit.case.person_id], report_of(session, visit, ReportReader.HOME, wording=said)


def _letter(session: Session, landlord_id: uuid.UUID, said: Wording) -> Tried:
    decision = latest_told(session, viewer(Action.FOLLOW_ADAPTATIONS), landlord_id)
    if decision is None:
        raise NotFound("nothing_to_preview")
    told = of_adaptation(session, decision.move.file, decision)
    return [told.person.id], letter_of(session, told, decision, said)


def _order(session: Session, landlord_id: uuid.UUID, said: Wording) -> Tried:
    order = latest_order(session, viewer(Action.SEE_WORKS), landlord_id)
    if order is None:
        raise NotFound("nothing_to_preview")
    address = url_for("work_orders.show", order_id=order.id, _external=True)
    return [order.person_id], sheet_of(session, order, address, said)


def _minutes(session: Session, landlord_id: uuid.UUID, said: Wording) -> Tried:
    seeing = viewer(Action.FOLLOW_ADAPTATIONS)
    held = commissions_of(seeing).where(
        Commission.organisation_id == landlord_id,
        Commission.programme.is_(None),
        Commission.closed_at.is_not(None),
    )
    latest = held.order_by(Commission.held_on.desc(), Commission.id.desc()).limit(1)
    commission = session.scalars(latest).one_or_none()
    if commission is None:
        raise NotFound("nothing_to_preview")
    items = agenda_of(session, seeing, commission)
    told = [of_item(session, one) for one in items]
    return [one.person.id for one in told], minutes_of(session, commission, told, said)


TRIES: Mapping[str, Try] = {
    "report": Try(Action.SEE_ANSWERS, "tenant_report", "tenant_report", _report),
    "letter": Try(Action.FOLLOW_ADAPTATIONS, "decision_letter", "decision_letter", _letter),
    "order": Try(Action.SEE_WORKS, "work_order", "work_order_sheet", _order),
    "minutes": Try(Action.FOLLOW_ADAPTATIONS, "commission_minutes", "commission_minutes", _minutes),
}


def open_tries() -> list[str]:
    """List the papers that the reader may try words on."""
    return [name for name, one in TRIES.items() if may(one.right)]
