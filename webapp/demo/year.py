"""The demo's year: who is called and visited, and what is in the diary when the demo starts."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial

from visits.models.cases import Case, CaseState
from visits.people.protection import name_for_access, protect
from webapp.demo.bags import fill_bags, note_alerts
from webapp.demo.calendar import day_of, is_working_day, moment
from webapp.demo.calls import CALLED, Calls
from webapp.demo.diary import STARTS, Diary
from webapp.demo.story import Story
from webapp.demo.works import Works

NEXT_VISITS = 4
SOON = timedelta(minutes=30)


def live(
    story: Story, enrolled: list[Case], *, since: datetime, tell: Callable[[str], None]
) -> None:
    """Let the year happen, up to the moment the demo starts."""
    works = Works(story)
    diary = Diary(story, works)
    calls = Calls(story, diary)
    works.schedule_clock(since - timedelta(hours=3))
    to_call = enrolled[round(len(enrolled) * CALLED) :]
    _protect_one(story, to_call[-1], since)
    fill_bags(story, since)
    note_alerts(story, enrolled[: round(len(enrolled) * CALLED)], since)
    calls.schedule(enrolled, since=since)
    call_at = _last_calls_at(story.now)
    story.timeline.at(call_at, lambda at: _fill_next_days(story, calls, diary, to_call, at))
    story.timeline.run(story.now, tell=lambda at: tell(f"  {at:%Y-%m}"))


def _protect_one(story: Story, case: Case, since: datetime) -> None:
    cast, at = story.cast, since + timedelta(days=30, hours=2)

    def close_file(now: datetime) -> None:
        protect(story.session, case.person, by=cast.coordinator.id, now=now)
        name_for_access(
            story.session,
            case.person,
            user_id=cast.social_worker.id,
            by=cast.coordinator.id,
            now=now,
        )

    story.timeline.at(at, close_file)


def _last_calls_at(now: datetime) -> datetime:
    """Give the latest afternoon of a working day that has passed."""
    day = day_of(now)
    while not is_working_day(day) or moment(day, time(17)) >= now:
        day -= timedelta(days=1)
    return moment(day, time(16))


def _fill_next_days(
    story: Story, calls: Calls, diary: Diary, to_call: list[Case], at: datetime
) -> None:
    """See to it that the first visitor has visits today and tomorrow, whatever day it is."""
    visitor, today = story.cast.visitors[0], day_of(story.now)
    days = (today, today + timedelta(days=1))
    free = [start for day in days for start in diary.free_starts(visitor, day)]
    coming = [start for start in free if start > story.now + SOON]
    have = len(STARTS) * len(days) - len(free)
    waiting = iter(
        sorted(
            (one for one in to_call if _may_be_called(one)),
            key=lambda one: story.visitor_for(one) is not visitor,
        )
    )
    for place, start_at in enumerate(coming[: max(0, NEXT_VISITS - have)]):
        case = next(waiting, None)
        if case is not None:
            called_at = at + timedelta(minutes=9 * place)
            story.timeline.at(called_at, partial(calls.agree_now, case))
            later = called_at + timedelta(minutes=4)
            story.timeline.at(later, partial(diary.put, case, visitor, start_at))


def _may_be_called(case: Case) -> bool:
    return case.state is CaseState.TO_CALL and not case.person.protected
