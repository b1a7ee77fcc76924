"""What is typed and written on pages about works."""

from datetime import date

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from visits.ground.errors import Invalid
from webapp.office.frame.moments import typed_day


def day_in(name: str) -> date | None:
    """Read the day that a field holds; None when it is empty. Raises Invalid, naming the field."""
    typed = request.form.get(name, "")
    try:
        return typed_day(typed) if typed else None
    except ValueError:
        raise Invalid({name: "bad_date"}) from None


def every_words(months: int) -> str:
    """Say how often works come again."""
    if months == 1:
        return str(_("every month"))
    return str(ngettext("every %(num)d month", "every %(num)d months", months))
