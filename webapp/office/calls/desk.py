"""The call desk: one person after the other, each with what a caller needs on one screen."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.agenda.by_phone import begun_by_phone
from visits.calls import desk as turns
from visits.calls.best_hours import hour_of, parts_tried
from visits.calls.call_list import (
    TO_WRITE,
    CaseFilter,
    case_file,
    count_to_call,
    found_cases,
)
from visits.calls.contacts import NOTE_LENGTH, record_attempt
from visits.calls.ladder import Rung, steps_of, take_step, write_first
from visits.cases.cases import find_case
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.calls import Disposition
from visits.models.cases import Case
from visits.people.measures import standing_alerts
from visits.programmes.published import programme_of
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, reading, transaction
from webapp.office.calls.cases import calling
from webapp.office.calls.refused import what_was_refused
from webapp.office.calls.typed_call import remark_call_back, typed_attempt
from webapp.office.frame.access import showing
from webapp.office.frame.moments import age
from webapp.office.frame.programmes import programme_names

desk = Blueprint("desk", __name__, url_prefix="/desk")

# Answers that need no more words: one tap, and on to the next.
AT_ONCE = (Disposition.NO_ANSWER, Disposition.THIRD_PARTY, Disposition.WELL)
# How often somebody else may be quicker before the caller is asked to wait.
MOST_TRIES = 5
WRITTEN_AT_ONCE = 50


@desk.get("/")
@requires(Action.CALL)
def index() -> ResponseReturnValue:
    """Say how many there are to call in each programme, and whom the caller has or set aside."""
    with showing("desk") as (session, shown):
        held = turns.mine(session, viewer(), now())
        begun = begun_by_phone(session, viewer())
        shown.update(turn.person_id for turn in held)
        shown.update(visit.case.person_id for visit in begun)
        return render_template(
            "cases/desk_start.html",
            counts={
                code: one.due for code, one in count_to_call(session, viewer(), now=now()).items()
            },
            programme_names=programme_names(session),
            held=held,
            begun=begun,
            before=_before(session, shown),
        )


@desk.post("/next")
@requires(Action.CALL)
def take_next() -> ResponseReturnValue:
    """Take whoever is next in a programme, or in all; after somebody, if there was one."""
    return _to_next(request.form.get("after", ""))


def _case_named(session: Session, text: str) -> Case | None:
    try:
        return find_case(session, viewer(), uuid.UUID(text))
    except (ValueError, NotFound):
        return None


def _to_next(after: str) -> ResponseReturnValue:
    """Find who is next and take her, again where another caller was quicker.

    Whoever is next is looked for before anything is written: nobody waits for that.
    """
    for _again in range(MOST_TRIES):
        with reading() as session:
            before = _case_named(session, after)
            case = turns.next_up(
                session, viewer(), programme=_programme() or "", after=before, now=now()
            )
            found = case.id if case is not None else None
        if found is None:
            flash(_("Nobody else is to be called now."), "success")
            return redirect(url_for("desk.index", after=after or None))
        try:
            with transaction() as session:
                turns.take(session, viewer(), find_case(session, viewer(), found), now=now())
        except Conflict:
            continue
        return redirect(
            url_for("desk.show", case_id=found, programme=_programme(), after=after or None)
        )
    flash(_("Other callers were quicker: try again in a moment."), "danger")
    return redirect(url_for("desk.index"))


@desk.get("/<uuid:case_id>")
@requires(Action.CALL)
def show(case_id: uuid.UUID) -> ResponseReturnValue:
    """Show whom the caller has, with all that a call needs."""
    with showing("case") as (session, shown):
        return _page(session, find_case(session, viewer(), case_id), shown)


@desk.post("/<uuid:case_id>")
@requires(Action.CALL)
def take(case_id: uuid.UUID) -> ResponseReturnValue:
    """Take this very person, unless another caller has her."""
    try:
        with transaction() as session:
            turns.take(session, viewer(), find_case(session, viewer(), case_id), now=now())
    except Conflict as refused:
        flash(what_was_refused(refused, "")[1], "danger")
    return redirect(url_for(".show", case_id=case_id, programme=_programme()))


@desk.post("/<uuid:case_id>/keep")
@requires(Action.CALL)
def keep(case_id: uuid.UUID) -> ResponseReturnValue:
    """Hold her for longer: the page asks for it while it is open."""
    with transaction() as session:
        turns.keep(session, viewer(), find_case(session, viewer(), case_id), now=now())
    return "", 204


@desk.post("/<uuid:case_id>/aside")
@requires(Action.CALL)
def aside(case_id: uuid.UUID) -> ResponseReturnValue:
    """Set her aside for an hour, noting nothing, and go on to the next."""
    try:
        with transaction() as session:
            case = find_case(session, viewer(), case_id)
            turns.set_aside(session, viewer(), case, now=now())
            name = case.person.name
    except Conflict as refused:
        flash(what_was_refused(refused, "")[1], "danger")
        return redirect(url_for(".show", case_id=case_id, programme=_programme()))
    flash(_("%(name)s is set aside for an hour.", name=name), "success")
    return _to_next(str(case_id))


@desk.post("/<uuid:case_id>/calls")
@requires(Action.CALL)
def call(case_id: uuid.UUID) -> ResponseReturnValue:
    """Note what came of the call, and go on: to her visit if she agreed, else to the next."""
    try:
        attempt = typed_attempt()
        with transaction() as session:
            case = find_case(session, viewer(), case_id, to_change=True)
            record_attempt(session, case, attempt, viewer=viewer(), now=now())
            agreed, said = case.has_agreed, _noted(case)
    except (Invalid, Conflict) as refused:
        errors, said, status = what_was_refused(refused, "call")
        with showing("case") as (session, shown):
            case = find_case(session, viewer(), case_id)
            return _page(session, case, shown, errors=errors, said=said, form="call"), status
    flash(said, "success")
    remark_call_back(attempt)
    if agreed and may(Action.PLAN):
        return redirect(url_for("cases.show", case_id=case_id, _anchor="plan"))
    return _to_next(str(case_id))


@desk.post("/<uuid:case_id>/steps")
@requires(Action.CALL)
def step(case_id: uuid.UUID) -> ResponseReturnValue:
    """Make the letter or the card that is next on the ladder of attempts."""
    try:
        rung = Rung(request.form.get("rung", ""))
        with transaction() as session:
            case = find_case(session, viewer(), case_id, to_change=True)
            take_step(session, case, rung, viewer=viewer(), now=now())
    except ValueError:
        flash(_("Choose a step."), "danger")
    except Conflict as refused:
        flash(what_was_refused(refused, "")[1], "danger")
    else:
        flash(_("It is made: it goes out with the day’s letters and messages."), "success")
    return redirect(url_for(".show", case_id=case_id, programme=_programme()))


@desk.post("/letters")
@requires(Action.CALL)
def letters() -> ResponseReturnValue:
    """Make the first letters of a programme, to all whom nobody called or wrote to yet.

    Some at a time: nobody waits long for her turn to write.
    """
    programme = request.form.get("programme", "")
    with reading() as session:
        asked = found_cases(session, viewer(), CaseFilter(programme, TO_WRITE), now())
        found = list(session.scalars(asked.order_by(Case.id)))
    made = 0
    for start in range(0, len(found), WRITTEN_AT_ONCE):
        some = found[start : start + WRITTEN_AT_ONCE]
        with transaction() as session:
            held = [find_case(session, viewer(), one, to_change=True) for one in some]
            made += write_first(session, held, viewer=viewer(), now=now())
    _say_letters(made, len(found) - made)
    return redirect(url_for("cases.index", programme=programme, state=TO_WRITE))


def _say_letters(made: int, left: int) -> None:
    flash(
        ngettext(
            "%(num)d letter is made: it goes out with the day’s letters.",
            "%(num)d letters are made: they go out with the day’s letters.",
            made,
        ),
        "success" if made else "warning",
    )
    if left:
        flash(
            ngettext(
                "%(num)d person is not written to: her page says why.",
                "%(num)d persons are not written to: the page of each says why.",
                left,
            ),
            "warning",
        )


def _noted(case: Case) -> str:
    if case.has_agreed:
        return str(_("%(name)s agrees. Now plan the visit.", name=case.person.name))
    return str(_("The call to %(name)s is noted.", name=case.person.name))


def _before(session: Session, shown: set[uuid.UUID | None]) -> Case | None:
    """Find whom the caller had just before, to look at what was noted again."""
    before = _case_named(session, request.args.get("after", ""))
    if before is not None:
        shown.add(before.person_id)
    return before


def _programme() -> str | None:
    return request.values.get("programme") or None


def _page(
    session: Session,
    case: Case,
    shown: set[uuid.UUID | None],
    *,
    errors: dict[str, str] | None = None,
    said: str = "",
    form: str = "",
) -> str:
    visits = case_file(session, case)
    home = turns.at_home_too(session, viewer(), case, now=now())
    shown.update((case.person_id, *(one.person_id for one, _due in home)))
    before = _before(session, shown)
    turn = turns.turn_of(session, viewer(), case, now())
    context: dict[str, Any] = calling(session, case)
    return render_template(
        "cases/desk.html",
        case=case,
        person=case.person,
        dwelling=case.dwelling,
        programme=programme_of(session, case),
        programme_names=programme_names(session),
        chosen=_programme(),
        alerts=standing_alerts(session, [case.person_id]).get(case.person_id, ()),
        visits=visits,
        home=home,
        before=before,
        this_hour=hour_of(session, case, case.attempts, now()),
        steps=steps_of(session, case, now=now()),
        parts_tried=parts_tried(session, viewer(), case.person_id),
        held=turn is not None and turn.person_id == case.person_id and not context["with_another"],
        at_once=[one for one in AT_ONCE if one in context["dispositions"]],
        errors=errors or {},
        said=said,
        typed=request.form if form else {},
        form=form,
        note_length=NOTE_LENGTH,
        age=age,
        now=now(),
        day_now=today_in_paris(now()),
        **context,
    )
