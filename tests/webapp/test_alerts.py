"""Urgent alerts on the wire and on the pages: whoever needs to know knows, nobody else."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import NOW, make_case, make_person, make_user, make_visit
from tests.submissions import home_visit
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.people import Person
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
GAS = next(row.path for row in home_visit().consequences if row.code == "gas")


class Home:
    """A visitor who smells gas."""

    def __init__(self, app: Flask) -> None:
        self.house, self.client = app.extensions["palier"], app.test_client()
        with self.house.sessions.begin() as session:
            publish_form(session, home_visit(), by=None, now=NOW)
            self.visitor = make_user(session, role=Role.VISITOR, name="Nadia Fournier")
            _, self.token = add_device(session, self.visitor, name="iPad", now=NOW)
            person = make_person(session, last_name="VERMEULEN")
            case = make_case(session, by=self.visitor, person=person)
            self.person_id = person.id
            self.visit_id = make_visit(session, case=case, visitor=self.visitor).id
        self.id = uuid.uuid4()

    def body(self, **said: Any) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "instance_id": "6a9b2f1e",
            "path": GAS,
            "severity": "U0",
            "label": {"fr": "Odeur de **gaz**", "en": "Smell of gas"},
            "raised_at": (NOW - timedelta(minutes=4)).isoformat(),
            "sent_at": NOW.isoformat(),
        } | said

    def tell(self, visit: Any = None, **said: Any) -> TestResponse:
        return self.client.post(
            f"/api/visits/{visit or self.visit_id}/alerts",
            json=self.body(**said),
            headers={"Authorization": f"Bearer {self.token}"},
        )


@pytest.fixture
def home(app: Flask) -> Home:
    return Home(app)


def test_the_answer_says_the_number_back(home: Home) -> None:
    for _ in range(2):
        answer = home.tell()
        assert answer.status_code == 201
        assert answer.json["id"] == str(home.id)
        assert answer.json["received_at"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "said",
    [
        {"id": "x"},
        {"path": "\0"},
        {"path": "/" + "a" * 200},
        {"instance_id": "\0"},
        {"severity": "U2"},
        {"severity": ["U0"]},
        {"label": "gas"},
        {"label": {"fr": ""}},
        {"label": {"fr": "x" * 5000}},
        {"raised_at": "yesterday"},
        {"raised_at": "2026-03-10T09:30:00"},
        {"sent_at": None},
        {"reached_name": "x" * 500},
        {"reached_name": {"a": 1}},
    ],
    ids=str,
)
def test_nonsense_is_refused_by_field_and_nothing_is_kept(
    home: Home, said: dict[str, Any], client_as: SignIn
) -> None:
    answer = home.tell(**said)
    assert answer.status_code in (400, 422), answer.text
    assert "Alertes" not in client_as(Role.COORDINATOR).get("/").text


@pytest.mark.parametrize("far", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_moments_beyond_belief_fail_nothing(home: Home, far: str) -> None:
    assert home.tell(raised_at=far, reached_at=far, sent_at=far).status_code == 201


def test_unknown_and_foreign_visits_are_not_found(home: Home, client_as: SignIn) -> None:
    assert home.tell(visit=uuid.uuid4()).status_code == 404
    with home.house.sessions.begin() as session:
        other = make_user(session, role=Role.VISITOR)
        foreign = make_visit(session, case=make_case(session, by=other), visitor=other).id
    assert home.tell(visit=foreign).status_code == 404


def test_coordinator_and_technician_see_it_and_say_so(home: Home, client_as: SignIn) -> None:
    home.tell(reached_name="M. Ferrand", reached_at=(NOW - timedelta(minutes=1)).isoformat())
    coordinator, technician = client_as(Role.COORDINATOR), client_as(Role.TECHNICIAN)
    for client in (coordinator, technician):
        page = client.get("/").text
        assert "Odeur de gaz" in page
        assert "M. Ferrand" in page
    alert = f"/alerts/{home.id}/seen"
    assert technician.post(alert).status_code == 302
    assert technician.user.name in coordinator.get("/").text  # type: ignore[attr-defined]
    assert "Odeur de gaz" in coordinator.get(f"/visits/{home.visit_id}").text
    assert client_as(Role.MANAGER).post(alert).status_code == 403


def test_that_nobody_answered_stands_on_the_board(home: Home, client_as: SignIn) -> None:
    home.tell(tried_at=(NOW - timedelta(minutes=1)).isoformat())
    technician = client_as(Role.TECHNICIAN)
    assert "Personne n’a répondu, dernier essai le " in technician.get("/").text
    home.tell(reached_name="M. Ferrand")
    page = technician.get("/").text
    assert "M. Ferrand" in page
    assert "Personne n’a répondu" not in page


def test_a_technician_sees_the_dwelling_and_not_the_person(home: Home, client_as: SignIn) -> None:
    home.tell()
    home.tell(id=str(uuid.uuid4()), path="/data/consequence_violence", label={"fr": "Violences"})
    page = client_as(Role.TECHNICIAN).get("/").text
    assert "Odeur de gaz" in page
    assert "VERMEULEN" not in page
    assert "Violences" not in page
    assert "Violences" in client_as(Role.COORDINATOR).get("/").text


def test_nobody_sees_or_takes_an_alert_about_a_protected_person(
    home: Home, client_as: SignIn
) -> None:
    home.tell()
    with home.house.sessions.begin() as session:
        protect(session, session.get_one(Person, home.person_id), by=home.visitor.id, now=NOW)
    for role in (Role.COORDINATOR, Role.TECHNICIAN):
        client = client_as(role)
        assert "Odeur de gaz" not in client.get("/").text
        assert client.post(f"/alerts/{home.id}/seen").status_code == 404
