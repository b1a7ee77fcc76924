"""Who is in which place on a day, and the place-days of a period: by days, and by what one sees."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_person, make_user, make_viewer
from tests.visits.test_stays import ROOM, Hall
from visits.models.stays import Place, Stay
from visits.people.protection import protect
from visits.sight import Viewer
from visits.stays.occupancy import Occupancy, Period, occupancy
from visits.stays.places import PlaceSaid, withdraw_place
from visits.stays.stays import withdraw_stay


@pytest.fixture
def hall(session: Session, now: datetime) -> Hall:
    """Two rooms and a common room, a place for 900 days."""
    hall = Hall(session, now)
    hall.place(replace(ROOM, name="Chambre 2"))
    hall.place(PlaceSaid("common", "Salon"))
    return hall


def second(hall: Hall) -> Place:
    """Give the second room."""
    return hall.session.scalars(select(Place).where(Place.name == "Chambre 2")).one()


def seen(hall: Hall, days_ago: int, viewer: Viewer | None = None) -> Occupancy:
    """Compute the occupancy of some days ago, and of the hundred days up to today."""
    period = Period(hall.ago(99), hall.today)
    day = hall.ago(days_ago)
    return occupancy(hall.session, viewer or hall.viewer, hall.house.id, day=day, period=period)


def test_place_days_are_those_of_the_stays_counted_another_way(hall: Hall) -> None:
    first = hall.begin(on=hall.ago(49))
    hall.end(first, hall.ago(9))
    hall.begin(who=make_person(hall.session), on=hall.ago(4))
    hall.begin(second(hall), make_person(hall.session), on=hall.ago(400))
    found = seen(hall, 0)
    assert (found.taken, found.free) == (2, 0)
    assert (found.filled, found.days) == (40 + 5 + 100, 200)
    assert found.rate == 145 / 200
    stays = hall.session.execute(select(Stay.from_on, Stay.ended_on)).all()
    days = [hall.ago(number) for number in range(100)]
    there = [(began <= day, ended is None or day < ended) for began, ended in stays for day in days]
    assert sum(all(one) for one in there) == found.filled


def test_the_day_one_leaves_the_place_is_free(hall: Hall) -> None:
    stay = hall.begin(on=hall.ago(49))
    hall.end(stay, hall.ago(9))
    taken = [seen(hall, days_ago).taken for days_ago in (50, 49, 10, 9)]
    assert taken == [0, 1, 1, 0]


def test_a_place_withdrawn_counts_up_to_that_day_and_a_stay_withdrawn_fills_none(
    hall: Hall,
) -> None:
    stay = hall.begin(on=hall.ago(9))
    withdraw_stay(hall.session, stay, "Autre dossier", turn=0, viewer=hall.viewer, now=hall.now)
    withdraw_place(hall.session, hall.room, "Bureau", turn=0, viewer=hall.viewer, now=hall.now)
    found = seen(hall, 0)
    assert (found.taken, found.free, found.filled, found.days) == (0, 1, 0, 99 + 100)


def test_a_residence_without_places_has_no_rate(hall: Hall) -> None:
    period = Period(hall.ago(3000), hall.ago(2000))
    found = occupancy(hall.session, hall.viewer, hall.house.id, day=hall.today, period=period)
    assert (found.days, found.rate) == (0, None)


def test_the_place_of_a_protected_person_is_in_no_count_of_who_may_not_see_her(
    hall: Hall,
) -> None:
    hall.begin(on=hall.ago(9))
    hall.begin(second(hall), make_person(hall.session), on=hall.ago(9))
    other = make_viewer(make_user(hall.session))
    assert seen(hall, 0, other).taken == 2
    protect(hall.session, hall.person, by=hall.user.id, now=hall.now)
    found = seen(hall, 0, other)
    assert (found.taken, found.free, found.filled, found.days) == (1, 0, 10, 100)
    assert seen(hall, 0).taken == 2
