"""A tablet's clock is put right by ours; what cannot be true is not believed."""

from datetime import UTC, datetime, timedelta

import pytest

from visits.ground.clocks import put_right, read_moment, skew_of

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


def test_the_skew_is_the_tablets_time_less_ours() -> None:
    assert skew_of(NOW + TWO_HOURS, now=NOW) == TWO_HOURS
    assert skew_of(NOW - TWO_HOURS, now=NOW) == -TWO_HOURS


@pytest.mark.parametrize(
    "sent_at", [None, datetime(2026, 3, 10, 9, 30), datetime.max, datetime.min]
)
def test_a_time_that_was_not_told_gives_no_skew(sent_at: datetime | None) -> None:
    assert skew_of(sent_at, now=NOW) is None
    far = sent_at and sent_at.replace(tzinfo=UTC, year=9000)
    assert skew_of(far, now=NOW) is None


@pytest.mark.parametrize("skew", [TWO_HOURS, -TWO_HOURS, timedelta(days=-56 * 365)])
def test_a_moment_by_a_wrong_clock_is_put_right(skew: timedelta) -> None:
    right = put_right(NOW - timedelta(hours=1) + skew, skew=skew, now=NOW)
    assert right.at == NOW - timedelta(hours=1)
    assert right.believed


@pytest.mark.parametrize(
    "said",
    [NOW + timedelta(hours=1), NOW - timedelta(days=90), datetime.min.replace(tzinfo=UTC)],
    ids=["to come", "last year", "the year 1"],
)
def test_a_moment_beyond_belief_is_now_and_says_so(said: datetime) -> None:
    right = put_right(said, skew=timedelta(minutes=1), now=NOW)
    assert right.at == NOW
    assert not right.believed


def test_nothing_ended_later_than_it_came() -> None:
    assert put_right(NOW + timedelta(minutes=2), skew=None, now=NOW).at == NOW


def test_a_moment_without_a_zone_is_of_paris() -> None:
    moment = read_moment("2026-03-10T10:30:00")
    assert moment is not None
    assert moment.astimezone(UTC) == NOW
    assert read_moment("tomorrow") is None
