"""Tablets: recovered with a password, declared lost, and erased at their next contact."""

import base64
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.factories import NOW, PASSWORD, QUICK_HASH, make_user
from visits.accounts.accounts import add_device, set_active
from visits.ground.db import start_reading
from visits.ground.tokens import digest_of
from visits.models.accounts import Device, Role, User
from webapp.access.auth import Action, declared_action

SignIn = Callable[..., FlaskClient]


@dataclass
class Tablet:
    """A visitor's tablet, as the server told it at its sign-in."""

    app: Flask
    email: str
    told: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.told["device_id"])

    @property
    def user_id(self) -> uuid.UUID:
        return uuid.UUID(self.told["user"]["id"])

    def ask(self, token: str | None = None) -> TestResponse:
        header = {"Authorization": f"Bearer {token or self.told['token']}"}
        return self.app.test_client().get("/api/tablet/day", headers=header)

    def recover(self, **changes: str) -> TestResponse:
        body = {"email": self.email, "password": PASSWORD} | changes
        return self.app.test_client().post(f"/api/devices/{self.id}/recover", json=body)

    def say(self, method: str, path: str, header: str = "") -> TestResponse:
        header = header or f"Bearer {self.told['token']}"
        return self.app.test_client().open(path, method=method, headers={"Authorization": header})

    def locked(self) -> str:
        return f"Locked {digest_of(self.told['token'])}"

    def row(self) -> Device:
        with self.app.extensions["palier"].sessions() as session:
            start_reading(session)
            return session.get_one(Device, uuid.UUID(self.id))

    def declare_lost(self, administrator: FlaskClient) -> TestResponse:
        return administrator.post(f"/accounts/{self.user_id}/tablets/{self.id}/lost")


def add_tablet(app: Flask) -> Tablet:
    with app.extensions["palier"].sessions.begin() as session:
        email = make_user(session, role=Role.VISITOR, password_hash=QUICK_HASH).email
    body = {"email": email, "password": PASSWORD, "name": "T4"}
    answer = app.test_client().post("/api/devices", json=body)
    assert answer.status_code == 201
    return Tablet(app, email, answer.json or {})


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    return add_tablet(app)


@pytest.fixture
def administrator(client_as: SignIn) -> FlaskClient:
    return client_as(Role.ADMINISTRATOR)


def test_a_tablet_gets_a_recovery_key_of_its_own_kept_encrypted(app: Flask, tablet: Tablet) -> None:
    key = tablet.told["recovery_key"]
    assert len(base64.b64decode(key)) == 32
    assert key != add_tablet(app).told["recovery_key"]
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        kept = session.execute(text("SELECT recovery_key FROM device")).scalars().all()
    assert all(key.encode() not in bytes(one) for one in kept)


def test_its_user_recovers_a_tablet_with_a_fresh_token_and_the_same_key(tablet: Tablet) -> None:
    answer = tablet.recover()
    assert answer.status_code == 200
    told = answer.json or {}
    assert told["device_id"] == tablet.id
    assert told["recovery_key"] == tablet.told["recovery_key"]
    assert told["user"] == tablet.told["user"]
    assert tablet.ask(told["token"]).status_code == 200
    assert tablet.ask().status_code == 401  # the old token


def test_a_tablet_from_before_the_pin_gets_its_key_at_recovery(app: Flask) -> None:
    tablet = add_tablet(app)
    with app.extensions["palier"].sessions.begin() as session:
        session.get_one(Device, uuid.UUID(tablet.id)).recovery_key = None
    first, second = tablet.recover().json or {}, tablet.recover().json or {}
    assert len(base64.b64decode(first["recovery_key"])) == 32
    assert first["recovery_key"] == second["recovery_key"]


def test_nobody_recovers_the_tablet_of_somebody_else(app: Flask, tablet: Tablet) -> None:
    other = add_tablet(app)
    answer = tablet.recover(email=other.email)
    unknown = app.test_client().post(
        f"/api/devices/{uuid.uuid4()}/recover", json={"email": other.email, "password": PASSWORD}
    )
    assert answer.status_code == unknown.status_code == 404
    assert (answer.json or {})["title"] == (unknown.json or {})["title"]
    assert tablet.ask().status_code == 200


def test_recovering_is_throttled_as_signing_in(tablet: Tablet) -> None:
    statuses = [tablet.recover(password="faux").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert tablet.recover().status_code == 429


def test_a_revoked_tablet_is_not_lost_and_comes_back_with_the_password(
    tablet: Tablet, administrator: FlaskClient
) -> None:
    administrator.post(f"/accounts/{tablet.user_id}/tablets/{tablet.id}/revoke")
    refused = tablet.ask()
    assert (refused.status_code, (refused.json or {})["code"]) == (401, "not_signed_in")
    told = tablet.recover().json or {}
    assert tablet.ask(told["token"]).status_code == 200


def test_a_closed_account_recovers_nothing_and_loses_nothing(app: Flask, tablet: Tablet) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        set_active(session, tablet.user_id, False, now=NOW)
    for answer in (tablet.recover(), tablet.ask()):
        assert (answer.status_code, (answer.json or {})["code"]) == (401, "account_closed")
    assert (tablet.recover(password="faux").json or {})["code"] == "not_signed_in"


def test_a_lost_tablet_is_told_so_and_never_recovers(
    tablet: Tablet, administrator: FlaskClient
) -> None:
    assert tablet.declare_lost(administrator).status_code == 302
    asked = (
        tablet.ask(),
        tablet.recover(),
        tablet.say("POST", "/openrosa/submission"),
        tablet.say("GET", "/api/devices/contact", tablet.locked()),
    )
    for answer in asked:
        problem = answer.json or {}
        assert (answer.status_code, problem["code"]) == (401, "device_lost")
        assert problem["type"] == "urn:palier:device_lost"
    assert "recovery_key" not in (tablet.recover().json or {})


def test_a_wrong_password_does_not_learn_that_a_tablet_is_lost(
    tablet: Tablet, administrator: FlaskClient
) -> None:
    tablet.declare_lost(administrator)
    assert (tablet.recover(password="faux").json or {})["code"] == "not_signed_in"


def test_a_lost_tablet_is_told_so_even_when_the_account_is_closed(
    app: Flask, tablet: Tablet, administrator: FlaskClient
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        set_active(session, tablet.user_id, False, now=NOW)
    tablet.declare_lost(administrator)
    assert (tablet.ask().json or {})["code"] == "device_lost"


@pytest.mark.parametrize("locked", [False, True])
def test_a_lost_tablet_says_that_it_is_erased_and_the_office_shows_it(
    tablet: Tablet, administrator: FlaskClient, locked: bool
) -> None:
    tablet.declare_lost(administrator)
    page = f"/accounts/{tablet.user_id}"
    assert "pas encore effacée" in administrator.get(page).text
    header = tablet.locked() if locked else ""
    for _ in range(2):  # the answer may get lost: it says so again
        assert tablet.say("POST", "/api/devices/wiped", header).status_code == 204
    assert tablet.row().wiped_at == NOW
    assert "Perdue, effacée" in administrator.get(page).text
    assert (tablet.ask().json or {})["code"] == "device_lost"


def test_only_a_lost_tablet_can_say_that_it_is_erased(tablet: Tablet) -> None:
    for header in ("", tablet.locked(), "Bearer palier_x", "Locked x", "Basic eDp5", "Locked " * 9):
        assert tablet.say("POST", "/api/devices/wiped", header).status_code == 401
    assert tablet.app.test_client().post("/api/devices/wiped").status_code == 401
    assert tablet.row().wiped_at is None


def test_the_digest_of_a_token_opens_nothing(tablet: Tablet) -> None:
    assert tablet.say("GET", "/api/devices/contact", tablet.locked()).status_code == 204
    answer = tablet.say("GET", "/api/tablet/day", tablet.locked())
    assert (answer.status_code, (answer.json or {})["code"]) == (401, "not_signed_in")
    for nonsense in ("Locked " + "f" * 64, "Locked \x7f", "Bearer palier_" + "é" * 5, "Locked"):
        assert tablet.say("GET", "/api/devices/contact", nonsense).status_code == 204


def test_one_declares_own_tablets_lost_and_not_those_of_others(
    app: Flask, client_as: SignIn
) -> None:
    client = client_as(Role.VISITOR)
    with app.extensions["palier"].sessions.begin() as writing:
        me = writing.get_one(User, client.user.id)  # type: ignore[attr-defined]
        mine, _token = add_device(writing, me, name="Mine", now=NOW)
        theirs, _theirs = add_device(writing, make_user(writing), name="Theirs", now=NOW)
    assert "Déclarer perdue" in client.get("/account").text
    assert client.post(f"/account/tablets/{mine.id}/lost").status_code == 302
    assert client.post(f"/account/tablets/{theirs.id}/lost").status_code == 404
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        lost = {one: session.get_one(Device, one).lost_at for one in (mine.id, theirs.id)}
    assert lost == {mine.id: NOW, theirs.id: None}
    assert "Déclarer perdue" not in client.get("/account").text


def test_an_administrator_names_the_right_account(app: Flask, administrator: FlaskClient) -> None:
    tablet, other = add_tablet(app), add_tablet(app)
    path = f"/accounts/{other.user_id}/tablets/{tablet.id}/lost"
    assert administrator.post(path).status_code == 404
    assert tablet.row().lost_at is None


def test_every_door_is_shut_to_a_lost_tablet(
    app: Flask, tablet: Tablet, administrator: FlaskClient
) -> None:
    tablet.declare_lost(administrator)
    unknown = str(uuid.uuid4())
    tried = 0
    for rule in app.url_map.iter_rules():
        closed = isinstance(declared_action(app, rule.endpoint), Action)
        if not closed or not rule.rule.startswith(("/api/", "/openrosa/")):
            continue
        address = re.sub(r"<[^>]*>", unknown, rule.rule)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = tablet.say(method, address)
            assert answer.status_code == 401, (method, address)
            assert method == "HEAD" or (answer.json or {})["code"] == "device_lost", address
            tried += 1
    assert tried > 10
