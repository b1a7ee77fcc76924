"""Wishes to move: offers and answers, each undone; the move itself ends one."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_person, make_user, make_viewer
from tests.visits.housing import WHEELCHAIR, Office
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.matching import Needs
from visits.life.arrivals import undo_arrival
from visits.life.deaths import record_death
from visits.life.endings import Told, give_back
from visits.life.merging import Chosen, merge_persons
from visits.life.moves import arrivals_in_file
from visits.models.life import HowTold
from visits.models.people import Occupancy
from visits.models.portfolio import Tenancy
from visits.models.transfers import OfferRefusal, TransferWish, WishState
from visits.people.protection import protect
from visits.sight import Reach
from visits.sight.listing import Wanted
from visits.transfers.listing import (
    ALL,
    WishFilter,
    awaited_homes,
    count_wishes,
    list_wishes,
)
from visits.transfers.offers import is_offered_too
from visits.transfers.wishes import (
    WishSaid,
    close_wish,
    find_wish,
    open_wish,
    reopen_wish,
    wishes_of,
)


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    return Office(session, now, make_user(session), make_person(session, last_name="MOREL"))


def test_a_wish_is_seen_with_its_person_and_by_nobody_through_a_mandate(office: Office) -> None:
    wish = office.wish()
    protect(office.session, office.person, by=office.user.id, now=office.now)
    other, session = make_user(office.session), office.session
    for viewer in (make_viewer(other), make_viewer(office.user, Reach.MANDATE)):
        assert count_wishes(session, viewer, only=WishFilter(ALL)) == 0
        with pytest.raises(NotFound):
            find_wish(session, viewer, wish.id)
    assert find_wish(session, make_viewer(office.user), wish.id) is wish


def test_an_offer_is_answered_and_a_refusal_has_its_reason(office: Office) -> None:
    home, wish = office.home("A"), office.wish()
    office.offer(wish, home)
    assert wish.state is WishState.OFFERED
    with pytest.raises(Invalid) as refused:
        office.answer(wish, "refused")
    assert set(refused.value.fields) == {"reason"}
    office.answer(wish, "refused", "too_far")
    assert (wish.state, wish.offers[0].reason) == (WishState.WAITING, OfferRefusal.TOO_FAR)
    office.offer(wish, home)
    office.answer(wish, "accepted")
    assert wish.state is WishState.ACCEPTED


def test_a_wish_is_done_by_the_move_to_the_home_that_was_accepted_and_not_before(
    office: Office,
) -> None:
    home, wish = office.home("A"), office.wish()
    office.offer(wish, home)
    office.answer(wish, "accepted")
    with pytest.raises(Conflict) as refused:
        office.close(wish, "done")
    assert refused.value.code == "has_not_moved_yet"
    moved = office.move_to(home)
    assert (wish.state, wish.is_open) == (WishState.DONE, False)
    undo_arrival(office.session, moved, by=office.user.id, now=office.now)
    assert wish.state is WishState.ACCEPTED


def test_who_accepted_after_she_had_moved_is_done_by_hand(office: Office) -> None:
    home, wish = office.home("A"), office.wish()
    office.offer(wish, home)
    office.move_to(home)
    office.answer(wish, "accepted")
    office.close(wish, "done")
    assert wish.state is WishState.DONE


def test_a_file_that_finds_her_in_the_home_she_accepted_ends_the_wish(office: Office) -> None:
    home, other, wish = office.home("A"), office.home("B"), office.wish()
    office.offer(wish, home)
    office.answer(wish, "accepted")
    told = Told(HowTold.IMPORT, office.user.id, office.now)
    for found, state in ((other, WishState.ACCEPTED), (home, WishState.DONE)):
        lease = Tenancy(dwelling_id=found.id)
        office.session.add(lease)
        office.session.flush()
        office.session.add(Occupancy(person_id=office.person.id, tenancy_id=lease.id))
        arrivals_in_file(office.session, {office.person.id: found.id}, told, on={})
        assert wish.state is state


def test_each_act_is_taken_back_the_latest_first(office: Office) -> None:
    home, wish = office.home("A"), office.wish()
    viewer = make_viewer(office.user)
    office.offer(wish, home)
    office.answer(wish, "accepted")
    office.close(wish, "withdrawn", "Reste chez elle")
    reopen_wish(office.session, wish, turn=wish.turn, viewer=viewer, now=office.now)
    assert wish.state is WishState.ACCEPTED
    office.back(wish)
    assert wish.state is WishState.OFFERED
    office.back(wish)
    assert (wish.state, wish.offers[0].withdrawn_by_id) == (WishState.WAITING, office.user.id)
    with pytest.raises(Conflict):
        office.back(wish)


def test_one_home_is_offered_to_one_and_one_person_has_one_wish(office: Office) -> None:
    home, wish = office.home("A"), office.wish()
    beside = office.wish(person=make_person(office.session))
    with pytest.raises(Conflict):
        office.wish()
    office.offer(wish, home)
    with pytest.raises(Conflict) as refused:
        office.offer(beside, home)
    assert refused.value.code == "home_is_offered"
    assert office.found(beside) == []
    office.back(wish)
    assert office.found(beside) == ["A"]
    office.offer(beside, home)


def test_a_home_on_offer_to_a_protected_person_is_free_to_who_is_not_named(office: Office) -> None:
    session, home, hers = office.session, office.home("A"), office.wish()
    other, eyes = make_user(session), make_viewer(office.user)
    beside = office.wish(person=make_person(session))
    office.offer(hers, home)
    protect(session, office.person, by=office.user.id, now=office.now)
    today, seeing = office.now.date(), make_viewer(other)
    (free,) = awaited_homes(session, seeing, homes=seeing, today=today)
    assert [one.reference for one, _ in free.waiting] == [beside.reference]
    assert (office.found(beside, other), office.found(beside)) == (["A"], [])
    with pytest.raises(Conflict):
        office.offer(beside, home)
    office.offer(beside, home, other)
    assert not is_offered_too(session, seeing, beside)
    assert is_offered_too(session, eyes, beside) and is_offered_too(session, eyes, hers)
    office.answer(hers, "refused", "too_far")
    assert not is_offered_too(session, eyes, beside)


def test_what_is_taken_back_promises_no_home_twice(office: Office) -> None:
    home, wish = office.home("A"), office.wish()
    beside = office.wish(person=make_person(office.session))
    office.offer(wish, home)
    office.answer(wish, "refused", "too_far")
    office.offer(beside, home)
    with pytest.raises(Conflict) as refused:
        office.back(wish)
    assert refused.value.code == "home_is_offered"
    assert wish.state is WishState.WAITING


def test_a_wish_that_goes_on_lets_go_of_a_home_offered_to_somebody_else_meanwhile(
    office: Office,
) -> None:
    home, wish, viewer = office.home("A"), office.wish(), make_viewer(office.user)
    office.offer(wish, home)
    office.close(wish, "withdrawn", "Reste chez elle")
    beside = office.wish(person=make_person(office.session))
    office.offer(beside, home)
    reopen_wish(office.session, wish, turn=wish.turn, viewer=viewer, now=office.now)
    assert (wish.state, wish.standing) == (WishState.WAITING, None)
    assert wish.offers[0].withdrawn_by_id == office.user.id
    told = Told(HowTold.PAGE, office.user.id, office.now)
    office.back(beside)
    office.offer(wish, home)
    event = record_death(office.session, office.person, on=office.now.date(), told=told)
    office.offer(beside, home)
    give_back(office.session, office.person, event.undo or {}, now=office.now)
    assert (wish.state, beside.state) == (WishState.WAITING, WishState.OFFERED)


def test_nobody_is_proposed_the_home_she_lives_in(office: Office) -> None:
    home = office.home("SIEN")
    office.move_to(home)
    office.note(home, "leaving", 1, office.now.date() + timedelta(days=20))
    assert office.found(office.wish()) == []
    viewer, today = make_viewer(office.user), office.now.date()
    assert awaited_homes(office.session, viewer, homes=viewer, today=today) == []


def test_whoever_died_wishes_nothing_and_no_wish_of_hers_goes_on(office: Office) -> None:
    wish, viewer = office.wish(), make_viewer(office.user)
    told = Told(HowTold.PAGE, office.user.id, office.now)
    record_death(office.session, office.person, on=office.now.date(), told=told)
    with pytest.raises(Conflict) as refused:
        office.wish()
    assert refused.value.code == "wish_of_who_died"
    with pytest.raises(Conflict):
        reopen_wish(office.session, wish, turn=wish.turn, viewer=viewer, now=office.now)


def test_two_files_of_one_person_that_both_wish_are_one_person_with_both(office: Office) -> None:
    session, viewer = office.session, make_viewer(office.user)
    other = make_person(session)
    wishes = [office.wish(), office.wish(person=other)]
    merge_persons(session, office.person, other, Chosen(), viewer=viewer, now=office.now)
    assert {one.id for one in wishes_of(session, viewer, office.person)} == {
        one.id for one in wishes
    }
    with pytest.raises(Conflict) as refused:
        office.wish()
    assert refused.value.code == "wish_already_open"


def test_of_two_who_act_at_once_the_second_is_told(office: Office) -> None:
    home, wish, viewer = office.home("A"), office.wish(), make_viewer(office.user)
    read = wish.turn
    office.offer(wish, home)
    with pytest.raises(Conflict) as refused:
        close_wish(
            office.session, wish, "withdrawn", why="x", turn=read, viewer=viewer, now=office.now
        )
    assert refused.value.code == "wish_changed_meanwhile"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (WishSaid([], WHEELCHAIR, date(2026, 3, 1)), "reasons"),
        (WishSaid(["moon"], WHEELCHAIR, date(2026, 3, 1)), "reasons"),
        (WishSaid(["stairs"], WHEELCHAIR, None), "asked_on"),
        (WishSaid(["stairs"], WHEELCHAIR, date(2027, 1, 1)), "asked_on"),
        (WishSaid(["stairs"], WHEELCHAIR, date(2001, 1, 1)), "asked_on"),
        (WishSaid(["stairs"], Needs(rooms=0), date(2026, 3, 1)), "rooms"),
        (WishSaid(["stairs"], WHEELCHAIR, date(2026, 3, 1), "x" * 501), "wish"),
    ],
)
def test_what_cannot_be_is_refused_by_field(office: Office, said: WishSaid, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_wish(
            office.session, office.person, said, viewer=make_viewer(office.user), now=office.now
        )
    assert set(refused.value.fields) == {field}


def test_a_wish_ends_with_the_person_and_goes_on_when_her_death_is_taken_back(
    office: Office,
) -> None:
    wish = office.wish()
    told = Told(HowTold.PAGE, office.user.id, office.now)
    event = record_death(office.session, office.person, on=office.now.date(), told=told)
    assert (wish.state, wish.closed_why) == (WishState.WITHDRAWN, "died")
    give_back(office.session, office.person, event.undo or {}, now=office.now)
    assert wish.state is WishState.WAITING


def test_wishes_are_listed_whoever_waits_longest_first_and_searched_by_name(
    office: Office,
) -> None:
    wish = office.wish()
    late = office.wish(person=make_person(office.session, last_name="ZOLA"))
    late.asked_on -= timedelta(days=9)
    viewer = make_viewer(office.user)

    def listed(**only: str) -> list[TransferWish]:
        wanted = Wanted(sort="asked")
        asked = WishFilter(**only)
        rows = list_wishes(office.session, viewer, only=asked, wanted=wanted)
        assert rows.total == count_wishes(office.session, viewer, only=asked)
        return list(rows.rows)

    assert listed() == [late, wish]
    assert listed(text="morel") == listed(text=wish.reference) == [wish]
    assert listed(text="...") == []
    office.close(late, "withdrawn", "Reste chez elle")
    assert (listed(), listed(state="withdrawn")) == ([wish], [late])
