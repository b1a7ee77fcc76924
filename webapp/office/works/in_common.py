"""What several homes of a residence tell: listed, and made one order of the residence."""

import uuid
from collections import Counter
from typing import TypedDict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from diagnostics.codes import TRADES
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.works import Severity
from visits.sight.homes import find_residence
from visits.works.by_hand import DESCRIPTION_LENGTH, IN_COMMON, OrderSaid
from visits.works.in_common import (
    HOMES,
    HOMES_OF,
    WHY_LENGTH,
    gather_in_residence,
    list_in_common,
    most_alike,
    own_causes,
    propose_again,
    set_aside,
    told_in_common,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day, pick
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.words import word

in_common = Blueprint("in_common", __name__, url_prefix="/work-orders/in-common")


STANDINGS = ("proposed", "aside")


class Asked(TypedDict):
    """How the list is filtered."""

    trade: str
    aside: bool


@in_common.get("/")
@requires(Action.OPEN_WORKS)
def index() -> ResponseReturnValue:
    """List the residences of which several homes tell of a trade, the most urgent first."""
    asked = _asked()
    with showing("in_common") as (session, _shown):
        seeing = viewer(Action.SEE_WORKS)
        return render_template(
            "work_orders/in_common.html",
            listed=list_in_common(session, seeing, **asked, wanted=wanted_by("urgency")),
            **asked,
            standings=STANDINGS,
            trades=list(TRADES),
            homes=HOMES,
            for_a_lift=HOMES_OF["lift"],
        )


@in_common.get("/in-common.csv")
@requires(Action.OPEN_WORKS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    wanted = whole(wanted_by("urgency"))
    with showing("in_common") as (session, _shown):
        seeing = viewer(Action.SEE_WORKS)
        listed = list_in_common(session, seeing, **_asked(), wanted=wanted)
        heads = (_("Severity"), _("Trade"), _("Address"), _("City"), _("Homes"), _("Orders"))
        lines = [(*heads, _("Told since"), *landlord_heads())]
        lines += [
            (
                word("severity", one.severity), word("trade", one.trade),
                one.residence.address, one.residence.city,
                one.homes, one.orders, day(one.since), *landlord_cells(one.residence.landlord_id),
            )
            for one in listed.rows
        ]  # fmt: skip
    return list_file("plusieurs-logements.csv", lines, of=listed)


def _asked() -> Asked:
    return {
        "trade": request.args.get("trade", ""),
        "aside": request.args.get("standing") == "aside",
    }


@in_common.get("/<uuid:residence_id>")
@requires(Action.OPEN_WORKS)
def show(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Show what the homes of a residence tell of a trade, to make one order of it."""
    return _page(residence_id)


@in_common.post("/<uuid:residence_id>")
@requires(Action.OPEN_WORKS)
def gather(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Make one order of the residence of those that are ticked."""
    typed = request.form
    said = OrderSaid(
        trade=typed.get("trade", ""),
        severity=typed.get("severity", ""),
        place=typed.get("place", ""),
        description=typed.get("description", "").replace("\r\n", "\n"),
        came_from="staff",
    )
    chosen = {one for text in typed.getlist("orders") if (one := _number(text)) is not None}
    try:
        with transaction() as session:
            residence = find_residence(session, viewer(), residence_id)
            order = gather_in_residence(
                session, residence, said, chosen,
                viewer=viewer(), seeing=viewer(Action.SEE_WORKS), now=now(),
            )  # fmt: skip
            order_id, reference = order.id, order.reference
    except Invalid as refused:
        return _page(residence_id, refused), 422
    except Conflict as refused:
        return _page(residence_id, refused), 409
    flash(_("Work order %(reference)s goes on for all of them.", reference=reference), "success")
    return redirect(url_for("work_orders.show", order_id=order_id))


@in_common.post("/<uuid:residence_id>/aside")
@requires(Action.OPEN_WORKS)
def put_aside(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Note that each of the homes has a cause of its own: they are proposed no more."""
    trade, why = request.form.get("trade", ""), request.form.get("why", "")
    try:
        with transaction() as session:
            residence = find_residence(session, viewer(), residence_id)
            set_aside(
                session, residence, trade, why,
                viewer=viewer(), seeing=viewer(Action.SEE_WORKS), now=now(),
            )  # fmt: skip
    except Invalid as refused:
        return _page(residence_id, refused), 422
    except Conflict as refused:
        return _page(residence_id, refused), 409
    flash(_("Set aside: it is proposed again as soon as more homes tell of it."), "success")
    return redirect(url_for(".index"))


@in_common.post("/<uuid:residence_id>/again")
@requires(Action.OPEN_WORKS)
def again(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Propose again what was set aside."""
    trade = request.form.get("trade", "")
    with transaction() as session:
        residence = find_residence(session, viewer(), residence_id)
        propose_again(session, residence, trade, viewer=viewer(), now=now())
    flash(_("It is proposed again."), "success")
    return redirect(url_for(".show", residence_id=residence_id, trade=trade))


def _number(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _page(residence_id: uuid.UUID, refused: Refused | None = None) -> str:
    typed, trade = request.form, request.values.get("trade", "")
    fields = refused.fields if isinstance(refused, Invalid) else {}
    with showing("in_common") as (session, shown):
        residence = find_residence(session, viewer(), residence_id)
        orders = told_in_common(session, viewer(Action.SEE_WORKS), residence, trade)
        shown.update(one.person_id for one in orders)
        alike = most_alike(orders)
        labels = Counter(pick(one.label) for one in orders if one.id in alike).most_common(1)
        severities = [one.severity for one in orders if one.id in alike] or [Severity.P]
        ticked = typed.getlist("orders") if typed else [str(one) for one in alike]
        return render_template(
            "work_orders/gather.html",
            residence=residence,
            trade=trade,
            orders=orders,
            aside=own_causes(session, residence, trade),
            why_length=WHY_LENGTH,
            ticked=ticked,
            places=IN_COMMON,
            typed=typed,
            severity=typed.get("severity") or min(severities, key=list(Severity).index),
            description=typed.get("description") or (labels[0][0] if labels else ""),
            description_length=DESCRIPTION_LENGTH,
            errors={name: sentence(code) for name, code in fields.items()},
            said=sentence(refused.code) if isinstance(refused, Conflict) else "",
        )
