"""A case opened by hand from somebody's page: she rang, or somebody spoke of her."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_person
from tests.submissions import home_visit
from tests.visits.test_opening import OLD
from visits.cases.cases import close_case
from visits.forms.published import publish_form
from visits.models.accounts import Role, User
from visits.models.cases import Case, WayIn
from visits.models.people import Person
from visits.programmes.published import publish_programme, retire_programme
from visits.sight import Reach, Viewer

SAID = {"programme": "seniors", "way_in": "request", "motive": "A peur de tomber dans son bain"}


@pytest.fixture
def person(app: Flask, session: Session) -> Person:
    """Somebody who has no case."""
    somebody = make_person(session)
    session.commit()
    return somebody


def test_it_is_opened_once_and_is_in_the_call_list(
    person: Person, client_as: Callable[..., FlaskClient], session: Session
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    page, url = f"/people/{person.id}", f"/people/{person.id}/cases"
    session.rollback()
    assert "Open a case" in client.get(page).text
    wrong = client.post(url, data=SAID | {"way_in": "targeting"})
    assert wrong.status_code == 422 and "way_in-error" in wrong.text
    assert SAID["motive"] in wrong.text
    assert client.post(url, data=SAID | {"programme": "nothing"}).status_code == 404
    opened = client.post(url, data=SAID)
    case = session.scalars(select(Case)).one()
    assert (opened.status_code, opened.headers["Location"]) == (302, f"/cases/{case.id}")
    assert (case.way_in, case.motive, case.person_id) == (
        WayIn.REQUEST, SAID["motive"], person.id,
    )  # fmt: skip
    session.rollback()
    shown = client.get(opened.headers["Location"]).text
    assert SAID["motive"] in shown
    assert "Odette" in client.get("/cases/?programme=seniors&state=to_contact").text
    assert client.post(url, data=SAID).status_code == 409
    session.rollback()
    assert len(session.scalars(select(Case)).all()) == 1


def test_a_programme_for_others_is_refused_by_name_beside_what_was_typed(
    app: Flask, client_as: Callable[..., FlaskClient], session: Session
) -> None:
    child = make_person(session, born_on=date(2015, 1, 1))
    session.commit()
    client = client_as(Role.COORDINATOR, language="en")
    refused = client.post(f"/people/{child.id}/cases", data=SAID)
    assert refused.status_code == 409
    assert "not for her, by what is known: Age." in refused.text
    assert SAID["motive"] in refused.text
    assert session.scalars(select(Case)).all() == []


def test_whom_a_public_leaves_out_is_taken_with_a_reason_that_her_case_shows(
    person: Person, client_as: Callable[..., FlaskClient], session: Session
) -> None:
    publish_form(session, home_visit(), by=None, now=NOW)
    high = OLD.replace("age_min = 65", 'age_min = 65, when = [{{ fact = "floor", at_least = 30 }}]')
    publish_programme(session, high.format(code="high"), source="", by=None, now=NOW)
    session.commit()
    client, url = client_as(Role.COORDINATOR, language="en"), f"/people/{person.id}/cases"
    assert 'name="outside"' not in client.get(f"/people/{person.id}").text
    refused = client.post(url, data=SAID | {"programme": "high"})
    assert refused.status_code == 422
    assert "This programme is for others, by what is known: Floor." in refused.text
    assert 'name="outside"' in refused.text and SAID["motive"] in refused.text
    why = {"programme": "high", "outside": "Ne sort plus"}
    taken = client.post(url, data=SAID | why, follow_redirects=True)
    assert "Not of the programme’s public" in taken.text
    assert "Floor · Ne sort plus" in taken.text


def test_a_programme_that_is_retired_takes_nobody(
    person: Person, client_as: Callable[..., FlaskClient], app: Flask
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    with app.extensions["palier"].sessions.begin() as session:
        by = session.scalars(select(User).limit(1)).one()
        retire_programme(session, "seniors", by=by.id, now=NOW)
    page = client.get(f"/people/{person.id}").text
    assert 'value="seniors"' not in page and "Open a case" in page
    assert client.post(f"/people/{person.id}/cases", data=SAID).status_code == 409


def test_after_a_case_was_closed_another_may_be_opened(
    person: Person, client_as: Callable[..., FlaskClient], app: Flask
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    url = f"/people/{person.id}/cases"
    assert client.post(url, data=SAID).status_code == 302
    with app.extensions["palier"].sessions.begin() as session:
        case, by = session.scalars(select(Case)).one(), session.scalars(select(User)).first()
        assert by is not None
        eyes = Viewer(by.id, by.organisation_id, None, Reach.ALL)
        close_case(session, case, outcome="lost", viewer=eyes, now=NOW)
    assert client.post(url, data=SAID).status_code == 302


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.PARTNER_COORDINATOR, Role.VISITOR])
def test_others_open_none(
    person: Person, client_as: Callable[..., FlaskClient], role: Role
) -> None:
    assert client_as(role).post(f"/people/{person.id}/cases", data=SAID).status_code == 403
