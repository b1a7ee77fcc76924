"""Places of a residence: what is one, what it costs, for how long; withdrawn and put back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_user, make_viewer
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import User
from visits.models.portfolio import Dwelling
from visits.models.stays import Place
from visits.sight import Reach
from visits.sight.listing import Wanted
from visits.stays.place_list import ALL, WITHDRAWN, PlaceFilter, count_to_stay_in, list_places
from visits.stays.places import (
    PlaceSaid,
    add_place,
    change_place,
    find_place,
    put_place_back,
    withdraw_place,
)


class House:
    """A coordinator and one dwelling of her stock."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.user: User = make_user(session)
        self.home: Dwelling = make_dwelling(session)
        self.viewer = make_viewer(self.user)
        self.room = PlaceSaid("room", "Chambre 1", "once", 12, 412_50, now.date())

    def add(self, said: PlaceSaid, home: Dwelling | None = None) -> Place:
        home = home or self.home
        return add_place(self.session, home, said, viewer=self.viewer, now=self.now)

    def change(self, place: Place, said: PlaceSaid, *, turn: int) -> None:
        change_place(self.session, place, said, turn=turn, viewer=self.viewer, now=self.now)

    def withdraw(self, place: Place, why: str = "Devenue bureau") -> None:
        withdraw_place(self.session, place, why, turn=place.turn, viewer=self.viewer, now=self.now)

    def names(self, state: str = "standing") -> list[str]:
        only = PlaceFilter(self.home.residence_id, state)
        today = self.now.date()
        listed = list_places(self.session, self.viewer, only=only, wanted=Wanted(), today=today)
        return [one.place.name for one in listed.rows]


@pytest.fixture
def house(session: Session, now: datetime) -> House:
    return House(session, now)


def test_a_common_room_is_listed_and_is_no_place_to_stay_in(house: House) -> None:
    house.add(house.room)
    house.add(PlaceSaid("common", "Salon", since_on=house.now.date()))
    assert house.names() == ["Chambre 1", "Salon"]
    assert count_to_stay_in(house.session, house.viewer, house.home.residence_id) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "castle"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"contract": ""}, "contract"),
        ({"contract": "permanent"}, "months"),
        ({"months": None}, "months"),
        ({"months": 37}, "months"),
        ({"fee": -1}, "fee"),
        ({"fee": 500_001}, "fee"),
        ({"since_on": None}, "since_on"),
        ({"kind": "common", "contract": "", "months": None}, "fee"),
        ({"kind": "caretaker", "fee": None, "months": None}, "contract"),
    ],
)
def test_what_no_place_can_be_is_refused_by_its_field(
    house: House, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        house.add(replace(house.room, **changed))  # type: ignore[arg-type]
    assert set(refused.value.fields) == {field}


def test_a_place_of_a_day_too_far_ahead_is_refused(house: House) -> None:
    with pytest.raises(Invalid):
        house.add(replace(house.room, since_on=house.now.date() + timedelta(days=400)))


def test_what_takes_up_its_dwelling_has_nothing_beside_it_and_no_name_is_used_twice(
    house: House,
) -> None:
    whole = PlaceSaid("flat", "Logement", "permanent", None, 500_00, house.now.date())
    house.add(house.room)
    for said, why in ((house.room, "place_name_taken"), (whole, "place_whole_dwelling")):
        with pytest.raises(Conflict) as refused:
            house.add(said)
        assert refused.value.code == why
    beside = make_dwelling(house.session, residence=house.home.residence, reference="L2")
    house.add(whole, beside)
    with pytest.raises(Conflict):
        house.add(house.room, beside)


def test_a_place_withdrawn_stays_readable_and_counts_again_when_it_is_put_back(
    house: House,
) -> None:
    place, read = house.add(house.room), 0
    with pytest.raises(Invalid):
        house.withdraw(place, " ")
    house.withdraw(place)
    assert (house.names(), house.names(WITHDRAWN)) == ([], ["Chambre 1"])
    assert find_place(house.session, house.viewer, place.id).withdrawn_why == "Devenue bureau"
    with pytest.raises(Conflict) as refused:
        put_place_back(house.session, place, turn=read)
    assert refused.value.code == "place_changed_meanwhile"
    put_place_back(house.session, place, turn=place.turn)
    assert house.names() == house.names(ALL) == ["Chambre 1"]


def test_a_place_is_not_put_back_where_another_took_its_room(house: House) -> None:
    place = house.add(house.room)
    house.withdraw(place)
    house.add(house.room)
    with pytest.raises(Conflict):
        put_place_back(house.session, place, turn=place.turn)


def test_a_change_of_what_was_read_before_somebody_else_changed_it_is_refused(
    house: House,
) -> None:
    place = house.add(house.room)
    dearer = replace(house.room, name="Chambre bleue", fee=430_00)
    house.change(place, dearer, turn=0)
    with pytest.raises(Conflict):
        house.change(place, dearer, turn=0)
    assert (place.name, place.fee, place.changed_by_id) == (
        "Chambre bleue",
        430_00,
        house.user.id,
    )
    with pytest.raises(Invalid):
        house.change(place, replace(dearer, kind="studio"), turn=place.turn)


def test_a_place_is_seen_with_its_dwelling(house: House) -> None:
    place = house.add(house.room)
    for reach in (Reach.ORGANISATION, Reach.OWN, Reach.TERRITORY):
        with pytest.raises(NotFound):
            find_place(house.session, make_viewer(house.user, reach), place.id)
