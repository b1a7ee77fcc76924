"""When a programme's cadences fall due in a case."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from visits.cases.cadences import Past, Told, Turn, turns
from visits.programmes import Cadence

OPENED = date(2026, 3, 4)  # a Wednesday
NAME = {"fr": "Visite", "en": "Visit"}
WEEKLY = Cadence("weekly", NAME, "visit", every="7d")
YEARLY = Cadence("yearly", NAME, "visit", after="first", first_in="12m", every="12m")


def due(cadence: Cadence, told: Told, today: date, *, ahead: int = 21) -> list[date]:
    found = turns(cadence, told, today=today, until=today + timedelta(days=ahead))
    return [turn.due_on for turn in found]


def test_a_week_has_one_turn_and_the_near_future_a_few() -> None:
    found = turns(WEEKLY, Told(OPENED), today=OPENED, until=OPENED + timedelta(days=20))
    assert found == [
        Turn(date(2026, 3, 5), date(2026, 3, 11)),
        Turn(date(2026, 3, 12), date(2026, 3, 18)),
        Turn(date(2026, 3, 19), date(2026, 3, 25)),
    ]


def test_what_was_made_is_not_made_again() -> None:
    told = Told(OPENED, {"weekly": Past(made=3, open=3, last_due_on=date(2026, 3, 25))})
    assert due(WEEKLY, told, OPENED + timedelta(days=7)) == [date(2026, 4, 1)]


def test_of_turns_that_passed_unmade_only_the_latest_is_made() -> None:
    assert due(WEEKLY, Told(OPENED), date(2026, 6, 1), ahead=0) == [
        date(2026, 5, 27),
        date(2026, 6, 3),
    ]


def test_what_is_too_late_by_its_grace_is_not_made() -> None:
    strict = replace(WEEKLY, grace="2d")
    assert due(strict, Told(OPENED), date(2026, 6, 1), ahead=0) == [date(2026, 6, 3)]


def test_months_never_drift_to_a_shorter_ones_last_day() -> None:
    monthly = Cadence("monthly", NAME, "visit", every="1m")
    told = Told(date(2026, 1, 31))
    assert due(monthly, told, date(2026, 2, 1), ahead=70)[:3] == [
        date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30),
    ]  # fmt: skip


def test_a_cadence_of_some_months_skips_the_others_and_comes_back() -> None:
    heat = replace(WEEKLY, months=(7, 8))
    assert due(heat, Told(OPENED), date(2026, 5, 1)) == []
    in_june = due(heat, Told(OPENED), date(2026, 6, 25))
    assert in_june[0] == date(2026, 7, 1)
    assert due(heat, Told(OPENED), date(2026, 8, 28)) == [date(2026, 8, 26)]
    past = Past(made=9, last_due_on=date(2026, 8, 26))
    assert due(heat, Told(OPENED, {"weekly": past}), date(2027, 6, 25))[0] == date(2027, 7, 7)


def test_a_weekday_is_the_next_of_its_kind() -> None:
    on_fridays = replace(WEEKLY, weekdays=(5,))
    assert due(on_fridays, Told(OPENED), OPENED, ahead=12) == [date(2026, 3, 13), date(2026, 3, 20)]


def test_a_pause_has_no_turn_and_what_comes_after_it_has() -> None:
    told = Told(OPENED, pauses=[(date(2026, 3, 10), date(2026, 3, 20))])
    assert due(WEEKLY, told, OPENED) == [date(2026, 3, 25)]


def test_the_yearly_visit_waits_for_the_first_and_counts_from_it() -> None:
    assert due(YEARLY, Told(OPENED), date(2027, 6, 1)) == []
    told = Told(OPENED, {"first": Past(made=1, first_done_on=date(2026, 5, 6))})
    assert due(YEARLY, told, date(2026, 6, 1), ahead=300) == [date(2027, 5, 6)]


def test_an_entry_counts_from_the_day_she_moved_in_or_from_the_opening() -> None:
    first = Cadence("first", NAME, "visit", after="entry", first_in="1m", grace="2m")
    moved_in = Told(OPENED, entered_on=date(2026, 2, 20))
    assert due(first, moved_in, OPENED, ahead=60) == [date(2026, 3, 20)]
    assert due(first, Told(OPENED), OPENED, ahead=60) == [date(2026, 4, 4)]
    assert due(first, replace(moved_in, entered_on=date(2025, 6, 2)), OPENED, ahead=60) == []
    made = {"first": Past(made=1, open=1, last_due_on=date(2026, 3, 20))}
    corrected = Told(OPENED, made, entered_on=date(2026, 3, 1))
    assert due(first, corrected, OPENED, ahead=60) == []


def test_what_counts_from_the_last_time_waits_until_it_was_done() -> None:
    again = Cadence("again", NAME, "check", after="done", first_in="1m", every="3m")
    assert due(again, Told(OPENED), OPENED, ahead=300) == [date(2026, 4, 4)]
    waiting = Past(made=1, open=1, last_due_on=date(2026, 4, 4))
    assert due(again, Told(OPENED, {"again": waiting}), date(2026, 9, 1), ahead=300) == []
    done = replace(waiting, open=0, last_closed_on=date(2026, 5, 20))
    assert due(again, Told(OPENED, {"again": done}), date(2026, 9, 1), ahead=0) == [
        date(2026, 8, 20)
    ]


def test_so_many_times_and_no_more() -> None:
    twice = replace(WEEKLY, until=2)
    assert len(due(twice, Told(OPENED), OPENED, ahead=90)) == 2
    past = Past(made=2, last_due_on=date(2026, 3, 18))
    assert due(twice, Told(OPENED, {"weekly": past}), date(2026, 3, 20)) == []


def test_once_is_once() -> None:
    once = Cadence("first", NAME, "visit", first_in="1m")
    found = turns(once, Told(OPENED), today=OPENED, until=OPENED)
    assert found == [Turn(OPENED, date(2026, 4, 4))]
    past = Past(made=1, last_due_on=date(2026, 4, 4))
    assert due(once, Told(OPENED, {"first": past}), date(2027, 1, 1)) == []


@pytest.mark.slow
@pytest.mark.parametrize("every", ["1d", "7d", "5wd", "1m", "12m"])
def test_making_them_day_by_day_makes_each_once_and_misses_none(every: str) -> None:
    """However often the job runs, what it makes is the same."""
    cadence = Cadence("any", NAME, "visit", every=every)
    made: list[date] = []
    for day in range(500):
        today = OPENED + timedelta(days=day)
        last = made[-1] if made else None
        told = Told(OPENED, {"any": Past(made=len(made), last_due_on=last)})
        made += due(cadence, told, today, ahead=10)
    at_once = turns(cadence, Told(OPENED), today=OPENED, until=OPENED + timedelta(days=509))
    assert made == [turn.due_on for turn in at_once]
    assert len(set(made)) == len(made)
