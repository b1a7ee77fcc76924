"""The interpreter of a case: asked for, booked, not needed after all."""

import uuid
from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.interpreters import note_interpreter, withdraw_interpreter
from visits.ground.errors import Invalid
from visits.models.cases import Case
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.calls.cases import change_on_page
from webapp.office.frame.moments import NoSuchHour, typed_moment

interpreters = Blueprint("interpreters", __name__, url_prefix="/cases")
PLACE = "interpreter"


@interpreters.post("/<uuid:case_id>/interpreter")
@requires(Action.CALL)
def note(case_id: uuid.UUID) -> ResponseReturnValue:
    """Note an interpreter, asked for or booked for an hour."""

    def do(session: Session, case: Case) -> str:
        language, booked_for = request.form.get("language", ""), _typed_hour()
        note_interpreter(session, case, language, booked_for=booked_for, viewer=viewer(), now=now())
        return str(_("Noted: whoever plans and whoever visits sees it."))

    return change_on_page(case_id, PLACE, do, back_to=PLACE)


@interpreters.post("/<uuid:case_id>/interpreter/<uuid:need_id>/withdraw")
@requires(Action.CALL)
def withdraw(case_id: uuid.UUID, need_id: uuid.UUID) -> ResponseReturnValue:
    """Note that no interpreter is needed."""

    def do(session: Session, case: Case) -> str:
        why = request.form.get("why", "")
        withdraw_interpreter(session, case, need_id, why=why, viewer=viewer(), now=now())
        return str(_("Noted: no interpreter is needed. What was noted stays in the file."))

    return change_on_page(case_id, PLACE, do, back_to=PLACE)


def _typed_hour() -> datetime | None:
    if not request.form.get("day"):
        return None
    try:
        return typed_moment(request.form["day"], request.form.get("time", ""))
    except NoSuchHour:
        raise Invalid({"booked_for": "no_such_hour"}) from None
    except ValueError:
        raise Invalid({"booked_for": "bad_moment"}) from None
