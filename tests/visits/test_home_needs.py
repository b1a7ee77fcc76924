"""What a home must have for a person: noted, withdrawn, and what never is offered for it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.visits.housing import Office
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.access import Demand
from visits.homes.matching import CITY, FLOOR, RENT, ROOMS, Needs, match, never_for
from visits.homes.needs import (
    needs_of,
    note_needs,
    note_with,
    notes_of,
    put_needs_back,
    withdraw_needs,
)
from visits.homes.register import tell
from visits.models.needs import HomeNeeds, NeedSource
from visits.models.portfolio import Dwelling
from visits.models.stays import Place
from visits.people.protection import protect
from visits.stays.fitting import Fitting, fitting, home_today
from visits.stays.places import PlaceSaid, add_place


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    return Office(session, now, make_user(session), make_person(session, last_name="MOREL"))


def note(office: Office, needs: Needs, source: str = "herself", ago: int = 0) -> HomeNeeds:
    on, viewer = office.now.date() - timedelta(days=ago), make_viewer(office.user)
    return note_needs(
        office.session, office.person, needs, source=source, said_on=on, viewer=viewer,
        now=office.now,
    )  # fmt: skip


def standing(office: Office) -> Needs:
    return needs_of(office.session, office.person.id)


def place_in(office: Office, home: Dwelling, fee: int | None = 342_00) -> Place:
    since = office.now.date() - timedelta(days=90)
    said = PlaceSaid("room", "Chambre 1", "once", 12, fee, since)
    return add_place(office.session, home, said, viewer=make_viewer(office.user), now=office.now)


def found(office: Office) -> Fitting:
    eyes, today = make_viewer(office.user), office.now.date()
    return fitting(office.session, office.person, homes=eyes, places=eyes, today=today)


def test_what_did_not_change_keeps_who_said_it_and_when(office: Office) -> None:
    note(office, Needs(demands=(Demand.SHOWER,), rooms=2), ago=30)
    note(office, Needs(demands=(Demand.SHOWER,), rooms=3, city="Creil"), "professional")
    today, before = office.now.date(), office.now.date() - timedelta(days=30)
    assert standing(office).told == {
        "shower": ("herself", before),
        "rooms": ("professional", today),
        "city": ("professional", today),
    }


def test_what_was_withdrawn_lets_what_was_said_before_stand_and_counts_again(
    office: Office,
) -> None:
    note(office, Needs(rooms=2), ago=30)
    wrong, viewer = note(office, Needs(wheelchair=True)), make_viewer(office.user)
    with pytest.raises(Invalid):
        withdraw_needs(office.session, office.person, wrong.id, " ", viewer=viewer, now=office.now)
    why = "Sa voisine"
    withdraw_needs(office.session, office.person, wrong.id, why, viewer=viewer, now=office.now)
    assert (standing(office).wheelchair, standing(office).rooms) == (False, 2)
    assert [one.id for one in notes_of(office.session, office.person)][0] == wrong.id
    put_needs_back(office.session, office.person, wrong.id, viewer=viewer, now=office.now)
    assert standing(office).wheelchair
    with pytest.raises(Conflict, match="noted_not_withdrawn"):
        put_needs_back(office.session, office.person, wrong.id, viewer=viewer, now=office.now)
    with pytest.raises(NotFound):
        put_needs_back(
            office.session, make_person(office.session), wrong.id, viewer=viewer, now=office.now
        )


@pytest.mark.parametrize(
    ("needs", "source", "ago", "field"),
    [
        (Needs(rooms=0), "herself", 0, "rooms"),
        (Needs(floor=-1), "herself", 0, "floor"),
        (Needs(rent=9_999), "herself", 0, "rent"),
        (Needs(city="x" * 101), "herself", 0, "city"),
        (Needs(), "", 0, "source"),
        (Needs(), "carried", 0, "source"),
        (Needs(), "herself", -1, "said_on"),
        (Needs(), "herself", 4_000, "said_on"),
    ],
)
def test_what_nobody_can_need_so_is_refused_by_its_field(
    office: Office, needs: Needs, source: str, ago: int, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        note(office, needs, source, ago)
    assert set(refused.value.fields) == {field}


def test_a_day_before_the_latest_is_refused_as_it_would_count_for_nothing(office: Office) -> None:
    note(office, Needs(rooms=2), ago=1)
    with pytest.raises(Invalid) as refused:
        note(office, Needs(rooms=3), ago=2)
    assert refused.value.fields == {"said_on": "needs_told_later"}
    office.person.died_on = office.now.date()
    with pytest.raises(Conflict, match="needs_of_who_died"):
        note(office, Needs())


def test_a_request_that_asked_nothing_lets_what_stands_stand(office: Office) -> None:
    viewer = make_viewer(office.user)
    note(office, Needs(wheelchair=True))
    note_with(office.session, office.person, None, viewer=viewer, now=office.now)
    note_with(office.session, office.person, Needs(wheelchair=True), viewer=viewer, now=office.now)
    assert standing(office).wheelchair and len(notes_of(office.session, office.person)) == 1
    note_with(office.session, office.person, Needs(rooms=2), viewer=viewer, now=office.now)
    assert standing(office) == Needs(rooms=2, musts=frozenset())


def test_what_came_over_counts_together_until_somebody_notes_her_needs(office: Office) -> None:
    old: list[dict[str, Any]] = [
        {"wheelchair": False, "demands": ["reach"], "rooms": 2, "city": "Creil"},
        {"wheelchair": True, "demands": [], "rooms": 3, "city": ""},
    ]
    for said in old:
        office.session.add(
            HomeNeeds(
                person_id=office.person.id, said=said, source=NeedSource.CARRIED,
                said_on=office.now.date(), noted_at=office.now, noted_by_id=office.user.id,
            )
        )  # fmt: skip
    office.session.flush()
    both = standing(office)
    assert (both.wheelchair, both.rooms, both.city, both.hard) == (
        True, 3, "Creil", frozenset({"reach", "no_steps"}),
    )  # fmt: skip
    note(office, Needs(rooms=1))
    assert (standing(office).wheelchair, standing(office).rooms) == (False, 1)


@pytest.mark.parametrize(
    ("needs", "never"),
    [
        (Needs(rooms=2), []),
        (Needs(rooms=2, musts=frozenset({ROOMS})), [ROOMS]),
        (Needs(floor=1, musts=frozenset({FLOOR})), [FLOOR]),
        (Needs(floor=2, rent=342, musts=frozenset({FLOOR, RENT})), []),
        (Needs(rent=341, musts=frozenset({RENT})), [RENT]),
        (Needs(city="Amiens", musts=frozenset({CITY})), [CITY]),
        (Needs(demands=(Demand.REACH,)), ["reach"]),
        (Needs(demands=(Demand.REACH,), musts=frozenset()), []),
        (Needs(demands=(Demand.GRAB_BARS,), musts=frozenset({"grab_bars"})), []),
        (Needs(distance=300, pets=True, musts=frozenset({"distance", "pets"})), []),
    ],
)
def test_a_place_that_misses_a_must_is_never_for_her_and_what_nobody_knows_may_be(
    office: Office, needs: Needs, never: list[str]
) -> None:
    house = make_residence(office.session, has_lift=False)
    home = make_dwelling(office.session, residence=house, floor=2, rooms=4)
    told = tell(office.session, [home.id], today=office.now.date())[home.id]
    assert never_for(needs, told, place_in(office, home)) == never


def test_pets_and_shops_are_met_missed_or_known_to_nobody(office: Office) -> None:
    house = make_residence(office.session, service_distance=250)
    home = make_dwelling(office.session, residence=house)
    asked = Needs(distance=300, pets=True)

    def compared() -> tuple[Any, ...]:
        told = tell(office.session, [home.id], today=office.now.date())[home.id]
        one = match(asked, told)
        return one.met, one.missing, one.unknown

    assert compared() == (["distance"], [], ["pets"])
    office.note(home, "pets", 0)
    house.service_distance = 900
    office.session.flush()
    assert compared() == ([], ["distance", "pets"], [])


def test_homes_and_places_stand_together_and_what_misses_a_must_is_counted_alone(
    office: Office,
) -> None:
    office.home("BAS", rooms=1)
    office.home("HAUT", 3, rooms=4)
    place_in(office, office.home("RESIDENCE", rooms=4))
    note(office, Needs(demands=(Demand.REACH,), rooms=2))
    told = found(office)
    assert [(one.home.dwelling.reference, one.place is None) for one in told.matches] == [
        ("BAS", True), ("RESIDENCE", False),
    ]  # fmt: skip
    assert (told.never, dict(told.missed)) == (1, {"reach": 1})


def test_nothing_is_counted_of_a_home_that_the_reader_may_not_see(office: Office) -> None:
    high = office.home("HAUT", 3, free=False)
    hidden = make_person(office.session, dwelling=high)
    office.note(high, "leaving", 1, office.now.date() + timedelta(days=20))
    note(office, Needs(demands=(Demand.REACH,)))
    assert found(office).never == 1
    protect(office.session, hidden, by=make_user(office.session).id, now=office.now)
    assert (found(office).never, found(office).matches) == (0, [])


def test_the_home_she_lives_in_is_compared_for_who_may_see_it(office: Office) -> None:
    home = office.home("CHEZ-ELLE", 3, free=False)
    person = make_person(office.session, dwelling=home)
    eyes, today = make_viewer(office.user), office.now.date()
    note_with(
        office.session, person, Needs(demands=(Demand.REACH, Demand.SHOWER)), viewer=eyes,
        now=office.now,
    )  # fmt: skip
    at_home = home_today(office.session, eyes, person, today=today)
    assert at_home and (at_home.met, at_home.missing) == (["shower"], ["reach"])
    protect(office.session, person, by=make_user(office.session).id, now=office.now)
    assert home_today(office.session, eyes, person, today=today) is None
