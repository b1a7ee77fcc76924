"""Published forms in the office: versions, what one asks, the XForm as a file."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import NOW
from tests.submissions import home_visit
from tests.webapp.test_visits_pages import Home
from visits.forms.published import publish_form
from visits.models.accounts import Role

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def url(app: Flask) -> str:
    """The address of the home visit's version."""
    with app.extensions["palier"].sessions.begin() as session:
        version = publish_form(session, home_visit(), by=None, now=NOW)
        return f"/forms/{version.form_id}/{version.version}"


def test_versions_are_listed_with_how_often_they_were_filled(app: Flask, client_as: SignIn) -> None:
    Home(app).send()
    page = client_as(Role.MANAGER).get("/forms/").text
    assert home_visit().version in page
    assert '<td class="num">1</td>' in page


def test_no_form_says_what_to_do(client_as: SignIn) -> None:
    assert "empty-state" in client_as(Role.ADMINISTRATOR).get("/forms/").text


def test_a_version_shows_its_questions_choices_and_consequences(
    url: str, client_as: SignIn
) -> None:
    page = client_as(Role.COORDINATOR).get(url).text
    assert "Sentez-vous une odeur de gaz" in page
    assert "Oui · Non" in page
    assert "severity-U0" in page
    english = client_as(Role.COORDINATOR, language="en").get(url).text
    assert "Does the person agree to the visit?" in english


def test_the_xform_is_a_file_to_download(url: str, client_as: SignIn) -> None:
    answer = client_as(Role.ADMINISTRATOR).get(f"{url}.xml")
    assert answer.data == home_visit().xform
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=home_visit-")


def test_an_unknown_version_is_not_found(url: str, client_as: SignIn) -> None:
    client = client_as(Role.ADMINISTRATOR)
    assert client.get("/forms/home_visit/0").status_code == 404
    assert client.get("/forms/home_visit/0.xml").status_code == 404


def test_a_visitor_has_no_forms_page(client_as: SignIn) -> None:
    assert client_as(Role.VISITOR).get("/forms/").status_code == 403
