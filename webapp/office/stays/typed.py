"""What is typed of places and stays, and how their numbers are written."""

from flask import request
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from visits.ground.errors import Invalid
from visits.ground.numbers import typed_cents
from visits.models.stays import Contract
from visits.stays.places import PlaceSaid
from webapp.office.frame.moments import optional_day
from webapp.words import word


def typed_place() -> PlaceSaid:
    """Read a place as it was typed. Raises Invalid by field for what is no number and no day."""
    typed, wrong = request.form, {}
    try:
        fee = typed_cents(typed["fee"]) if typed.get("fee", "").strip() else None
    except ValueError:
        fee, wrong["fee"] = None, "place_fee_out_of_range"
    months = typed.get("months", "").strip()
    if months and not (months.isascii() and months.isdigit() and len(months) <= 3):
        months, wrong["months"] = "", "place_months_out_of_range"
    try:
        since_on = optional_day(typed.get("since_on", ""), field="since_on")
    except Invalid as refused:
        since_on, wrong = None, wrong | refused.fields
    if wrong:
        raise Invalid(wrong)
    return PlaceSaid(
        kind=typed.get("kind", ""),
        name=typed.get("name", ""),
        contract=typed.get("contract", ""),
        months=int(months) if months else None,
        fee=fee,
        since_on=since_on,
    )


def typed_turn() -> int:
    """Read which turn was read; what is no number was never shown."""
    text = request.form.get("turn", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def contract_in_words(contract: Contract | None, months: int | None) -> str:
    """Say how long a contract runs and how often it is renewed; nothing for no contract."""
    if contract is None:
        return ""
    if months is None:
        return str(_("permanent"))
    lasts = ngettext("%(num)d month", "%(num)d months", months)
    return f"{lasts}, {word('contract', contract)}"


def euros_in_a_file(cents: int | None) -> str:
    """Write an amount as a spreadsheet reads it here: 498,50; nothing for none."""
    return "" if cents is None else f"{cents // 100},{cents % 100:02}"


def percent(part: float) -> str:
    """Write a part of a whole, 0 to 1, with one digit after the comma: 99.7 is no hundred."""
    return str(format_decimal(part * 100, "0.0")) + "\u202f%"
