"""A commission asks for an adaptation; it is taken back while nothing followed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer
from visits.adaptations.asking import NOT_ASKED, ask_for, asked_by, commission_of, take_request_back
from visits.adaptations.commissions import call_commission, close_minutes
from visits.adaptations.files import Request, home_to_adapt, open_by_hand
from visits.adaptations.funding import QuoteSaid, add_quote
from visits.adaptations.moving import latest_move, move_file, take_move_back
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.adaptations import AdaptationFile, Asked, Step
from visits.models.commissions import Commission
from visits.models.people import Person
from visits.people.protection import protect
from visits.sight import Viewer


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def held(session: Session, viewer: Viewer, now: datetime) -> Commission:
    return call_commission(session, now.date() - timedelta(days=2), viewer=viewer, now=now)


@pytest.fixture
def person(session: Session) -> Person:
    return make_case(session, by=make_user(session)).person


def asked(
    session: Session, held: Commission, person: Person, viewer: Viewer, now: datetime
) -> AdaptationFile:
    home = home_to_adapt(session, person)
    return ask_for(session, held, person, home, "shower", " Seule. ", viewer=viewer, now=now)


def test_what_a_commission_asks_for_is_a_file_of_its_day_linked_both_ways(
    session: Session, viewer: Viewer, held: Commission, person: Person, now: datetime
) -> None:
    file = asked(session, held, person, viewer, now)
    assert (file.asked, file.asked_on, file.wish) == (Asked.COMMISSION, held.held_on, "Seule.")
    assert asked_by(session, viewer, held) == [file]
    assert commission_of(session, viewer, file) is held
    stranger = make_viewer(make_user(session, organisation="Mutuelle"))
    assert commission_of(session, stranger, file) is None
    with pytest.raises(Invalid) as refused:
        asked(session, held, person, viewer, now)
    assert refused.value.fields == {"code": "adaptation_already_open"}
    protect(session, person, by=make_user(session).id, now=now)
    assert asked_by(session, viewer, held) == []


def test_a_commission_asks_from_its_day_until_its_minutes_are_closed(
    session: Session, viewer: Viewer, held: Commission, person: Person, now: datetime
) -> None:
    later = call_commission(session, now.date() + timedelta(days=1), viewer=viewer, now=now)
    with pytest.raises(Conflict, match="commission_not_held"):
        asked(session, later, person, viewer, now)
    file = asked(session, held, person, viewer, now)
    close_minutes(session, held, "", viewer=viewer, now=now)
    with pytest.raises(Conflict, match="minutes_are_closed"):
        take_request_back(session, held, file.id, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="minutes_are_closed"):
        asked(session, held, person, viewer, now)


def test_nobody_says_by_hand_that_a_commission_asked(
    session: Session, viewer: Viewer, person: Person, now: datetime
) -> None:
    home, said = home_to_adapt(session, person), Request("shower", "commission", now.date())
    with pytest.raises(Invalid) as refused:
        open_by_hand(session, person, home, said, viewer=viewer, now=now)
    assert refused.value.fields == {"asked": "bad_choice"}


def test_it_is_taken_back_while_nothing_followed_and_comes_again_with_that(
    session: Session, viewer: Viewer, held: Commission, person: Person, now: datetime
) -> None:
    file = asked(session, held, person, viewer, now)

    def take_back() -> None:
        take_request_back(session, held, file.id, viewer=viewer, now=now)

    move_file(session, file, Step.ELIGIBILITY, turn=file.turn, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="request_followed"):
        take_back()
    take_move_back(session, file, turn=file.turn, viewer=viewer, now=now)
    take_back()
    last = latest_move(session, file)
    assert last is not None
    assert (file.step, last.said) == (Step.WITHDRAWN, NOT_ASKED)
    take_move_back(session, file, turn=file.turn, viewer=viewer, now=now)
    assert file.step is Step.ACKNOWLEDGE
    quote = QuoteSaid("Bain et Cie", 900_00, now.date())
    add_quote(session, file, quote, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="request_followed"):
        take_back()


def test_a_commission_takes_back_nothing_that_another_asked_for(
    session: Session, viewer: Viewer, held: Commission, person: Person, now: datetime
) -> None:
    file = asked(session, held, person, viewer, now)
    other = call_commission(session, now.date(), viewer=viewer, now=now)
    with pytest.raises(NotFound):
        take_request_back(session, other, file.id, viewer=viewer, now=now)
