"""The address of a file that was merged into another leads to that one."""

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import NotFound
from visits.life.merging import find_kept
from webapp.access.auth import Action, may, viewer
from webapp.frame.errors import answer_refusal
from webapp.frame.transaction import reading
from webapp.office.frame.listing import asked


def lead_on(refused: NotFound) -> ResponseReturnValue:
    """Lead whoever may see the file that was kept to it; for all others there is nothing there.

    The merging may be undone: the old address is not given up.
    """
    kept = _kept((request.view_args or {}).get("person_id"))
    if kept is None:
        return answer_refusal(refused)
    flash(_("The file at this address was merged into this one."), "success")
    if request.method != "GET":
        flash(_("Nothing was changed: look again, then do it here."), "warning")
        return redirect(url_for("people.show", person_id=kept), 303)
    return redirect(url_for(str(request.endpoint), **asked("person_id"), person_id=kept))


def _kept(person_id: uuid.UUID | None) -> uuid.UUID | None:
    if person_id is None or not may(Action.SEE_PERSONS):
        return None
    with reading() as session:
        kept = find_kept(session, viewer(Action.SEE_PERSONS), person_id)
        return kept.id if kept else None
