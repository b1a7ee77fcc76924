"""Visits that a pace promised and that were missed: the list, the same as a file, why it was so."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.tasks import WHAT_LENGTH
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.cases import Task
from visits.programmes.published import load_programmes
from visits.sight.listing import Listed, Wanted
from visits.support.listing import TurnFilter, find_turn, list_missed
from visits.support.pace import UNEXPLAINED, explain, explain_back
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day, moment
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import asked, stands_at, wanted_latest_first
from webapp.office.frame.moments import day_of, typed_day
from webapp.office.frame.programmes import programme_names
from webapp.words import word

missed = Blueprint("support_missed", __name__, url_prefix="/support/missed")


@missed.get("/")
@requires(Action.SUPPORT)
def index() -> ResponseReturnValue:
    """List the visits that were missed, the latest first."""
    return _page()


@missed.get("/missed.csv")
@requires(Action.SUPPORT)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("missed_visits") as (session, shown):
        listed = _listed(session, whole(wanted_latest_first("due")))
        shown.update(task.case.person_id for task in listed.rows)
        return list_file("visites-manquees.csv", _lines(session, listed.rows), of=listed)


@missed.post("/<uuid:task_id>")
@requires(Action.SUPPORT)
def say_why(task_id: uuid.UUID) -> ResponseReturnValue:
    """Say why a visit was missed."""
    try:
        with transaction() as session:
            turn = find_turn(session, viewer(), task_id)
            explain(session, turn, why=request.form.get("why", ""), viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return _page(refused, of=task_id), 422 if isinstance(refused, Invalid) else 409
    flash(_("Noted: it stays missed, with why, and nobody is told of it any more."), "success")
    return redirect(url_for(".index", **asked()))


@missed.post("/<uuid:task_id>/back")
@requires(Action.SUPPORT)
def back(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take back why a visit was missed."""
    with transaction() as session:
        turn = find_turn(session, viewer(), task_id)
        explain_back(session, turn, viewer=viewer(), now=now())
    flash(_("Taken back: it is missed without a reason again."), "success")
    return redirect(url_for(".index", **asked()))


def _page(refused: Refused | None = None, *, of: uuid.UUID | None = None) -> str:
    stands_at("support_missed.index")
    fields = getattr(refused, "fields", {})
    with showing("missed_visits") as (session, shown):
        listed = _listed(session, wanted_latest_first("due"))
        shown.update(task.case.person_id for task in listed.rows)
        return render_template(
            "support/missed.html",
            listed=listed,
            only=_only(),
            names=programme_names(session),
            programmes=[one for one in load_programmes(session).values() if one.support],
            unexplained=UNEXPLAINED,
            why_length=WHAT_LENGTH,
            day_now=day_of(now()),
            of=of,
            kept=asked(),
            typed=request.form,
            errors={f"{name}-{of}": sentence(code) for name, code in fields.items()},
            said=sentence(refused.code, refused.details) if refused and not fields else "",
        )


def _listed(session: Session, how: Wanted) -> Listed[Task]:
    return list_missed(session, viewer(), only=_only(), wanted=how, today=day_of(now()))


def _only() -> TurnFilter:
    return TurnFilter(
        first=_asked_day("from"),
        last=_asked_day("to"),
        programme=request.args.get("programme", ""),
        mine=request.args.get("mine") == "1",
        unexplained=request.args.get("unexplained") == "1",
    )


def _asked_day(name: str) -> date | None:
    try:
        return typed_day(request.args.get(name, ""))
    except ValueError:
        return None


def _lines(session: Session, turns: Sequence[Task]) -> Iterator[Sequence[str]]:
    names = programme_names(session)
    heads = (_("From"), _("To"), _("Person"), _("Programme"), _("Referent"), _("Organisation"))
    yield *heads, *landlord_heads(), _("State"), _("Why"), _("Visit planned")
    for one in turns:
        yield (
            day(one.not_before),
            day(one.due_on),
            one.case.person.name,
            names.get(one.case.programme, one.case.programme),
            one.case.referent.name if one.case.referent else "",
            one.case.organisation.name if one.case.organisation else "",
            *landlord_cells(one.landlord_id),
            word("missed_state", one.state),
            word("task_why", one.why) if one.why else "",
            moment(one.visit.planned_start_at) if one.visit else "",
        )
