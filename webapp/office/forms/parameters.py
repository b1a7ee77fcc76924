"""Parameters: the numbers of rule books, their history, and a newer value when one is due."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from diagnostics.parameters import Evidence, Parameter
from visits.forms.parameters import add_value, added_values, history_of, parameters_in_force
from visits.ground.errors import Invalid
from visits.ground.folding import without_accents
from visits.ground.numbers import with_point
from visits.portfolio.listing import names_of
from visits.sight.wording import words_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import current_language
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.moments import day_of
from webapp.words import word

parameters = Blueprint("parameters", __name__, url_prefix="/parameters")

NUMBERS = ("value", "low", "high")
TYPED = (*NUMBERS, "valid_from", "valid_until", "source", "evidence", "note")
STATES = ("all", "past", "memory")


@parameters.get("/")
@requires(Action.SEE_PARAMETERS)
def index() -> ResponseReturnValue:
    """List the values of today, those past their date marked."""
    text, state = request.args.get("q", ""), request.args.get("state", "all")
    today = day_of(now())
    with reading() as session:
        known = parameters_in_force(session)
    rows = sorted(known.current(today), key=lambda one: without_accents(_label(one).lower()))
    return render_template(
        "parameters/index.html",
        rows=[one for one in rows if _speaks_of(one, text) and _is(one, state, today)],
        past=sum(one.is_past(today) for one in rows),
        text=text,
        state=state if state in STATES else "all",
        today=today,
    )


def _label(one: Parameter) -> str:
    return one.label.in_language(current_language())


def _speaks_of(one: Parameter, text: str) -> bool:
    said = without_accents(" ".join((one.name, _label(one), one.source, one.note)).lower())
    return all(without_accents(typed) in said for typed in words_of(text))


def _is(one: Parameter, state: str, today: date) -> bool:
    if state == "past":
        return one.is_past(today)
    return state != "memory" or one.evidence is Evidence.MEMORY


@parameters.get("/<name>")
@requires(Action.SEE_PARAMETERS)
def show(name: str) -> ResponseReturnValue:
    """Show a parameter, its values of before, and the form of a newer one."""
    with reading() as session:
        return _page(session, name)


@parameters.post("/<name>")
@requires(Action.MANAGE_PARAMETERS)
def add(name: str) -> ResponseReturnValue:
    """Add a newer value; what was worked out before keeps the one of its day."""
    try:
        with transaction() as session:
            add_value(session, name, _typed(request.form), by=viewer().user_id, now=now())
    except ValidationError as refused:
        return _refused(name, _said(refused))
    except Invalid as refused:
        return _refused(name, {field: sentence(code) for field, code in refused.fields.items()})
    flash(_("The newer value is kept. Results of before keep theirs."), "success")
    return redirect(url_for(".show", name=name))


def _typed(form: Mapping[str, str]) -> dict[str, object]:
    """Take what was typed; a number may have a comma, what is empty is left out."""
    typed: dict[str, object] = {}
    for field in TYPED:
        text = form.get(field, "").strip()
        if field in NUMBERS:
            text = with_point(text)
        if text:
            typed[field] = text
    return typed


def _said(refused: ValidationError) -> dict[str, str]:
    """Say what is wrong, field by field; the first thing of each."""
    messages = dict(refused.messages_dict)
    return {field: word("parameter_error", said[0]) for field, said in messages.items()}


def _refused(name: str, errors: dict[str, str]) -> ResponseReturnValue:
    with reading() as session:
        return _page(session, name, errors), 422


def _page(session: Session, name: str, errors: dict[str, str] | None = None) -> str:
    history = history_of(session, name)
    today = day_of(now())
    begun = [one for one in history if one.valid_from <= today]
    added = added_values(session, name)
    return render_template(
        "parameters/show.html",
        history=list(reversed(history)),
        current=begun[-1] if begun else history[0],
        last=history[-1],
        added=added,
        names=names_of(session, [one.added_by_id for one in added.values()]),
        today=today,
        evidences=list(Evidence),
        errors=errors or {},
        typed=request.form,
    )
