"""Counts for whoever may not read answers: few persons are not told, the rest is rounded.

A count of one is an answer about somebody, and so is what is left when told counts are taken from
a told total: under five nothing is told, and no total is exact.
"""

from dataclasses import replace
from datetime import timedelta

from flask_babel import gettext as _

from visits.sight.few import FEWEST, rounded
from visits.steering.rates import Rate
from webapp.access.auth import Action, may


def told_exactly() -> bool:
    """Tell whether the reader may count exactly."""
    return may(Action.SEE_ANSWERS) and may(Action.SEE_PERSONS)


def told(count: int) -> int | str:
    """Give a count as the reader may know it: a number, or words."""
    if told_exactly() or not count:
        return count
    if count < FEWEST:
        return str(_("fewer than %(few)d", few=FEWEST))
    return rounded(count)


def told_rate(rate: Rate) -> Rate | str:
    """Give a rate as the reader may know it, its share computed from what is told."""
    if told_exactly() or not rate.denominator:
        return rate
    if rate.denominator < FEWEST:
        return str(_("fewer than %(few)d", few=FEWEST))
    if 0 < rate.numerator < FEWEST:
        return told_part(rate.numerator, rate.denominator)
    return replace(rate, numerator=rounded(rate.numerator), denominator=rounded(rate.denominator))


def told_part(part: int, whole: int) -> str:
    """Write a count with what it is part of; less than all is told where the whole is few."""
    if not told_exactly() and whole < FEWEST:
        return str(told(part))
    return str(_("%(part)s of %(whole)s", part=told(part), whole=told(whole)))


def told_delay(delay: timedelta | None, of: int) -> timedelta | None:
    """Give the median of some delays, unless they are few."""
    return delay if told_exactly() or of >= FEWEST else None
