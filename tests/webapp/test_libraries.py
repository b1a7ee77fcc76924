"""No door beside ours: what the libraries open by default is closed, one by one."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.core import UserMixin

from tests.factories import PASSWORD, QUICK_HASH, make_user
from visits.models.accounts import Role, User
from webapp.access.sign_in import SignedIn, set_up_accounts
from webapp.frame.settings import Settings

# Every endpoint of Flask-Security that exists here.
NAMED = {"security.login", "security.logout"}
OFF = [
    "DEBUG", "PROPAGATE_EXCEPTIONS", "TRAP_HTTP_EXCEPTIONS", "SECURITY_REGISTERABLE",
    "SECURITY_CONFIRMABLE", "SECURITY_RECOVERABLE", "SECURITY_CHANGEABLE", "SECURITY_PASSWORDLESS",
    "SECURITY_UNIFIED_SIGNIN", "SECURITY_OAUTH_ENABLE", "SECURITY_CHANGE_EMAIL",
    "SECURITY_CHANGE_USERNAME", "SECURITY_USERNAME_ENABLE", "SECURITY_USERNAME_RECOVERY",
    "SECURITY_TWO_FACTOR", "SECURITY_WEBAUTHN", "SECURITY_REFRESH_TOKEN", "SECURITY_TRACKABLE",
    "SECURITY_BACKWARDS_COMPAT_AUTH_TOKEN", "SECURITY_DEFAULT_REMEMBER_ME",
    "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS", "SECURITY_REDIRECT_ALLOW_SUBDOMAINS",
    "SECURITY_PASSWORD_CHECK_BREACHED", "SECURITY_SEND_PASSWORD_CHANGE_EMAIL",
    "SECURITY_SEND_REGISTER_EMAIL",
]  # fmt: skip
WANTED: dict[str, Any] = dict.fromkeys(OFF, False) | {
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_DOMAIN": None,
    "REMEMBER_COOKIE_DURATION": timedelta(0),
    "REMEMBER_COOKIE_HTTPONLY": True,
    "PERMANENT_SESSION_LIFETIME": timedelta(hours=1),
    "WTF_CSRF_CHECK_DEFAULT": True,
    "WTF_CSRF_METHODS": {"POST", "PUT", "PATCH", "DELETE"},
    "WTF_CSRF_SSL_STRICT": True,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_REDIRECT_BEHAVIOR": None,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "OPENAPI_SWAGGER_UI_PATH": None,
    "OPENAPI_REDOC_PATH": None,
    "OPENAPI_RAPIDOC_PATH": None,
}


@pytest.fixture
def member(app: Flask) -> User:
    with app.extensions["palier"].sessions.begin() as session:
        return make_user(session, role=Role.COORDINATOR, password_hash=QUICK_HASH)


def test_each_setting_has_the_value_that_closes(settings: Settings) -> None:
    app = Flask(__name__)
    set_up_accounts(app, settings)
    assert {name: app.config.get(name, "not set") for name in WANTED} == WANTED
    assert app.cli.list_commands(None) == []  # type: ignore[arg-type]


def test_a_feature_that_the_library_gains_is_not_opened_by_its_default(new_app: Flask) -> None:
    switches = {
        name
        for name, value in new_app.config.items()
        if name.startswith("SECURITY_") and value is True
    }
    assert switches == {
        "SECURITY_FLASH_MESSAGES", "SECURITY_PASSWORD_SINGLE_HASH",
        "SECURITY_RETURN_GENERIC_RESPONSES",
        # Of features that are off, or not of opening:
        "SECURITY_EMAIL_HTML", "SECURITY_EMAIL_PLAINTEXT", "SECURITY_FRESHNESS_ALLOW_AUTH_TOKEN",
        "SECURITY_JOIN_USER_ROLES", "SECURITY_PASSWORD_CONFIRM_REQUIRED",
        "SECURITY_PASSWORD_REQUIRED", "SECURITY_REFRESH_TOKEN_CLEANUP_EXPIRED",
        "SECURITY_SEND_PASSWORD_RESET_EMAIL", "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL",
        "SECURITY_SEND_USERNAME_CHANGE_EMAIL", "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE",
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL", "SECURITY_USE_REGISTER_V2",
        "SECURITY_WAN_ALLOW_AS_FIRST_FACTOR", "SECURITY_WAN_ALLOW_AS_MULTI_FACTOR",
        "SECURITY_WAN_ALLOW_USER_HINTS",
    }  # fmt: skip


def test_every_endpoint_of_the_library_is_one_we_named(app: Flask) -> None:
    assert {r.endpoint for r in app.url_map.iter_rules() if "security" in r.endpoint} == NAMED


def test_signing_in_gives_no_token_and_speaks_no_json(client: FlaskClient, member: User) -> None:
    body = {"email": member.email, "password": PASSWORD}
    answers = [
        client.post(f"/sign-in?include_auth_token={said}", json=body, headers=headers)
        for said in ("", "1")
        for headers in ({}, {"Accept": "application/json"})
    ]
    for answer in answers:
        assert "token" not in answer.text.replace("csrf", "").replace("csrf_token", "")
        assert not answer.is_json


@pytest.mark.parametrize("where", ["query", "header", "json", "form"])
def test_a_token_of_the_library_opens_nothing(app: Flask, member: User, where: str) -> None:
    with app.test_request_context():
        token = str(UserMixin.get_auth_token(SignedIn(member)))
    client = app.test_client()
    sent: dict[str, Any] = {
        "query": {"query_string": {"auth_token": token}},
        "header": {"headers": {"Authentication-Token": token}},
        "json": {"json": {"auth_token": token}},
        "form": {"data": {"auth_token": token}},
    }[where]
    for path in ("/", "/account", "/account/password", "/people/"):
        assert client.get(path, **sent).location.startswith("/sign-in"), path
    assert client.get("/api/map/dwellings", **sent).status_code == 401


def test_nobody_stays_signed_in_without_a_session(client: FlaskClient, member: User) -> None:
    data = {"email": member.email, "password": PASSWORD, "remember": "y"}
    assert client.post("/sign-in", data=data).status_code == 302
    assert client.get_cookie("remember_token") is None
    assert client.get("/account").status_code == 200
    client.delete_cookie("palier")
    assert client.get("/account").status_code == 302


def test_the_scripts_of_the_library_are_not_served(client: FlaskClient) -> None:
    assert client.get("/fs-static/js/webauthn.js").status_code == 404
    for path in ("/login", "/register", "/reset", "/verify", "/tf-setup", "/wan-register",
                 "/us-signin", "/api/swagger-ui", "/api/redoc"):  # fmt: skip
        assert client.get(path).status_code == 404, path
