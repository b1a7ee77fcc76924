"""A request for a place, written down: of somebody with a home or without, in her case or a new."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.admissions.requests import (
    OLDEST,
    WORDS_LENGTH,
    RequestSaid,
    admissions_of,
    open_request,
    programmes_with_places,
)
from visits.choosing.opening import open_by_hand
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.homes.needs import needs_of
from visits.models.admissions import Admission, AdmissionAsked
from visits.models.cases import Case, WayIn
from visits.models.people import Person
from visits.models.referrals import Direction, Referral
from visits.referrals.referrals import referrals_of
from visits.sight import find_person
from visits.stays.stays import open_cases
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.admissions.page import refusal_said, status_of
from webapp.office.frame.access import showing
from webapp.office.frame.moments import optional_day
from webapp.office.frame.needs import needs_form, typed_needs
from webapp.office.frame.programmes import programme_names

admissions_by_hand = Blueprint("admissions_by_hand", __name__, url_prefix="/admissions")


@admissions_by_hand.get("/new/<uuid:person_id>")
@requires(Action.SUPPORT)
def new(person_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for which place somebody asks, and what she needs."""
    return _form(person_id)


@admissions_by_hand.post("/new/<uuid:person_id>")
@requires(Action.SUPPORT)
def open_one(person_id: uuid.UUID) -> ResponseReturnValue:
    """Open an admission, with a case where she has none in the programme."""
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            admission = _open(session, person)
    except (Invalid, Conflict) as refused:
        return _form(person_id, refused), status_of(refused)
    flash(_("Admission %(reference)s is open.", reference=admission.reference), "success")
    return redirect(url_for("admissions.show", admission_id=admission.id))


def _open(session: Session, person: Person) -> Admission:
    typed = request.form
    programme = typed.get("programme", "")
    if programme not in programmes_with_places(session):
        raise Invalid({"programme": "bad_choice" if programme else "required"})
    said = RequestSaid(
        typed.get("asked", ""),
        optional_day(typed.get("asked_on", ""), field="asked_on"),
        typed.get("wish", "").replace("\r\n", "\n"),
        typed.get("situation", "").replace("\r\n", "\n"),
        typed_needs(),
    )
    case, referral = _case(session, person, programme), _referral(session, person)
    return open_request(session, case, said, referral=referral, viewer=viewer(), now=now())


def _case(session: Session, person: Person, programme: str) -> Case:
    """Give her open case in the programme, or open one; Conflict where the reader may not."""
    hers = open_cases(session, viewer(), person)
    known = next((one for one in hers if one.programme == programme), None)
    if known is not None:
        return known
    if not may(Action.ENROL):
        raise Conflict("admission_no_case")
    by_partner = request.form.get("asked") == AdmissionAsked.PARTNER
    find_person(session, viewer(Action.ENROL), person.id)
    case, _fit = open_by_hand(
        session,
        person,
        programme,
        way_in=WayIn.REFERRAL if by_partner else WayIn.REQUEST,
        outside=request.form.get("outside", ""),
        viewer=viewer(Action.ENROL),
        now=now(),
    )
    return case


def _referral(session: Session, person: Person) -> Referral | None:
    chosen = request.form.get("referral", "")
    found = next((one for one in _asked_for(session, person) if str(one.id) == chosen), None)
    if chosen and found is None:
        raise Invalid({"referral": "bad_choice"})
    return found


def _asked_for(session: Session, person: Person) -> list[Referral]:
    """List what partners ask for her, of what the reader may see."""
    if not may(Action.FOLLOW_REFERRALS):
        return []
    hers = referrals_of(session, viewer(Action.FOLLOW_REFERRALS), person)
    return [one for one in hers if one.direction is Direction.IN]


def _form(person_id: uuid.UUID, refused: Refused | None = None) -> str:
    with showing("admission_new") as (session, shown):
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        names, today = programme_names(session), today_in_paris(now())
        hers = {one.programme for one in open_cases(session, viewer(), person)}
        choices: list[Any] = [
            (code, names[code])
            for code in programmes_with_places(session)
            if code in hers or may(Action.ENROL)
        ]
        return render_template(
            "admissions/new.html",
            person=person,
            known=[one for one in admissions_of(session, viewer(), person) if one.is_open],
            programmes=choices,
            referrals=_asked_for(session, person),
            came_from=request.args.get("referral", ""),
            ways=list(AdmissionAsked),
            earliest=today - OLDEST,
            latest=today,
            words_length=WORDS_LENGTH,
            **needs_form(needs_of(session, person.id)),
            **refusal_said(refused),
        )
