"""Labels of landlords: their rules, and how many homes have them, lack something, or may."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound, Refused
from visits.homes.labelled import LabelStanding, count_standings
from visits.homes.labels import (
    MAY_ASK,
    NAME_LENGTH,
    RulesSaid,
    change_rules,
    find_label,
    list_labels,
    make_label,
    put_label_back,
    put_rules_back,
    rename_label,
    rules_on,
    withdraw_label,
    withdraw_rules,
)
from visits.models.labels import HomeLabel, HomeLabelRules
from visits.sight.homes import landlords_run
from visits.sight.withdrawing import WHY_LENGTH
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file
from webapp.office.frame.listing import pairs, stands_at
from webapp.office.frame.moments import optional_day
from webapp.words import word

labels = Blueprint("labels", __name__, url_prefix="/homes/labels")

Row = tuple[HomeLabel, HomeLabelRules | None, Mapping[LabelStanding, int]]


@labels.get("/")
@requires(Action.SEE_HOMES)
def index() -> ResponseReturnValue:
    """List the labels, each with how many homes have it, lack something, or may have it."""
    with reading(widely=True) as session:
        return render_template(
            "homes/labels.html",
            rows=_rows(session),
            withdrawn=list_labels(session, viewer(), withdrawn=True),
            standings=list(LabelStanding),
            day_now=today_in_paris(now()),
        )


@labels.get("/labels.csv")
@requires(Action.SEE_HOMES)
def export() -> ResponseReturnValue:
    """Give the labels as a file, with the same numbers."""
    with reading(widely=True) as session:
        return list_file("labels.csv", _lines(_rows(session)))


def _rows(session: Session) -> list[Row]:
    today, seeing = today_in_paris(now()), viewer()
    return [
        (one, rules_on(one, today), count_standings(session, seeing, one, today=today))
        for one in list_labels(session, seeing)
    ]


def _lines(rows: Sequence[Row]) -> Iterator[Sequence[object]]:
    standings = [word("label_standing", one) for one in LabelStanding]
    yield (
        pgettext("of a home", "Label"),
        *landlord_heads(),
        _("What a home must have"),
        _("Counts from"),
        *standings,
    )
    for label, rules, counts in rows:
        asks = ", ".join(word("label_ask", one) for one in rules.asks) if rules else ""
        since = day(rules.counts_from) if rules else ""
        yield label.name, *landlord_cells(label.landlord_id), asks, since, *counts.values()


@labels.get("/new")
@requires(Action.EDIT_HOMES)
def new() -> ResponseReturnValue:
    """Ask for the name of a label and what a home must have."""
    return _new()


@labels.post("/new")
@requires(Action.EDIT_HOMES)
def make() -> ResponseReturnValue:
    """Make a label."""
    typed = request.form
    try:
        said = _rules()
        with transaction() as session:
            label = make_label(
                session, typed.get("name", ""), typed.get("landlord", ""), said,
                viewer=viewer(), now=now(),
            )  # fmt: skip
    except Invalid as refused:
        return _new(refused), 422
    flash(_("The label %(name)s is made.", name=label.name), "success")
    return redirect(url_for(".show", label_id=label.id))


def _rules() -> RulesSaid:
    counts_from = optional_day(request.form.get("counts_from", ""), field="counts_from")
    return RulesSaid(request.form.getlist("asks"), counts_from)


@labels.get("/<uuid:label_id>")
@requires(Action.SEE_HOMES)
def show(label_id: uuid.UUID) -> ResponseReturnValue:
    """Show a label with its rules, all that ever were."""
    return _page(label_id)


@labels.post("/<uuid:label_id>/rules")
@requires(Action.EDIT_HOMES)
def change(label_id: uuid.UUID) -> ResponseReturnValue:
    """Say what a home must have from a day on."""

    def do(session: Session, label: HomeLabel) -> str:
        change_rules(session, label, _rules(), viewer=viewer(), now=now())
        return str(_("The new rules are noted; those before stay below."))

    return _change(label_id, do)


@labels.post("/<uuid:label_id>/name")
@requires(Action.EDIT_HOMES)
def rename(label_id: uuid.UUID) -> ResponseReturnValue:
    """Give a label another name."""

    def do(session: Session, label: HomeLabel) -> str:
        rename_label(session, label, request.form.get("name", ""))
        return str(_("The label has this name now."))

    return _change(label_id, do)


@labels.post("/<uuid:label_id>/withdraw")
@requires(Action.EDIT_HOMES)
def withdraw(label_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a label."""

    def do(session: Session, label: HomeLabel) -> str:
        withdraw_label(label, request.form.get("why", ""), viewer=viewer(), now=now())
        return str(_("Withdrawn: no home has it any more. It stays readable."))

    return _change(label_id, do)


@labels.post("/<uuid:label_id>/back")
@requires(Action.EDIT_HOMES)
def back(label_id: uuid.UUID) -> ResponseReturnValue:
    """Let a withdrawn label count again."""

    def do(session: Session, label: HomeLabel) -> str:
        put_label_back(session, label)
        return str(_("Put back: the label counts again."))

    return _change(label_id, do)


@labels.post("/<uuid:label_id>/rules/<uuid:rules_id>/withdraw")
@requires(Action.EDIT_HOMES)
def withdraw_its_rules(label_id: uuid.UUID, rules_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw rules that were noted by mistake."""

    def do(session: Session, label: HomeLabel) -> str:
        why = request.form.get("why", "")
        withdraw_rules(label, rules_id, why, viewer=viewer(), now=now())
        return str(_("Withdrawn: the rules before count again."))

    return _change(label_id, do)


@labels.post("/<uuid:label_id>/rules/<uuid:rules_id>/back")
@requires(Action.EDIT_HOMES)
def rules_back(label_id: uuid.UUID, rules_id: uuid.UUID) -> ResponseReturnValue:
    """Let withdrawn rules count again."""

    def do(session: Session, label: HomeLabel) -> str:
        put_rules_back(label, rules_id)
        return str(_("Put back: these rules count again from their day."))

    return _change(label_id, do)


def _change(label_id: uuid.UUID, do: Callable[[Session, HomeLabel], str]) -> ResponseReturnValue:
    try:
        with transaction() as session:
            said = do(session, find_label(session, viewer(), label_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return _page(label_id, refused), 422 if isinstance(refused, Invalid) else 409
    flash(said, "success")
    return redirect(url_for(".show", label_id=label_id))


def _new(refused: Refused | None = None) -> str:
    with reading() as session:
        return render_template(
            "homes/label_new.html",
            landlords=pairs(landlords_run(session, viewer()), "id", "name"),
            **_form(refused),
        )


def _page(label_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("labels.show", label_id=label_id)
    today, seeing = today_in_paris(now()), viewer(Action.SEE_HOMES)
    with reading() as session:
        label = find_label(session, seeing, label_id)
        return render_template(
            "homes/label.html",
            label=label,
            rules=rules_on(label, today),
            counts=count_standings(session, seeing, label, today=today),
            may_change=_may_change(session, label),
            **_form(refused),
        )


def _may_change(session: Session, label: HomeLabel) -> bool:
    if not may(Action.EDIT_HOMES):
        return False
    try:
        find_label(session, viewer(Action.EDIT_HOMES), label.id, to_change=True)
    except NotFound:
        return False
    return True


def _form(refused: Refused | None) -> dict[str, Any]:
    """Give what the forms of a label show, with what was typed and why it was refused."""
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return {
        "may_ask": MAY_ASK,
        "name_length": NAME_LENGTH,
        "why_length": WHY_LENGTH,
        "day_now": today_in_paris(now()),
        "typed": request.form if refused else {},
        "typed_asks": request.form.getlist("asks") if refused else [],
        "errors": {name: sentence(code) for name, code in fields.items()},
        "said": sentence(refused.code) if isinstance(refused, Conflict) else "",
    }
