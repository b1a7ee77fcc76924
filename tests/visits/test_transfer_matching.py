"""Whom a home fits and why, what nobody knows of it, and who waits for one that falls free."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_person, make_residence, make_user, make_viewer
from tests.visits.housing import Office
from visits.ground.errors import Conflict, NotFound
from visits.homes.access import Demand
from visits.homes.matching import Needs
from visits.homes.traits import LEAVING
from visits.models.portfolio import Dwelling
from visits.models.traits import HomeTrait, TraitSource
from visits.models.transfers import TransferWish, WishState
from visits.people.protection import protect
from visits.sight.listing import Wanted
from visits.transfers.listing import awaited_homes, list_awaited, matches_of


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    return Office(session, now, make_user(session), make_person(session, last_name="MOREL"))


def test_a_wheelchair_user_is_never_proposed_a_third_floor_without_a_lift(office: Office) -> None:
    office.home("BAS")
    third = office.home("TROISIEME", 3)
    office.home("ASCENSEUR", 3, lift=True)
    office.home("INCONNU", None, lift=None)
    office.note(office.home("MARCHES"), "outside_steps", 4)
    wish = office.wish()
    assert office.found(wish) == ["ASCENSEUR", "BAS"]
    with pytest.raises(Conflict) as refused:
        office.offer(wish, third)
    assert refused.value.code == "home_never_for_these_needs"
    assert wish.state is WishState.WAITING


def test_whoever_asks_for_no_stairs_is_proposed_what_nobody_knows_but_no_stairs(
    office: Office,
) -> None:
    office.home("BAS")
    office.home("TROISIEME", 3)
    office.home("INCONNU", None, lift=None)
    assert office.found(office.wish(Needs(demands=(Demand.REACH,)))) == ["BAS", "INCONNU"]


def test_a_match_says_what_it_has_what_it_misses_and_what_nobody_knows(office: Office) -> None:
    home = office.home("PETIT", rooms=2)
    office.note(home, "outside_steps", 0)
    office.note(home, "inner_door", 700)
    needs = Needs(wheelchair=True, demands=(Demand.GRAB_BARS,), rooms=3, city="beauvais")
    viewer, wish = make_viewer(office.user), office.wish(needs)
    (found,) = matches_of(office.session, viewer, wish, today=office.now.date())
    assert (found.met, found.missing, found.unknown) == (
        ["reach", "no_steps", "shower", "city"], ["doors", "rooms"], ["grab_bars"],
    )  # fmt: skip


def test_what_misses_least_comes_first_and_what_is_let_not_at_all(office: Office) -> None:
    office.home("GRAND", rooms=4)
    office.home("PETIT", rooms=1)
    make_person(office.session, dwelling=office.home("LOUE", rooms=4, free=False))
    assert office.found(office.wish(Needs(rooms=3))) == ["GRAND", "PETIT"]


def test_a_home_of_which_nobody_knows_whether_it_is_let_is_not_proposed(office: Office) -> None:
    home, wish = office.home("INCONNU", free=False), office.wish()
    assert office.found(wish) == []
    with pytest.raises(Conflict) as refused:
        office.offer(wish, home)
    assert refused.value.code == "home_not_free"


def test_a_hidden_home_is_proposed_to_nobody_by_who_may_not_see_it(office: Office) -> None:
    home, wish = office.home("CACHE", free=False), office.wish()
    hidden = make_person(office.session, dwelling=home)
    office.note(home, "leaving", 1, office.now.date() + timedelta(days=20))
    protect(office.session, hidden, by=office.user.id, now=office.now)
    other = make_user(office.session)
    assert office.found(wish) == ["CACHE"]
    assert office.found(wish, other) == []
    with pytest.raises(NotFound):
        office.offer(wish, home, other)
    viewer = make_viewer(other)
    today = office.now.date()
    assert awaited_homes(office.session, viewer, homes=viewer, today=today) == []


def test_a_home_that_falls_free_tells_who_waits_for_it_the_longest_first(office: Office) -> None:
    home = office.home("BAS", free=False)
    make_person(office.session, dwelling=home)
    first, second = office.wish(), office.wish(person=make_person(office.session))
    second.asked_on -= timedelta(days=90)
    office.wish(Needs(rooms=9), make_person(office.session))
    viewer, today = make_viewer(office.user), office.now.date()

    def told() -> list[tuple[str, list[TransferWish]]]:
        found = awaited_homes(office.session, viewer, homes=viewer, today=today)
        return [(one.home.dwelling.reference, [w for w, _ in one.waiting]) for one in found]

    assert told() == []
    office.note(home, "leaving", 1, today + timedelta(days=30))
    assert told() == [("BAS", [second, first])]
    office.offer(second, home)
    assert told() == []


def test_no_home_that_falls_free_is_left_out_however_many_do(office: Office) -> None:
    house = make_residence(office.session, has_lift=False)
    fourth = {"residence_id": house.id, "landlord_id": house.landlord_id, "floor": 4}
    many = [
        Dwelling(id=uuid.UUID(int=number + 1), reference=f"H{number}", is_adapted=True, **fourth)
        for number in range(1_000)
    ]
    office.session.add_all(many)
    office.session.flush()
    freed = {"trait": LEAVING, "value": 1, "since": office.now.date(), "noted_at": office.now}
    office.session.add_all(
        HomeTrait(dwelling_id=home.id, noted_by_id=office.user.id, source=TraitSource.HAND, **freed)
        for home in many
    )
    office.home("BAS")
    wish = office.wish()
    assert office.found(wish) == ["BAS"]
    viewer, today = make_viewer(office.user), office.now.date()
    (told,) = awaited_homes(office.session, viewer, homes=viewer, today=today)
    assert told.home.dwelling.reference == "BAS"


def test_homes_that_fall_free_are_sorted_searched_and_shown_by_the_page(office: Office) -> None:
    soon = office.home("A-BIENTOT", free=False)
    make_person(office.session, dwelling=soon)
    office.note(soon, "leaving", 1, office.now.date() + timedelta(days=30))
    office.home("B-LIBRE")
    office.home("C-LIBRE")
    first = office.wish()
    first.asked_on -= timedelta(days=90)
    office.wish(Needs(rooms=1), make_person(office.session))
    viewer, today = make_viewer(office.user), office.now.date()

    def told(text: str = "", **asked: Any) -> tuple[list[str], int]:
        wanted = Wanted(**asked)
        listed = list_awaited(
            office.session, viewer, homes=viewer, text=text, wanted=wanted, today=today
        )
        return [one.home.dwelling.reference for one in listed.rows], listed.total

    assert told() == (["B-LIBRE", "C-LIBRE", "A-BIENTOT"], 3)
    assert told(sort="reference") == (["A-BIENTOT", "B-LIBRE", "C-LIBRE"], 3)
    assert told(sort="reference", descending=True)[0][0] == "C-LIBRE"
    assert told(sort="reference", page=2, size=2) == (["C-LIBRE"], 3)
    assert told("bientot") == (["A-BIENTOT"], 1)
