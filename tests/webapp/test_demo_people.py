"""Whom and what the demo makes up, before anybody lives it."""

from datetime import UTC, date, datetime
from random import Random

from visits.ground.deadlines import age_on
from webapp.demo import Size
from webapp.demo.calendar import working_days, working_days_after
from webapp.demo.people import make_seniors
from webapp.demo.photos import KINDS, photo
from webapp.demo.stock import make_stock
from webapp.demo.towns import read_towns

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def test_the_stock_is_the_same_each_time_and_stands_in_the_oise() -> None:
    towns = read_towns()
    first, second = (make_stock(Random(3), towns, Size(dwellings=700)) for _ in range(2))
    assert first == second
    assert len(first) == 700
    assert len({home.reference for home in first}) == 700
    for home in first:
        assert 48.9 < home.building.lat < 49.8
        assert 1.6 < home.building.lon < 3.2
        assert home.floor <= home.building.storeys
    addresses = {(h.building.address, h.building.town.postcode) for h in first}
    assert len(addresses) == len({home.building.reference for home in first})


def test_seniors_are_seventy_or_over_and_couples_share_a_home_and_a_name() -> None:
    homes = make_stock(Random(3), read_towns(), Size(dwellings=700))
    today = date(2025, 3, 11)
    seniors = make_seniors(Random(4), homes, Size(700, 300, 100), today=today)
    assert len(seniors) == 300
    assert all(70 <= age_on(today, born=senior.born_on) <= 99 for senior in seniors)
    households: dict[str, set[str]] = {}
    for senior in seniors:
        households.setdefault(senior.home.reference, set()).add(senior.last_name)
        assert senior.moved_in_on < today
    assert all(len(names) == 1 for names in households.values())
    assert len(households) < 300


def test_working_days_leave_out_weekends_and_public_holidays() -> None:
    assert working_days(date(2026, 7, 10), date(2026, 7, 15)) == [
        date(2026, 7, 10),
        date(2026, 7, 13),
        date(2026, 7, 15),
    ]
    assert working_days_after(date(2026, 5, 7), 1) == date(2026, 5, 11)


def test_the_drawn_photos_are_small_pictures() -> None:
    pictures = {photo(kind) for kind in range(KINDS)}
    assert len(pictures) == KINDS
    assert all(picture.startswith(b"\x89PNG") and len(picture) < 20_000 for picture in pictures)
