"""What goes out and comes back with an order: a link for a contractor, a proposed day, photos."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Invalid, NotFound
from visits.ground.photo_kinds import LARGEST
from visits.intake.seen import find_photo_seen
from visits.messages.by_hand import find_message, stop, take_stop_back
from visits.sight import Reach
from visits.works.interventions import find_signature, review
from visits.works.links import DAYS, LinkSaid, make_link, revoke_link
from visits.works.photos import add_photos, find_photo, withdraw_photo
from visits.works.proposals import Proposal, accept_day, decline_day
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import house, now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.signed_links import signed_address
from webapp.office.intake.visits import sent_file
from webapp.office.works.typed import day_in
from webapp.office.works.work_orders import MADE_LINK, order_page

handed = Blueprint("handed", __name__, url_prefix="/work-orders")


@handed.post("/<uuid:order_id>/link")
@requires(Action.GIVE_WORKS)
def make(order_id: uuid.UUID) -> ResponseReturnValue:
    """Make a link to an order; its address is shown this once."""
    days = {str(one): one for one in DAYS}.get(request.form.get("days", ""), 0)
    said = LinkSaid(request.form.get("contractor", ""), days)
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            secret = make_link(session, order, said, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    cookie[MADE_LINK] = [str(order_id), signed_address("order_link.show", secret)]
    return redirect(url_for("work_orders.show", order_id=order_id, _anchor="made-link"))


@handed.post("/<uuid:order_id>/link/revocation")
@requires(Action.GIVE_WORKS)
def revoke(order_id: uuid.UUID) -> ResponseReturnValue:
    """Let the link of an order open nothing any more."""
    with transaction() as session:
        order = find_work_order(session, viewer(), order_id, to_change=True)
        revoke_link(session, order, viewer=viewer(), now=now())
    return _back(order_id, _("The link is revoked: it shows nothing any more."))


@handed.post("/<uuid:order_id>/proposal")
@requires(Action.DO_WORKS)
def answer(order_id: uuid.UUID) -> ResponseReturnValue:
    """Accept the day that a contractor proposed, which plans it, or say why not."""
    typed, no = request.form, request.form.get("do") == "no"
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            shown = Proposal(day_in("proposed_on"), typed.get("proposed_part", ""))
            if no:
                why = typed.get("declined_why", "").replace("\r\n", "\n")
                decline_day(session, order, shown, why, viewer=viewer(), now=now())
            else:
                how, on = typed.get("told_how", ""), day_in("told_on")
                accept_day(
                    session, order, shown, told_how=how, told_on=on, viewer=viewer(), now=now()
                )
    except Invalid as refused:
        return order_page(order_id, refused, of="" if no else "accept"), 422
    said = _("The day is declined: the contractor reads why.") if no else _("The day is planned.")
    return _back(order_id, said)


@handed.get("/<uuid:order_id>/photos/<uuid:photo_id>")
@requires(Action.SEE_WORKS)
def photo(order_id: uuid.UUID, photo_id: uuid.UUID) -> ResponseReturnValue:
    """Send a photo of the works, without its metadata."""
    with showing("work_order_photo") as (session, shown):
        order = find_work_order(session, viewer(), order_id)
        found = find_photo(session, order, photo_id)
        shown.add(order.person_id)
    kind = found.media_type
    return sent_file(f"photo.{kind.rpartition('/')[2]}", kind, found.sha256)


@handed.get("/<uuid:order_id>/seen/<uuid:file_id>")
@requires(Action.SEE_WORKS)
def seen(order_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Send a photo that a visitor took of what an order is about, without its metadata."""
    with showing("photo") as (session, shown):
        order = find_work_order(session, viewer(), order_id)
        found = find_photo_seen(session, order, viewer(), file_id)
        shown.add(order.person_id)
    return sent_file(found.name, found.media_type, found.sha256)


@handed.get("/<uuid:order_id>/signatures/<uuid:file_id>")
@requires(Action.SEE_WORKS)
def signature(order_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Send what the tenant signed when the works were done."""
    with showing("work_order_signature") as (session, shown):
        order = find_work_order(session, viewer(), order_id)
        if viewer().reach is Reach.GIVEN:  # what tablets of our own brought is ours to read
            raise NotFound("file_not_found")
        found = find_signature(session, order, file_id)
        shown.add(order.person_id)
    return sent_file("signature.png", found.media_type, found.sha256)


@handed.post("/<uuid:order_id>/interventions/<uuid:intervention_id>")
@requires(Action.OPEN_WORKS)
def look_at(order_id: uuid.UUID, intervention_id: uuid.UUID) -> ResponseReturnValue:
    """Note that somebody looked at what a tablet told too late, or let it wait again."""
    seen = bool(request.form.get("seen"))
    with transaction() as session:
        order = find_work_order(session, viewer(), order_id, to_change=True)
        review(session, order, intervention_id, seen=seen, viewer=viewer(), now=now())
    return _back(order_id, _("It is noted.") if seen else _("It waits again to be looked at."))


@handed.post("/<uuid:order_id>/photos")
@requires(Action.DO_WORKS)
def add(order_id: uuid.UUID) -> ResponseReturnValue:
    """Add photos of the works."""
    sent = [one for one in request.files.getlist("photos") if one.filename]
    photos = [one.stream.read(LARGEST + 1) for one in sent]
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            by, store = viewer().user_id, house().store
            add_photos(session, store, order, photos, by=by, now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    return _back(order_id, _("The photos are kept."))


@handed.post("/<uuid:order_id>/photos/<uuid:photo_id>/withdrawal")
@requires(Action.GIVE_WORKS)
def withdraw(order_id: uuid.UUID, photo_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a photo: it is shown to nobody."""
    with transaction() as session:
        order = find_work_order(session, viewer(), order_id, to_change=True)
        withdraw_photo(session, order, photo_id, viewer=viewer(), now=now())
    return _back(order_id, _("The photo is withdrawn."))


@handed.post("/<uuid:order_id>/messages/<uuid:message_id>")
@requires(Action.GIVE_WORKS)
def stop_telling(order_id: uuid.UUID, message_id: uuid.UUID) -> ResponseReturnValue:
    """Stop a message of an order that has not gone out, or let it go out after all."""
    again = request.form.get("do") == "again"
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            message = find_message(session, viewer(), message_id, to_change=True)
            if message.work_order_id != order.id:
                raise NotFound("message_not_found")
            if again:
                take_stop_back(session, message, viewer=viewer(), now=now())
            else:
                why = request.form.get("stop_why", "")
                stop(session, message, why=why, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, Invalid({"stop_why": refused.fields["why"]})), 422
    return _back(
        order_id,
        _("The message goes out after all.") if again else _("This message does not go out."),
    )


def _back(order_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("work_orders.show", order_id=order_id))
