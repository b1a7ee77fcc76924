"""A case put to a circle, by her agreement."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.cases import find_case
from visits.circles.members import find_circle, list_circles
from visits.circles.putting import SHARED_LENGTH, PutSaid, circles_told, put_case
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.circles import AgreedHow, CircleCase
from visits.sight.listing import Wanted
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.circles.typed import chosen, refusal, text
from webapp.office.frame.access import showing
from webapp.office.frame.listing import stands_at
from webapp.office.frame.moments import optional_day

circle_putting = Blueprint("circle_putting", __name__, url_prefix="/circles/put")
# So many circles are chosen from; nobody is in more.
MOST = 200


@circle_putting.get("/<uuid:case_id>")
@requires(Action.KEEP_CIRCLES)
def ask(case_id: uuid.UUID) -> ResponseReturnValue:
    """Ask to which circle a case is put, and by which agreement."""
    return _page(case_id)


@circle_putting.post("/<uuid:case_id>")
@requires(Action.KEEP_CIRCLES)
def put(case_id: uuid.UUID) -> ResponseReturnValue:
    """Put a case to a circle."""
    try:
        with transaction() as session:
            one = _put(session, case_id)
    except (Invalid, Conflict) as refused:
        return _page(case_id, refused), 422 if isinstance(refused, Invalid) else 409
    flash(_("The case is in the circle, and on its next agenda."), "success")
    return redirect(url_for("circle_cases.show", circle_case_id=one.id))


def _put(session: Session, case_id: uuid.UUID) -> CircleCase:
    case = find_case(session, viewer(), case_id, to_change=True)
    circle_id = chosen("circle")
    if circle_id is None:
        raise Invalid({"circle": "required"})
    circle = find_circle(session, viewer(Action.SEE_CIRCLES), circle_id, to_change=True)
    agreed_on = optional_day(text("agreed_on"), field="agreed_on")
    said = PutSaid(text("shared"), agreed_on, text("agreed_how"))
    return put_case(session, circle, case, said, viewer=viewer(), now=now())


def _page(case_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("circle_putting.ask", case_id=case_id)
    member = viewer(Action.SEE_CIRCLES)
    with showing("circle_put") as (session, shown):
        case = find_case(session, viewer(), case_id)
        shown.add(case.person_id)
        hers = list_circles(session, member, keeps=False, wanted=Wanted(sort="name", size=MOST))
        return render_template(
            "circles/put.html",
            case=case,
            circles=hers.rows,
            already=circles_told(session, member, case),
            hows=list(AgreedHow),
            shared_length=SHARED_LENGTH,
            **refusal(refused, "put" if refused else ""),
        )
