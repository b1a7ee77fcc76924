"""Everything is closed by default: each endpoint says what it needs, and strangers get nothing."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from visits.models.accounts import Role
from webapp.access.auth import PERMISSIONS, Action, declared_action

pytestmark = pytest.mark.both_databases

UUID = str(uuid.uuid4())
OPEN_TO_ALL = {
    "static",
    "health.healthz",
    "health.readyz",
    "tablet.file",
    "tablet.slash",
    "devices.sign_in",
    "devices.recover",
    "devices.contact",
    "devices.wiped",
    "security.login",
    "security.logout",
    "passwords.forgotten",
    "passwords.ask",
    "passwords.choose",
    "passwords.keep",
    "second_step.ask",
    "second_step.check",
    "api-docs.openapi_json",
    "metrics.read",  # to whoever has the token of the deployment
    "calendar_feed.read",  # to whoever has the address of one visitor's calendar
    "order_link.show",  # to whoever has the link of one order
    "order_link.act",
    "order_link.seen",
    "report_link.show",  # to whoever has the link of her report
    "report_link.open_report",
    "referral_link.show",  # to whoever has the link of one referral
    "referral_link.act",
    "referral_form.show",  # to whoever has the address that a partner was given
    "referral_form.ask",
}


def _path(rule: Rule) -> str:
    return re.sub(
        r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", lambda m: UUID if m[1] == "uuid" else "1", rule.rule
    )


def _closed(app: Flask) -> list[tuple[str, str, str]]:
    return [
        (rule.endpoint, method, _path(rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if declared_action(app, rule.endpoint) is not True
    ]


def test_every_endpoint_declares_what_it_needs(app: Flask) -> None:
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if declared_action(app, rule.endpoint) is None
    ]
    assert silent == []


def test_only_these_endpoints_are_open_to_strangers(app: Flask) -> None:
    open_ones = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if declared_action(app, rule.endpoint) is True
    }
    assert open_ones == OPEN_TO_ALL


def test_an_endpoint_that_declares_nothing_is_refused(new_app: Flask) -> None:
    new_app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = new_app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_every_closed_endpoint_refuses_a_stranger(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, path in _closed(app):
        answer = client.open(path, method=method)
        assert answer.status_code in (302, 401), (endpoint, method, answer.status_code)
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/sign-in"), endpoint


@pytest.mark.one_database
@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_refused_what_its_row_does_not_say(
    app: Flask, client_as: Callable[..., FlaskClient], role: Role
) -> None:
    client = client_as(role)
    for endpoint, method, path in _closed(app):
        action = declared_action(app, endpoint)
        assert isinstance(action, Action)
        if role in PERMISSIONS[action]:
            continue
        answer = client.open(path, method=method)
        assert answer.status_code in (401, 403), (endpoint, method, role, answer.status_code)


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_no_page_without_arguments_fails_for_those_who_may_open_it(
    app: Flask, client_as: Callable[..., FlaskClient], role: Role
) -> None:
    client = client_as(role)
    for rule in app.url_map.iter_rules():
        action = declared_action(app, rule.endpoint)
        if not isinstance(action, Action) or role not in PERMISSIONS[action]:
            continue
        if "GET" not in (rule.methods or set()) or rule.arguments:
            continue
        status = client.get(rule.rule).status_code
        assert status < 500, (rule.endpoint, role, status)


def test_every_action_is_somebodys(app: Flask) -> None:
    assert set(PERMISSIONS) == set(Action)
    assert all(PERMISSIONS[action] for action in Action)


def test_a_closed_account_is_out_at_its_next_click(
    app: Flask, client_as: Callable[..., FlaskClient]
) -> None:
    client = client_as(Role.COORDINATOR)
    assert client.get("/").status_code == 200
    with app.extensions["palier"].sessions.begin() as session:
        session.merge(client.user).active = False
    assert client.get("/").status_code == 302
