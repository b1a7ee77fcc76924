"""Where in a visitor's day a visit fits, and what it adds to her round."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from diagnostics.delays import PARIS
from visits.agenda.diary import Diary, Stop
from visits.agenda.working_time import Hours, Position, Terms
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import User

STEP = timedelta(minutes=15)
NOON = time(12)
# How long it takes to drive where one of the two places is not known.
UNKNOWN_S = 15 * 60
SOONEST = timedelta(hours=2)


class Travel(Protocol):
    """Tell how long it takes to go from each source to each destination, in seconds."""

    def matrix(
        self, sources: Sequence[Position], destinations: Sequence[Position]
    ) -> list[list[int]]:
        """Return seconds, one row a source, one column a destination."""
        ...


@dataclass(frozen=True)
class Wish:
    """What somebody wishes of a visit; what is empty is as it comes.

    `part` is `morning` or `afternoon`; `not_on` are days of the week, Monday is 0; between
    `from_time` and `until_time` whoever must be there can be.
    """

    minutes: int
    part: str = ""
    not_on: frozenset[int] = frozenset()
    from_time: time | None = None
    until_time: time | None = None
    skill: str = ""
    speaks: str = ""
    visitor_id: uuid.UUID | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True)
class FreeSlot:
    """An hour at which a visitor could come, and what it does to her round, in minutes of driving.

    `known` is False where a place of that round is not known: the minutes are a guess then.
    """

    visitor: User
    start_at: datetime
    end_at: datetime
    added: int
    drive_before: int
    visits_before: int
    came_last: bool
    known: bool

    @property
    def drive_after(self) -> int:
        """How long she drives that day with this visit."""
        return self.drive_before + self.added


@dataclass
class Roads:
    """Seconds between places, asked once each."""

    travel: Travel
    known: dict[tuple[Position, Position], int] = field(default_factory=dict)

    def ask(self, home: Position, places: Collection[Position]) -> None:
        """Ask at once for all ways to and from a home."""
        ordered = sorted(set(places))
        if not ordered:
            return
        for place, seconds in zip(ordered, self.travel.matrix([home], ordered)[0], strict=True):
            self.known[home, place] = seconds
        for place, row in zip(ordered, self.travel.matrix(ordered, [home]), strict=True):
            self.known[place, home] = row[0]

    def drive(self, here: Position | None, there: Position | None) -> int:
        """Give the seconds from one place to another."""
        if here is None or there is None:
            return UNKNOWN_S
        if here == there:
            return 0
        if (here, there) not in self.known:
            self.known[here, there] = self.travel.matrix([here], [there])[0][0]
        return self.known[here, there]


def places_of(diary: Diary, going: Sequence[User], first: date, last: date) -> set[Position]:
    """Give where some visitors set out from and stop in some days."""
    ids = {one.id for one in going}
    places = {
        stop.where
        for (visitor_id, _day), stops in diary.stops.items()
        if visitor_id in ids
        for stop in stops
        if stop.where is not None
    }
    starts = (one.start for each in diary.time.noted.values() for one in each)
    return places | {(start["lat"], start["lon"]) for start in starts if start}


def best_of_day(
    diary: Diary,
    roads: Roads,
    visitor: User,
    day: date,
    home: Position | None,
    wish: Wish,
    taken: Sequence[tuple[datetime, datetime]],
    came_last: uuid.UUID | None,
    now: datetime,
) -> FreeSlot | None:
    """Give the hour of a visitor's day that adds least to her round, if there is one."""
    if diary.is_full(visitor.id, day):
        return None
    stops, buffer = diary.stops_on(visitor.id, day), diary.terms[visitor.id].buffer
    best: FreeSlot | None = None
    for hours in diary.hours(visitor.id, day):
        for before, after in _gaps(stops, hours):
            start_at = _first_start(roads, hours, before, after, buffer, home, wish, now)
            if start_at is None:
                continue
            end_at = start_at + timedelta(minutes=wish.minutes)
            if any(since < end_at and until > start_at for since, until in taken):
                continue
            slot = FreeSlot(
                visitor,
                start_at,
                end_at,
                added=_added(roads, hours, before, after, home),
                drive_before=_drive(roads, stops, hours),
                visits_before=len({one.from_at for one in stops}),
                came_last=visitor.id == came_last,
                known=home is not None and all(one.where is not None for one in stops),
            )
            if best is None or slot.added < best.added:
                best = slot
    return best


def added_at(
    diary: Diary, roads: Roads, visitor_id: uuid.UUID, start_at: datetime, home: Position | None
) -> int:
    """Give the minutes that a visit at an hour of a visitor's day adds to her drive."""
    day = today_in_paris(start_at)
    stops = diary.stops_on(visitor_id, day)
    before = next((one for one in reversed(stops) if one.until_at <= start_at), None)
    after = next((one for one in stops if one.from_at >= start_at), None)
    works = diary.hours(visitor_id, day)
    hours = next(one for one in works if one.from_at <= start_at < one.until_at)
    return _added(roads, hours, before, after, home)


def _gaps(stops: Sequence[Stop], hours: Hours) -> Iterator[tuple[Stop | None, Stop | None]]:
    """Give what comes before and after each gap of some hours."""
    before: Stop | None = None
    for stop in stops:
        if stop.from_at >= hours.until_at:
            yield before, stop
            return
        if stop.until_at > hours.from_at:
            yield before, stop
        before = stop
    yield before, None


def _first_start(
    roads: Roads,
    hours: Hours,
    before: Stop | None,
    after: Stop | None,
    buffer: timedelta,
    home: Position | None,
    wish: Wish,
    now: datetime,
) -> datetime | None:
    """Give the first quarter of an hour in a gap at which the visit fits, if there is one."""
    hours = _as_wished(hours, wish)
    earliest, latest = max(hours.from_at, now + SOONEST), hours.until_at
    if before is not None:
        drive = timedelta(seconds=roads.drive(before.where, home))
        earliest = max(earliest, before.until_at + max(buffer, drive + buffer))
    if after is not None:
        drive = timedelta(seconds=roads.drive(home, after.where))
        latest = min(latest, after.from_at - drive - buffer)
    start_at = _rounded_up(earliest)
    return start_at if start_at + timedelta(minutes=wish.minutes) <= latest else None


def can_do(terms: Terms, wish: Wish) -> bool:
    """Tell whether a visitor has learnt and speaks what is wished."""
    learnt = not wish.skill or wish.skill in terms.skills
    return learnt and (not wish.speaks or wish.speaks in terms.languages)


def hours_of_wish(wish: Wish) -> tuple[time | None, time | None]:
    """Give from when until when of a day a visit is wished, None where it is as it comes."""
    first, last = wish.from_time, wish.until_time
    if wish.part == "morning":
        last = min(last or NOON, NOON)
    elif wish.part == "afternoon":
        first = max(first or NOON, NOON)
    return first, last


def _as_wished(hours: Hours, wish: Wish) -> Hours:
    """Narrow some hours to those that somebody wishes, on a Paris clock."""
    day = hours.from_at.astimezone(PARIS).date()
    first, last = hours_of_wish(wish)
    if first is not None:
        hours = replace(hours, from_at=max(hours.from_at, _at(day, first)))
    if last is not None:
        hours = replace(hours, until_at=min(hours.until_at, _at(day, last)))
    return hours


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=PARIS).astimezone(UTC)


def _rounded_up(at: datetime) -> datetime:
    over = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at + (STEP - over) if over else at


def _added(
    roads: Roads, hours: Hours, before: Stop | None, after: Stop | None, home: Position | None
) -> int:
    """Give the minutes that a visit between two others adds to the drive of the day."""
    here = before.where if before else hours.start
    sets_out = before is not None or hours.start is not None
    seconds = roads.drive(here, home) if sets_out else 0
    if after is not None:
        seconds += roads.drive(home, after.where)
        seconds -= roads.drive(here, after.where) if sets_out else 0
    elif hours.start is not None:
        seconds += roads.drive(home, hours.start) - (
            roads.drive(here, hours.start) if before else 0
        )
    return max(0, round(seconds / 60))


def _drive(roads: Roads, stops: Sequence[Stop], hours: Hours) -> int:
    """Give the minutes a visitor drives on a day as it is planned, back to where she set out."""
    if not stops:
        return 0
    seconds = sum(
        roads.drive(one.where, after.where)
        for one, after in zip(stops, stops[1:], strict=False)
        if one.from_at != after.from_at
    )
    if hours.start is not None:
        seconds += roads.drive(hours.start, stops[0].where)
        seconds += roads.drive(stops[-1].where, hours.start)
    return round(seconds / 60)
