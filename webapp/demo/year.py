"""The demo's year: who is called and visited, and what is in the diary when the demo starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from visits.cases.coming import make_what_is_due
from visits.models.cases import Case, CaseState
from visits.people.protection import name_for_access, protect
from webapp.demo.adaptations import Adaptations
from webapp.demo.adapted_homes import measure_adapted_homes
from webapp.demo.admissions import ask_for_places
from webapp.demo.agenda import keep_days
from webapp.demo.bags import fill_bags, note_alerts
from webapp.demo.budget import note_budget
from webapp.demo.calendar import day_of, is_working_day, moment
from webapp.demo.calls import CALLED, Calls
from webapp.demo.checks import Checks
from webapp.demo.circles import discuss_some
from webapp.demo.diary import STARTS, Diary
from webapp.demo.endings import Endings
from webapp.demo.first_months import FirstMonths
from webapp.demo.group_sessions import hold_group_sessions
from webapp.demo.messages import write_to_people
from webapp.demo.moves import wish_to_move
from webapp.demo.ordered_services import order_some
from webapp.demo.places import add_places
from webapp.demo.proposed_rounds import propose_rounds
from webapp.demo.referrals import Referrals
from webapp.demo.size import Size
from webapp.demo.stays import let_stay
from webapp.demo.stock import Home
from webapp.demo.story import Story
from webapp.demo.support import Support
from webapp.demo.van import bring_back_some
from webapp.demo.works import Works

NEXT_VISITS = 4
MADE_FROM = timedelta(weeks=20)  # before, nothing of a cadence is due
Tell = Callable[[str], None]
SOON = timedelta(minutes=30)


@dataclass(frozen=True)
class Others:
    """What the programmes beside the seniors' need: homes to move into, and how many persons."""

    homes: list[Home]
    size: Size


def live(
    story: Story, enrolled: list[Case], others: Others, *, since: datetime, tell: Tell
) -> None:
    """Let the year happen, up to the moment the demo starts."""
    works = Works(story)
    diary = Diary(story, works)
    FirstMonths(story, works).schedule(others.homes, others.size.young)
    Support(story, works).schedule(others.size.isolated)
    Checks(story, works, diary).schedule(others.size.residences, since + timedelta(days=1))
    Endings(story, enrolled).schedule()
    calls = Calls(story, diary)
    adaptations = Adaptations(story)
    works.beside.append(adaptations.follow)
    adaptations.schedule(enrolled, since - timedelta(hours=2))
    referrals = Referrals(story)
    works.beside.append(referrals.follow)
    referrals.schedule(enrolled)
    works.schedule_clock(since - timedelta(hours=3))
    to_call = enrolled[round(len(enrolled) * CALLED) :]
    _protect_one(story, to_call[-1], since)
    measure_adapted_homes(story, since)
    add_places(story, since)
    let_stay(story)
    ask_for_places(story)
    wish_to_move(story)
    note_budget(story, len(enrolled))
    hold_group_sessions(story)
    order_some(story, works)
    discuss_some(story)
    keep_days(story)
    propose_rounds(story)
    write_to_people(story, enrolled, since)
    bring_back_some(story)
    fill_bags(story, since)
    note_alerts(story, enrolled[: round(len(enrolled) * CALLED)], since)
    calls.schedule(enrolled, since=since)
    story.timeline.at(_monday(story.now - MADE_FROM), lambda at: _make_what_is_due(story, at))
    call_at = _last_calls_at(story.now)
    story.timeline.at(call_at, lambda at: _fill_next_days(story, calls, diary, to_call, at))
    story.timeline.run(story.now, tell=lambda at: tell(f"  {at:%Y-%m}"))


def _make_what_is_due(story: Story, now: datetime) -> None:
    """Do once a week what the job does every hour."""
    make_what_is_due(story.session, now=now)
    later = now + timedelta(days=7)
    if later >= story.now > now + timedelta(hours=2):
        later = story.now - timedelta(hours=1)
    story.timeline.at(later, lambda at: _make_what_is_due(story, at))


def _monday(at: datetime) -> datetime:
    day = day_of(at)
    return moment(day + timedelta(days=7 - day.weekday()), time(5))


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
