"""What the door refuses can be handed in as it is: kept byte for byte, once, within limits."""

import hashlib
import io
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories import NOW, make_user
from tests.submissions import fill
from visits.accounts.accounts import add_device
from visits.intake import handing_in
from visits.models.accounts import Role, User
from visits.models.handed_in import HandedIn
from visits.retention.orphans import remove_orphans

XML = b"<data id='gone' version='9'>not for this door"


@dataclass
class Bearer:
    """A tablet that may only hand in."""

    app: Flask
    user: User
    token: str

    def hand_in(self, *, item: str = "uuid:1", **fields: Any) -> TestResponse:
        xml = fields.pop("xml", XML)
        data = {"id": item, "reason": "form_not_found", **fields}
        if xml is not None:
            data["xml_submission_file"] = (io.BytesIO(xml), "submission.xml")
        return self.app.test_client().post(
            "/api/handed-in", data=data, headers={"Authorization": f"Bearer {self.token}"}
        )

    def kept(self) -> list[HandedIn]:
        with self.app.extensions["palier"].sessions() as session:
            found = session.scalars(
                select(HandedIn).order_by(HandedIn.received_at, HandedIn.id)
            ).all()
            for one in found:
                assert one.files is not None
            return list(found)


def bearer(app: Flask) -> Bearer:
    with app.extensions["palier"].sessions.begin() as session:
        user = make_user(session, role=Role.VISITOR)
        _, token = add_device(session, user, name="Tablette 4", now=NOW)
    return Bearer(app, user, token)


@pytest.fixture
def tablet(app: Flask) -> Bearer:
    return bearer(app)


def photo(data: bytes, name: str = "a.jpg") -> tuple[io.BytesIO, str, str]:
    return io.BytesIO(data), name, "image/jpeg"


def test_what_is_refused_is_kept_byte_for_byte_and_receipted(tablet: Bearer) -> None:
    visit = str(uuid.uuid4())
    answer = tablet.hand_in(visit_id=visit, **{"a.jpg": photo(b"\xff\xd8a")})
    assert answer.status_code == 201, answer.json
    assert answer.json["id"] == "uuid:1"
    assert {one["name"]: one["sha256"] for one in answer.json["files"]} == {
        "xml_submission_file": hashlib.sha256(XML).hexdigest(),
        "a.jpg": hashlib.sha256(b"\xff\xd8a").hexdigest(),
    }
    (kept,) = tablet.kept()
    assert (kept.content, kept.reason, str(kept.visit_said)) == (XML, "form_not_found", visit)
    assert (kept.sent_by_id, kept.device_name) == (tablet.user.id, "Tablette 4")
    store = tablet.app.extensions["palier"].store
    assert store.get(kept.files[0].sha256) == b"\xff\xd8a"


def test_photos_one_at_a_time_add_up_in_any_order_and_twice_is_once(tablet: Bearer) -> None:
    tablet.hand_in(xml=None, **{"b.jpg": photo(b"b", "b.jpg")})
    tablet.hand_in()
    first = tablet.hand_in(xml=None, **{"a.jpg": photo(b"a")})
    again = tablet.hand_in(xml=None, **{"a.jpg": photo(b"a")})
    assert first.json == again.json
    assert [one["name"] for one in again.json["files"]] == [
        "xml_submission_file", "a.jpg", "b.jpg",
    ]  # fmt: skip
    assert len(tablet.kept()) == 1


def test_other_content_under_the_same_number_is_kept_beside_the_first(tablet: Bearer) -> None:
    tablet.hand_in()
    assert tablet.hand_in(xml=b"<other/>").status_code == 201
    assert {one.content for one in tablet.kept()} == {XML, b"<other/>"}
    tablet.hand_in(**{"a.jpg": photo(b"1")})
    both = tablet.hand_in(**{"a.jpg": photo(b"2")}).json["files"]
    assert [one["name"] for one in both] == ["xml_submission_file", "a.jpg", "a.jpg"]


def test_two_tablets_with_one_number_do_not_touch_each_other(app: Flask, tablet: Bearer) -> None:
    tablet.hand_in()
    other = bearer(app)
    answer = other.hand_in(xml=None, **{"a.jpg": photo(b"a")})
    assert [one["name"] for one in answer.json["files"]] == ["a.jpg"]
    assert {one.sent_by_id for one in tablet.kept()} == {tablet.user.id, other.user.id}


@pytest.mark.parametrize("kind", ["failure", "alert"])
def test_a_report_is_handed_in_as_its_json(tablet: Bearer, kind: str) -> None:
    report = '{"outcome": "3.13", "note": "porte murée"}'
    answer = tablet.hand_in(kind=kind, report=report, xml=None)
    assert [one["name"] for one in answer.json["files"]] == ["report"]
    (kept,) = tablet.kept()
    assert (kept.kind, kept.content) == (kind, report.encode())


def test_nonsense_beside_it_is_no_reason_to_refuse_it_but_no_number_is(tablet: Bearer) -> None:
    assert tablet.hand_in(visit_id="nowhere", colour="blue").status_code == 201
    assert tablet.hand_in(item="").status_code == 422
    assert tablet.hand_in(item="x" * 101).status_code == 422
    assert tablet.hand_in(kind="poem").status_code == 422


def test_strangers_and_office_accounts_hand_in_nothing(app: Flask, tablet: Bearer) -> None:
    assert app.test_client().post("/api/handed-in", data={"id": "1"}).status_code == 401
    with app.extensions["palier"].sessions.begin() as session:
        _, token = add_device(session, make_user(session), name="t", now=NOW)
    assert Bearer(app, tablet.user, token).hand_in().status_code == 403


def test_a_flood_is_stopped_and_what_came_before_it_stays(
    app: Flask, tablet: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_in, "MOST_A_DAY", 2)
    assert [tablet.hand_in(item=str(number)).status_code for number in range(3)] == [201, 201, 429]
    assert tablet.hand_in(item="0").status_code == 201, "what is kept is receipted again"
    assert len(tablet.kept()) == 2
    with app.extensions["palier"].sessions.begin() as session:
        for one in session.scalars(select(HandedIn)):
            one.received_at -= timedelta(days=2)
    assert tablet.hand_in(item="2").status_code == 201
    monkeypatch.setattr(handing_in, "MOST_BYTES_A_DAY", 100)
    assert tablet.hand_in(item="3", xml=b"<a>" + b"x" * 200).status_code == 429


def test_it_is_sealed_in_the_database(app: Flask, tablet: Bearer) -> None:
    tablet.hand_in(xml=fill())
    with app.extensions["palier"].engine.connect() as connection:
        (raw,) = connection.exec_driver_sql("SELECT content FROM handed_in").one()
    assert b"home_visit" not in bytes(raw)


def test_its_photos_are_nobodys_leavings(app: Flask, tablet: Bearer) -> None:
    tablet.hand_in(**{"a.jpg": photo(b"\xff\xd8a")})
    house = app.extensions["palier"]
    with house.sessions.begin() as session:
        remove_orphans(session, house.store, now=NOW + timedelta(days=365 * 20))
    assert house.store.get(hashlib.sha256(b"\xff\xd8a").hexdigest()) == b"\xff\xd8a"
