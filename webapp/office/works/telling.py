"""What the maintenance system is told by itself: turn by turn, stopped, told again, paused."""

import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.models.accounts import Organisation
from visits.models.exchanges import OrderTold
from visits.sight.homes import landlords_run
from visits.works.telling import (
    find_told,
    go_on,
    landlord_told,
    list_told,
    pause,
    pause_of,
    stop_told,
    tell_again,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.outside import MaintenanceSystem
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted_latest_first
from webapp.words import word

telling = Blueprint("telling", __name__, url_prefix="/maintenance-system/told")

Change = Callable[[Session, OrderTold], None]


def system_told() -> MaintenanceSystem | None:
    """Give the system that is told by itself, where its address is set."""
    found: MaintenanceSystem | None = current_app.extensions["palier"].settings.maintenance
    return found


def host_told() -> str:
    """Name where orders are told, without the way there: it may hold a secret."""
    system = system_told()
    return urlsplit(system.url).hostname or "" if system is not None else ""


def _landlord(session: Session) -> Organisation:
    """Give the landlord whose orders are told, for who runs its stock. Raises NotFound."""
    system = system_told()
    found = landlord_told(session, system.landlord) if system is not None else None
    if found is None or found not in landlords_run(session, viewer()):
        raise NotFound("telling_not_set")
    return found


@telling.get("/")
@requires(Action.GIVE_WORKS)
def index() -> ResponseReturnValue:
    """List what was told, what waits and what did not go out."""
    return _index()


@telling.get("/told.csv")
@requires(Action.GIVE_WORKS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted as the page is."""
    with showing("orders_told") as (session, shown):
        asked, state = whole(wanted_latest_first("made")), request.args.get("state", "")
        listed = list_told(session, viewer(), state=state, wanted=asked)
        shown.update(one.order.person_id for one in listed.rows)
        head = (
            _("Order"),
            pgettext("of a turn", "Made"),
            _("State"),
            _("Why"),
            _("Tries"),
            _("Their reference"),
        )
        rows = [
            (
                one.order.reference, one.made_at.isoformat(), word("order_told", one.state),
                word("order_told_why", one.why) if one.why else "", one.attempts, one.theirs or "",
            )
            for one in listed.rows
        ]  # fmt: skip
        return list_file("envois-gmao.csv", [head, *rows], of=listed)


@telling.post("/<uuid:told_id>/stop")
@requires(Action.GIVE_WORKS)
def stop(told_id: uuid.UUID) -> ResponseReturnValue:
    """Stop a turn that has not gone out."""

    def change(session: Session, told: OrderTold) -> None:
        stop_told(told, viewer=viewer(), now=now())
        flash(_("This is not told: it can wait again."), "success")

    return _changed(told_id, change)


@telling.post("/<uuid:told_id>/again")
@requires(Action.GIVE_WORKS)
def again(told_id: uuid.UUID) -> ResponseReturnValue:
    """Let a turn wait again."""

    def change(session: Session, told: OrderTold) -> None:
        tell_again(told, now=now())
        flash(_("It waits again, and goes out within minutes."), "success")

    return _changed(told_id, change)


@telling.post("/pause")
@requires(Action.GIVE_WORKS)
def hold() -> ResponseReturnValue:
    """Tell nothing until further notice, or go on."""
    try:
        with transaction() as session:
            landlord = _landlord(session)
            if request.form.get("what") == "on":
                go_on(session, landlord.id, viewer=viewer(), now=now())
                said = _("What waits goes out within minutes.")
            else:
                pause(session, landlord.id, viewer=viewer(), now=now())
                said = _("Nothing is told until you let it go on.")
    except Conflict as refused:
        return _index(sentence(refused.code)), 409
    flash(said, "success")
    return redirect(url_for(".index"))


def _changed(told_id: uuid.UUID, change: Change) -> ResponseReturnValue:
    try:
        with transaction() as session:
            change(session, find_told(session, viewer(), told_id))
    except Conflict as refused:
        return _index(sentence(refused.code)), 409
    return redirect(url_for(".index"))


def _index(error: str = "") -> str:
    stands_at("telling.index")
    state = request.args.get("state", "")
    with showing("orders_told") as (session, shown):
        listed = list_told(session, viewer(), state=state, wanted=wanted_latest_first("made"))
        shown.update(one.order.person_id for one in listed.rows)
        try:
            landlord = _landlord(session)
        except NotFound:
            landlord = None
        return render_template(
            "maintenance/told.html",
            listed=listed,
            state=state,
            host=host_told() if landlord is not None else "",
            paused=pause_of(session, landlord.id) if landlord is not None else None,
            moment_now=now(),
            error=error,
        )
