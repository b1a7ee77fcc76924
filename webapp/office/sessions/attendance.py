"""Who is expected at a session and who came, from its page; or how many."""

import uuid

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from visits.ground.errors import NotFound
from visits.models.sessions import CollectiveSession
from visits.sessions.attendance import (
    enrol,
    give_seat,
    note_number,
    note_presence,
    withdraw_enrolment,
    withdraw_number,
)
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.sessions.sessions import change_on_page, typed_turn

session_attendance = Blueprint("session_attendance", __name__, url_prefix="/group-sessions")

PRESENCE = "presence-"


@session_attendance.post("/<uuid:session_id>/enrolments")
@requires(Action.RUN_SESSIONS)
def add(session_id: uuid.UUID) -> ResponseReturnValue:
    """Enrol somebody, or let her wait for a seat."""

    def change(session: Session, one: CollectiveSession) -> None:
        people = viewer(Action.SEE_PERSONS)
        person_id = request.form.get("person", type=uuid.UUID)
        if person_id is None:
            raise NotFound("person_not_found")
        person = find_person(session, people, person_id)
        or_wait = request.form.get("wait") == "yes"
        enrol(session, one, person, or_wait=or_wait, viewer=people, now=now())

    return change_on_page(session_id, change, back_to="attendance")


@session_attendance.post("/<uuid:session_id>/enrolments/<uuid:enrolment_id>")
@requires(Action.RUN_SESSIONS)
def change_one(session_id: uuid.UUID, enrolment_id: uuid.UUID) -> ResponseReturnValue:
    """Give somebody who waits a seat, or take somebody off the list."""

    def change(session: Session, one: CollectiveSession) -> None:
        people = viewer(Action.SEE_PERSONS)
        if request.form.get("act") == "seat":
            give_seat(session, one, enrolment_id, viewer=people, now=now())
        else:
            why = request.form.get(f"why-{enrolment_id}", "")
            withdraw_enrolment(session, one, enrolment_id, why=why, viewer=people, now=now())

    return change_on_page(session_id, change, back_to="attendance")


@session_attendance.post("/<uuid:session_id>/presence")
@requires(Action.RUN_SESSIONS)
def presence(session_id: uuid.UUID) -> ResponseReturnValue:
    """Note who came."""

    def change(session: Session, one: CollectiveSession) -> None:
        people = viewer(Action.SEE_PERSONS)
        said = _said_present()
        note_presence(session, one, said, turn=typed_turn(), viewer=people, now=now())

    return change_on_page(session_id, change, back_to="attendance")


@session_attendance.post("/<uuid:session_id>/number")
@requires(Action.RUN_SESSIONS)
def number(session_id: uuid.UUID) -> ResponseReturnValue:
    """Note how many came, or withdraw it."""

    def change(session: Session, one: CollectiveSession) -> None:
        people = viewer(Action.SEE_PERSONS)
        if request.form.get("act") == "withdraw":
            withdraw_number(session, one, viewer=people, now=now())
        else:
            note_number(session, one, request.form.get("came", ""), viewer=people, now=now())

    return change_on_page(session_id, change, back_to="attendance")


def _said_present() -> dict[uuid.UUID, str]:
    said = {}
    for name, word in request.form.items():
        if name.startswith(PRESENCE):
            try:
                said[uuid.UUID(name.removeprefix(PRESENCE))] = word
            except ValueError:
                raise NotFound("enrolment_not_found") from None
    return said
