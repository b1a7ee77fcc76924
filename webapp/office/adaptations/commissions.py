"""Commissions: called for a day, their agenda, decisions one by one, minutes to print."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.adaptations.asking import asked_by, is_followed, may_ask
from visits.adaptations.commissions import (
    NOTE_LENGTH,
    agenda_of,
    as_minuted,
    call_commission,
    close_minutes,
    find_commission,
    list_commissions,
    open_minutes_again,
    put_on_agenda,
    take_off_agenda,
    waiting_for_one,
)
from visits.adaptations.files import find_file, label_of
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.models.commissions import Commission
from visits.models.people import Person
from visits.people.people import with_homes
from visits.sight import Viewer
from visits.sight.listing import Listed, Wanted
from visits.sight.search import search_people
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import wanted_latest_first
from webapp.office.frame.moments import age, remark_day, typed_day

MOST_FOUND, LONGEST_SEARCH = 10, 100
commissions = Blueprint("commissions", __name__, url_prefix="/adaptations/commissions")


@commissions.get("/")
@requires(Action.FOLLOW_ADAPTATIONS)
def index() -> ResponseReturnValue:
    """List commissions, the latest first, and what waits for one."""
    return _list()


@commissions.post("/")
@requires(Action.DECIDE_ADAPTATIONS)
def call() -> ResponseReturnValue:
    """Call a commission for a day."""
    try:
        held_on = typed_day(request.form["held_on"]) if request.form.get("held_on") else None
        with transaction() as session:
            commission = call_commission(session, held_on, viewer=viewer(), now=now())
    except ValueError:
        return _list(Invalid({"held_on": "bad_date"})), 422
    except Invalid as refused:
        return _list(refused), 422
    flash(_("The commission is called: put adaptations on its agenda."), "success")
    remark_day(commission.held_on)
    return redirect(url_for(".show", commission_id=commission.id))


@commissions.get("/<uuid:commission_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def show(commission_id: uuid.UUID) -> ResponseReturnValue:
    """Show the agenda of a commission, and what was decided."""
    return _page(commission_id)


@commissions.post("/<uuid:commission_id>/agenda")
@requires(Action.DECIDE_ADAPTATIONS)
def put(commission_id: uuid.UUID) -> ResponseReturnValue:
    """Put adaptations on the agenda."""

    def change(session: Session, commission: Commission) -> None:
        ticked = request.form.getlist("adaptation")
        if not ticked:
            raise Invalid({"adaptation": "required"})
        for text in ticked:
            try:
                chosen = uuid.UUID(text)
            except ValueError:
                raise Invalid({"adaptation": "bad_choice"}) from None
            file = find_file(session, viewer(), chosen, to_change=True)
            put_on_agenda(session, commission, file, viewer=viewer(), now=now())

    return _change(commission_id, change)


@commissions.post("/<uuid:commission_id>/agenda/<uuid:item_id>/off")
@requires(Action.DECIDE_ADAPTATIONS)
def take_off(commission_id: uuid.UUID, item_id: uuid.UUID) -> ResponseReturnValue:
    """Take an adaptation off the agenda."""
    return _change(
        commission_id,
        lambda session, commission: take_off_agenda(
            session, commission, item_id, viewer=viewer(), now=now()
        ),
    )


@commissions.post("/<uuid:commission_id>/minutes")
@requires(Action.DECIDE_ADAPTATIONS)
def close(commission_id: uuid.UUID) -> ResponseReturnValue:
    """Close the minutes, cancel what never met, or open them again."""

    def change(session: Session, commission: Commission) -> None:
        if request.form.get("what") == "again":
            open_minutes_again(session, commission)
        else:
            note = request.form.get("note", "").replace("\r\n", "\n")
            cancel = request.form.get("what") == "cancel"
            close_minutes(session, commission, note, cancel=cancel, viewer=viewer(), now=now())

    return _change(commission_id, change)


def _change(
    commission_id: uuid.UUID, change: Callable[[Session, Commission], None]
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            change(session, find_commission(session, viewer(), commission_id, to_change=True))
    except Invalid as refused:
        return _page(commission_id, refused), 422
    flash(_("The commission is up to date."), "success")
    return redirect(url_for(".show", commission_id=commission_id))


def _list(refused: Invalid | None = None) -> str:
    with showing("commissions") as (session, shown):
        waiting = waiting_for_one(session, viewer(Action.FOLLOW_ADAPTATIONS))
        shown.update(file.person_id for file in waiting)
        return render_template(
            "commissions/index.html",
            listed=list_commissions(session, viewer(), wanted=wanted_latest_first("held")),
            waiting=[(file, label_of(file)) for file in waiting],
            day_now=today_in_paris(now()),
            typed=request.form,
            errors=_said(refused),
        )


def _page(commission_id: uuid.UUID, refused: Invalid | None = None) -> str:
    seeing = viewer(Action.FOLLOW_ADAPTATIONS)
    with showing("commission") as (session, shown):
        commission = find_commission(session, seeing, commission_id)
        items = agenda_of(session, seeing, commission)
        putting = commission.is_open and may(Action.DECIDE_ADAPTATIONS)
        waiting = waiting_for_one(session, seeing) if putting else []
        asked = asked_by(session, seeing, commission)
        asking = putting and may_ask(commission, now=now())
        found = _searched_for(session, seeing) if asking else None
        shown.update(file.person_id for file in asked)
        if found is not None:
            shown.update(person.id for person in found.rows)
        shown.update(item.file.person_id for item in items)
        shown.update(file.person_id for file in waiting)
        return render_template(
            "commissions/show.html",
            commission=commission,
            items=[(one, label_of(one.file), *as_minuted(session, one)) for one in items],
            waiting=[(file, label_of(file)) for file in waiting],
            asked=[(file, label_of(file), is_followed(session, file)) for file in asked],
            asking=asking,
            text=_text(),
            found=found,
            age=age,
            day_now=today_in_paris(now()),
            note_length=NOTE_LENGTH,
            typed=request.form,
            errors=_said(refused),
        )


def _text() -> str:
    return request.args.get("q", "")[:LONGEST_SEARCH].strip()


def _searched_for(session: Session, seeing: Viewer) -> Listed[Person]:
    """Find for whom else the commission may ask for something."""
    few = Wanted(size=MOST_FOUND)
    return search_people(session, seeing, _text(), wanted=few, options=with_homes())[0]


def _said(refused: Invalid | None) -> dict[str, str]:
    fields = refused.fields if refused else {}
    return {name: sentence(code) for name, code in fields.items()}
