"""The wall against guessed passwords: high for strangers, never in the way of the rightful one."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from visits.accounts.sign_in_wall import (
    TRIES_FROM_A_PLACE,
    TRIES_FROM_EVERYWHERE,
    TRIES_OF_A_PLACE,
    WINDOW,
    Place,
    forget_old_tries,
    forget_tries,
    forget_tries_of,
    note_try,
    refuse_if_walled,
)
from visits.ground.errors import TooManyTries

EMAIL = "quelquun@palier.example"
HERE, ELSEWHERE, KNOWN = Place("192.0.2.7"), Place("198.51.100.9"), Place("browser x", known=True)


def fail(session: Session, times: int, now: datetime, *, place: Place, email: str = EMAIL) -> None:
    for _ in range(times):
        refuse_if_walled(session, email, place=place, now=now)
        note_try(session, email, place=place, now=now)


def walled(session: Session, now: datetime, *, place: Place, email: str = EMAIL) -> bool:
    try:
        refuse_if_walled(session, email, place=place, now=now)
    except TooManyTries:
        return True
    return False


def test_wrong_passwords_slow_down_where_they_come_from_and_time_forgives(
    session: Session, now: datetime
) -> None:
    fail(session, TRIES_FROM_A_PLACE, now, place=HERE)
    assert walled(session, now, place=HERE, email=EMAIL.upper())
    assert not walled(session, now, place=HERE, email="autre@palier.example")
    assert not walled(session, now, place=ELSEWHERE)
    assert not walled(session, now + WINDOW + timedelta(seconds=1), place=HERE)


def test_many_places_together_are_walled_and_a_known_one_is_not(
    session: Session, now: datetime
) -> None:
    for number in range(TRIES_FROM_EVERYWHERE // TRIES_FROM_A_PLACE):
        fail(session, TRIES_FROM_A_PLACE, now, place=Place(f"203.0.113.{number}"))
    assert walled(session, now, place=ELSEWHERE)
    assert not walled(session, now, place=KNOWN)


def test_one_place_that_tries_many_addresses_is_walled_and_known_ones_beside_it_are_not(
    session: Session, now: datetime
) -> None:
    for number in range(TRIES_OF_A_PLACE):
        fail(session, 1, now, place=HERE, email=f"a{number}@palier.example")
    assert walled(session, now, place=HERE)
    assert not walled(session, now, place=KNOWN)


def test_a_known_place_has_a_wall_of_its_own(session: Session, now: datetime) -> None:
    fail(session, TRIES_FROM_A_PLACE, now, place=KNOWN)
    assert walled(session, now, place=KNOWN)


def test_a_good_password_forgets_the_wrong_ones_of_its_place(
    session: Session, now: datetime
) -> None:
    for place in (HERE, ELSEWHERE):
        fail(session, TRIES_FROM_A_PLACE, now, place=place)
    assert forget_tries(session, EMAIL.upper(), place=HERE) == TRIES_FROM_A_PLACE
    assert [walled(session, now, place=place) for place in (HERE, ELSEWHERE)] == [False, True]
    assert forget_tries_of(session, EMAIL) == TRIES_FROM_A_PLACE


def test_what_no_longer_counts_is_forgotten(session: Session, now: datetime) -> None:
    fail(session, 2, now, place=HERE)
    assert forget_old_tries(session, now=now) == 0
    assert forget_old_tries(session, now=now + WINDOW) == 2


def test_the_address_of_a_stranger_is_not_kept(session: Session, now: datetime) -> None:
    note_try(session, "secret@palier.example", place=HERE, now=now)
    row = session.execute(text("SELECT * FROM failed_sign_in")).one()
    assert "secret" not in str(row)
    assert HERE.name not in str(row)


def test_a_clock_put_back_keeps_nobody_waiting(session: Session, now: datetime) -> None:
    fail(session, TRIES_FROM_A_PLACE, now, place=HERE)
    back = now - timedelta(hours=1)
    assert not walled(session, back, place=HERE)
    fail(session, TRIES_FROM_A_PLACE, back, place=HERE)
    assert walled(session, back, place=HERE)
