"""A contact of a household becomes another kind of contact, or lives there, in one act; undone."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_person, make_user, make_viewer
from tests.visits.portfolio_files import load
from visits.calls.lease_contacts import ContactSaid, note_contact
from visits.models.accounts import Role
from visits.models.life import LifeEvent
from visits.models.people import HouseholdContact, NamedAccess, Occupancy, Person

SignIn = Callable[..., FlaskClient]
PHONE = "06 39 98 00 07"
MOVES = {"contact_lives_as": "child", "contact_since": "2026-03-01"}


class Home:
    """Somebody and a trusted person of hers."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.by = make_user(session)
        person = make_person(session)
        said = ContactSaid("trusted", "RIVOIRE", "Ana", PHONE)
        contact = note_contact(session, person, said, viewer=make_viewer(self.by), now=NOW)
        self.person_id, self.contact_id = person.id, contact.id
        self.dwelling_id = person.occupancies[0].tenancy.dwelling_id
        self.landlord_id = person.landlord_id
        self.page = f"/people/{person.id}"
        self.at = f"{self.page}/contacts/{contact.id}"
        self.moves = MOVES | {"contact": str(contact.id)}
        session.commit()

    def standing(self) -> list[str]:
        self.session.rollback()
        stand = select(HouseholdContact.role).where(HouseholdContact.ended_at.is_(None))
        found = sorted(self.session.scalars(stand))
        self.session.rollback()
        return found

    def living(self) -> list[tuple[str, str | None]]:
        """Give who lives there beside her, and as what."""
        stays = (
            select(Person.last_name, Occupancy.role)
            .join(Occupancy.person)
            .where(Occupancy.ended_on.is_(None), Person.id != self.person_id)
            .where(
                Occupancy.tenancy_id.in_(
                    select(Occupancy.tenancy_id).where(Occupancy.person_id == self.person_id)
                )
            )
        )
        found = [(row[0], row[1]) for row in self.session.execute(stays)]
        self.session.rollback()
        return found


@pytest.fixture
def home(session: Session) -> Home:
    return Home(session)


def test_a_role_is_changed_in_one_act_undone_and_done_again(client_as: SignIn, home: Home) -> None:
    office = client_as(Role.SOCIAL_WORKER, language="en")
    assert "Trusted person" in office.get(home.page).text
    answer = office.post(f"{home.at}/role", data={"contact_becomes": "guardian"})
    assert (answer.status_code, answer.location) == (302, f"{home.page}#contacts")
    assert home.standing() == ["guardian"]
    shown = office.get(home.page).text
    assert "→ Guardian" in shown and shown.count("06 39 98 00 07") == 1
    assert office.post(home.at, data={"do": "back"}).status_code == 404
    assert office.post(f"{home.at}/role", data={"do": "back"}).status_code == 302
    assert home.standing() == ["trusted"]
    assert office.post(f"{home.at}/role", data={"do": "back"}).status_code == 404
    made = home.session.scalars(
        select(HouseholdContact.id).where(HouseholdContact.role == "guardian")
    ).one()
    home.session.rollback()
    again = f"{home.page}/contacts/{made}/role"
    assert office.post(again, data={"do": "back"}).status_code == 302
    assert home.standing() == ["guardian"]


def test_what_followed_a_change_keeps_it_from_being_undone(client_as: SignIn, home: Home) -> None:
    office = client_as(Role.COORDINATOR)
    office.post(f"{home.at}/role", data={"contact_becomes": "guardian"})
    made = home.session.scalars(
        select(HouseholdContact.id).where(HouseholdContact.role == "guardian")
    ).one()
    home.session.rollback()
    office.post(f"{home.page}/contacts/{made}", data={"do": "end"})
    assert office.post(f"{home.at}/role", data={"do": "back"}).status_code == 409
    assert home.standing() == []


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"contact_becomes": "king"}, 422), ({}, 422), ({"contact_becomes": "trusted"}, 409)],
)
def test_a_role_that_is_none_or_the_same_changes_nothing(
    client_as: SignIn, home: Home, typed: dict[str, str], status: int
) -> None:
    office = client_as(Role.COORDINATOR)
    told = typed | {"contact": str(home.contact_id)}
    answer = office.post(f"{home.at}/role", data=told)
    assert answer.status_code == status
    assert ('id="contact_becomes-error"' in answer.text) == (status == 422)
    assert home.standing() == ["trusted"]


def test_a_later_file_brings_the_role_of_before_back_no_more(
    client_as: SignIn, session: Session, home: Home
) -> None:
    text = (
        "Logement;Locataire;Nom;Prénom;Qualité;CP\n"
        "L1;T1;LEROY;Luc;Titulaire;60000\n"
        "L1;;RIVOIRE;Ana;Caution;60000\n"
    )
    load(session, text)
    contact = session.scalars(
        select(HouseholdContact).where(HouseholdContact.role == "guarantor")
    ).one()
    luc = session.scalars(select(Person.id).where(Person.last_name == "LEROY")).one()
    address = f"/people/{luc}/contacts/{contact.id}/role"
    session.commit()
    office = client_as(Role.COORDINATOR)
    assert office.post(address, data={"contact_becomes": "carer"}).status_code == 302
    session.rollback()
    load(session, text)
    session.commit()
    assert home.standing() == ["carer", "trusted"]


def test_a_contact_lives_there_in_one_act_and_is_a_contact_again_when_it_is_undone(
    client_as: SignIn, home: Home
) -> None:
    office = client_as(Role.SOCIAL_WORKER, language="en")
    answer = office.post(f"{home.at}/arrival", data=home.moves | {"contact_born": "1951-03-02"})
    assert (answer.status_code, answer.location) == (302, f"{home.page}#contacts")
    assert (home.standing(), home.living()) == ([], [("RIVOIRE", "child")])
    event = home.session.scalars(select(LifeEvent)).one()
    moved = event.person
    assert moved.born_on == date(1951, 3, 2)
    assert (moved.phone, moved.landlord_id) == ("+33639980007", home.landlord_id)
    back = f"/people/{moved.id}/events/{event.id}/back"
    own = f"/people/{moved.id}"
    home.session.rollback()
    shown = office.get(home.page).text
    assert f'href="{own}"' in shown and f'action="{back}"' in shown
    assert office.post(home.at, data={"do": "back"}).status_code == 404
    typed = {"reason": "Her niece", "place": "person", "place_id": str(home.person_id)}
    answer = office.post(back, data=typed)
    assert (answer.status_code, answer.location) == (302, f"{home.page}#contacts")
    assert (home.standing(), home.living()) == (["trusted"], [])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"contact_since": ""}, "contact_since"), ({"contact_since": "hier"}, "contact_since"),
        ({"contact_since": "2026-03-11"}, "contact_since"),
        ({"contact_born": "2030-01-01"}, "contact_born"),
        ({"contact_lives_as": "king"}, "contact_lives_as"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_field_by_field_and_nobody_is_written_down(
    client_as: SignIn, home: Home, typed: dict[str, str], field: str
) -> None:
    answer = client_as(Role.COORDINATOR).post(f"{home.at}/arrival", data=home.moves | typed)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert len(home.session.scalars(select(Person)).all()) == 1
    assert home.standing() == ["trusted"]


def known(session: Session, **said: object) -> Person:
    given = {"last_name": "RIVOIRE", "first_name": "Ana", "name_key": "rivoire ana"}
    return make_person(session, **(given | said))  # type: ignore[arg-type]


def test_whoever_may_be_known_already_is_asked_about(
    client_as: SignIn, session: Session, home: Home
) -> None:
    same = known(session).id
    session.commit()
    office = client_as(Role.COORDINATOR, language="en")
    answer = office.post(f"{home.at}/arrival", data=home.moves)
    assert answer.status_code == 422
    assert 'id="contact_known-error"' in answer.text and f'value="{same}"' in answer.text
    strange = {"contact_known": str(uuid.uuid4())}
    assert office.post(f"{home.at}/arrival", data=home.moves | strange).status_code == 422
    chosen = home.moves | {"contact_known": str(same)}
    assert office.post(f"{home.at}/arrival", data=chosen).status_code == 302
    assert home.living() == [("RIVOIRE", "child")]
    assert session.scalars(select(Person.id).where(Person.name_key == "rivoire ana")).all() == [
        same
    ]


def test_somebody_else_of_that_name_gets_a_file_of_their_own(
    client_as: SignIn, session: Session, home: Home
) -> None:
    known(session)
    session.commit()
    office = client_as(Role.COORDINATOR)
    chosen = home.moves | {"contact_known": "another"}
    assert office.post(f"{home.at}/arrival", data=chosen).status_code == 302
    of_that_name = select(Person.id).where(Person.name_key == "rivoire ana")
    assert len(session.scalars(of_that_name).all()) == 2


def test_nobody_hidden_is_asked_about(client_as: SignIn, session: Session, home: Home) -> None:
    hidden = known(session, protected=True).id
    session.commit()
    office = client_as(Role.COORDINATOR)
    chosen = home.moves | {"contact_known": str(hidden)}
    assert office.post(f"{home.at}/arrival", data=chosen).status_code == 422
    assert office.post(f"{home.at}/arrival", data=home.moves).status_code == 302


def test_who_may_not_see_whom_a_contact_became_reads_that_they_live_there_and_no_more(
    client_as: SignIn, session: Session, home: Home
) -> None:
    office = client_as(Role.COORDINATOR, language="en")
    office.post(f"{home.at}/arrival", data=home.moves)
    moved = session.scalars(select(LifeEvent)).one().person
    moved.protected = True
    own = f"/people/{moved.id}"
    session.commit()
    shown = office.get(home.page).text
    assert own not in shown and "→ lives there" in shown
    session.add(
        NamedAccess(
            person_id=moved.id, user_id=office.user.id,  # type: ignore[attr-defined]
            named_at=NOW, named_by_id=home.by.id,
        )
    )  # fmt: skip
    session.commit()
    assert own in office.get(home.page).text


def test_only_those_who_edit_persons_change_contacts_of_this_person_alone(
    client_as: SignIn, session: Session, home: Home
) -> None:
    other = make_person(session).id
    session.commit()
    for role in (Role.VISITOR, Role.TECHNICIAN, Role.PARTNER_COORDINATOR):
        client = client_as(role)
        assert client.post(f"{home.at}/role").status_code == 403
        assert client.post(f"{home.at}/arrival", data=home.moves).status_code == 403
    office = client_as(Role.COORDINATOR)
    elsewhere = f"/people/{other}/contacts/{home.contact_id}"
    told = {"contact_becomes": "guardian"}
    assert office.post(f"{elsewhere}/role", data=told).status_code == 404
    assert office.post(f"{elsewhere}/arrival", data=home.moves).status_code == 404
    assert home.standing() == ["trusted"]
