"""The accounts of a programme in a year: summed, noted, withdrawn, as a file."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, Refused
from visits.ground.numbers import typed_cents
from visits.models.money import Basis, CostKind, MoneyKind, MoneyNote
from visits.money.accounts import UnitCost, accounts
from visits.money.notes import ASKED, MoneyFilter, MoneySaid, list_money, note_money, withdraw_money
from visits.programmes import Programme
from visits.programmes.published import load_programmes
from visits.sight.homes import landlords_run
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import asked, pairs, stands_at, wanted_latest_first
from webapp.office.frame.moments import day_of, optional_day
from webapp.office.frame.programmes import chosen_programme
from webapp.office.frame.small_counts import told, told_exactly
from webapp.words import word

money = Blueprint("money", __name__, url_prefix="/money")

FIRST_YEAR = 2020


@money.get("/")
@requires(Action.KEEP_BUDGETS)
def index() -> ResponseReturnValue:
    """Show a programme's accounts in a year."""
    return _page()


@money.get("/money.csv")
@requires(Action.KEEP_BUDGETS)
def export() -> ResponseReturnValue:
    """Give the amounts as a file, those that were withdrawn with why."""
    with reading(widely=True) as session:
        only = _only(session, _programme(session))
        listed = list_money(session, viewer(), only=only, wanted=whole(wanted_latest_first("day")))
        return list_file("budget.csv", _lines(listed.rows), of=listed)


@money.post("/")
@requires(Action.KEEP_BUDGETS)
def note() -> ResponseReturnValue:
    """Note an amount."""
    try:
        with transaction() as session:
            said = _typed(_programme(session).code)
            note_money(session, said, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return _page(refused, form=request.form.get("kind", "")), _status(refused)
    flash(_("The amount is noted."), "success")
    return redirect(url_for(".index", **asked()))


@money.post("/<uuid:money_id>/withdraw")
@requires(Action.KEEP_BUDGETS)
def withdraw(money_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an amount that was noted by mistake."""
    try:
        with transaction() as session:
            why = request.form.get("why", "")
            withdraw_money(session, money_id, why=why, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return _page(refused, form=str(money_id)), _status(refused)
    flash(_("Withdrawn: it stays, with why, and counts no more."), "success")
    return redirect(url_for(".index", **asked()))


def _status(refused: Refused) -> int:
    return 422 if isinstance(refused, Invalid) else 409


def _page(refused: Refused | None = None, *, form: str = "") -> str:
    stands_at("money.index")
    fields = getattr(refused, "fields", {})
    with reading() as session:
        programme = _programme(session)
        only = _only(session, programme)
        return render_template(
            "money/index.html",
            programme=programme,
            programmes=load_programmes(session).values(),
            only=only,
            years=range(day_of(now()).year, FIRST_YEAR - 1, -1),
            landlords=pairs(landlords_run(session, viewer()), "id", "name"),
            sums=accounts(session, viewer(), programme, only=replace(only, kind="")),
            as_told=as_told,
            told=told,
            told_exactly=told_exactly(),
            listed=list_money(session, viewer(), only=only, wanted=wanted_latest_first("day")),
            kinds=list(MoneyKind),
            choices={"cost_kind": list(CostKind), "basis": list(Basis)},
            field_of=ASKED,
            kept=asked(),
            form=form,
            typed=request.form,
            errors={f"{form}-{name}": sentence(code) for name, code in fields.items()},
            said=sentence(refused.code, refused.details) if refused and not fields else "",
        )


def as_told(one: UnitCost) -> UnitCost:
    """Give a unit cost of as many as the reader may know of: of few, what one costs tells how many.

    Of few it is one of none: nothing can be worked out.
    """
    count = told(one.count)
    return replace(one, count=count if isinstance(count, int) else 0)


def _programme(session: Session) -> Programme:
    return chosen_programme(session, request.args.get("programme", ""))


def _only(session: Session, programme: Programme) -> MoneyFilter:
    today = day_of(now())
    year = request.args.get("year", today.year, type=int)
    if not FIRST_YEAR <= year <= today.year:
        year = today.year
    return MoneyFilter(
        programme=programme.code,
        landlord_id=viewer().landlord_id,
        first=date(year, 1, 1),
        last=date(year, 12, 31),
        kind=request.args.get("kind", ""),
    )


def _typed(programme: str) -> MoneySaid:
    return MoneySaid(
        programme=programme,
        landlord_id=_typed_landlord(),
        kind=request.form.get("kind", ""),
        cents=_typed_amount(),
        of_day=optional_day(request.form.get("of_day", ""), field="of_day"),
        cost_kind=request.form.get("cost_kind", ""),
        basis=request.form.get("basis", ""),
        payer=request.form.get("payer", ""),
        what=request.form.get("what", ""),
    )


def _typed_landlord() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form.get("landlord", ""))
    except ValueError:
        return None


def _typed_amount() -> int | None:
    try:
        return typed_cents(request.form.get("amount", ""))
    except ValueError:
        return None


def _lines(notes: Sequence[MoneyNote]) -> Iterator[Sequence[object]]:
    yield (
        _("Day"), _("Kind"), _("Amount in euros"), word("field", "money.cost_kind"),
        _("Per what"), _("Who pays"),
        _("Invoice, letter or where it was told"), _("Noted by"), _("Withdrawn on"), _("Why"),
    )  # fmt: skip
    for one in notes:
        yield (
            day(one.of_day),
            word("money_kind", one.kind),
            one.cents / 100,
            word("cost_kind", one.cost_kind) if one.cost_kind else "",
            word("basis", one.basis) if one.basis else "",
            one.payer or "",
            one.what or "",
            one.noted_by.name,
            day(one.withdrawn_at) if one.withdrawn_at else "",
            one.withdrawn_why or "",
        )
