"""A call in a closed case: it is opened again, knowingly, by whoever may."""

import uuid

from flask import request
from sqlalchemy.orm import Session

from visits.cases.cases import find_case, reopen_case
from visits.ground.errors import Invalid, NotFound
from visits.models.cases import Case
from webapp.access.auth import Action, may, viewer
from webapp.frame.transaction import now


def open_knowingly(session: Session, case: Case) -> None:
    """Open a closed case again for what came of a call, by whoever may and said so."""
    if not reopens(session, case):
        return
    if request.form.get("reopen") != "yes":
        raise Invalid({"reopen": "reopen_required"})
    reopen_case(session, case, viewer=viewer(Action.DECIDE), now=now())


def reopens(session: Session, case: Case) -> bool:
    """Tell whether a call in this case would open it again."""
    closed = not case.is_open and not case.person.do_not_contact
    return closed and case.person.died_on is None and reaches(session, Action.DECIDE, case.id)


def reaches(session: Session, action: Action, case_id: uuid.UUID) -> bool:
    """Tell whether the viewer may do an action with this very case."""
    if not may(action):
        return False
    try:
        find_case(session, viewer(action), case_id)
    except NotFound:
        return False
    return True
