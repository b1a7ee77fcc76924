"""When a programme's cadences fall due in a case: days, from its opening and what was done."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from diagnostics.delays import Delay, parse_delay
from visits.ground.deadlines import day_after
from visits.programmes import Cadence
from visits.programmes.shape import DONE, ENTRY, OPENING

# A century of days: no case lasts longer.
MOST_TURNS = 40_000


@dataclass(frozen=True)
class Past:
    """What a cadence came to in a case so far; no days where there were none."""

    made: int = 0
    open: int = 0
    last_due_on: date | None = None
    first_done_on: date | None = None
    last_closed_on: date | None = None


NOTHING = Past()


@dataclass(frozen=True)
class Told:
    """What is known of a case: since when, what its cadences came to, when nothing is due.

    `entered_on` is the day on which she moved in; None where nobody knows, or no cadence asks.
    """

    opened_on: date
    past: dict[str, Past] = field(default_factory=dict)
    pauses: Collection[tuple[date, date]] = ()
    entered_on: date | None = None

    def paused(self, day: date) -> bool:
        """Tell whether a day lies in a pause, its first and last day included."""
        return any(first <= day <= last for first, last in self.pauses)


@dataclass(frozen=True)
class Turn:
    """When a task of a cadence may be done, first and last day."""

    not_before: date
    due_on: date


def turns(cadence: Cadence, told: Told, *, today: date, until: date) -> list[Turn]:
    """Give the turns of a cadence that are to be made, open by the day `until`, oldest first.

    Of those that passed unmade, only the latest is: nobody was asked for the others. Days of a
    pause and of months in which the cadence does not run have none.
    """
    past = told.past.get(cadence.code, NOTHING)
    found = [
        turn
        for turn in _from_the_start(cadence, told, past, today=today, until=until)
        if past.last_due_on is None or turn.due_on > past.last_due_on
        if not told.paused(turn.due_on)
    ]
    missed = [turn for turn in found if turn.due_on < today]
    wanted = [turn for turn in missed[-1:] if not lapsed(cadence, turn.due_on, today)]
    wanted += found[len(missed) :]
    return wanted[: max(0, cadence.until - past.made)] if cadence.until else wanted


def lapsed(cadence: Cadence, due_on: date, today: date) -> bool:
    """Tell whether it is too late for a turn; without a grace it is only late."""
    return cadence.grace is not None and day_after(due_on, cadence.grace) < today


def once_due_on(cadence: Cadence, told: Told) -> date | None:
    """Give the day of a cadence that comes once after the beginning, None when it never does."""
    first_in, base = _read(cadence.first_in), _begun(cadence, told)
    if base is None or cadence.every is not None or first_in is None:
        return None
    return next(_allowed(cadence, _days(base, first_in, None, since=base)), None)


def _from_the_start(
    cadence: Cadence, told: Told, past: Past, *, today: date, until: date
) -> Iterator[Turn]:
    base = _base(cadence, told, past)
    if base is None or (past.made and cadence.every is None):
        return  # what comes once came, though the day it counts from was corrected since
    first_in, every = _read(cadence.first_in), _read(cadence.every)
    if cadence.after == DONE and past.made:
        if past.open or every is None:
            return
        first_in = every
    first_in = first_in or every
    assert first_in is not None  # the schema asks for one of them
    days = _days(base, first_in, every, since=past.last_due_on or today)
    for due_on in _allowed(cadence, days):
        opens = _may_begin(cadence, base, due_on)
        if opens > until:
            return
        yield Turn(opens, due_on)
        if cadence.after == DONE:
            return  # the next one counts from when this one was done


def _base(cadence: Cadence, told: Told, past: Past) -> date | None:
    if cadence.after == DONE:
        return past.last_closed_on or told.opened_on
    if begun := _begun(cadence, told):
        return begun
    return told.past.get(cadence.after, NOTHING).first_done_on


def _begun(cadence: Cadence, told: Told) -> date | None:
    if cadence.after == ENTRY:
        return told.entered_on or told.opened_on
    return told.opened_on if cadence.after == OPENING else None


def _read(delay: str | None) -> Delay | None:
    return parse_delay(delay) if delay else None


def _days(base: date, first_in: Delay, every: Delay | None, *, since: date) -> Iterator[date]:
    """Give the days of a cadence; of those long ago, only what is near `since`."""
    first = day_after(base, first_in)
    yield first
    if every is None:
        return
    for times in range(max(1, _turns_before(first, every, since)), MOST_TURNS):
        if first_in.unit == every.unit:
            # From the base each time: the 31st stays the last day of every month.
            yield day_after(base, Delay(first_in.amount + times * every.amount, every.unit))
        else:
            yield day_after(first, every, times=times)


def _turns_before(first: date, every: Delay, since: date) -> int:
    """Tell how many turns may be passed over to come near a day, rather fewer than too many."""
    longest = (day_after(first, every) - first).days + 4
    return (since - first).days // longest - 1


def _allowed(cadence: Cadence, days: Iterator[date]) -> Iterator[date]:
    """Put days on a cadence's weekdays and leave out those of months in which it does not run."""
    for day in days:
        while cadence.weekdays and day.isoweekday() not in cadence.weekdays:
            day += timedelta(days=1)
        if not cadence.months or day.month in cadence.months:
            yield day


def _may_begin(cadence: Cadence, base: date, due_on: date) -> date:
    window = cadence.window_before or cadence.every or cadence.first_in
    if window is None:
        return due_on
    opens = day_after(due_on, window, times=-1)
    # A turn begins the day after the one before it was due.
    if window == cadence.every:
        opens += timedelta(days=1)
    return min(due_on, max(base, opens))
