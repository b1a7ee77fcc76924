"""A person's numbers on the call page, on her own page and in the check of a file."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import make_case, make_dwelling, make_person, make_user
from visits.models.people import Person
from visits.people.phones import numbers_of

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def coordinator(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


def test_the_call_page_takes_the_right_number_and_strikes_the_wrong_one_through(
    coordinator: FlaskClient, session: Session
) -> None:
    case = make_case(session, by=make_user(session))
    session.commit()
    url = f"/cases/{case.id}"
    told = {"disposition": "wrong_number", "dialled": "+33639980001", "attempts": "0"}
    refused = coordinator.post(f"{url}/calls", data={**told, "right_number": "06 3"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'value="06 3"' in page
    assert "This is no phone number" in page and 'id="call-right_number-error"' in page
    right = {"right_number": "06 39 98 00 02", "right_whose": "daughter"}
    assert coordinator.post(f"{url}/calls", data={**told, **right}).status_code == 302
    page = coordinator.get(url).get_data(as_text=True)
    assert re.search(r"<s[^>]*>06 39 98 00 01</s>", page.replace("\xa0", " "))
    assert 'href="tel:+33639980001"' not in page
    assert page.count('href="tel:+33639980002"') == 2
    assert "wrong number" in page and "daughter" in page


def test_a_number_is_corrected_on_the_page_of_a_person_and_put_again(
    coordinator: FlaskClient, session: Session
) -> None:
    person = make_person(session)
    session.commit()
    url = f"/people/{person.id}"
    bad = coordinator.post(f"{url}/phones", data={"number": "1", "whose": "x" * 41})
    assert bad.status_code == 422 and "This is no phone number" in bad.get_data(as_text=True)
    typed = {"number": "06 39 98 00 02", "instead": "yes"}
    page = coordinator.post(f"{url}/phones", data=typed, follow_redirects=True)
    assert "no longer used" in page.get_data(as_text=True)
    session.expire_all()
    assert session.get_one(Person, person.id).phone == "+33639980002"
    before = numbers_of(session, person)[1]
    session.commit()
    again = coordinator.post(f"{url}/phones/{before.id}", data={"do": "first"})
    assert again.status_code == 302
    session.expire_all()
    assert session.get_one(Person, person.id).phone == "+33639980001"


def test_a_number_of_somebody_else_or_hidden_cannot_be_changed(
    coordinator: FlaskClient, client_as: SignIn, session: Session
) -> None:
    hidden, person = make_person(session, protected=True), make_person(session)
    session.commit()
    typed = {"number": "06 39 98 00 02"}
    assert coordinator.post(f"/people/{hidden.id}/phones", data=typed).status_code == 404
    assert coordinator.post(f"/people/{person.id}/phones", data=typed).status_code == 302
    worker = client_as("social_worker")
    assert worker.post(f"/people/{person.id}/phones", data=typed).status_code == 403
    other = numbers_of(session, person)[1]
    url = f"/people/{hidden.id}/phones/{other.id}"
    session.commit()
    assert coordinator.post(url, data={"do": "wrong"}).status_code == 404


def test_the_check_of_a_file_proposes_the_other_number_and_takes_it_where_it_is_chosen(
    coordinator: FlaskClient, session: Session
) -> None:
    text = b"locataire;logement;nom;prenom;tel\nP1;L1;PENEL;Nicole;06 39 98 00 03\n"
    dwelling = make_dwelling(session, reference="L1")
    person = make_person(session, reference="P1", dwelling=dwelling)
    session.commit()
    typed = {"number": "06 39 98 00 02", "instead": "yes"}
    coordinator.post(f"/people/{person.id}/phones", data=typed)
    sent = {"file": (BytesIO(text), "parc.csv")}
    address = coordinator.post("/imports/", data=sent).headers["Location"]
    page = coordinator.get(address).get_data(as_text=True)
    assert "Corrected by hand on" in page and "the file says +33639980003" in page
    assert 'data-question="phone_by_hand"' in page
    chosen = coordinator.get(f"{address}?phone_by_hand=take").get_data(as_text=True)
    form = chosen.split(f'action="{address}"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', form))
    coordinator.post(address, data=hidden)
    session.expire_all()
    assert session.get_one(Person, person.id).phone == "+33639980003"


def test_a_refused_number_is_called_a_number_of_a_phone(
    client_as: SignIn, session: Session
) -> None:
    person_id = make_person(session, dwelling=make_dwelling(session)).id
    session.commit()
    answer = client_as("coordinator").post(f"/people/{person_id}/phones", data={"number": "12"})
    assert answer.status_code == 422
    assert "Numéro de téléphone" in answer.text.partition('href="#number"')[2][:60]
    assert "Combien" not in answer.text
