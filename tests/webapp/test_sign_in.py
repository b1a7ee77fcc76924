"""Signing in: slow for guessers, silent about which half was wrong, CSRF on every form."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from itsdangerous import TimestampSigner
from sqlalchemy import delete

from tests.factories import NOW, PASSWORD, QUICK_HASH, make_user
from visits.accounts.accounts import find_user, set_active
from visits.models.accounts import FailedSignIn, Role


@pytest.fixture
def member(app: Flask) -> str:
    app.config["WTF_CSRF_ENABLED"] = True
    with app.extensions["palier"].sessions.begin() as session:
        return make_user(session, role=Role.COORDINATOR, password_hash=QUICK_HASH).email


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


def from_network(client: FlaskClient, address: str) -> FlaskClient:
    client.environ_base["REMOTE_ADDR"] = address
    return client


def test_five_wrong_passwords_close_the_door_for_a_while(client: FlaskClient, member: str) -> None:
    for _ in range(5):
        _sign_in(client, member, "faux")
    assert _sign_in(client, member, PASSWORD) == 200
    assert client.get("/").status_code == 302


@pytest.mark.slow
@pytest.mark.one_database
def test_a_stranger_cannot_shut_somebody_out(app: Flask, member: str) -> None:
    stranger = app.test_client()
    for number in range(4):
        for _ in range(5):
            _sign_in(from_network(stranger, f"203.0.113.{number}"), member, "faux")
    # A browser that nobody knows waits; one that signed this account in before does not.
    assert _sign_in(from_network(app.test_client(), "198.51.100.1"), member, PASSWORD) == 200
    with app.extensions["palier"].sessions.begin() as session:
        session.execute(delete(FailedSignIn))
    hers = from_network(app.test_client(), "198.51.100.1")
    assert _sign_in(hers, member, PASSWORD) == 302
    for number in range(4):
        for _ in range(5):
            _sign_in(from_network(stranger, f"203.0.113.{number}"), member, "faux")
    hers.delete_cookie("palier")
    assert _sign_in(hers, member, PASSWORD) == 302


@pytest.mark.slow
def test_a_colleague_in_the_same_house_cannot_shut_somebody_out(app: Flask, member: str) -> None:
    hers, beside = app.test_client(), app.test_client()
    assert _sign_in(hers, member, PASSWORD) == 302
    hers.delete_cookie("palier")
    for _ in range(5):
        _sign_in(beside, member, "faux")
    assert _sign_in(hers, member, PASSWORD) == 302


def test_a_made_up_cookie_makes_no_browser_known(app: Flask, member: str) -> None:
    stranger = app.test_client()
    for value in ("x", '{"browser": "x", "accounts": []}'):
        stranger.set_cookie("palier_known", value)
        for _ in range(5):
            _sign_in(stranger, member, "faux")
        assert _sign_in(stranger, member, PASSWORD) == 200


def test_a_house_has_one_network_of_ipv6(app: Flask, member: str) -> None:
    stranger = app.test_client()
    for number in range(5):
        _sign_in(from_network(stranger, f"2001:db8:1:2::{number}"), member, "faux")
    assert _sign_in(from_network(stranger, "2001:db8:1:2::99"), member, PASSWORD) == 200
    assert _sign_in(from_network(stranger, "2001:db8:1:3::99"), member, PASSWORD) == 302


def test_a_closed_account_says_so_to_its_own_password_alone(
    app: Flask, client: FlaskClient, member: str
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        user = find_user(session, member)
        assert user is not None
        set_active(session, user.id, False, now=NOW)
    said = []
    for password in (PASSWORD, "faux"):
        data = {"email": member, "password": password, "csrf_token": _token(client)}
        said.append("fermé" in client.post("/sign-in", data=data).text)
    assert said == [True, False]


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


@pytest.mark.one_database
def test_passwords_are_argon2id_and_slow(app: Flask) -> None:
    with app.app_context():
        assert hash_password(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(("ahead", "opens"), [(0, 200), (3600, 200), (2 * 86400, 302)])
def test_a_clock_put_back_by_an_hour_ends_no_session(
    app: Flask, client: FlaskClient, member: str, ahead: int, opens: int
) -> None:
    assert _sign_in(client, member, PASSWORD) == 302
    with client.session_transaction() as cookie:
        content = dict(cookie)
    signing = app.session_interface.get_signing_serializer(app)
    signing.signer = _signer_ahead(ahead)
    client.set_cookie(app.session_interface.get_cookie_name(app), signing.dumps(content))
    assert client.get("/").status_code == opens


def _signer_ahead(seconds: int) -> type[TimestampSigner]:
    """Sign as a server whose clock is ahead."""

    class Ahead(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() + seconds

    return Ahead
