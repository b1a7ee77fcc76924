"""Whether somebody lives alone, said by hand: no file replaces it while it holds; it is undone."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_user
from tests.visits.portfolio_files import load
from visits.models.accounts import Role
from visits.models.people import AloneSaid, NamedAccess, Occupancy, Person
from visits.models.portfolio import Tenancy

pytestmark = pytest.mark.one_database

SignIn = Callable[..., FlaskClient]
FILE = "Logement;Nom;Prénom;Date de naissance;Vit seul(e)\n"
HERS = FILE + "A-1;SEULE;Rose;12/03/1940;{}\n"


@pytest.fixture
def home(session: Session) -> tuple[uuid.UUID, uuid.UUID]:
    """Somebody of whom a file says nothing of with whom she lives: her id, and her stay’s."""
    load(session, HERS.format(""))
    stay = session.scalars(select(Occupancy)).one()
    found = stay.person_id, stay.id
    session.commit()
    return found


def alone(session: Session) -> bool | None:
    session.expire_all()
    found = session.scalars(select(Tenancy.lives_alone)).one()
    session.rollback()
    return found


def say(client: FlaskClient, home: tuple[uuid.UUID, uuid.UUID], said: str) -> int:
    address = f"/people/{home[0]}/stays/{home[1]}/alone"
    return client.post(address, data={"alone": said, "at": str(home[1])}).status_code


def test_she_says_that_she_lives_alone_no_file_replaces_it_and_it_is_taken_back(
    client_as: SignIn, session: Session, home: tuple[uuid.UUID, uuid.UUID]
) -> None:
    office, page = client_as(Role.SOCIAL_WORKER, language="en"), f"/people/{home[0]}"
    assert (alone(session), say(office, home, ""), say(office, home, "perhaps")) == (None, 422, 422)
    assert (say(office, home, "yes"), say(office, home, "yes")) == (302, 409)
    text = office.get(page).text
    assert "Said to live alone" in text and "Lives alone: said by hand" in text
    for told in ("non", "", "oui"):
        warned = [one.code for one in load(session, HERS.format(told)).warnings]
        session.commit()
        assert ("alone_by_hand" in warned, alone(session)) == (told == "non", True)
    (said,) = session.scalars(select(AloneSaid.id))
    session.rollback()
    assert office.post(f"{page}/alone/{said}/back").status_code == 302
    assert (office.post(f"{page}/alone/{said}/back").status_code, alone(session)) == (409, None)
    load(session, HERS.format("non"))
    session.commit()
    assert alone(session) is False


def test_what_was_said_before_can_be_taken_back_once_the_last_word_was(
    client_as: SignIn, session: Session, home: tuple[uuid.UUID, uuid.UUID]
) -> None:
    office, page = client_as(Role.COORDINATOR, language="en"), f"/people/{home[0]}"
    assert (say(office, home, "yes"), say(office, home, "no")) == (302, 302)
    offered = re.compile(r'action="(/people/[^"]+/alone/[^"]+/back)"')
    for left in (True, None):
        (back,) = offered.findall(office.get(page).text)
        assert office.post(back).status_code == 302
        assert alone(session) is left
    assert not offered.findall(office.get(page).text)


def test_it_holds_until_somebody_moves_in_and_is_not_said_beside_others(
    client_as: SignIn, session: Session, home: tuple[uuid.UUID, uuid.UUID]
) -> None:
    office = client_as(Role.COORDINATOR, language="en")
    assert say(office, home, "yes") == 302
    (said,) = session.scalars(select(AloneSaid.id))
    session.rollback()
    load(session, HERS.format("non") + "A-1;SECOND;Paul;12/03/1941;non\n")
    second = session.scalars(select(Occupancy).where(Occupancy.person_id != home[0])).one()
    session.get_one(Tenancy, second.tenancy_id).lives_alone = None  # as an arrival leaves it
    hidden = second.person_id
    session.commit()
    assert office.post(f"/people/{home[0]}/alone/{said}/back").status_code == 409
    assert (say(office, home, "yes"), alone(session)) == (422, None)
    # Whom one may not see is told by no refusal.
    person, by = session.get_one(Person, hidden), make_user(session)
    person.protected = True
    session.add(
        NamedAccess(
            person_id=hidden, user_id=by.id, named_by_id=by.id, named_at=by.created_at
        )
    )  # fmt: skip
    session.commit()
    assert say(office, home, "yes") == 302


def test_only_who_edits_persons_says_it_and_of_this_person_alone(
    client_as: SignIn, session: Session, home: tuple[uuid.UUID, uuid.UUID]
) -> None:
    load(session, FILE + "B-1;AUTRE;Ida;12/03/1939;\n")
    other = session.scalars(select(Occupancy.id).where(Occupancy.person_id != home[0])).one()
    session.commit()
    office = client_as(Role.COORDINATOR)
    assert say(office, (home[0], other), "yes") == 404
    assert say(client_as(Role.TECHNICIAN), home, "yes") == 403
    assert say(office, home, "no") == 302
