"""The visit of an enrolled person, planned, moved or cancelled from the page of her case."""

import uuid
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.agenda.doors import Knock, report_shut_door
from visits.agenda.planning import cancel_visit, due_before, find_visit, move_visit, plan_visit
from visits.agenda.together import plan_beside
from visits.calls.call_list import diary_of
from visits.calls.taking_back import REFUSALS
from visits.cases.cases import find_case
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case, CaseState
from visits.models.visits import LIVE, Visit
from visits.programmes.published import programme_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day, moment
from webapp.frame.transaction import now, transaction
from webapp.office.calls.cases import offered_visitors, refusal_on_page
from webapp.office.calls.typed_call import must_be_sure
from webapp.office.frame.access import showing
from webapp.office.frame.moments import required_moment, typed_day, whole_day

appointments = Blueprint("appointments", __name__, url_prefix="/cases")

SHORTEST, LONGEST = 15, 480


@appointments.post("/<uuid:case_id>/visits")
@requires(Action.PLAN)
def plan(case_id: uuid.UUID) -> ResponseReturnValue:
    """Plan the visit the person agreed to."""
    try:
        start_at, minutes = _typed_start(), _typed_minutes()
        with transaction() as session:
            case = find_case(session, viewer(), case_id, to_change=True)
            visit = plan_visit(
                session,
                case,
                visitor_id=_typed_visitor(session, case),
                start_at=start_at,
                minutes=minutes,
                viewer=viewer(),
                now=now(),
                kind=_typed_kind(session, case),
                tasks=_typed_tasks(),
                insist=_typed_insistence(),
                place=request.form.get("place", ""),
                attended_by=request.form.get("attended_by", ""),
                second_id=_typed_second(session, case),
            )
            plan_beside(
                session,
                visit,
                _typed_others(),
                viewer=viewer(),
                now=now(),
                insist=_typed_insistence(),
            )
            said = _("The visit is planned for %(when)s.", when=moment(visit.planned_start_at))
            late = due_before(session, visit)
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form="plan")
    _warn_of_late(late)
    return _back(case_id, said)


def _warn_of_late(due_on: date | None) -> None:
    if due_on is not None:
        flash(_("That is after the day it is due: %(day)s.", day=day(due_on)), "warning")


@appointments.post("/<uuid:case_id>/visits/<uuid:visit_id>/move")
@requires(Action.PLAN)
def move(case_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Give a planned visit another time or visitor."""
    try:
        start_at = _typed_start()
        with transaction() as session:
            visit = _visit(session, case_id, visit_id)
            move_visit(
                session,
                visit,
                visitor_id=_typed_visitor(session, visit.case),
                start_at=start_at,
                viewer=viewer(),
                now=now(),
                insist=_typed_insistence(),
            )
            said = _("The visit is moved to %(when)s.", when=moment(visit.planned_start_at))
            late = due_before(session, visit)
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form="plan")
    _warn_of_late(late)
    return _back(case_id, said)


@appointments.post("/<uuid:case_id>/visits/<uuid:visit_id>/close")
@requires(Action.PLAN)
def close(case_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Cancel a visit."""
    try:
        with transaction() as session:
            visit = _visit(session, case_id, visit_id)
            reason = request.form.get("reason", "")
            cancel_visit(session, visit, reason=reason, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form="close")
    return _back(case_id, _("The visit is cancelled. Another one can be planned."))


@appointments.post("/<uuid:case_id>/visits/<uuid:visit_id>/failure")
@requires(Action.PLAN)
def failure(case_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a visit could not take place: what happened at the door, what was left there."""
    try:
        with transaction() as session:
            visit = _visit(session, case_id, visit_id)
            if visit.state not in LIVE:
                raise Conflict("visit_not_planned")
            report_shut_door(session, visit, _typed_knock(visit), viewer=viewer(), now=now())
            state = visit.case.state
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form="failure")
    if state is CaseState.CALL_BACK:
        return _back(case_id, _("Noted: the person is to be called again."))
    return _back(case_id, _("Noted. The person is not called again for now."))


def _typed_knock(visit: Visit) -> Knock:
    typed = request.form
    try:
        outcome = Disposition(typed.get("outcome", ""))
        reason = RefusalReason(typed["reason"]) if typed.get("reason") else None
    except ValueError:
        raise Invalid({"outcome": "outcome_required"}) from None
    fields: dict[str, str] = {}
    if outcome in REFUSALS and reason is None:
        fields["reason"] = "reason_required"
    must_be_sure(outcome, fields)
    if fields:
        raise Invalid(fields)
    return Knock(
        outcome,
        at=min(visit.planned_start_at, now()),
        reason=reason,
        left_behind=tuple(typed.getlist("left_behind")),
        note=typed.get("note", "").replace("\r\n", "\n").strip(),
    )


@appointments.get("/<uuid:case_id>/diary")
@requires(Action.PLAN)
def diary(case_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a visitor has that day, beside the form that plans a visit."""
    try:
        chosen = typed_day(request.args.get("day", ""))
        visitor_id = uuid.UUID(request.args.get("visitor_id", ""))
    except ValueError:
        return render_template("cases/_diary.html", lines=None)
    start_at, end_at = whole_day(chosen)
    with showing("diary") as (session, shown):
        case = find_case(session, viewer(), case_id)
        offered = {user.id: user.name for user in offered_visitors(session, case)}
        if visitor_id not in offered:
            return render_template("cases/_diary.html", lines=None)
        lines = diary_of(session, viewer(), visitor_id=visitor_id, start_at=start_at, end_at=end_at)
        shown.update(line.person_id for line in lines if line.person_id is not None)
    return render_template(
        "cases/_diary.html", lines=lines, visitor=offered[visitor_id], day=chosen
    )


def _visit(session: Session, case_id: uuid.UUID, visit_id: uuid.UUID) -> Visit:
    visit = find_visit(session, viewer(), visit_id, to_change=True)
    if visit.case_id != case_id:
        raise NotFound("visit_not_found")
    return visit


def _typed_start() -> datetime:
    typed = request.form
    return required_moment(typed.get("day", ""), typed.get("time", ""), field="start_at")


def _typed_insistence() -> str:
    """Read why a visit is to be at an unusual time; not ticked, it does not count."""
    return request.form.get("insist", "") if request.form.get("insists") == "yes" else ""


def _typed_minutes() -> int:
    minutes = request.form.get("minutes", 0, type=int)
    if not SHORTEST <= minutes <= LONGEST:
        raise Invalid({"minutes": "bad_duration"})
    return minutes


def _typed_tasks() -> list[uuid.UUID] | None:
    """Read what the visit is to answer; nothing ticked leaves it to what is due next."""
    try:
        return [uuid.UUID(one) for one in request.form.getlist("tasks")] or None
    except ValueError:
        raise Invalid({"tasks": "bad_choice"}) from None


def _typed_others() -> list[uuid.UUID]:
    """Read the cases of the same home that are visited at once."""
    try:
        return [uuid.UUID(one) for one in dict.fromkeys(request.form.getlist("with"))]
    except ValueError:
        raise Invalid({"with": "bad_choice"}) from None


def _typed_kind(session: Session, case: Case) -> str:
    """Read the kind of visit, one of the programme's; none leaves it to what it answers."""
    typed, programme = request.form.get("kind", ""), programme_of(session, case)
    known = {one.code for one in programme.visit_kinds} if programme else set()
    if typed and typed not in known:
        raise Invalid({"kind": "bad_choice"})
    return typed


def _typed_visitor(session: Session, case: Case, field: str = "visitor_id") -> uuid.UUID:
    """Read the visitor; only one who is offered to this viewer may be sent."""
    typed = request.form.get(field, "")
    for user in offered_visitors(session, case):
        if str(user.id) == typed:
            return user.id
    raise Invalid({field: "unknown_visitor"})


def _typed_second(session: Session, case: Case) -> uuid.UUID | None:
    field = "second_visitor_id"
    return _typed_visitor(session, case, field) if request.form.get(field) else None


def _back(case_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("cases.show", case_id=case_id))
