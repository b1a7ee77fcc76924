"""The call list, and one person to call: what she answered, the visit she agreed to."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.agenda.by_phone import asked_now, filled_by_phone
from visits.agenda.doors import LEFT_BEHIND, OUTCOMES, ladder_of
from visits.agenda.planning import answered_unless_said, came_last, may_be_planned
from visits.agenda.slot_check import may_go
from visits.calls.call_list import (
    TO_CONTACT,
    CaseFilter,
    attempts_of,
    case_file,
    cities_of,
    latest_refusal,
    list_cases,
)
from visits.calls.contacts import AT_THE_DOOR, NOTE_LENGTH, record_attempt
from visits.calls.desk import turn_of
from visits.calls.phones import WHOSE_LENGTH
from visits.calls.taking_back import may_be_taken_back, take_back
from visits.calls.welfare import ABOUT_HER, asks_how_she_is
from visits.cases.bringing import version_changes_of
from visits.cases.cases import endings_of, find_case, outcomes_of
from visits.cases.charge import charges_of
from visits.cases.holding import held_among
from visits.cases.interpreters import LANGUAGE_LENGTH, standing_interpreters
from visits.cases.keeping import kept_until
from visits.cases.owners import left_among
from visits.cases.paths import Along, paths_along, paths_to_begin
from visits.cases.pauses import pauses_of, pauses_on, visits_elsewhere
from visits.cases.task_list import late_among
from visits.cases.tasks import (
    BY_HAND,
    CLOSED_AS,
    calls_due,
    promises_open,
    tasks_of,
    visits_due,
)
from visits.cases.tiers import tier_changes_of
from visits.choosing.transfer import moved_with, open_to_transfers
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.ground.months import by_month
from visits.life.events import WHY_LENGTH
from visits.messages.ways import way_to
from visits.models.accounts import User
from visits.models.calls import Channel, Disposition, Refusal, RefusalReason
from visits.models.cases import Case, CaseState, Task
from visits.models.messages import MessageKind
from visits.models.people import Person
from visits.models.visits import Visit
from visits.people.call_wishes import standing_wishes
from visits.people.measures import standing_alerts
from visits.people.part_refusals import refused_parts
from visits.people.phones import KnownNumber, numbers_of
from visits.programmes import Programme
from visits.programmes.facts import is_sealed
from visits.programmes.published import load_programmes, programme_of
from visits.sight.left_alone import is_left_alone_in
from visits.steering.outcomes import standing
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.calls.closed import open_knowingly, reaches, reopens
from webapp.office.calls.given_back import what_came_back
from webapp.office.calls.refused import what_was_refused
from webapp.office.calls.to_whom import to_whom
from webapp.office.calls.typed_call import remark_call_back, typed_attempt
from webapp.office.frame.access import showing
from webapp.office.frame.deaths import deaths_of
from webapp.office.frame.listing import wanted
from webapp.office.frame.moments import age, day_of
from webapp.office.frame.programmes import chosen_programme, facts_named, programme_names

cases = Blueprint("cases", __name__, url_prefix="/cases")


@cases.get("/")
@requires(Action.SEE_CASES)
def index() -> ResponseReturnValue:
    """List whom to call, those who wait for a call back first."""
    with showing("calls") as (session, shown):
        programme = chosen_programme(session, request.args.get("programme", ""), viewer())
        only = CaseFilter(
            programme=programme.code,
            state=request.args.get("state", TO_CONTACT),
            city=request.args.get("city", ""),
            text=request.args.get("q", ""),
            tier=request.args.get("tier", ""),
            min_score=min(max(request.args.get("score", 0, type=int), 0), 100),
        )
        listed = list_cases(session, viewer(), only=only, wanted=wanted(), now=now())
        shown.update(case.person_id for case in listed.rows)
        ids = [case.id for case in listed.rows]
        return render_template(
            "cases/index.html",
            programme=programme,
            programmes=load_programmes(session).values(),
            listed=listed,
            only=only,
            attempts=attempts_of(session, listed.rows),
            paused=pauses_on(session, ids, day_of(now())),
            late=late_among(session, Task.case_id, ids, day_of(now())),
            cities=cities_of(session, viewer(), programme.code),
            standing=standing(session, programme.code, viewer=viewer()),
            age=age,
            now=now(),
        )


@cases.get("/<uuid:case_id>")
@requires(Action.SEE_CASES)
def show(case_id: uuid.UUID) -> ResponseReturnValue:
    """Show one person to call: how, why, what was said before."""
    with showing("case") as (session, shown):
        case = find_case(session, viewer(), case_id)
        shown.add(case.person_id)
        return page_of_case(session, case)


@cases.post("/<uuid:case_id>/calls")
@requires(Action.CALL)
def call(case_id: uuid.UUID) -> ResponseReturnValue:
    """Record what came of a call."""
    try:
        attempt = typed_attempt()
        with transaction() as session:
            case = find_case(session, viewer(), case_id, to_change=True)
            if not case.is_open:
                open_knowingly(session, case)
            record_attempt(session, case, attempt, viewer=viewer(), now=now())
            state = case.state
            session.flush()
            seen = reaches(session, Action.CALL, case_id)
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form="call")
    if not seen:
        flash(_("The call is recorded. This person left your territory."), "success")
        return redirect(url_for(".index"))
    if state is CaseState.AGREED:
        flash(_("The call is recorded: the person agrees. Now plan the visit."), "success")
        return redirect(url_for(".show", case_id=case_id, _anchor="plan"))
    flash(_("The call is recorded."), "success")
    remark_call_back(attempt)
    if state is CaseState.PLANNED and attempt.disposition is Disposition.IN_HOSPITAL:
        flash(_("A visit is planned and stands: move it or call it off on this page."), "warning")
    return redirect(url_for(".show", case_id=case_id))


@cases.post("/<uuid:case_id>/attempts/<uuid:attempt_id>/back")
@requires(Action.CALL)
def back(case_id: uuid.UUID, attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a death, a move or a refusal that was noted by mistake."""
    try:
        with transaction() as session:
            case = find_case(session, viewer(), case_id, to_change=True)
            reason = request.form.get("reason", "")
            back = take_back(session, case, attempt_id, reason=reason, viewer=viewer(), now=now())
            say = what_came_back(back)
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form="back")
    for said, tone in say:
        flash(said, tone)
    return redirect(url_for(".show", case_id=case_id))


def change_on_page(
    case_id: uuid.UUID, form: str, do: Callable[[Session, Case], str], *, back_to: str | None = None
) -> ResponseReturnValue:
    """Change a case and say so; what is refused comes back beside what was typed in its form."""
    try:
        with transaction() as session:
            said = do(session, find_case(session, viewer(), case_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form=form)
    flash(said, "success")
    return redirect(url_for("cases.show", case_id=case_id, _anchor=back_to))


def refusal_on_page(case_id: uuid.UUID, refused: Refused, *, form: str) -> ResponseReturnValue:
    """Show the page again with what was typed in one of its forms and why it was refused."""
    errors, said, status = what_was_refused(refused, form)
    with showing("case") as (session, shown):
        case = find_case(session, viewer(), case_id)
        shown.add(case.person_id)
        page = page_of_case(session, case, errors=errors, said=said, form=form)
        return page, status


def page_of_case(
    session: Session,
    case: Case,
    *,
    errors: dict[str, str] | None = None,
    said: str = "",
    form: str = "",
) -> str:
    """Render the page of a case. `form` names the form whose typed values are kept."""
    visits = case_file(session, case)
    along = paths_along(session, case)
    return render_template(
        "cases/show.html",
        case=case,
        person=case.person,
        dwelling=case.dwelling,
        programme=programme_of(session, case),
        programme_names=programme_names(session),
        deaths=deaths_of(session, [case.person]),
        alerts=standing_alerts(session, [case.person_id]).get(case.person_id, ()),
        unsafe=_was_unsafe(case),
        moved_with=moved_with(session, case, viewer=viewer()),
        outside_facts=_outside(case),
        visits=visits,
        along=along,
        visits_by_month=by_month(visits, at=lambda one: one.planned_start_at, alike=_alike),
        errors=errors or {},
        said=said,
        typed=request.form if form else {},
        form=form,
        day_now=today_in_paris(now()),
        why_length=WHY_LENGTH,
        note_length=NOTE_LENGTH,
        age=age,
        now=now(),
        told_by=way_to(
            session, case.person, MessageKind.CONFIRMED, now=now(), programme=case.programme
        ),
        **calling(session, case),
        **_planning(session, case, visits, form=form),
        **_deciding(session, case, along),
    )


def calling(session: Session, case: Case) -> dict[str, Any]:
    """Gather what the page needs for the next call, and of those that were."""
    refusal = latest_refusal(session, case)
    calls_here = reaches(session, Action.CALL, case.id)
    tasks = tasks_of(session, case.id)
    left_alone_here = is_left_alone_in(session, case.person_id, case.programme)
    nobody_calls = left_alone_here or _refuses(case, refusal)
    return {
        "calls_here": calls_here,
        "may_call": calls_here and _may_be_called(case),
        "reopens": calls_here and reopens(session, case),
        "to_take_back": may_be_taken_back(case.attempts) if calls_here else None,
        "numbers": called_numbers(session, case.person),
        "whose_length": WHOSE_LENGTH,
        "call_wishes": standing_wishes(session, viewer(Action.SEE_CASES), case.person_id),
        "refused": refused_parts(session, case.person_id),
        "refusal": refusal,
        "interpreter": standing_interpreters(session, [case.id]).get(case.id),
        "language_length": LANGUAGE_LENGTH,
        "left_alone_here": left_alone_here,
        "refuses": nobody_calls,
        "channels": [Channel.INCOMING] if nobody_calls else list(Channel),
        "reasons": list(RefusalReason),
        "with_another": caller_elsewhere(session, case),
        "dispositions": _dispositions(session, case),
        "calls_due": calls_due(session, case, today_in_paris(now())),
        "tasks": tasks,
        "left": left_among(session, tasks, now=now()),
        "held_tasks": held_among(session, viewer(Action.DO_TASKS), tasks),
        "asked": asked_now(session, tasks, now=now()) if calls_here and not nobody_calls else [],
        "filled_by_phone": filled_by_phone(session, case),
        "outcomes": OUTCOMES,
        "left_behind": LEFT_BEHIND,
        "ladder": ladder_of(case.attempts),
    }


def _planning(
    session: Session, case: Case, visits: Sequence[Visit], *, form: str
) -> dict[str, Any]:
    """Gather what the page needs to plan a visit, and what else there is to do."""
    due = visits_due(session, case)
    offered = offered_visitors(session, case) if may(Action.PLAN) else []
    return {
        "due": due,
        "answered": {str(one.id) for one in answered_unless_said(due, by=day_of(now()))},
        "plannable": may_be_planned(case, due),
        "chosen": request.args.get("visit", type=uuid.UUID),
        # What was refused of a form for another visit comes back in that form.
        "another": bool(
            request.args.get("another") or (form == "plan" and "minutes" in request.form)
        ),
        "visitors": offered,
        "came_last": came_last(visits, offered),
        "promises": promises_open(session, case),
        "paused": pauses_of(session, case.id),
        "elsewhere": visits_elsewhere(
            session, viewer(Action.SEE_CASES), case, today=today_in_paris(now())
        ),
        "rests": pauses_on(session, [case.id], today_in_paris(now())).get(case.id),
    }


def _deciding(session: Session, case: Case, along: Sequence[Along]) -> dict[str, Any]:
    """Gather what the page needs to begin a path, hand a case over, transfer and close it."""
    whom = to_whom(session, case)
    return {
        **whom,
        "to_begin": paths_to_begin(session, case, along) if whom["decides_here"] else [],
        "charges": charges_of(session, case.id),
        "brought": version_changes_of(session, case),
        "tier_changes": tier_changes_of(session, case),
        "to_transfer": _to_transfer(session, case),
        "outcome_names": outcomes_of(session, case),
        "endings": endings_of(session, case),
        "kept_until": kept_until(session, case),
        "by_hand": BY_HAND,
        "closed_as": CLOSED_AS,
    }


def _dispositions(session: Session, case: Case) -> list[Disposition]:
    left_out = (
        AT_THE_DOOR if asks_how_she_is(session, case, now=now()) else (*AT_THE_DOOR, *ABOUT_HER)
    )
    return [one for one in Disposition if one not in left_out]


def _alike(visit: Visit) -> tuple[str, str] | None:
    """Give what makes past visits of a month one row; one to come or under way stands alone."""
    return None if visit.is_live else (visit.kind, visit.state)


def _to_transfer(session: Session, case: Case) -> list[Programme]:
    movable = case.is_open and may(Action.ENROL) and reaches(session, Action.ENROL, case.id)
    return open_to_transfers(session, case) if movable else []


def _outside(case: Case) -> str:
    """Name what did not hold when she was taken, to whoever may read it."""
    facts = (case.outside or {}).get("facts", ())
    return facts_named([one for one in facts if may(Action.SEE_ANSWERS) or not is_sealed(one)])


def called_numbers(session: Session, person: Person) -> list[KnownNumber]:
    """List the numbers that stand, and once each those that were found wrong."""
    found: dict[str, KnownNumber] = {}
    for one in numbers_of(session, person):
        if one.wrong or one.ended_at is None:
            found.setdefault(one.number, one)
    return list(found.values())


def caller_elsewhere(session: Session, case: Case) -> str:
    """Name who calls this person, or somebody of her home, just now; empty for nobody else."""
    turn = turn_of(session, viewer(Action.SEE_CASES), case, now())
    elsewhere = turn is not None and turn.caller_id != g.account.id and not turn.aside
    return turn.caller.name if turn is not None and elsewhere else ""


def _was_unsafe(case: Case) -> bool:
    waiting = case.state in (CaseState.CALL_BACK, CaseState.AGREED)
    doors = [one for one in case.attempts if one.channel is Channel.DOOR]
    return waiting and bool(doors) and doors[-1].disposition is Disposition.UNSAFE


def _may_be_called(case: Case) -> bool:
    """Tell whether a call can be recorded now, by the rules `record_attempt` keeps."""
    return case.is_open and not case.person.do_not_contact


def _refuses(case: Case, refusal: Refusal | None) -> bool:
    """Tell whether nobody may call, though the person herself may."""
    if not case.has_refused:
        return False
    again = refusal.ask_again_on if refusal else None
    return again is None or again > day_of(now())


def offered_visitors(session: Session, case: Case) -> Sequence[User]:
    """List whom the viewer may send to somebody from today on."""
    return may_go(session, case, viewer(Action.PLAN), on=day_of(now()))
