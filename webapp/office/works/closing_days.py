"""The days on which a landlord is closed: listed, noted, withdrawn."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.sight.homes import landlords_run
from visits.works.closing_days import (
    WHY_LENGTH,
    close_after_all,
    list_closing_days,
    note_closing_day,
    withdraw_closing_day,
)
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.listing import pairs
from webapp.office.works.typed import day_in

closing_days = Blueprint("closing_days", __name__, url_prefix="/closing-days")


@closing_days.get("/")
@requires(Action.OPEN_WORKS)
def index() -> ResponseReturnValue:
    """List the days to come on which the landlord is closed."""
    return _page()


@closing_days.post("/")
@requires(Action.GIVE_WORKS)
def note() -> ResponseReturnValue:
    """Note a day on which the landlord is closed."""
    try:
        with transaction() as session:
            landlord, day = _typed_landlord(), day_in("day")
            why = request.form.get("why", "")
            note_closing_day(session, landlord, day, why, viewer=viewer(), now=now())
    except Invalid as refused:
        return _page({name: sentence(code) for name, code in refused.fields.items()}), 422
    except Conflict as refused:
        return _page({"day": sentence(refused.code)}), 409
    flash(_("It is noted: that day is no working day."), "success")
    return redirect(url_for(".index"))


@closing_days.post("/<uuid:closing_id>/withdrawal")
@requires(Action.GIVE_WORKS)
def withdraw(closing_id: uuid.UUID) -> ResponseReturnValue:
    """Let a day be worked again, or not after all."""
    back = request.form.get("do") == "back"
    change = close_after_all if back else withdraw_closing_day
    with transaction() as session:
        change(session, closing_id, viewer=viewer(), now=now())
    said = _("It is noted: that day is no working day.")
    flash(said if back else _("It is withdrawn: that day is worked."), "success")
    return redirect(url_for(".index"))


def _typed_landlord() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form.get("landlord", ""))
    except ValueError:
        return None


def _page(errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        return render_template(
            "work_orders/closing_days.html",
            days=list_closing_days(session, viewer(), since=today_in_paris(now())),
            withdrawn=list_closing_days(
                session, viewer(), since=today_in_paris(now()), withdrawn=True
            ),
            landlords=pairs(landlords_run(session, viewer()), "id", "name"),
            may_note=may(Action.GIVE_WORKS),
            why_length=WHY_LENGTH,
            typed=request.form,
            errors=errors or {},
        )
