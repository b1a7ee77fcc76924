"""What is typed and written on pages about works."""

from datetime import date

from flask import request
from flask_babel import format_currency

from visits.ground.errors import Invalid
from webapp.office.frame.moments import typed_day


def day_in(name: str) -> date | None:
    """Read the day that a field holds; None when it is empty. Raises Invalid, naming the field."""
    typed = request.form.get(name, "")
    try:
        return typed_day(typed) if typed else None
    except ValueError:
        raise Invalid({name: "bad_date"}) from None


def euros(cents: int) -> str:
    """Write an amount in cents as people read it: 1 234,50 €."""
    return str(format_currency(cents / 100, "EUR"))
