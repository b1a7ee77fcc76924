"""The confidential note: read by social workers and by whom wrote it, by nobody else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from diagnostics.form import parse_form
from tests.diagnostics.builders import published, row, visit
from tests.diagnostics.filling import Filled, shipped_form
from tests.diagnostics.test_forms_social import SURROUNDED
from tests.factories import NOW
from tests.homes import Home
from visits.accounts.open_sessions import start_session
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.works import WorkOrder
from webapp.access.who_asks import SESSION_NUMBER

SignIn = Callable[..., FlaskClient]
SECRET, OPEN = "Dort dans la cuisine", "Demande un rendez-vous"
NOTES = {**SURROUNDED, "confidential_note": SECRET, "operational_note": OPEN}


@pytest.fixture
def home(app: Flask) -> Home:
    return Home(app, "social_situation")


def as_visitor(app: Flask, home: Home) -> FlaskClient:
    client = app.test_client()
    with app.extensions["palier"].sessions.begin() as session:
        number = start_session(session, home.visitor.id, now=NOW)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = home.visitor.fs_uniquifier
        cookie["_fresh"] = True
        cookie[SESSION_NUMBER] = str(number)
    return client


def test_social_workers_read_it_and_the_visitor_who_wrote_it(
    app: Flask, home: Home, client_as: SignIn
) -> None:
    home.send("social_situation", **NOTES)
    for client in (client_as(Role.SOCIAL_WORKER), as_visitor(app, home)):
        page = client.get(home.page).text
        assert SECRET in page
        assert OPEN in page


def test_a_coordinator_reads_the_operational_note_alone(home: Home, client_as: SignIn) -> None:
    home.send("social_situation", **NOTES)
    page = client_as(Role.COORDINATOR).get(home.page).text
    assert OPEN in page
    assert SECRET not in page
    assert "Note confidentielle" not in page


def test_another_visitor_who_takes_the_visit_over_does_not_read_it(
    app: Flask, home: Home, client_as: SignIn
) -> None:
    home.send("social_situation", **NOTES)
    other = client_as(Role.VISITOR)
    with home.house.sessions.begin() as session:
        session.merge(home.visit).visitor_id = other.user.id  # type: ignore[attr-defined]
    page = other.get(home.page).text
    assert OPEN in page
    assert SECRET not in page


def test_a_corrected_note_does_not_show_what_was_sent(home: Home, client_as: SignIn) -> None:
    answers: dict[str, Any] = {**NOTES, "visit_agreed": "yes"}
    xml = Filled("social_situation", **answers).checked.xml
    # Hidden by a refusal, so the server takes the answer out and says what it took out.
    home.send_xml(xml.replace(b"<visit_agreed>yes<", b"<visit_agreed>no<"))
    assert SECRET not in client_as(Role.COORDINATOR).get(home.page).text
    assert SECRET in client_as(Role.SOCIAL_WORKER).get(home.page).text


def test_the_page_of_the_form_says_who_reads_it(home: Home, client_as: SignIn) -> None:
    version = shipped_form("social_situation").version
    page = client_as(Role.COORDINATOR).get(f"/forms/social_situation/{version}").text
    assert "confidentiel" in page


def test_what_a_note_caused_before_it_was_marked_does_not_tell_it(
    app: Flask, home: Home, client_as: SignIn
) -> None:
    asked = row("text", "told")
    calls = {"when": "${told} != ''", "kind": "work_order", "code": "gas", "severity": "U2"}
    calls |= {"due": "1d", "owner": "landlord", "label::fr": "Voir", "label::en": "Look"}
    first = published([asked], consequences=[calls])
    then = published([{**asked, "readers": "social_worker"}], version="2")
    with home.house.sessions.begin() as session:
        publish_form(session, first, by=None, now=NOW)
    xml = visit(parse_form(first.xform), {"told": SECRET})
    home.send_xml(xml)
    with home.house.sessions() as session:
        order = session.scalars(select(WorkOrder.id)).one()
    pages = home.page, f"/work-orders/{order}"
    assert all(SECRET in client_as(Role.COORDINATOR).get(page).text for page in pages)
    with home.house.sessions.begin() as session:
        publish_form(session, then, by=None, now=NOW)
    assert not any(SECRET in client_as(Role.COORDINATOR).get(page).text for page in pages)


def test_a_note_marked_later_is_hidden_in_answers_given_before(
    home: Home, client_as: SignIn
) -> None:
    home.send("social_situation", **NOTES)
    form = shipped_form("social_situation")
    with home.house.sessions.begin() as session:
        marked = b'palier:readers="social_worker" nodeset="/data/notes/operational_note"'
        xform = form.xform.replace(b'nodeset="/data/notes/operational_note"', marked, 1)
        assert xform != form.xform
        publish_form(session, replace(form, xform=xform, version="2"), by=None, now=NOW)
    assert OPEN not in client_as(Role.COORDINATOR).get(home.page).text
    assert OPEN in client_as(Role.SOCIAL_WORKER).get(home.page).text
