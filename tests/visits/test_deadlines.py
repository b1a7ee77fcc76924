"""By when: on French time, holidays and daylight saving included."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from diagnostics.delays import parse_delay
from visits.ground.deadlines import due_at, due_when_open


@pytest.mark.parametrize(
    ("start", "delay", "due"),
    [
        ("2026-03-10T09:30", "4h", "2026-03-10T13:30"),
        ("2026-03-28T20:00", "24h", "2026-03-29T20:00"),
        ("2026-03-10T09:30", "2d", "2026-03-12T17:00"),
        ("2026-03-28T09:30", "2d", "2026-03-30T16:00"),
        ("2026-03-06T09:30", "5wd", "2026-03-13T17:00"),
        ("2026-04-03T09:30", "1wd", "2026-04-07T16:00"),  # Easter Monday is 6 April
        ("2026-12-31T09:30", "1wd", "2027-01-04T17:00"),
        ("2026-01-31T09:30", "1m", "2026-02-28T17:00"),
        ("2026-08-31T22:30", "6m", "2027-03-01T17:00"),  # already 1 September in Paris
        ("2026-03-10T09:30", "12m", "2027-03-10T17:00"),
    ],
)
def test_a_delay_ends_when_a_french_calendar_says(start: str, delay: str, due: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert due_at(begun, delay) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "delay", "due"),
    [
        ("2026-03-10T09:30", "2d", "2026-03-12T17:00"),
        ("2026-08-14T09:30", "2d", "2026-08-17T16:00"),  # Sunday
        ("2026-08-13T09:30", "2d", "2026-08-17T16:00"),  # Assumption, a Saturday
        ("2026-06-11T09:30", "1m", "2026-07-13T16:00"),  # Saturday
        ("2026-04-14T09:30", "1m", "2026-05-18T16:00"),  # Ascension, then a closed Friday
        ("2026-03-06T09:30", "48h", "2026-03-09T17:00"),
        ("2026-03-10T09:30", "48h", "2026-03-12T09:30"),
        ("2026-03-06T09:30", "5wd", "2026-03-13T17:00"),
    ],
)
def test_nothing_that_can_wait_ends_on_a_day_nobody_works(start: str, delay: str, due: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=UTC)
    ends = due_when_open(begun, delay, closed={date(2026, 5, 15)})
    assert ends == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_delay_is_of_a_thousand_at_most() -> None:
    assert parse_delay("1000d").amount == 1000
    with pytest.raises(ValueError, match="1001d"):
        parse_delay("1001d")


def test_no_day_is_read_off_a_moment_in_utc() -> None:
    """A moment is kept in UTC: its day is that of Paris, by `today_in_paris`."""
    utc = re.compile(r"(_at|\bat|\bnow|now\(\))\.date\(\)|date\.today\(|utcnow\(|datetime\.now\(\)")
    house = Path(__file__).parents[2]
    rooms = ("visits", "webapp", "maps", "diagnostics")
    files = [one for room in rooms for one in (house / room).rglob("*.py")]
    ours = [one for one in files if not {"demo", "frontend"} & set(one.parts)]
    found = [f"{one.name}: {said[0]}" for one in ours for said in utc.finditer(one.read_text())]
    assert (len(ours) > 500, found) == (True, [])
