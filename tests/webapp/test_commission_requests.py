"""A commission's page asks for an adaptation, tells of it, and takes it back."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_person, make_user, make_viewer
from tests.pdf_text import text_of
from visits.adaptations.commissions import call_commission
from visits.models.adaptations import AdaptationFile
from visits.models.people import Person

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database


@pytest.fixture
def person(session: Session) -> Person:
    found = make_person(session, last_name="MOREL")
    make_case(session, by=make_user(session), person=found)
    session.commit()
    return found


@pytest.fixture
def held(session: Session) -> str:
    viewer = make_viewer(make_user(session))
    commission = call_commission(session, NOW.date(), viewer=viewer, now=NOW)
    session.commit()
    return f"/adaptations/commissions/{commission.id}"


def test_somebody_found_by_name_is_asked_for_and_the_minutes_say_so(
    client_as: SignIn, session: Session, person: Person, held: str
) -> None:
    form = f"{held}/asks/{person.id}"
    session.rollback()
    client = client_as("coordinator")
    assert form not in client.get(held).text
    assert form in client.get(f"{held}?q=morel").text
    refused = client.post(form, data={"code": "", "wish": "Se laver seule."})
    assert refused.status_code == 422
    assert "Se laver seule." in refused.text
    told = client.post(form, data={"code": "shower"}, follow_redirects=True).text
    file = session.scalars(select(AdaptationFile)).one()
    address, reference = f"/adaptations/{file.id}", file.reference
    back = f"{held}/asked/{file.id}/back"
    session.rollback()
    assert address in told
    assert held in client.get(address).text
    minutes = text_of(client.get(f"{held}/minutes.pdf").data)
    assert reference in minutes
    assert back in told
    assert client.post(back).status_code == 302
    assert "La commission a retiré sa demande" in client.get(address).text
    assert reference not in text_of(client.get(f"{held}/minutes.pdf").data)
    assert client.post(back).status_code == 409


def test_who_may_not_decide_asks_for_nothing_in_the_name_of_a_commission(
    client_as: SignIn, session: Session, person: Person, held: str
) -> None:
    form = f"{held}/asks/{person.id}"
    session.rollback()
    client = client_as("social_worker")
    assert form not in client.get(f"{held}?q=morel").text
    assert client.post(form, data={"code": "shower"}).status_code == 403
