"""Sessions: how long they last, what they may not do, where they never lead."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import (
    PASSWORD,
    QUICK_HASH,
    make_case,
    make_dwelling,
    make_residence,
    make_user,
    make_visit,
)
from tests.submissions import home_visit
from visits.accounts.accounts import add_device, find_territory
from visits.accounts.open_sessions import forget_old_sessions
from visits.forms.published import publish_form
from visits.models.accounts import Role
from webapp import create_app
from webapp.access.auth import PERMISSIONS, Action, declared_action
from webapp.frame.settings import Settings

pytestmark = pytest.mark.both_databases

SignIn = Callable[..., FlaskClient]


def test_every_form_of_the_office_is_refused_without_its_token(
    app: Flask, client_as: SignIn
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    members = {role: client_as(role) for role in Role}
    unknown = "7f3e1c52-0000-4000-8000-000000000000"
    for rule in app.url_map.iter_rules():
        action = declared_action(app, rule.endpoint)
        if "POST" not in (rule.methods or ()) or rule.rule.startswith(("/api/", "/openrosa/")):
            continue
        role = next(iter(PERMISSIONS[action])) if isinstance(action, Action) else Role.MANAGER
        path = re.sub(r"<uuid:\w+>", unknown, rule.rule)
        for data in ({"x": "y"}, {"csrf_token": "forged"}):
            answer = members[role].post(path, data=data)
            assert answer.status_code == 400, rule.endpoint
            assert "<h1>" in answer.text, rule.endpoint


def test_signing_out_is_done_by_a_form_alone(client_as: SignIn) -> None:
    client = client_as("coordinator")
    assert client.get("/sign-out").status_code == 405
    assert client.get("/").status_code == 200


def twin(app: Flask, client: FlaskClient) -> FlaskClient:
    """Copy a browser's cookie into another browser, as a thief would."""
    other = app.test_client()
    cookie = client.get_cookie("palier")
    assert cookie is not None
    other.set_cookie("palier", cookie.value)
    return other


def test_signing_out_ends_the_session_on_the_server(app: Flask, client_as: SignIn) -> None:
    client = client_as("coordinator")
    stolen = twin(app, client)
    assert stolen.get("/account").status_code == 200
    assert client.post("/sign-out").status_code == 302
    assert stolen.get("/account").status_code == 302
    assert stolen.get("/api/map/dwellings?bbox=49,2,50,3&z=18").status_code == 401


def test_signing_out_leaves_the_sessions_of_other_browsers(app: Flask) -> None:
    with app.app_context(), app.extensions["palier"].sessions.begin() as session:
        email = make_user(session, password_hash=QUICK_HASH).email
    browsers = [app.test_client(), app.test_client()]
    for browser in browsers:
        browser.post("/sign-in", data={"email": email, "password": PASSWORD})
    browsers[0].post("/sign-out")
    assert [browser.get("/account").status_code for browser in browsers] == [302, 200]


def test_a_session_ends_after_a_working_day(
    app: Flask, settings: Settings, client_as: SignIn, now: datetime
) -> None:
    clock = [now]
    working = create_app(settings, clock=lambda: clock[0])
    client = twin(working, client_as("coordinator"))
    clock[0] = now + timedelta(hours=12) - timedelta(seconds=1)
    assert client.get("/account").status_code == 200
    clock[0] = now + timedelta(hours=12)
    assert client.get("/account").status_code == 302
    client_as("visitor")
    with working.extensions["palier"].sessions.begin() as session:
        assert forget_old_sessions(session, now=clock[0]) == 1
    working.extensions["palier"].engine.dispose()


def test_a_session_opens_the_account_that_began_it_alone(app: Flask, client_as: SignIn) -> None:
    mine, theirs = client_as("coordinator"), client_as("administrator")
    with mine.session_transaction() as here, theirs.session_transaction() as there:
        here["_user_id"] = there["_user_id"]
    assert mine.get("/account").status_code == 302


ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
    "\t//evil.example", "/\t/evil.example",
)  # fmt: skip


def test_signing_in_never_leads_to_another_site(app: Flask) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        email = make_user(session, password_hash=QUICK_HASH).email
    for place in ELSEWHERE:
        data = {"email": email, "password": PASSWORD, "next": place}
        answer = app.test_client().post("/sign-in", query_string={"next": place}, data=data)
        assert re.match(r"(/[^/\\]|/$|$)", answer.headers.get("Location", "")), place


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(settings: Settings) -> None:
    app = create_app(replace(settings, https=True))
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    app.extensions["palier"].engine.dispose()
    assert {"HttpOnly", "Secure", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Expires" not in cookie


def test_a_session_lasts_while_somebody_works(
    app: Flask, settings: Settings, client_as: SignIn, now: datetime
) -> None:
    clock = [now]
    working = create_app(settings, clock=lambda: clock[0])
    client = working.test_client()
    cookie = client_as("coordinator").get_cookie("palier")
    assert cookie is not None
    client.set_cookie("palier", cookie.value)

    def renewed() -> bool:
        answer = client.get("/")
        assert answer.status_code == 200
        return "Set-Cookie" in answer.headers

    assert renewed()
    assert not renewed()
    clock[0] += timedelta(minutes=6)
    assert renewed()
    working.extensions["palier"].engine.dispose()


@pytest.mark.slow
def test_pages_are_never_kept_by_a_browser(client_as: SignIn, session: Session) -> None:
    case = make_case(session, by=make_user(session))
    session.commit()
    client = client_as("coordinator")
    for path in (f"/people/{case.person_id}", "/people/?q=leclerc", "/cases/",
                 "/api/map/dwellings?bbox=49,2,50,3&z=18", "/people/nobody"):  # fmt: skip
        assert client.get(path).headers["Cache-Control"] == "no-store", path


def test_only_the_named_hosts_are_answered(
    settings: Settings, app: Flask, session: Session, now: datetime
) -> None:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    _, token = add_device(session, visitor, name="t", now=now)
    session.commit()
    strict = create_app(replace(settings, hosts=("palier.example",)))
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}"}
    client = strict.test_client()
    for host, status in (("palier.example", 200), ("evil.example", 400)):
        answer = client.get("/openrosa/formList", headers=headers, base_url=f"http://{host}")
        assert answer.status_code == status
        assert client.get("/sign-in", base_url=f"http://{host}").status_code == status
    strict.extensions["palier"].engine.dispose()


def test_a_partner_with_a_territory_reaches_no_further(client_as: SignIn, session: Session) -> None:
    here, there = (find_territory(session, name).id for name in ("Nord", "Sud"))
    visitor = make_user(session, role=Role.VISITOR, organisation="Association")
    persons = []
    for territory_id in (here, there):
        residence = make_residence(session, territory_id=territory_id)
        dwelling = make_dwelling(session, residence=residence)
        case = make_case(session, by=visitor, dwelling=dwelling)
        make_visit(session, case=case, visitor=visitor)
        persons.append(case.person_id)
    session.commit()
    partner = client_as("partner_coordinator", organisation="Association", territory_id=here)
    assert [partner.get(f"/people/{person}").status_code for person in persons] == [200, 404]
