"""Residences on no map: why, to be placed by hand, or asked for again."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from werkzeug.exceptions import BadRequest

from visits.portfolio.placing import ask_again, unplaced
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import house, reading, transaction
from webapp.office.frame.listing import wanted

unplaced_page = Blueprint("unplaced", __name__, url_prefix="/homes/unplaced")


@unplaced_page.get("/")
@requires(Action.EDIT_HOMES)
def index() -> ResponseReturnValue:
    """List the residences whose place is not known."""
    with reading() as session:
        listed, answered = unplaced(session, viewer(), wanted=wanted())
        return render_template(
            "homes/unplaced.html",
            listed=listed,
            answered=answered,
            asks=house().settings.geocoder.strip().lower() != "none",
        )


@unplaced_page.post("/again")
@requires(Action.EDIT_HOMES)
def again() -> ResponseReturnValue:
    """Let addresses be asked for again at the next hour."""
    with transaction() as session:
        count = ask_again(session, viewer(), _typed_residences())
    said = ngettext(
        "%(num)d address is asked for again within the hour.",
        "%(num)d addresses are asked for again within the hour.",
        count,
    )
    flash(said, "success")
    return redirect(url_for(".index"))


def _typed_residences() -> list[uuid.UUID]:
    try:
        return [uuid.UUID(one) for one in request.form.getlist("residence")]
    except ValueError:
        raise BadRequest from None
