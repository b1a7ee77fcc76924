"""The door to the landlord's own maintenance system: orders told, answers by reference."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.exchanges import AnswerFile, AnswerLine, AnswerOutcome
from visits.portfolio import NotATable, message
from visits.sight.listing import Listed
from visits.works.answers import Judged
from visits.works.exchanges import (
    STANDINGS,
    apply_answers,
    bring_answers,
    find_answers,
    let_answers_go,
    list_answer_files,
    list_answer_lines,
    look_at_answers,
    undo_answers,
)
from visits.works.told_outside import COLUMNS, orders_to_tell, told_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import current_language
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted, wanted_by, wanted_latest_first
from webapp.office.frame.moments import typed_day
from webapp.office.frame.read_lines import lines_told
from webapp.office.works.telling import host_told
from webapp.words import word

maintenance = Blueprint("maintenance", __name__, url_prefix="/maintenance-system")

OUTCOMES = (AnswerOutcome.DONE, AnswerOutcome.LEFT, AnswerOutcome.NOTHING)
Change = Callable[[Session, AnswerFile], object]


@maintenance.get("/")
@requires(Action.GIVE_WORKS)
def index() -> ResponseReturnValue:
    """Give the orders out, and list the files of answers that came in."""
    return _index()


@maintenance.get("/orders.csv")
@requires(Action.GIVE_WORKS)
def export() -> ResponseReturnValue:
    """Give the orders as a file for the maintenance system: none of a protected home."""
    with showing("orders_told") as (session, shown):
        asked = whole(wanted_by("opened"))
        listed = orders_to_tell(session, viewer(), since=_asked_since(), wanted=asked)
        shown.update(order.person_id for order in listed.rows)
        rows = [tuple(told_of(order).values()) for order in listed.rows]
        return list_file("bons-gmao.csv", [tuple(COLUMNS), *rows], of=listed)


def _asked_since() -> date | None:
    """Read since when something happened; raises Invalid for what is no day."""
    typed = request.args.get("since", "")
    try:
        return typed_day(typed) if typed else None
    except ValueError:
        raise Invalid({"since": "bad_date"}) from None


@maintenance.post("/")
@requires(Action.GIVE_WORKS)
def bring() -> ResponseReturnValue:
    """Take a file of answers, to be looked at: nothing is done yet."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _index({"file": sentence("no_file")}), 422
    try:
        with transaction() as session:
            kept = bring_answers(session, file.read(), file.filename, viewer=viewer(), now=now())
    except NotATable as refused:
        return _index({"file": message(refused.code, current_language(), **refused.details)}), 422
    except Invalid as refused:
        return _index({name: sentence(code) for name, code in refused.fields.items()}), 422
    return redirect(url_for(".show", answers_id=kept.id))


@maintenance.get("/<uuid:answers_id>")
@requires(Action.GIVE_WORKS)
def show(answers_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a file of answers would do, or what it did, line by line."""
    return _show(answers_id)


def _show(answers_id: uuid.UUID, error: str = "") -> str:
    stands_at("maintenance.show", answers_id=answers_id)
    outcome = request.args.get("outcome", "")
    with showing("answers_of_orders") as (session, shown):
        file = find_answers(session, answers_id, viewer=viewer())
        if file.content is None:
            listed = list_answer_lines(
                session, file, viewer(), outcome=outcome, wanted=wanted_by("line")
            )
            shown.update(one.order.person_id for one in listed.rows if one.order is not None)
            return render_template(
                "maintenance/show.html",
                file=file, listed=listed, outcome=outcome, outcomes=OUTCOMES, error=error,
                sentence=sentence,
            )  # fmt: skip
        looked = look_at_answers(session, file, viewer=viewer(), now=now())
        judged = looked.judged
        shown.update(one.order.person_id for one in judged if one.order is not None)
        return render_template(
            "maintenance/look.html",
            file=file,
            counts={one: sum(line.outcome == one for line in judged) for one in OUTCOMES},
            listed=_page_of([one for one in judged if outcome in ("", one.outcome)]),
            read=looked.read,
            outcome=outcome,
            error=error,
            sentence=sentence,
        )


def _page_of(judged: Sequence[Judged]) -> Listed[Judged]:
    page = wanted().within(len(judged))
    return Listed(judged[page.offset :][: page.size], len(judged), page)


@maintenance.get("/<uuid:answers_id>/lines.csv")
@requires(Action.GIVE_WORKS)
def lines_export(answers_id: uuid.UUID) -> ResponseReturnValue:
    """Give the lines of a file as a file, with what became of each, or what applying it would do.

    Of one that is to be looked at, they are as they stand in it.
    """
    with showing("answers_of_orders") as (session, shown):
        file, asked = find_answers(session, answers_id, viewer=viewer()), whole(wanted_by("line"))
        if file.content is not None:
            looked = look_at_answers(session, file, viewer=viewer(), now=now())
            shown.update(one.order.person_id for one in looked.judged if one.order is not None)
            told = {one.answer.number: [_told(one)] for one in looked.judged}
            return list_file("reponses.csv", lines_told(file.content, looked.read.table, told))
        outcome = request.args.get("outcome", "")
        listed = list_answer_lines(session, file, viewer(), outcome=outcome, wanted=asked)
        shown.update(one.order.person_id for one in listed.rows if one.order is not None)
        return list_file("reponses.csv", _lines(listed.rows), of=listed)


def _told(one: Judged) -> str:
    outcome = word("answer_would", one.outcome)
    if not one.why:
        return outcome
    column = f"{word('answer_column', one.field)}, " if one.field else ""
    return f"{outcome} ({column}{sentence(one.why)})"


def _lines(lines: Sequence[AnswerLine]) -> Iterator[Sequence[object]]:
    yield _("Line"), _("Order"), _("Their reference"), _("What became of it"), _("Column"), _("Why")
    for one in lines:
        column = word("answer_column", one.field) if one.field else ""
        why = sentence(one.why) if one.why else ""
        outcome = word("answer_outcome", one.outcome)
        yield one.number, one.reference, one.theirs or "", outcome, column, why


@maintenance.post("/<uuid:answers_id>/applied")
@requires(Action.GIVE_WORKS)
def apply(answers_id: uuid.UUID) -> ResponseReturnValue:
    """Do what fits of a file; what does not is left and said."""

    def change(session: Session, file: AnswerFile) -> None:
        lines = apply_answers(session, file, viewer=viewer(), now=now())
        done = sum(one.outcome is AnswerOutcome.DONE for one in lines)
        left = sum(one.outcome is AnswerOutcome.LEFT for one in lines)
        said = ngettext("%(num)d line is done.", "%(num)d lines are done.", done)
        rest = ngettext("%(num)d does not fit: it is left.", "%(num)d do not fit: left.", left)
        flash(f"{said} {rest}", "success")

    return _changed(answers_id, change)


@maintenance.post("/<uuid:answers_id>/undone")
@requires(Action.GIVE_WORKS)
def undo(answers_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what a file did, as far as nothing else followed."""

    def change(session: Session, file: AnswerFile) -> None:
        undone, left = undo_answers(session, file, viewer=viewer(), now=now())
        said = ngettext("%(num)d line is undone.", "%(num)d lines are undone.", undone)
        rest = ngettext("%(num)d line stays.", "%(num)d lines stay.", left)
        flash(f"{said} {rest}", "success")

    return _changed(answers_id, change)


@maintenance.post("/<uuid:answers_id>/withdrawal")
@requires(Action.GIVE_WORKS)
def let_go(answers_id: uuid.UUID) -> ResponseReturnValue:
    """Let a file that was only looked at go."""

    def change(session: Session, file: AnswerFile) -> None:
        let_answers_go(file, viewer=viewer(), now=now())
        flash(_("The file is let go: nothing of it was done."), "success")

    return _changed(answers_id, change)


def _changed(answers_id: uuid.UUID, change: Change) -> ResponseReturnValue:
    try:
        with transaction() as session:
            change(session, find_answers(session, answers_id, viewer=viewer(), to_change=True))
    except Conflict as refused:
        return _show(answers_id, sentence(refused.code)), 409
    return redirect(url_for(".show", answers_id=answers_id))


def _index(errors: dict[str, str] | None = None) -> str:
    stands_at("maintenance.index")
    state = request.args.get("state", "")
    with reading() as session:
        return render_template(
            "maintenance/index.html",
            listed=list_answer_files(
                session, viewer(), state=state, wanted=wanted_latest_first("brought")
            ),
            columns=list(COLUMNS),
            host=host_told(),
            states=STANDINGS,
            state=state,
            errors=errors or {},
        )
