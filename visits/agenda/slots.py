"""The best hours for a visit: what each adds to the round of that day, by what she wishes."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.agenda.diary import read_diary
from visits.agenda.fitting import FreeSlot, Roads, Travel, Wish, best_of_day, can_do, places_of
from visits.agenda.slot_check import may_go
from visits.agenda.working_time import Position
from visits.cases.pauses import pauses_of
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.cases import Case
from visits.models.visits import AT_HOME, LIVE, Visit
from visits.sight import Viewer, visible_cases

MOST_DAYS, BEST = 28, 3
# What a known face is worth, and a day of waiting, in minutes of driving.
KNOWN_FACE, DAY_LATER = 15, 1


def find_slots(
    session: Session,
    case: Case,
    wish: Wish,
    *,
    came_last: uuid.UUID | None,
    travel: Travel,
    viewer: Viewer,
    now: datetime,
) -> list[FreeSlot]:
    """Find the best hours for a visit to somebody, at most one a visitor's day, the best first.

    None is on a Sunday, at night, on a holiday, in an absence, outside of what a visitor works, in
    a pause of the case, nor while somebody else is visited in this home.
    """
    first = max(wish.first_on or date.min, today_in_paris(now))
    last = min(wish.last_on or date.max, first + timedelta(days=MOST_DAYS - 1))
    going = may_go(session, case, viewer, on=today_in_paris(now))
    going = [one for one in going if wish.visitor_id in (None, one.id)]
    if not going or first > last:
        return []
    diary = read_diary(session, [one.id for one in going], first, last, viewer=viewer)
    going = [one for one in going if can_do(diary.terms[one.id], wish)]
    roads, home = Roads(travel), place_of(case)
    if home is not None:
        roads.ask(home, places_of(diary, going, first, last))
    days = days_of(session, case, first, last, not_on=wish.not_on)
    taken = home_taken(session, case, first, last, viewer)
    found = [
        slot
        for day in days
        for one in going
        if (slot := best_of_day(diary, roads, one, day, home, wish, taken, came_last, now))
    ]
    return best_first(found, first)[:BEST]


def best_first(found: Iterable[FreeSlot], first: date) -> list[FreeSlot]:
    """Order by the minutes added, a day of waiting and a known face weighed in."""
    return sorted(found, key=lambda one: (_cost(one, first), one.start_at, one.visitor.id))


def place_of(case: Case) -> Position | None:
    """Give where a home is, if that is known."""
    residence = case.residence
    if residence is None or residence.lat is None or residence.lon is None:
        return None
    return (residence.lat, residence.lon)


def _cost(slot: FreeSlot, first: date) -> int:
    later = (today_in_paris(slot.start_at) - first).days * DAY_LATER
    return slot.added + later - (KNOWN_FACE if slot.came_last else 0)


def days_of(
    session: Session, case: Case, first: date, last: date, *, not_on: Collection[int] = ()
) -> list[date]:
    """List the days on which a case is in no pause, without days of the week `not_on`."""
    pauses = [(one.from_on, one.until_on) for one in pauses_of(session, case.id)]
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return [
        day
        for day in days
        if day.weekday() not in not_on and not any(since <= day <= until for since, until in pauses)
    ]


def home_taken(
    session: Session,
    case: Case,
    first: date,
    last: date,
    viewer: Viewer,
    *,
    but: Collection[uuid.UUID] = (),
) -> list[tuple[datetime, datetime]]:
    """Give when somebody is visited in this home, as far as the viewer may know, without `but`."""
    if case.dwelling_id is None:
        return []
    there = (
        select(Visit.planned_start_at, Visit.planned_end_at)
        .join(Visit.case)
        .join(Case.person)
        .where(Case.dwelling_id == case.dwelling_id, visible_cases(viewer))
        .where(Visit.state.in_(LIVE), Visit.planned_start_at >= midnight_in_paris(first))
        .where(Visit.planned_start_at < midnight_in_paris(last + timedelta(days=1)))
        .where(Visit.id.not_in(list(but)), AT_HOME)
    )
    return [(start_at, end_at) for start_at, end_at in session.execute(there)]
