"""Commissions on who is given a place: called, their members, their agenda, their minutes."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.adaptations.commissions import NOTE_LENGTH
from visits.admissions.commissions import (
    PRESENT_LENGTH,
    agenda_of,
    call_for,
    close_minutes,
    find_commission,
    list_commissions,
    note_present,
    open_minutes_again,
    programmes_deciding,
    put_on_agenda,
    take_off_agenda,
    waiting_for_one,
)
from visits.admissions.requests import find_admission
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.commissions import Commission
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.admissions.page import refusal_said, status_of
from webapp.office.frame.access import showing
from webapp.office.frame.listing import wanted_latest_first
from webapp.office.frame.moments import optional_day, remark_day
from webapp.office.frame.programmes import programme_names

commissions = Blueprint("admission_commissions", __name__, url_prefix="/admissions/commissions")


@commissions.get("/")
@requires(Action.SUPPORT)
def index() -> ResponseReturnValue:
    """List commissions, the latest first, and who waits for one."""
    return _list()


@commissions.post("/")
@requires(Action.DECIDE)
def call() -> ResponseReturnValue:
    """Call a commission on the places of a programme for a day."""
    try:
        held_on = optional_day(request.form.get("held_on", ""), field="held_on")
        programme = request.form.get("programme", "")
        with transaction() as session:
            one = call_for(session, programme, held_on, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return _list(refused), status_of(refused)
    flash(_("The commission is called: put on its agenda who waits."), "success")
    remark_day(one.held_on)
    return redirect(url_for(".show", admission_commission_id=one.id))


@commissions.get("/<uuid:admission_commission_id>")
@requires(Action.SUPPORT)
def show(admission_commission_id: uuid.UUID) -> ResponseReturnValue:
    """Show the agenda of a commission, who is there, what was decided."""
    return _page(admission_commission_id)


@commissions.post("/<uuid:admission_commission_id>/agenda")
@requires(Action.DECIDE)
def put(admission_commission_id: uuid.UUID) -> ResponseReturnValue:
    """Put people on the agenda: those that are ticked."""

    def do(session: Session, commission: Commission) -> None:
        chosen = request.form.getlist("admission")
        if not chosen:
            raise Invalid({"admission": "required"})
        for text in chosen:
            try:
                admission_id = uuid.UUID(text)
            except ValueError:
                raise Invalid({"admission": "bad_choice"}) from None
            admission = find_admission(session, viewer(), admission_id, to_change=True)
            put_on_agenda(session, commission, admission, viewer=viewer(), now=now())

    return _change(admission_commission_id, do)


@commissions.post("/<uuid:admission_commission_id>/agenda/<uuid:item_id>/off")
@requires(Action.DECIDE)
def take_off(admission_commission_id: uuid.UUID, item_id: uuid.UUID) -> ResponseReturnValue:
    """Take somebody off the agenda."""
    return _change(
        admission_commission_id,
        lambda session, commission: take_off_agenda(
            session, commission, item_id, viewer=viewer(), now=now()
        ),
    )


@commissions.post("/<uuid:admission_commission_id>/present")
@requires(Action.DECIDE)
def present(admission_commission_id: uuid.UUID) -> ResponseReturnValue:
    """Note who is there."""
    return _change(
        admission_commission_id,
        lambda _session, commission: note_present(commission, request.form.get("present", "")),
    )


@commissions.post("/<uuid:admission_commission_id>/minutes")
@requires(Action.DECIDE)
def close(admission_commission_id: uuid.UUID) -> ResponseReturnValue:
    """Close the minutes, cancel what never met, or open them again."""

    def do(session: Session, commission: Commission) -> None:
        if request.form.get("what") == "again":
            open_minutes_again(session, commission)
        else:
            note = request.form.get("note", "").replace("\r\n", "\n")
            cancel = request.form.get("what") == "cancel"
            close_minutes(session, commission, note, cancel=cancel, viewer=viewer(), now=now())

    return _change(admission_commission_id, do)


def _change(
    commission_id: uuid.UUID, do: Callable[[Session, Commission], object]
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            do(session, find_commission(session, viewer(), commission_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return _page(commission_id, refused), status_of(refused)
    flash(_("The commission is up to date."), "success")
    return redirect(url_for(".show", admission_commission_id=commission_id))


def _list(refused: Refused | None = None) -> str:
    with showing("admission_commissions") as (session, shown):
        waiting, names = waiting_for_one(session, viewer(Action.SUPPORT)), programme_names(session)
        shown.update(one.case.person_id for one in waiting)
        return render_template(
            "admissions/commissions.html",
            listed=list_commissions(session, viewer(), wanted=wanted_latest_first("held")),
            waiting=waiting,
            programmes=[(code, names[code]) for code in programmes_deciding(session)],
            programme_names=names,
            day_now=today_in_paris(now()),
            **refusal_said(refused),
        )


def _page(commission_id: uuid.UUID, refused: Refused | None = None) -> str:
    seeing = viewer(Action.SUPPORT)
    with showing("admission_commission") as (session, shown):
        commission = find_commission(session, seeing, commission_id)
        items = agenda_of(session, seeing, commission)
        putting = commission.is_open and may(Action.DECIDE)
        waiting = waiting_for_one(session, seeing, commission.programme) if putting else []
        shown.update(one.admission.case.person_id for one in items)
        shown.update(one.case.person_id for one in waiting)
        return render_template(
            "admissions/commission.html",
            commission=commission,
            items=items,
            waiting=waiting,
            programme_names=programme_names(session),
            day_now=today_in_paris(now()),
            note_length=NOTE_LENGTH,
            present_length=PRESENT_LENGTH,
            **refusal_said(refused),
        )
