"""Complaints of who stays in a place: the register, one noted, taken on, answered, taken back."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.complaints import Complaint, ComplaintAbout
from visits.sight.withdrawing import WHY_LENGTH
from visits.stays.complaint_list import STATES, ComplaintFilter, answered_in_time, list_complaints
from visits.stays.complaints import (
    WORDS_LENGTH,
    ComplaintSaid,
    answer_complaint,
    find_complaint,
    hand_complaint_to,
    note_complaint,
    put_complaint_back,
    take_answer_back,
    take_complaint_on,
    who_may_own,
    withdraw_complaint,
)
from visits.stays.stays import find_stay
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.frame.moments import optional_day
from webapp.office.stays.typed import typed_turn
from webapp.words import word

complaints = Blueprint("complaints", __name__, url_prefix="/stays/complaints")


@complaints.get("/")
@requires(Action.SUPPORT)
def index() -> ResponseReturnValue:
    """List complaints, what is due first at the top, and how many were answered in time."""
    only = _only()
    with showing("complaints") as (session, shown):
        asked = wanted_by("due")
        listed = list_complaints(session, viewer(), only=only, wanted=asked, today=_today())
        shown.update(one.stay.person_id for one in listed.rows)
        return render_template(
            "complaints/index.html",
            listed=listed,
            only=only,
            answered=answered_in_time(session, viewer(), only=only, today=_today()),
            states=STATES,
            abouts=list(ComplaintAbout),
            day_now=_today(),
        )


@complaints.get("/complaints.csv")
@requires(Action.SUPPORT)
def export() -> ResponseReturnValue:
    """Give the register as a file, filtered and sorted alike; of very many the first."""
    with showing("complaints") as (session, shown):
        asked = whole(wanted_by("due"))
        listed = list_complaints(session, viewer(), only=_only(), wanted=asked, today=_today())
        shown.update(one.stay.person_id for one in listed.rows)
        return list_file("complaints.csv", _lines(listed.rows), of=listed)


@complaints.get("/of/<uuid:place_stay_id>")
@requires(Action.SUPPORT)
def new(place_stay_id: uuid.UUID) -> ResponseReturnValue:
    """Offer the form of a complaint of who stays there."""
    return _form(place_stay_id)


@complaints.post("/of/<uuid:place_stay_id>")
@requires(Action.SUPPORT)
def note(place_stay_id: uuid.UUID) -> ResponseReturnValue:
    """Note a complaint."""
    typed = request.form
    try:
        made_on = optional_day(typed.get("made_on", ""), field="made_on")
        said = ComplaintSaid(typed.get("about", ""), typed.get("words", ""), made_on)
        with transaction() as session:
            stay = find_stay(session, viewer(), place_stay_id, to_change=True)
            complaint = note_complaint(session, stay, said, viewer=viewer(), now=now())
            due_on = complaint.due_on
    except (Invalid, Conflict) as refused:
        return _form(place_stay_id, refused), _status(refused)
    flash(_("Noted: it is to be answered by %(day)s.", day=day(due_on)), "success")
    return redirect(url_for(".show", complaint_id=complaint.id))


@complaints.get("/<uuid:complaint_id>")
@requires(Action.SUPPORT)
def show(complaint_id: uuid.UUID) -> ResponseReturnValue:
    """Show a complaint: what was said, whose it is, by when, what was answered."""
    return _page(complaint_id)


@complaints.post("/<uuid:complaint_id>/mine")
@requires(Action.SUPPORT)
def take_on(complaint_id: uuid.UUID) -> ResponseReturnValue:
    """Take a complaint on."""

    def do(session: Session, complaint: Complaint) -> str:
        take_complaint_on(session, complaint, turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("It is yours to answer."))

    return _change(complaint_id, do)


@complaints.post("/<uuid:complaint_id>/owner")
@requires(Action.SUPPORT)
def hand(complaint_id: uuid.UUID) -> ResponseReturnValue:
    """Hand a complaint to a colleague."""

    def do(session: Session, complaint: Complaint) -> str:
        owner, turn = request.form.get("owner", ""), typed_turn()
        hand_complaint_to(session, complaint, owner, turn=turn, viewer=viewer(), now=now())
        return str(_("Handed over."))

    return _change(complaint_id, do)


@complaints.post("/<uuid:complaint_id>/answer")
@requires(Action.SUPPORT)
def answer(complaint_id: uuid.UUID) -> ResponseReturnValue:
    """Note what was answered."""

    def do(session: Session, complaint: Complaint) -> str:
        answered_on = optional_day(request.form.get("answered_on", ""), field="answered_on")
        said, turn = request.form.get("answer", ""), typed_turn()
        answer_complaint(
            session, complaint, said, answered_on, turn=turn, viewer=viewer(), now=now()
        )
        return str(_("Answered: it waits no more."))

    return _change(complaint_id, do)


@complaints.post("/<uuid:complaint_id>/answer/back")
@requires(Action.SUPPORT)
def back(complaint_id: uuid.UUID) -> ResponseReturnValue:
    """Take the answer back."""

    def do(session: Session, complaint: Complaint) -> str:
        take_answer_back(session, complaint, turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("Taken back: it waits for its answer again."))

    return _change(complaint_id, do)


@complaints.post("/<uuid:complaint_id>/withdraw")
@requires(Action.SUPPORT)
def withdraw(complaint_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a complaint that was noted by mistake."""

    def do(session: Session, complaint: Complaint) -> str:
        why, turn = request.form.get("why", ""), typed_turn()
        withdraw_complaint(session, complaint, why, turn=turn, viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays readable, and counts no more."))

    return _change(complaint_id, do)


@complaints.post("/<uuid:complaint_id>/back")
@requires(Action.SUPPORT)
def put_back(complaint_id: uuid.UUID) -> ResponseReturnValue:
    """Let a complaint that was withdrawn count again."""

    def do(session: Session, complaint: Complaint) -> str:
        put_complaint_back(session, complaint, turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("Put back: it counts again."))

    return _change(complaint_id, do)


def _change(
    complaint_id: uuid.UUID, do: Callable[[Session, Complaint], str]
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            said = do(session, find_complaint(session, viewer(), complaint_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return _page(complaint_id, refused), _status(refused)
    flash(said, "success")
    return redirect(url_for(".show", complaint_id=complaint_id))


def _form(place_stay_id: uuid.UUID, refused: Refused | None = None) -> str:
    with showing("complaint_new") as (session, shown):
        stay = find_stay(session, viewer(), place_stay_id)
        shown.add(stay.person_id)
        return render_template(
            "complaints/new.html",
            stay=stay,
            abouts=list(ComplaintAbout),
            **_said(refused),
        )


def _page(complaint_id: uuid.UUID, refused: Refused | None = None) -> str:
    with showing("complaint") as (session, shown):
        complaint = find_complaint(session, viewer(), complaint_id)
        shown.add(complaint.stay.person_id)
        return render_template(
            "complaints/show.html",
            complaint=complaint,
            yours=complaint.owner_id == viewer().user_id,
            owners=who_may_own(session, viewer(), complaint) if complaint.is_open else [],
            why_length=WHY_LENGTH,
            **_said(refused),
        )


def _said(refused: Refused | None) -> dict[str, object]:
    """Give what both forms show, with what was typed and why it was refused."""
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return {
        "words_length": WORDS_LENGTH,
        "day_now": _today(),
        "typed": request.form if refused else {},
        "errors": {name: sentence(code) for name, code in fields.items()},
        "said": sentence(refused.code) if isinstance(refused, Conflict) else "",
    }


def _status(refused: Refused) -> int:
    return 422 if isinstance(refused, Invalid) else 409


def _only() -> ComplaintFilter:
    asked = request.args
    return ComplaintFilter(
        state=asked.get("state", "open"),
        about=asked.get("about", ""),
        text=asked.get("q", ""),
        first=_asked_day("from"),
        last=_asked_day("to"),
    )


def _asked_day(name: str) -> date | None:
    """Read a day of the address; what is none does not filter."""
    try:
        return optional_day(request.args.get(name, ""), field=name)
    except Invalid:
        return None


def _today() -> date:
    return today_in_paris(now())


def _lines(rows: Sequence[Complaint]) -> Iterator[Sequence[str]]:
    where = (_("Person"), pgettext("a stay", "Place"), _("Address"), _("City"), *landlord_heads())
    told = (_("What about"), _("Made on"), _("To answer by"), _("Whose"))
    yield *where, *told, _("Answered on"), _("In time"), _("Withdrawn on")
    today = _today()
    for one in rows:
        home = one.stay.place.dwelling
        yield (
            one.stay.person.name,
            one.stay.place.name,
            home.residence.address,
            home.residence.city,
            *landlord_cells(home.landlord_id),
            word("complaint_about", one.about),
            day(one.made_on),
            day(one.due_on),
            one.owner.name,
            day(one.answered_on) if one.answered_on else "",
            _in_time(one, today),
            day(one.withdrawn_at) if one.withdrawn_at else "",
        )


def _in_time(complaint: Complaint, today: date) -> str:
    if complaint.is_late(today):
        return str(_("no"))
    return str(_("yes")) if complaint.answered_on else ""
