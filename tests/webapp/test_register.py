"""The register of adapted homes on its pages: listed, saved, noted on a dwelling, withdrawn."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_residence
from visits.models.accounts import Role
from visits.models.portfolio import Dwelling
from visits.models.traits import HomeTrait

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
BARS = {"trait": "grab_bars", "there": "yes", "value": "", "since": "2026-02-01"}


@pytest.fixture
def home(session: Session) -> Dwelling:
    house = make_residence(session, has_lift=True, city="Senlis")
    made = make_dwelling(session, residence=house, reference="=ADAPTE", floor=3)
    session.commit()
    return made


def test_what_is_noted_on_a_dwelling_is_in_the_register_and_its_file(
    client_as: SignIn, home: Dwelling
) -> None:
    client = client_as(Role.TECHNICIAN, language="en")
    assert "No adapted home here" in client.get("/homes/register/").text
    assert client.post(f"/homes/{home.id}/traits", data=BARS).status_code == 302
    page = client.get("/homes/register/?trait=grab_bars&letting=unknown&access=unknown").text
    assert "1 adapted home" in page
    assert "Grab bars" in page
    saved = client.get("/homes/register/register.csv").text
    assert "'=ADAPTE" in saved
    assert "Grab bars (1 Feb 2026)" in saved
    assert "No adapted home here" in client.get("/homes/register/?letting=let").text


def test_what_was_typed_wrong_stays_in_the_form_with_why(client_as: SignIn, home: Dwelling) -> None:
    client = client_as(Role.COORDINATOR, language="fr")
    typed = {"trait": "inner_door", "value": "83", "since": "1974-02-01"}
    answer = client.post(f"/homes/{home.id}/traits", data=typed)
    assert answer.status_code == 422
    assert 'value="83"' in answer.text
    assert "mm de 300 à 2" in answer.text
    assert client.post(f"/homes/{home.id}/traits", data=BARS | {"since": "hier"}).status_code == 422


def test_an_entry_is_withdrawn_with_a_reason(
    client_as: SignIn, home: Dwelling, session: Session
) -> None:
    client, page_of = client_as(Role.COORDINATOR, language="en"), f"/homes/{home.id}"
    client.post(f"{page_of}/traits", data=BARS)
    noted = session.scalars(select(HomeTrait.id)).one()
    session.rollback()
    place = f"{page_of}/traits/{noted}/withdraw"
    assert client.post(place, data={"why": ""}).status_code == 422
    assert client.post(place, data={"why": "Wrong flat"}).status_code == 302
    page = client.get(page_of).text
    assert re.search(r"<s>\s*Grab bars\s*</s>", page)
    assert "Wrong flat" in page
    assert client.post(place, data={"why": "Again"}).status_code == 409


def test_who_may_not_change_homes_is_offered_no_form_and_refused(
    client_as: SignIn, home: Dwelling
) -> None:
    client = client_as(Role.MANAGER)
    assert "/traits" not in client.get(f"/homes/{home.id}").text
    assert client.post(f"/homes/{home.id}/traits", data=BARS).status_code == 403
