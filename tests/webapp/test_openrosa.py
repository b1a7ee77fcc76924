"""The door: strangers stay out, bad bodies are refused, a receipt lists what is kept."""

import io
import uuid
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from diagnostics.form import parse_form
from tests.factories import make_case, make_user, make_visit
from tests.submissions import GAS, QUIET, fill, home_visit
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.visits import Submission

JSON = {"Accept": "application/json"}


@dataclass
class Tablet:
    """A visitor's tablet with one visit in its day."""

    app: Flask
    client: FlaskClient
    email: str
    token: str
    visit_id: uuid.UUID

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **JSON, **more}

    def send(
        self, xml: bytes, *, headers: dict[str, str] | None = None, **parts: Any
    ) -> TestResponse:
        visit = parts.pop("visit", self.visit_id)
        data = {"xml_submission_file": (io.BytesIO(xml), "submission.xml"), **parts}
        return self.client.post(
            f"/openrosa/submission?visit={visit}" if visit else "/openrosa/submission",
            data=data,
            headers=headers or self.headers(),
        )

    def kept(self) -> int:
        with self.app.extensions["palier"].sessions() as session:
            return session.scalar(select(func.count()).select_from(Submission)) or 0


@pytest.fixture
def tablet(app: Flask, client: FlaskClient, now: Any) -> Tablet:
    with app.extensions["palier"].sessions.begin() as session:
        publish_form(session, home_visit(), by=None, now=now)
        visitor = make_user(session, role=Role.VISITOR)
        _, token = add_device(session, visitor, name="iPad", now=now)
        case = make_case(session, by=visitor)
        visit = make_visit(session, case=case, visitor=visitor)
        return Tablet(app, client, visitor.email, token, visit.id)


def test_a_receipt_lists_every_file_with_its_sum(tablet: Tablet) -> None:
    answer = tablet.send(fill(GAS), **{"a.jpg": (io.BytesIO(b"\xff\xd8x"), "a.jpg")})
    assert answer.status_code == 201
    receipt = answer.json
    assert receipt["state"] == "checked"
    kept = {file["name"]: (file["size"], len(file["sha256"])) for file in receipt["files"]}
    assert set(kept) == {"xml_submission_file", "a.jpg"}
    assert kept["a.jpg"] == (3, 64)
    assert ("work_order", "gas", "U0") in {
        (row["kind"], row["code"], row["severity"]) for row in receipt["consequences"]
    }
    opened = {row["kind"] for row in receipt["consequences"] if row["opened"]}
    assert opened == {"work_order", "follow_up"}


def test_the_same_bytes_get_the_same_receipt(tablet: Tablet) -> None:
    xml = fill(GAS)
    assert tablet.send(xml).json == tablet.send(xml).json
    assert tablet.kept() == 1


def test_parts_are_listed_as_they_come_and_the_last_one_concludes(tablet: Tablet) -> None:
    xml, more = fill(GAS), {"*isIncomplete*": "yes"}
    first = tablet.send(xml, **more)
    assert (first.status_code, first.json["state"]) == (202, "incomplete")
    second = tablet.send(xml, **more, **{"a.jpg": (io.BytesIO(b"a"), "a.jpg")})
    assert second.status_code == 202
    assert [file["name"] for file in second.json["files"]] == ["xml_submission_file", "a.jpg"]
    assert second.json["consequences"] == []
    last = tablet.send(xml, **{"b.jpg": (io.BytesIO(b"b"), "b.jpg")})
    assert (last.status_code, last.json["state"]) == (201, "checked")
    assert len(last.json["files"]) == 3
    again = tablet.send(xml, **more)
    assert again.status_code == 201, "what is whole stays whole"
    assert again.json == last.json


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(hours=-2), timedelta(days=-20000)])
def test_a_wrong_clock_is_put_right(tablet: Tablet, now: datetime, ahead: timedelta) -> None:
    ended = now - timedelta(minutes=10) + ahead
    xml = fill(
        QUIET | {"start": (ended - timedelta(hours=1)).isoformat(), "end": ended.isoformat()}
    )
    sent_at = (now + ahead).isoformat()
    answer = tablet.send(xml, headers=tablet.headers(**{"Palier-Sent-At": sent_at}))
    assert answer.json["state"] == "checked", answer.json
    with tablet.app.extensions["palier"].sessions() as session:
        kept = session.scalars(select(Submission)).one()
    assert kept.clock_skew_s == ahead.total_seconds()
    assert kept.ended_at == now - timedelta(minutes=10)
    assert kept.started_at == now - timedelta(minutes=70)
    assert kept.device_name == "iPad"


@pytest.mark.parametrize("said", ["", "now", "2026-03-10T09:30:00", "9999-12-31T23:59:59Z", "\x00"])
def test_a_strange_time_of_sending_is_not_believed_and_nothing_is_refused(
    tablet: Tablet, said: str
) -> None:
    answer = tablet.send(fill(), headers=tablet.headers(**{"Palier-Sent-At": said}))
    assert answer.status_code == 201
    with tablet.app.extensions["palier"].sessions() as session:
        assert session.scalars(select(Submission.clock_skew_s)).one() is None


def test_other_bytes_under_the_same_number_are_a_conflict(tablet: Tablet) -> None:
    tablet.send(fill(instance_id="uuid:1"))
    answer = tablet.send(fill(GAS, instance_id="uuid:1"))
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("xml", "status"),
    [
        (b"", 400),
        (b"not xml", 400),
        (b"<data", 400),
        (b"%PDF-1.7", 400),
        (b"<data>\x00</data>", 400),
        (
            b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d id="x" version="1">&e;</d>',
            400,
        ),
        (b"<a>" * 20_000 + b"</a>" * 20_000, 400),
        (b"<data id='x' version='1'/>", 400),
        (
            b"<data id='x' version='1'><meta><instanceID>uuid:1</instanceID></meta></data>",
            404,
        ),
    ],
    ids=["empty", "words", "cut", "pdf", "nul", "entity", "deep", "no number", "unknown form"],
)
def test_bad_bodies_are_refused_and_nothing_kept(tablet: Tablet, xml: bytes, status: int) -> None:
    answer = tablet.send(xml)
    assert answer.status_code == status
    assert answer.json["request_id"]
    assert tablet.kept() == 0


def test_a_body_that_bombs_is_refused(tablet: Tablet) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><d>&e11;</d>'
    assert tablet.send(bomb.encode()).status_code == 400


def test_fifty_megabytes_are_too_much(tablet: Tablet) -> None:
    part = (
        b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a"\r\n\r\n'
    )
    answer = tablet.client.post(
        "/openrosa/submission",
        data=part + b"x" * 50_000_000 + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
        headers=tablet.headers(),
    )
    assert answer.status_code == 413
    assert tablet.kept() == 0


def test_a_body_without_the_form_is_refused(tablet: Tablet) -> None:
    answer = tablet.client.post("/openrosa/submission", data={"x": "y"}, headers=tablet.headers())
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer palier_wrong", "Bearer x", "Basic !!!", "Basic " + b64encode(b"a:b").decode()],
)
def test_a_stranger_is_asked_who_she_is(tablet: Tablet, authorization: str) -> None:
    answer = tablet.send(fill(), headers={"Authorization": authorization, **JSON})
    assert answer.status_code == 401
    assert "Basic" in answer.headers["WWW-Authenticate"]
    assert tablet.kept() == 0


def test_a_client_may_sign_in_with_its_token_as_password(tablet: Tablet) -> None:
    basic = b64encode(f"{tablet.email}:{tablet.token}".encode()).decode()
    assert tablet.send(fill(), headers={"Authorization": f"Basic {basic}"}).status_code == 201
    other = b64encode(f"other@palier.example:{tablet.token}".encode()).decode()
    assert tablet.send(fill(), headers={"Authorization": f"Basic {other}"}).status_code == 401


def test_a_session_without_token_sends_nothing(
    tablet: Tablet, client_as: Callable[..., FlaskClient]
) -> None:
    answer = client_as(Role.VISITOR).post("/openrosa/submission", data={"x": "y"})
    assert answer.status_code == 401


def test_a_visit_of_another_is_not_found(tablet: Tablet) -> None:
    for other in (uuid.uuid4(), "nonsense"):
        assert tablet.send(fill(), visit=other).status_code == 404
    assert tablet.kept() == 0


def test_collect_gets_openrosa_answers(tablet: Tablet) -> None:
    headers = {"Authorization": f"Bearer {tablet.token}"}
    answer = tablet.send(fill(), headers=headers, visit=None)
    assert answer.status_code == 201
    assert etree.fromstring(answer.data).tag.endswith("OpenRosaResponse")
    greeting = tablet.client.head("/openrosa/submission", headers=headers)
    assert greeting.status_code == 204
    assert greeting.headers["X-OpenRosa-Version"] == "1.0"


def test_collect_lists_and_downloads_forms(tablet: Tablet) -> None:
    headers = {"Authorization": f"Bearer {tablet.token}"}
    listed = etree.fromstring(tablet.client.get("/openrosa/formList", headers=headers).data)
    (url,) = listed.xpath("//*[local-name()='downloadUrl']/text()")
    form = parse_form(tablet.client.get(url, headers=headers).data)
    own = [question.name for question in parse_form(home_visit().xform).questions]
    assert [question.name for question in form.questions] == ["palier_visit", *own]
    (manifest,) = listed.xpath("//*[local-name()='manifestUrl']/text()")
    assert tablet.client.get(manifest, headers=headers).status_code == 200


def test_the_day_has_the_visitors_own_visits_alone(
    tablet: Tablet, client_as: Callable[..., FlaskClient]
) -> None:
    day = tablet.client.get("/api/tablet/day", headers=tablet.headers()).json
    assert [visit["id"] for visit in day["visits"]] == [str(tablet.visit_id)]
    assert day["forms"][0]["sha256"] == home_visit().sha256
    (form,) = day["visits"][0]["forms"]
    assert (form["required"], form["received"]) == (True, False)
    whole = tablet.client.get(
        f"/api/forms/{form['form_id']}/{form['version']}", headers=tablet.headers()
    ).json
    assert whole["xform"] == home_visit().xform.decode()
    assert {row["kind"] for row in whole["consequences"]} >= {"work_order", "follow_up"}
    assert client_as(Role.VISITOR).get("/api/tablet/day").json["visits"] == []


def test_a_revoked_tablet_opens_nothing(tablet: Tablet) -> None:
    answer = tablet.client.delete("/api/devices/current", headers=tablet.headers())
    assert answer.status_code == 204
    assert tablet.client.get("/api/tablet/day", headers=tablet.headers()).status_code == 401
