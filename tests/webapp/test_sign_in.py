"""Signing in: slow for guessers, silent about which half was wrong, CSRF on every form."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password

from tests.factories import make_user
from visits.accounts import find_user
from visits.models.accounts import Role

PASSWORD = "correct cheval batterie"


@pytest.fixture
def member(app: Flask) -> str:
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context(), app.extensions["palier"].sessions.begin() as session:
        return make_user(
            session, role=Role.COORDINATOR, password_hash=hash_password(PASSWORD)
        ).email


def _token(client: FlaskClient, path: str = "/sign-in") -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def _sign_in(client: FlaskClient, email: str, password: str) -> int:
    data = {"email": email, "password": password, "csrf_token": _token(client)}
    return client.post("/sign-in", data=data).status_code


def test_the_right_password_opens_the_first_page(client: FlaskClient, member: str) -> None:
    assert _sign_in(client, member.upper(), PASSWORD) == 302
    assert client.get("/").status_code == 200


def test_a_form_without_its_token_is_refused(client: FlaskClient, member: str) -> None:
    client.post("/sign-in", data={"email": member, "password": PASSWORD})
    assert client.get("/").status_code == 302


def test_wrong_password_and_unknown_address_say_the_same(client: FlaskClient, member: str) -> None:
    texts = set()
    for email, password in ((member, "faux"), ("inconnue@palier.example", PASSWORD)):
        data = {"email": email, "password": password, "csrf_token": _token(client)}
        page = client.post("/sign-in", data=data).text
        texts.add(tuple(re.findall(r"<li>(.*?)</li>", page)))
    assert len(texts) == 1


def test_five_wrong_passwords_close_the_door_for_a_while(client: FlaskClient, member: str) -> None:
    for _ in range(5):
        _sign_in(client, member, "faux")
    assert _sign_in(client, member, PASSWORD) == 200
    assert client.get("/").status_code == 302


def test_the_tablet_door_is_throttled_too(client: FlaskClient, member: str) -> None:
    body = {"email": member, "password": "faux"}
    statuses = [client.post("/api/devices", json=body).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_a_tablet_signs_in_once_with_a_password(client: FlaskClient, member: str) -> None:
    answer = client.post("/api/devices", json={"email": member, "password": PASSWORD, "name": "x"})
    assert answer.status_code == 201
    assert answer.json["token"].startswith("palier_")
    assert client.post("/api/devices", json={"email": member}).status_code == 422
    assert client.post("/api/devices", data="[").status_code in (400, 415, 422)


def test_signing_out_ends_the_session(client: FlaskClient, member: str) -> None:
    _sign_in(client, member, PASSWORD)
    client.post("/sign-out", data={"csrf_token": _token(client, "/")})
    assert client.get("/").status_code == 302


def test_nobody_is_led_to_another_site_after_signing_in(client: FlaskClient, member: str) -> None:
    data = {"email": member, "password": PASSWORD, "csrf_token": _token(client)}
    answer = client.post("/sign-in?next=https://evil.example/", data=data)
    assert "evil" not in answer.headers.get("Location", "")


def test_passwords_are_argon2id(app: Flask, member: str) -> None:
    with app.extensions["palier"].sessions() as session:
        user = find_user(session, member)
        assert user is not None
        assert user.password.startswith("$argon2id$")
