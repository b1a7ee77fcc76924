"""Errors say what happened to people and to machines, and never show our insides."""

import errno
import logging
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from visits.ground.errors import Busy, Conflict, NoRoom, ReadOnly
from visits.models.accounts import Role
from webapp.access.auth import public
from webapp.frame.transaction import refusal_of

pytestmark = pytest.mark.both_databases


@public
def _fail() -> str:
    raise RuntimeError("the secret inside")


def test_an_unexpected_error_shows_a_number_and_no_trace(
    new_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    new_app.add_url_rule("/fail", "fail", _fail)
    answer = new_app.test_client().get("/fail")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert any(record.levelno == logging.ERROR for record in caplog.records)


def test_machines_get_problem_details(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/api/nothing", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert set(answer.json) >= {"type", "title", "status", "request_id"}


@pytest.mark.parametrize(("language", "words"), [("fr", "n’existe pas"), ("en", "does not exist")])
def test_people_get_a_page_in_their_language(
    client_as: Callable[..., FlaskClient], language: str, words: str
) -> None:
    answer = client_as(Role.COORDINATOR, language=language).get("/nothing-here")
    assert answer.status_code == 404
    assert words in answer.text


def test_every_page_has_the_security_headers(client: FlaskClient) -> None:
    for path in ("/sign-in", "/nothing", "/healthz", "/tablet/"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_log_holds_no_address_of_a_page(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "palier"):
        client.get("/people/?q=LECLERC")
    assert "LECLERC" not in str([record.__dict__ for record in caplog.records])


def test_placeholders_of_sentences_are_the_same_in_french(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        for code, text in app.extensions["refusals"].items():
            assert str(text).count("%(") == text._args[0].count("%("), code


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (DBAPIError("", {}, psycopg.errors.DiskFull()), NoRoom),
        (DBAPIError("", {}, psycopg.errors.ReadOnlySqlTransaction()), ReadOnly),
        (DBAPIError("", {}, psycopg.errors.UniqueViolation()), Conflict),
        (DBAPIError("", {}, psycopg.errors.DeadlockDetected()), Busy),
        (DBAPIError("", {}, psycopg.errors.SyntaxError()), type(None)),
        (OSError(errno.EDQUOT, "quota"), NoRoom),
        (OSError(errno.EROFS, "read-only"), ReadOnly),
        (OSError(errno.ECONNRESET, "gone"), type(None)),
        (ValueError(), type(None)),
    ],
)
def test_what_a_database_or_a_disk_refuses_has_a_name(error: Exception, kind: type) -> None:
    assert type(refusal_of(error)) is kind


@public
def _refuse() -> str:
    raise Conflict("work_order_moved_on", reference="BT-1")


def test_what_was_typed_and_refused_stands_on_the_page_and_leads_back(new_app: Flask) -> None:
    new_app.add_url_rule("/sign-in/answer/late", "late", _refuse, methods=["POST"])
    new_app.config["WTF_CSRF_ENABLED"] = False
    words = "Trop coûteux pour ce logement, <b>parlé</b> avec elle"
    typed = {"why": words, "password": "quatre mots sans rapport", "day": "2026-03-12"}
    answer = new_app.test_client().post("/sign-in/answer/late", data=typed)
    assert answer.status_code == 409
    assert "Trop coûteux pour ce logement, &lt;b&gt;parlé&lt;/b&gt; avec elle" in answer.text
    few = new_app.test_client().post("/sign-in/answer/late", data={"why": "mes mots à moi"})
    assert "mes mots à moi" in few.text
    number = new_app.test_client().post("/sign-in/answer/late", data={"phone": "06 39 98 00 07"})
    assert "06 39" not in number.text
    assert "quatre mots" not in answer.text
    assert "2026-03-12" not in answer.text
    assert 'href="/sign-in"' in answer.text
    asked = new_app.test_client().get("/sign-in/answer/late")
    assert (asked.status_code, 'href="/sign-in"' in asked.text) == (405, True)


def test_nothing_leads_back_where_there_is_nothing(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    assert "Back to the page<" not in client.get("/work-orders/nothing/here").text
