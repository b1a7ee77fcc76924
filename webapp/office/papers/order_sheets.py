"""The sheet of a work order: to take along, with a code that leads back to its page."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.models.people import AlertCode
from visits.models.works import WorkOrder
from visits.works.at_the_door import measures_for
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, requires, viewer
from webapp.documents.codes import square_of
from webapp.frame.languages import day, moment, pick
from webapp.office.frame.access import showing
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.saying import Wording, floor_of, frame_of, headed
from webapp.words import telephone, word

order_sheets = Blueprint("order_sheets", __name__, url_prefix="/work-orders")


@order_sheets.get("/<uuid:order_id>/sheet.pdf")
@requires(Action.SEE_WORKS)
def paper(order_id: uuid.UUID) -> ResponseReturnValue:
    """Give the sheet of an order as a PDF: what its page tells whoever does it, no answers."""
    with showing("work_order_sheet") as (session, shown):
        order = find_work_order(session, viewer(), order_id)
        shown.add(order.person_id)
        address = url_for("work_orders.show", order_id=order.id, _external=True)
        with force_locale(typed_language()):
            said = sheet_of(session, order, address)
    return sent_paper("work_order", said)


def sheet_of(
    session: Session, order: WorkOrder, address: str, wording: Wording | None = None
) -> dict[str, Any]:
    """Say what the sheet of an order tells, in the language of the moment."""
    residence, measures = order.stands_in, measures_for(session, order)
    title = _("Work order %(reference)s", reference=order.reference)
    lines = (_("Done on"), _("What was done, parts"), _("Time spent there"), _("Signatures"))
    around = frame_of(title, "Palier")
    if residence is not None:
        around = headed(session, title, residence.landlord, ends="order", said=wording)
    return around | {
        "tone": f"severity-{order.severity}",
        "severity": word("severity", order.severity),
        "state": word("work_order", order.state),
        "what": pick(order.label).replace("**", ""),
        "qr": square_of(address),
        "qr_said": _("Code that opens the page of this order: %(address)s", address=address),
        "address": _("The page of this order: %(address)s", address=address),
        "parts": [
            {"icon": "house-heart", "title": _("Where"), "facts": list(_where(order, measures))},
            {"icon": "calendar-check", "title": _("Trade and dates"), "facts": list(_when(order))},
        ],
        "hand": {"title": _("To fill in on the spot"), "lines": [str(one) for one in lines]},
    }


def _where(order: WorkOrder, measures: Sequence[AlertCode]) -> Iterator[tuple[str, str]]:
    home, residence = order.dwelling, order.stands_in
    if residence is None:
        yield _("Dwelling"), _("Home unknown")
    else:
        yield _("Address"), residence.line
    if home is not None:
        yield _("Dwelling"), home.reference
        door = [_("door %(door)s", door=home.door)] if home.door else []
        yield _("Floor"), " · ".join([floor_of(home), *door])
    elif residence is not None:
        yield _("Residence"), _("common parts")
    if order.place is not None:
        yield _("Where exactly"), word("place", order.place)
    if order.person is not None:
        yield _("Tenant"), order.person.name
        if order.person.phone:
            yield _("Phone"), telephone(order.person.phone)
    if order.access:
        yield _("How to get in, and when somebody is there"), order.access
    if measures:
        yield _("To mind at the door"), ", ".join(word("alert", one) for one in measures)


def _when(order: WorkOrder) -> Iterator[tuple[str, str]]:
    yield _("Trade"), word("trade", order.trade)
    yield _("Opened"), moment(order.opened_at)
    yield _("Due"), moment(order.due_at)
    if order.planned_on is not None and order.is_open:
        part = [word("part_of_day", order.planned_part)] if order.planned_part else []
        yield word("work_order", "planned"), " ".join([day(order.planned_on), *part])
    if order.who_does_it is not None:
        yield _("Given to"), order.who_does_it.name
