"""Ways, drives and refusals as the pages of rounds say them."""

from flask_babel import format_decimal
from flask_babel import gettext as _

from webapp.words import word, words_of

MINUTES = 60


def kilometres(metres: int) -> str:
    """Say a way in whole kilometres."""
    said: str = _("%(num)s km", num=format_decimal(round(metres / 1_000)))
    return said


def on_the_road(seconds: int) -> str:
    """Say a drive in hours and minutes."""
    hours, minutes = divmod(round(seconds / 60), MINUTES)
    return f"{hours}\u202fh {minutes:02}" if hours else f"{minutes}\u202fmin"


def not_any_more(code: str) -> str:
    """Say why a stop cannot be planned any more."""
    return word("round_refused", code if code in words_of("round_refused") else "other")
