"""Two who live together part, noted on the page of either."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.life.endings import Told
from visits.life.separations import Parting, record_separation
from visits.models.life import HowTold
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.sight import find_person
from visits.sight.homes import find_home_called
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.people.life_events import is_seen, must_be_sure, typed_day_of
from webapp.office.people.people import REFERENCE_LENGTH, refused_on_page

separations = Blueprint("separations", __name__, url_prefix="/people")


@separations.post("/<uuid:person_id>/separation")
@requires(Action.EDIT_PERSONS)
def separate(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a person and somebody who lives with her part."""
    try:
        must_be_sure()
        with transaction() as session:
            parting = _typed_parting(session, person_id)
            told = Told(HowTold.PAGE, viewer().user_id, now())
            record_separation(session, parting, told=told)
            session.flush()
            seen = is_seen(session, person_id)
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    flash(_("Noted: they live together no more. It stands on the pages of both."), "success")
    if not seen:
        return redirect(url_for("people.index"))
    return redirect(url_for("people.show", person_id=person_id, _anchor="life"))


def _typed_parting(session: Session, person_id: uuid.UUID) -> Parting:
    typed = request.form
    other_id = typed.get("partner", type=uuid.UUID)
    if other_id is None:
        raise Invalid({"partner": "required"})
    if typed.get("leaves") not in ("this", "partner"):
        raise Invalid({"leaves": "required"})
    leaver_id = person_id if typed["leaves"] == "this" else other_id
    along = set(typed.getlist("along", type=uuid.UUID)) - {person_id, other_id}
    # All are held in one order, so that two who note the same wait for each other.
    held: dict[uuid.UUID, Person] = {
        one: find_person(session, viewer(), one, to_change=True)
        for one in sorted({person_id, other_id, *along})
    }
    return Parting(
        leaves=held[leaver_id],
        stays=held[other_id if leaver_id == person_id else person_id],
        on=typed_day_of("on"),
        role=typed.get("new_role", ""),
        along=[held[one] for one in sorted(along)],
        home=typed.get("home", type=uuid.UUID),
        to=_typed_home(session),
        joins=typed.get("joins") == "yes",
        where_to=typed.get("where_to", ""),
    )


def _typed_home(session: Session) -> Dwelling | None:
    reference = request.form.get("new_home", "").strip()[:REFERENCE_LENGTH]
    if not reference:
        return None
    try:
        return find_home_called(session, viewer(), reference)
    except NotFound:
        raise Invalid({"home_reference": "home_not_found"}) from None
