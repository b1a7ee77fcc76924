"""Days and times as people here type them: Paris time, kept as UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from flask import flash, request
from flask_babel import gettext as _

from diagnostics.delays import PARIS
from visits.ground.deadlines import age_on, today_in_paris
from visits.ground.errors import Invalid
from visits.ground.unusual_hours import unusual_day, unusual_hour
from visits.models.people import Person
from webapp.frame.languages import day as said_day
from webapp.frame.languages import moment
from webapp.frame.transaction import now
from webapp.words import word

FIRST_YEAR, LAST_YEAR = 2000, 2100
FIRST_PAST_YEAR = 1900


class NoSuchHour(ValueError):
    """An hour that the clocks skip when summer time begins."""


def typed_moment(day: str, clock: str) -> datetime | None:
    """Read what a date field and a time field hold; None when both are empty.

    Raises ValueError for half of it, or for what is no day or time, NoSuchHour for an hour that
    no Paris clock shows that day.
    """
    if not day and not clock:
        return None
    typed = time.fromisoformat(clock).replace(tzinfo=None)
    found = paris(typed_day(day), typed)
    if found.astimezone(PARIS).time() != typed:
        raise NoSuchHour
    return found


def typed_day(text: str) -> date:
    """Read what a date field holds. Raises ValueError, also for a day no visit can be on."""
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError("not in these years")
    return day


def birth_day(text: str) -> date:
    """Read what a field for a birth date holds: of any year. Raises ValueError."""
    return date.fromisoformat(text)


def past_day(text: str) -> date:
    """Read a day that may be long ago, as one of moving in. Raises ValueError."""
    day = date.fromisoformat(text)
    if day.year < FIRST_PAST_YEAR:
        raise ValueError("too long ago")
    return day


def noted_day(
    name: str, fields: dict[str, str], *, read: Callable[[str], date] = typed_day
) -> date | None:
    """Read what a date field of the form holds, if anything; notes in `fields` what is no date."""
    typed = request.form.get(name, "")
    try:
        return read(typed) if typed else None
    except ValueError:
        fields[name] = "bad_date"
        return None


def optional_day(text: str, *, field: str) -> date | None:
    """Read what a date field holds, if anything. Raises Invalid, naming the field."""
    try:
        return typed_day(text) if text else None
    except ValueError:
        raise Invalid({field: "bad_date"}) from None


def required_moment(day: str, clock: str, *, field: str) -> datetime:
    """Read a date and a time that must be there. Raises Invalid, naming the field."""
    try:
        found = typed_moment(day, clock)
    except NoSuchHour:
        raise Invalid({field: "no_such_hour"}) from None
    except ValueError:
        raise Invalid({field: "bad_moment"}) from None
    if found is None:
        raise Invalid({field: "required"})
    return found


def paris(day: date, clock: time) -> datetime:
    """Give the moment at which a Paris clock shows this."""
    return datetime.combine(day, clock.replace(tzinfo=None), tzinfo=PARIS).astimezone(UTC)


def day_of(at: datetime) -> date:
    """Give the day a Paris calendar shows."""
    return today_in_paris(at)


def whole_day(day: date) -> tuple[datetime, datetime]:
    """Give the first moment of a Paris day and of the next."""
    return paris(day, time()), paris(day + timedelta(days=1), time())


def age(person: Person) -> str:
    """Say how old somebody is today in Paris: `84`, `about 84` by a year alone, or nothing."""
    if person.born_on is not None:
        return str(age_on(day_of(now()), born=person.born_on))
    if person.birth_year is None:
        return ""
    return str(_("about %(age)d", age=day_of(now()).year - person.birth_year))


def clock(at: datetime) -> str:
    """Write the time of day in Paris, as 14:30."""
    return f"{at.astimezone(PARIS):%H:%M}"


def unusual(start_at: datetime, end_at: datetime | None = None) -> str:
    """Say of a time on a Sunday, on a holiday or at night when it is and why; else nothing."""
    why = unusual_hour(start_at, end_at or start_at)
    return f"{moment(start_at)} ({word('unusual_hour', why)})" if why else ""


def remark_day(held_on: date) -> None:
    """Tell of something called for a Sunday or a holiday: it stands, for it may be meant."""
    if why := unusual_day(held_on):
        when = f"{said_day(held_on)} ({word('unusual_hour', why)})"
        said = _("On an unusual day: %(when)s. If it is a slip, call it for another.", when=when)
        flash(said, "warning")


def iso_day(at: datetime) -> str:
    """Write a Paris day as a date field holds it."""
    return day_of(at).isoformat()


def today() -> str:
    """Write today's Paris day as a date field holds it."""
    return iso_day(now())
