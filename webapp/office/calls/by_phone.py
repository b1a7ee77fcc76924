"""A visit's form filled in during a call, on the office's screen, by the tablet's own engine."""

import base64
import hashlib
import hmac
import uuid
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from visits.agenda.by_phone import (
    answered_by_phone,
    find_by_phone,
    leave_for_later,
    leave_out,
    may_answer_too,
    note_not_possible,
    open_by_phone,
    take_in,
)
from visits.agenda.visit_forms import VisitForm, forms_of_visits
from visits.cases.tasks import WHAT_LENGTH, find_task, reopen_task
from visits.forms.listing import confidential_names
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.intake.alerts import Raised, raise_alert
from visits.intake.day import earlier_answers
from visits.intake.handing_in import RefusedItem, hand_in
from visits.intake.submissions import record_submission
from visits.models.handed_in import HandedInKind
from visits.models.visits import Visit
from visits.people.measures import standing_alerts
from visits.people.part_refusals import refused_parts
from visits.programmes.published import programme_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import problem, sentence
from webapp.frame.languages import current_language
from webapp.frame.parcels import parts, receipt_of
from webapp.frame.schemas.day import EarlierAnswerSchema
from webapp.frame.schemas.devices import UserSchema
from webapp.frame.schemas.told import HandInSchema, NewAlertSchema
from webapp.frame.security import content_policy
from webapp.frame.transaction import house, now, reading, transaction
from webapp.office.calls.cases import called_numbers
from webapp.office.calls.closed import reaches
from webapp.office.calls.refused import what_was_refused
from webapp.office.frame.access import showing

by_phone = Blueprint("by_phone", __name__, url_prefix="/by-phone")


@by_phone.post("/tasks/<uuid:task_id>")
@requires(Action.CALL)
def begin(task_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the form of something due, or go on with it."""
    try:
        with transaction() as session:
            task = find_task(session, viewer(), task_id, to_change=True)
            case_id = task.case_id
            visit_id = open_by_phone(session, task, viewer=viewer(), now=now()).id
    except Conflict as refused:
        flash(what_was_refused(refused, "")[1], "danger")
        return redirect(_back(case_id))
    return redirect(url_for(".show", call_id=visit_id, desk=_from_desk()))


@by_phone.post("/tasks/<uuid:task_id>/again")
@requires(Action.CALL)
def again(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that something was not possible."""
    with transaction() as session:
        task = find_task(session, viewer(), task_id, to_change=True)
        reopen_task(session, task, viewer=viewer(), now=now())
        case_id = task.case_id
    flash(_("It is to do again."), "success")
    return redirect(_back(case_id))


@by_phone.get("/<uuid:call_id>")
@requires(Action.CALL)
def show(call_id: uuid.UUID) -> ResponseReturnValue:
    """Show the form beside whom the caller speaks with and what it answers."""
    with showing("form_by_phone") as (session, shown):
        visit = find_by_phone(session, viewer(), call_id)
        if not visit.is_live:
            return redirect(_back(visit.case_id))
        shown.add(visit.case.person_id)
        page = _page(session, visit)
    return _framed(page)


@by_phone.get("/<uuid:call_id>/form")
@requires(Action.CALL)
def form(call_id: uuid.UUID) -> ResponseReturnValue:
    """Give the form's engine what a tablet has on a visit: which form, what is known, refused.

    `key` (base64 of 32 bytes) seals what this browser keeps of the answers; only this caller is
    given it again. `form` is null once all has arrived.
    """
    with showing("form_by_phone") as (session, shown):
        visit = find_by_phone(session, viewer(), call_id)
        shown.add(visit.case.person_id)
        wanted = _wanted(session, visit) if visit.is_live and _is_mine(visit) else None
        told: dict[str, Any] = {
            "visit_id": str(visit.id),
            "person_name": visit.case.person.name,
            "user": UserSchema().dump(g.account),
            "form": {"form_id": wanted.form_id, "version": wanted.version} if wanted else None,
            "confidential": _confidential(session, wanted),
            "earlier": _earlier(session, visit),
            "refused": [str(part) for part in refused_parts(session, visit.case.person_id)],
            "key": base64.b64encode(_key(visit.id)).decode() if wanted else "",
            "csrf": generate_csrf(),
            "back": _back(visit.case_id),
        }
    return jsonify(told)


@by_phone.post("/<uuid:call_id>/submissions")
@requires(Action.CALL)
def send(call_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the filled form as any that comes from a home; says where to go on."""
    xml, files = parts()
    with transaction() as session:
        visit = find_by_phone(session, viewer(), call_id, to_change=True)
        kept = record_submission(
            session, house().store, xml=xml, files=files, viewer=viewer(), now=now(),
            visit_id=visit.id,
        )  # fmt: skip
        session.flush()
        missing = visit.is_live
        back = _back(visit.case_id)
        answer = {"receipt": receipt_of(kept), "missing": missing, "next": back}
    if not missing:
        flash(_("The form is kept, and what it answers is done."), "success")
    return jsonify(answer), 201


@by_phone.post("/<uuid:call_id>/handed-in")
@requires(Action.CALL)
def hand_over(call_id: uuid.UUID) -> ResponseReturnValue:
    """Keep as it is a form that was refused, for a coordinator to read; says where to go on."""
    try:
        said = HandInSchema().load(request.form.to_dict())
    except ValidationError as wrong:
        return _unreadable(wrong)
    xml, files = parts()
    refused = RefusedItem(
        item_id=said["id"],
        kind=HandedInKind.SUBMISSION,
        reason=said["reason"],
        content=xml,
        files=files,
        visit_said=call_id,
    )
    with transaction() as session:
        hand_in(session, house().store, refused, viewer=viewer(), now=now())
    flash(_("Handed to the coordination as it is: it waits there to be read."), "success")
    return jsonify({"missing": False, "next": _after(call_id)}), 201


def _unreadable(wrong: ValidationError) -> ResponseReturnValue:
    messages = wrong.messages if isinstance(wrong.messages, dict) else {}
    return problem(422, sentence("invalid"), errors=messages, code="invalid")


def _after(call_id: uuid.UUID) -> str:
    """Lead back to the case; to the list of calls where it is hers no more."""
    with reading() as session:
        try:
            return _back(find_by_phone(session, viewer(), call_id).case_id)
        except NotFound:
            return url_for("cases.index")


@by_phone.post("/<uuid:call_id>/alerts")
@requires(Action.CALL)
def raised(call_id: uuid.UUID) -> ResponseReturnValue:
    """Raise an urgent finding at once, before the form is sent; the same again adds to it."""
    try:
        told = Raised(**NewAlertSchema().load(request.get_json()))
    except ValidationError as wrong:
        return _unreadable(wrong)
    with transaction() as session:
        visit = find_by_phone(session, viewer(), call_id)
        kept = raise_alert(session, visit.id, told, viewer=viewer(), now=now())
        answer = {"id": str(told.id), "received_at": kept.received_at.isoformat()}
    return jsonify(answer), 201


@by_phone.post("/<uuid:call_id>/answers/<uuid:task_id>")
@requires(Action.CALL)
def answers(call_id: uuid.UUID, task_id: uuid.UUID) -> ResponseReturnValue:
    """Leave out one of what the form answers, or take it in again."""
    out = request.form.get("what") == "leave_out"
    try:
        with transaction() as session:
            visit = find_by_phone(session, viewer(), call_id, to_change=True)
            (leave_out if out else take_in)(session, visit, task_id, viewer=viewer(), now=now())
    except Conflict as refused:
        flash(what_was_refused(refused, "")[1], "danger")
    else:
        flash(
            _("Left out: it stays due.") if out else _("The form answers it too."),
            "success",
        )
    return redirect(url_for(".show", call_id=call_id, desk=_from_desk()))


@by_phone.post("/<uuid:call_id>/end")
@requires(Action.CALL)
def finish(call_id: uuid.UUID) -> ResponseReturnValue:
    """Put the form down: what it was for is due as before, or not possible and why."""
    impossible = request.form.get("what") == "impossible"
    try:
        with transaction() as session:
            visit = find_by_phone(session, viewer(), call_id, to_change=True)
            case_id = visit.case_id
            if impossible:
                why = request.form.get("why", "").replace("\r\n", "\n")
                note_not_possible(session, visit, why=why, viewer=viewer(), now=now())
            else:
                leave_for_later(session, visit, viewer=viewer(), now=now())
    except Conflict as refused:
        flash(what_was_refused(refused, "")[1], "danger")
        return redirect(_back(case_id))
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        with showing("form_by_phone") as (session, shown):
            visit = find_by_phone(session, viewer(), call_id)
            shown.add(visit.case.person_id)
            page = _page(session, visit, errors)
        return _framed(page), 422
    if impossible:
        flash(_("It is noted as not possible, and can be opened again."), "success")
    else:
        flash(_("The form is put down: it is due as before."), "success")
    return redirect(_back(case_id))


def _page(session: Session, visit: Visit, errors: dict[str, str] | None = None) -> str:
    case = visit.case
    programme = programme_of(session, case)
    mine = _is_mine(visit)
    assert programme is not None  # it is open: its kind of visit was found
    return render_template(
        "cases/by_phone.html",
        visit=visit,
        case=case,
        person=case.person,
        programme=programme,
        kind=programme.visit_kind(visit.kind),
        tasks=answered_by_phone(session, visit),
        others=may_answer_too(session, visit, now=now()) if mine else [],
        numbers=called_numbers(session, case.person),
        alerts=standing_alerts(session, [case.person_id]).get(case.person_id, ()),
        mine=mine,
        back=_back(case.id),
        source=f"/tablet/?language={current_language()}#/call/{visit.id}{_suffix()}",
        why_length=WHAT_LENGTH,
        errors=errors or {},
        typed=request.form,
    )


def _framed(page: str) -> Response:
    answer = Response(page)
    answer.headers["Content-Security-Policy"] = content_policy(None, frames=True)
    return answer


def _wanted(session: Session, visit: Visit) -> VisitForm | None:
    """Give the required form that is to be filled next; None when all have arrived."""
    forms = forms_of_visits(session, [visit], until=now())[visit.id]
    return next((one for one in forms if one.required and not one.received), None)


def _confidential(session: Session, wanted: VisitForm | None) -> list[str]:
    if wanted is None:
        return []
    return sorted(confidential_names(session, {wanted.form_id})[wanted.form_id])


def _earlier(session: Session, visit: Visit) -> Any:
    """Offer what earlier visits were answered to whoever may read answers."""
    if not reaches(session, Action.SEE_ANSWERS, visit.case_id):
        return []
    found = earlier_answers(session, [visit])[visit.id]
    return EarlierAnswerSchema(many=True).dump(found)


def _is_mine(visit: Visit) -> bool:
    return bool(visit.visitor_id == g.account.id)


def _key(visit_id: uuid.UUID) -> bytes:
    """Make the key under which this caller's browser keeps the answers of a form."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(
        secret, b"by phone" + visit_id.bytes + g.account.id.bytes, hashlib.sha256
    ).digest()


def _from_desk() -> str | None:
    return "1" if request.values.get("desk") else None


def _suffix() -> str:
    return "/desk" if _from_desk() else ""


def _back(case_id: uuid.UUID) -> str:
    """Lead back to where the call was begun: the desk, or the case."""
    return url_for("desk.show" if _from_desk() else "cases.show", case_id=case_id)
