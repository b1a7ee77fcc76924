"""Guardians, guarantors and carers are noted on a person's page, end and are put back."""

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_person, make_user, make_viewer
from tests.visits.portfolio_files import load
from visits.calls.lease_contacts import ContactSaid, contacts_of, end_contact, note_contact
from visits.models.accounts import Role
from visits.models.people import HouseholdContact, Occupancy, Person

pytestmark = pytest.mark.one_database

SignIn = Callable[..., FlaskClient]
SAID = {"contact_role": "guardian", "contact_name": "Rivoire", "contact_phone": "06 39 98 00 07"}


@pytest.fixture
def person(session: Session) -> Person:
    found = make_person(session)
    session.commit()
    return found


def noted(session: Session) -> HouseholdContact:
    session.rollback()
    return session.scalars(select(HouseholdContact)).one()


def test_a_contact_is_noted_ended_and_put_back(
    client_as: SignIn, session: Session, person: Person
) -> None:
    office, page = client_as(Role.SOCIAL_WORKER, language="en"), f"/people/{person.id}"
    assert office.post(f"{page}/contacts", data=SAID).status_code == 302
    shown = office.get(page).text
    assert "Rivoire" in shown and "06 39 98 00 07" in shown and "Guardian" in shown
    contact = noted(session)
    change = f"{page}/contacts/{contact.id}"
    session.rollback()
    assert office.post(change, data={"do": "end"}).status_code == 302
    assert "06 39 98 00 07" not in office.get(page).text
    assert office.post(change, data={"do": "end"}).status_code == 404
    assert office.post(change, data={"do": "back"}).status_code == 302
    assert "06 39 98 00 07" in office.get(page).text
    assert office.post(change, data={"do": "back"}).status_code == 404


def test_what_is_wrong_is_said_field_by_field_and_kept_in_the_form(
    client_as: SignIn, session: Session, person: Person
) -> None:
    office = client_as(Role.COORDINATOR, language="en")
    typed = {"contact_role": "king", "contact_name": " ", "contact_phone": "12"}
    answer = office.post(f"/people/{person.id}/contacts", data=typed)
    assert answer.status_code == 422
    for field in typed:
        assert f'id="{field}-error"' in answer.text
    assert session.scalars(select(HouseholdContact)).all() == []


def test_somebody_without_a_lease_has_no_contacts_of_one(
    client_as: SignIn, session: Session, person: Person
) -> None:
    session.scalars(select(Occupancy)).one().ended_on = person.born_on
    session.commit()
    office = client_as(Role.COORDINATOR, language="en")
    answer = office.post(f"/people/{person.id}/contacts", data=SAID)
    assert (answer.status_code, "first note where" in answer.text) == (409, True)


def test_only_those_who_edit_persons_note_contacts_and_of_this_person_alone(
    client_as: SignIn, session: Session, person: Person
) -> None:
    other = make_person(session)
    session.commit()
    office, partner = client_as(Role.COORDINATOR), client_as(Role.PARTNER_COORDINATOR)
    assert partner.post(f"/people/{person.id}/contacts", data=SAID).status_code == 403
    assert office.post(f"/people/{person.id}/contacts", data=SAID).status_code == 302
    asked = ((other.id, noted(session).id), (person.id, uuid.uuid4()))
    session.rollback()  # on SQLite nobody could write meanwhile
    for whose, which in asked:
        assert office.post(f"/people/{whose}/contacts/{which}").status_code == 404


FILE = """Logement;Nom;Prénom;Date de naissance;Qualité;Téléphone
Q-1;ROLE;Anne;12/03/1940;Titulaire;
"""
GUARDIAN = "Q-1;AUTRE;Paul;;Tuteur;06 12 34 56 78\n"


def test_no_later_file_replaces_a_contact_noted_by_hand_or_brings_an_ended_one_back(
    session: Session,
) -> None:
    load(session, FILE)
    anne = session.scalars(select(Person)).one()
    viewer = make_viewer(make_user(session))
    said = ContactSaid("guardian", "AUTRE", "Paul", "06 39 98 00 07")
    contact = note_contact(session, anne, said, viewer=viewer, now=NOW)
    load(session, FILE + GUARDIAN)
    assert [(one.id, one.phone) for one in contacts_of(session, anne)] == [
        (contact.id, "+33639980007")
    ]
    end_contact(session, anne, contact.id, viewer=viewer, now=NOW)
    load(session, FILE + GUARDIAN)
    (kept,) = contacts_of(session, anne)
    assert (kept.id, kept.ended_at) == (contact.id, NOW)
