"""Who may pay for an adaptation: scheme by scheme, why not, and what is not known."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.diagnostics.test_forms_social import SURROUNDED
from tests.homes import Home
from visits.models.accounts import Role

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def home(app: Flask) -> Home:
    return Home(app, "home_visit", "social_situation")


def bath(home: Home) -> None:
    """Send a visit that calls for a shower in place of the bath."""
    answers: dict[str, Any] = {
        "visit_agreed": "yes",
        "health_agreed": "yes",
        "fell": "yes",
        "falls_count": "3",
        "fall_injury": "yes",
        "unsteady": "yes",
        "worried": "yes",
        "washing": "bath",
        "bath_edge": "yes",
        "gas_smell": "no",
        "bare_wires": "no",
        "smoke_alarm": "working",
        "lives_alone": "no",
    }
    home.send("home_visit", **answers)


def test_each_scheme_says_whether_it_may_pay_and_why(home: Home, client_as: SignIn) -> None:
    bath(home)
    client = client_as(Role.COORDINATOR)
    assert f"{home.page}/funding" in client.get(home.page).text
    page = client.get(f"{home.page}/funding").text
    assert "Remplacement de la baignoire par une douche" in page
    assert "MaPrimeAdapt’" in page
    assert "Non : logement social." in page
    assert "Reste à savoir" in page
    assert "le GIR" in page


def test_a_gir_somebody_told_changes_the_answer(home: Home, client_as: SignIn) -> None:
    bath(home)
    client = client_as(Role.SOCIAL_WORKER)
    assert "GIR à connaître" in client.get(f"{home.page}/funding").text
    told = {"name": "GIR", "score": "3", "author": "Département", "assessed_on": "2026-02-01"}
    assert client.post(f"/people/{home.person.id}/scores", data=told).status_code == 302
    page = client.get(f"{home.page}/funding").text
    assert "GIR à connaître" not in page
    assert "GIR 1 à 4 ou APA : voir le Département." in page


def test_a_visit_that_calls_for_no_adaptation_has_no_such_page(
    home: Home, client_as: SignIn
) -> None:
    home.send("social_situation", **SURROUNDED)
    client = client_as(Role.COORDINATOR)
    assert client.get(f"{home.page}/funding").status_code == 404
    assert "/funding" not in client.get(home.page).text


def test_only_those_who_see_answers_see_it(home: Home, client_as: SignIn) -> None:
    bath(home)
    assert client_as(Role.MANAGER).get(f"{home.page}/funding").status_code == 403
    assert client_as(Role.VISITOR).get(f"{home.page}/funding").status_code == 404
