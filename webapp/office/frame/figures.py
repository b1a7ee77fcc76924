"""How the pages write months, amounts and spans of time."""

from datetime import date, timedelta

from flask_babel import format_currency, format_date, format_decimal, ngettext
from flask_babel import gettext as _

from visits.ground.clocks import WORTH_SAYING
from webapp.frame.languages import current_language
from webapp.words import word

# As many decimals as a price per kWh has.
EXACTLY = "#,##0.######"
MINUTE = 60
HOURS_SAID = 48  # shorter spans are said in hours, longer ones in days


def month(value: str) -> str:
    """Write a month kept as `2026-03`."""
    return str(format_date(date.fromisoformat(f"{value}-01"), "MMM yyyy"))


def euros(cents: int) -> str:
    """Write an amount in cents as people read it: 1 234,50 €."""
    return str(format_currency(cents / 100, "EUR"))


def as_typed(value: object) -> object:
    """Write an amount or a surface as somebody types it: 20000, or 64,71; others stay as is."""
    if not isinstance(value, float):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def delay(value: timedelta | None) -> str:
    """Write a span of time in hours or days, or a dash."""
    if value is None:
        return "–"
    hours = round(value.total_seconds() / 3600)
    if hours < HOURS_SAID:
        return str(ngettext("%(num)d hour", "%(num)d hours", hours))
    return str(ngettext("%(num)d day", "%(num)d days", round(hours / 24)))


def skew_in_words(seconds: int | None) -> str:
    """Say how wrong a tablet's clock was, in seconds ahead of ours; nothing when it was right."""
    if seconds is None or abs(seconds) < WORTH_SAYING.total_seconds():
        return ""
    span = _span(abs(seconds))
    if seconds > 0:
        return str(_("The tablet’s clock was %(span)s fast: the times are corrected.", span=span))
    return str(_("The tablet’s clock was %(span)s slow: the times are corrected.", span=span))


def _span(seconds: int) -> str:
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < HOURS_SAID * 60:
        return f"{minutes // 60} h {minutes % 60:02}"
    days = round(minutes / 1440)
    return str(ngettext("%(num)d day", "%(num)d days", days))


def lasting(value: timedelta) -> str:
    """Write how long something took: `3 min 20 s`, `1 h 05 min`."""
    seconds = round(value.total_seconds())
    if seconds < MINUTE:
        return f"{seconds}\u202fs"
    minutes, rest = divmod(seconds, MINUTE)
    if minutes < MINUTE:
        return f"{minutes}\u202fmin {rest:02}\u202fs"
    return f"{minutes // MINUTE}\u202fh {minutes % MINUTE:02}\u202fmin"


def quantity(value: float, unit: str = "1") -> str:
    """Write a number of a rule book with all its decimals and its unit: `0,194 €/kWh`."""
    number = str(format_decimal(value, EXACTLY))
    of_one = abs(value) < 2 if current_language() == "fr" else value == 1
    said = word("unit_of_one" if of_one else "unit", unit)
    return number if unit == "1" else f"{number}\u00a0{said}"
