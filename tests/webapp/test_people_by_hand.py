"""Persons written down and corrected on their pages."""

from collections.abc import Callable
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_dwelling, make_person, make_user
from visits.models.people import Occupancy, Person, PhoneNumber

SignIn = Callable[..., FlaskClient]


def test_a_person_is_written_down_with_her_home_and_phone(
    client_as: SignIn, session: Session
) -> None:
    home = make_dwelling(session, reference="L-NEUF")
    session.commit()
    client = client_as("social_worker", language="en")
    typed = {
        "last_name": "NOUVELLE", "first_name": "Ida", "civility": "Mme", "born_on": "1944-07-01",
        "number": "06 39 98 00 77", "home_reference": "L-NEUF", "arrived_on": "1996-02-01",
        "role": "holder",
    }  # fmt: skip
    answer = client.post("/people/new", data=typed, follow_redirects=True)
    assert answer.status_code == 200 and "Mme Ida NOUVELLE" in answer.text
    person = session.scalars(select(Person)).one()
    assert (person.born_on, person.phone) == (date(1944, 7, 1), "+33639980077")
    assert session.scalars(select(PhoneNumber.person_id)).one() == person.id
    stay = session.scalars(select(Occupancy)).one()
    assert (stay.tenancy.dwelling_id, stay.tenancy.started_on) == (home.id, date(1996, 2, 1))
    session.commit()
    # The same again is asked about before it is written down.
    again = {"last_name": "Nouvelle", "first_name": "IDA"}
    answer = client.post("/people/new", data=again)
    assert answer.status_code == 409 and f"/people/{person.id}" in answer.text
    session.commit()
    assert client.post("/people/new", data=again | {"another": "yes"}).status_code == 302
    assert len(session.scalars(select(Person)).all()) == 2


def test_what_is_wrong_is_told_field_by_field_and_nothing_is_kept(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator")
    typed = {
        "last_name": "", "born_on": "2030-01-01", "home_reference": "L-INCONNU",
        "arrived_on": "2026-02-01",
    }  # fmt: skip
    answer = client.post("/people/new", data=typed)
    assert answer.status_code == 422
    for name in ("last_name", "born_on", "home_reference"):
        assert f'id="{name}-error"' in answer.text
    wrong = {"last_name": "NOUVELLE", "number": "12"}
    answer = client.post("/people/new", data=wrong)
    assert answer.status_code == 422 and 'id="number-error"' in answer.text
    assert session.scalars(select(Person)).all() == []


def test_a_hidden_person_is_no_candidate(client_as: SignIn, session: Session) -> None:
    person = make_person(session, last_name="CACHE", first_name="Zoé", name_key="cache zoe")
    person.protected = True
    session.commit()
    answer = client_as("coordinator").post(
        "/people/new", data={"last_name": "CACHE", "first_name": "Zoé"}
    )
    assert answer.status_code == 302


def test_a_name_is_corrected_and_taken_back_on_her_page(
    client_as: SignIn, session: Session
) -> None:
    person = make_person(session, last_name="MARTAIN", first_name="Anne", born_on=None)
    make_case(session, by=make_user(session), person=person)
    session.commit()
    client = client_as("coordinator", language="en")
    address = f"/people/{person.id}"
    typed = {
        "last_name": "MARTIN",
        "first_name": "Anne",
        "civility": "Mme",
        "born_on": "1940-03-13",
    }
    answer = client.post(f"{address}/identity", data=typed, follow_redirects=True)
    assert "MARTAIN" in answer.text and "13 Mar 1940" in answer.text
    assert client.post(f"{address}/identity", data=typed).status_code == 409
    assert client.post(f"{address}/identity", data=typed | {"last_name": ""}).status_code == 422
    backs = [line for line in answer.text.split('action="') if "/corrections/" in line[:120]]
    assert len(backs) == 2
    for line in backs:
        session.commit()
        assert client.post(line.split('"')[0]).status_code == 302
    session.expire_all()
    assert (person.last_name, person.born_on) == ("MARTAIN", None)


def test_whoever_may_not_edit_persons_does_not(client_as: SignIn, session: Session) -> None:
    person = make_person(session)
    session.commit()
    typed = {"last_name": "AUTRE"}
    for role in ("visitor", "technician", "manager", "administrator", "partner_coordinator"):
        client = client_as(role)
        assert client.get("/people/new").status_code == 403
        assert client.post("/people/new", data=typed).status_code == 403
        assert client.post(f"/people/{person.id}/identity", data=typed).status_code == 403
    person.protected = True
    session.commit()
    for path in ("identity", "arrival"):
        answer = client_as("coordinator").post(f"/people/{person.id}/{path}", data=typed)
        assert answer.status_code == 404
