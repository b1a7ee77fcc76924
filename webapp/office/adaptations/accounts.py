"""What was paid for adaptations in a year, as files: property tax, the pension fund's call."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.adaptations.accounts import Called, Paid, asked_of_pension_fund, paid_in_full
from visits.ground.deadlines import today_in_paris
from visits.models.funding import FundingNote, PayerStage
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.codes import adaptation_name
from webapp.office.frame.list_file import list_file

adaptation_accounts = Blueprint("adaptation_accounts", __name__, url_prefix="/adaptations/accounts")
FIRST_YEAR = 2020


@adaptation_accounts.get("/")
@requires(Action.FOLLOW_ADAPTATIONS)
def index() -> ResponseReturnValue:
    """Show what was paid in a year, and what the pension fund was asked."""
    year = _year()
    with showing("adaptation_year") as (session, shown):
        paid = paid_in_full(session, viewer(), year=year)
        called = asked_of_pension_fund(session, viewer(), year=year)
        shown.update(one.file.person_id for one in paid)
        shown.update(one.file.person_id for one in called)
        return render_template(
            "adaptations/accounts.html",
            year=year,
            years=range(today_in_paris(now()).year, FIRST_YEAR - 1, -1),
            paid=paid,
            called=called,
            summed={stage: sum(_cents(one, stage) for one in called) for stage in PayerStage},
        )


@adaptation_accounts.get("/property-tax.csv")
@requires(Action.FOLLOW_ADAPTATIONS)
def property_tax() -> ResponseReturnValue:
    """Give what the landlord paid in full in a year: by building and invoice, of nobody by name."""
    with showing("adaptation_year") as (session, shown):
        paid = paid_in_full(session, viewer(), year=_year())
        shown.update(one.file.person_id for one in paid)
        rows = [_tax_row(one) for one in paid]
    heads = (
        _("Address"), _("Postcode"), _("City"), _("Dwelling"), _("Nature of the works"),
        _("Number of the invoice"), _("Paid in full on"), _("Cost with tax"),
        _("Subsidies received"), _("Paid by the landlord"), _("Reference"),
    )  # fmt: skip
    return list_file(f"taxe-fonciere-{_year()}.csv", [heads, *rows])


@adaptation_accounts.get("/pension-fund.csv")
@requires(Action.FOLLOW_ADAPTATIONS)
def pension_fund() -> ResponseReturnValue:
    """Give what the pension fund's call was asked in a year, with what it granted and paid."""
    with showing("adaptation_year") as (session, shown):
        called = asked_of_pension_fund(session, viewer(), year=_year())
        shown.update(one.file.person_id for one in called)
        rows = [_fund_row(one) for one in called]
    heads = (
        _("Reference"), _("Person"), _("Birth"), _("Address"), _("Postcode"), _("City"),
        _("Dwelling"), _("Nature of the works"), _("Cost with tax"), _("Asked on"),
        _("Amount asked"), _("Granted on"), _("Amount granted"), _("Paid on"), _("Amount paid"),
    )  # fmt: skip
    return list_file(f"caisse-de-retraite-{_year()}.csv", [heads, *rows])


def _year() -> int:
    """Read the year that is asked; nonsense is this one."""
    this = today_in_paris(now()).year
    asked = request.args.get("year", this, type=int)
    return asked if FIRST_YEAR <= asked <= this else this


def _tax_row(one: Paid) -> list[str]:
    home, residence = one.file.dwelling, one.file.dwelling.residence
    return [
        residence.address, residence.postcode, residence.city, home.reference,
        adaptation_name(one.file.code), one.invoice, day(one.paid_on), _euros(one.cost_cents),
        _euros(one.subsidy_cents), _euros(one.landlord_cents), one.file.reference,
    ]  # fmt: skip


def _fund_row(one: Called) -> list[str]:
    person, residence = one.file.person, one.file.dwelling.residence
    steps = [_noted(one.line.at(stage)) for stage in PayerStage]
    return [
        one.file.reference, person.name, day(person.born_on) if person.born_on else "",
        residence.address, residence.postcode, residence.city, one.file.dwelling.reference,
        adaptation_name(one.file.code), _euros(one.plan.cost_cents or 0),
        *(cell for step in steps for cell in step),
    ]  # fmt: skip


def _cents(one: Called, stage: PayerStage) -> int:
    """Sum what the fund was asked, granted or paid for an adaptation."""
    return sum(note.cents for note in one.line.at(stage))


def _noted(notes: Sequence[FundingNote]) -> tuple[str, str]:
    """Give the day of a stage, the last one of what was paid bit by bit, and its sum."""
    return (day(notes[-1].day), _euros(sum(one.cents for one in notes))) if notes else ("", "")


def _euros(cents: int) -> str:
    """Write cents as a spreadsheet in French reads them."""
    return f"{cents // 100},{cents % 100:02d}"
