"""What an adaptation costs and who pays: quotes, and what each payer was asked, granted, paid."""

import uuid
from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.adaptations.files import find_file, label_of
from visits.adaptations.funding import (
    COMPANY_LENGTH,
    INVOICE_LENGTH,
    FundingSaid,
    QuoteSaid,
    add_quote,
    choose_quote,
    note_funding,
    notes_of,
    plan_of,
    verdicts_on,
    withdraw_funding,
    withdraw_quote,
)
from visits.adaptations.funding_papers import (
    find_scan,
    keep_scan,
    missing_papers,
    note_paper,
    papers_of,
    withdraw_paper,
    withdrawn_papers,
)
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.ground.numbers import typed_cents
from visits.ground.photo_kinds import LARGEST
from visits.models.adaptations import AdaptationFile
from visits.models.funding import Payer
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import house, now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.moments import typed_day
from webapp.office.intake.visits import sent_file

adaptation_funding = Blueprint("adaptation_funding", __name__, url_prefix="/adaptations")


@adaptation_funding.get("/<uuid:adaptation_id>/funding")
@requires(Action.FOLLOW_ADAPTATIONS)
def show(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Show the funding plan of an adaptation, and what each scheme may do for it."""
    return _page(adaptation_id)


@adaptation_funding.post("/<uuid:adaptation_id>/funding/quotes")
@requires(Action.FOLLOW_ADAPTATIONS)
def quote(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Note a quote."""

    def noted(session: Session, file: AdaptationFile) -> None:
        wrong: dict[str, str] = {}
        said = QuoteSaid(
            request.form.get("company", ""),
            _typed_cents("cents", wrong),
            _typed_day("dated_on", wrong),
            keep=request.form.get("keep") == "yes",
        )
        _refuse(wrong)
        add_quote(session, file, said, viewer=viewer(), now=now())

    return _change(adaptation_id, noted)


@adaptation_funding.post("/<uuid:adaptation_id>/funding/quotes/<uuid:quote_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def choose(adaptation_id: uuid.UUID, quote_id: uuid.UUID) -> ResponseReturnValue:
    """Choose a quote, or withdraw it."""
    change = withdraw_quote if request.form.get("what") == "withdraw" else choose_quote
    return _change(
        adaptation_id,
        lambda session, file: change(session, file, quote_id, viewer=viewer(), now=now()),
    )


@adaptation_funding.post("/<uuid:adaptation_id>/funding/payers")
@requires(Action.FOLLOW_ADAPTATIONS)
def payer(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Note what a payer was asked, granted or paid."""

    def noted(session: Session, file: AdaptationFile) -> None:
        wrong: dict[str, str] = {}
        said = FundingSaid(
            payer=request.form.get("payer", ""),
            stage=request.form.get("stage", "asked"),
            cents=_typed_cents("cents", wrong),
            day=_typed_day("day", wrong),
            invoice=request.form.get("invoice", ""),
        )
        _refuse(wrong)
        note_funding(session, file, said, viewer=viewer(), now=now())

    return _change(adaptation_id, noted)


@adaptation_funding.post("/<uuid:adaptation_id>/funding/papers")
@requires(Action.FOLLOW_ADAPTATIONS)
def paper(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a paper came which a payer wants."""

    def noted(session: Session, file: AdaptationFile) -> None:
        wrong: dict[str, str] = {}
        came_on = _typed_day("came_on", wrong)
        _refuse(wrong)
        whose, what = request.form.get("payer", ""), request.form.get("paper", "")
        came = note_paper(session, file, whose, what, came_on, viewer=viewer(), now=now())
        if sent:
            keep_scan(session, house().store, file, came.id, sent, viewer=viewer(), now=now())

    sent = _sent_scan()
    return _change(adaptation_id, noted)


@adaptation_funding.post("/<uuid:adaptation_id>/funding/papers/<uuid:paper_id>/scan")
@requires(Action.FOLLOW_ADAPTATIONS)
def add_scan(adaptation_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the paper itself that came."""
    sent = _sent_scan()
    return _change(
        adaptation_id,
        lambda session, file: keep_scan(
            session, house().store, file, paper_id, sent, viewer=viewer(), now=now()
        ),
    )


@adaptation_funding.get("/<uuid:adaptation_id>/funding/papers/<uuid:paper_id>/scan")
@requires(Action.FOLLOW_ADAPTATIONS)
def scan(adaptation_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    """Send a payer's paper, without its metadata."""
    with showing("adaptation_scan") as (session, shown):
        file = find_file(session, viewer(), adaptation_id)
        found = find_scan(session, file, paper_id)
        shown.add(file.person_id)
    kind = found.media_type or ""
    return sent_file(f"paper.{kind.rpartition('/')[2]}", kind, found.sha256 or "")


def _sent_scan() -> bytes:
    sent = request.files.get("scan")
    return sent.stream.read(LARGEST + 1) if sent else b""


@adaptation_funding.post("/<uuid:adaptation_id>/funding/papers/<uuid:paper_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def withdraw_paper_of(adaptation_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that a paper came."""
    return _change(
        adaptation_id,
        lambda session, file: withdraw_paper(session, file, paper_id, viewer=viewer(), now=now()),
    )


@adaptation_funding.post("/<uuid:adaptation_id>/funding/notes/<uuid:note_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def withdraw(adaptation_id: uuid.UUID, note_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what was noted of a payer last."""
    return _change(
        adaptation_id,
        lambda session, file: withdraw_funding(session, file, note_id, viewer=viewer(), now=now()),
    )


def _change(
    adaptation_id: uuid.UUID, change: Callable[[Session, AdaptationFile], object]
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            change(session, file)
    except Invalid as refused:
        return _page(adaptation_id, refused), 422
    flash(_("File %(reference)s is up to date.", reference=file.reference), "success")
    return redirect(url_for(".show", adaptation_id=adaptation_id))


def _typed_cents(field: str, wrong: dict[str, str]) -> int | None:
    typed = request.form.get(field, "")
    try:
        return typed_cents(typed) if typed.strip() else None
    except ValueError:
        wrong[field] = "bad_amount"
        return None


def _typed_day(field: str, wrong: dict[str, str]) -> date | None:
    typed = request.form.get(field, "")
    try:
        return typed_day(typed) if typed else None
    except ValueError:
        wrong[field] = "bad_date"
        return None


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise Invalid(wrong)


def _page(adaptation_id: uuid.UUID, refused: Invalid | None = None) -> str:
    with showing("adaptation_plan") as (session, shown):
        file = find_file(session, viewer(), adaptation_id)
        shown.add(file.person_id)
        fields = refused.fields if refused else {}
        today = today_in_paris(now())
        plan = plan_of(session, file)
        papers = papers_of(session, file, plan.lines)
        # What a scheme may do tells of her age and of what she can do alone.
        verdicts = verdicts_on(session, file, on=today) if may(Action.SEE_ANSWERS) else {}
        return render_template(
            "adaptations/funding.html",
            file=file,
            label=label_of(file),
            plan=plan,
            papers=papers,
            papers_missing=missing_papers(papers),
            papers_withdrawn=withdrawn_papers(session, file),
            verdicts=verdicts,
            payers=[one for one in Payer if one not in {line.payer for line in plan.lines}],
            withdrawn=[one for one in notes_of(session, file) if one.withdrawn_at],
            typed=request.form,
            errors={name: sentence(code) for name, code in fields.items()},
            day_now=today,
            company_length=COMPANY_LENGTH,
            invoice_length=INVOICE_LENGTH,
        )
