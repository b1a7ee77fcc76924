"""A closed account says so to its tablets; what they still hold comes in, and nothing goes out."""

import io
import re
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories import NOW, make_case, make_user, make_visit
from tests.submissions import FALLS, fill, home_visit
from tests.webapp.test_accounts import SignIn
from visits.accounts.accounts import LATE_FOR, add_device, revoke_device, set_active
from visits.accounts.own_account import declare_device_lost, revoke_device_of
from visits.forms.published import publish_form
from visits.ground.db import start_reading
from visits.models.accounts import Role
from visits.models.calls import ContactAttempt
from visits.models.handed_in import HandedIn
from visits.models.people import PartRefusal
from visits.models.visits import Submission, SubmissionState
from webapp.access.auth import Action, declared_action

LATE_DOORS = {
    "openrosa.submit", "visit_reports.failure", "visit_reports.refusals", "visit_reports.beside",
    "alerts_api.raised", "interventions.bring_back", "handed_in_api.hand_over",
}  # fmt: skip


XML = fill(FALLS, instance_id=f"uuid:{uuid.uuid4()}")


def parts() -> dict[str, tuple[io.BytesIO, str]]:
    return {"xml_submission_file": (io.BytesIO(XML), "submission.xml")}


@dataclass
class Gone:
    """A visitor whose account was closed while her tablet held a visit."""

    app: Flask
    user_id: uuid.UUID
    device_id: uuid.UUID
    token: str
    visit_id: uuid.UUID
    others_visit_id: uuid.UUID

    def ask(self, method: str, path: str, **sent: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        return self.app.test_client().open(path, method=method, headers=headers, **sent)

    def send(self, visit_id: uuid.UUID | None = None) -> TestResponse:
        path = f"/openrosa/submission?visit={visit_id or self.visit_id}"
        return self.ask("POST", path, data=parts())

    def report(self) -> TestResponse:
        moment = NOW.isoformat()
        body = {"id": str(uuid.uuid4()), "outcome": "no_answer", "left_behind": [], "at": moment,
                "sent_at": moment}  # fmt: skip
        return self.ask("POST", f"/api/visits/{self.visit_id}/failure", json=body)

    def later(self, after: timedelta) -> None:
        house = self.app.extensions["palier"]
        self.app.extensions["palier"] = replace(house, clock=lambda: NOW + after)


@pytest.fixture
def gone(app: Flask) -> Gone:
    with app.extensions["palier"].sessions.begin() as session:
        publish_form(session, home_visit(), by=None, now=NOW)
        visitor, other = (make_user(session, role=Role.VISITOR) for _ in range(2))
        visits = [
            make_visit(session, case=make_case(session, by=other), visitor=one)
            for one in (visitor, other)
        ]
        device, token = add_device(session, visitor, name="T4", now=NOW)
        session.flush()
        set_active(session, visitor.id, False, now=NOW)
    return Gone(app, visitor.id, device.id, token, visits[0].id, visits[1].id)


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, (answer.json or {}).get("code", "")


def test_every_other_door_says_that_the_account_is_closed(app: Flask, gone: Gone) -> None:
    tried = 0
    for rule in app.url_map.iter_rules():
        shut = isinstance(declared_action(app, rule.endpoint), Action)
        if not shut or not rule.rule.startswith(("/api/", "/openrosa/")):
            continue
        if rule.endpoint in LATE_DOORS:
            continue
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = gone.ask(method, re.sub(r"<[^>]*>", str(uuid.uuid4()), rule.rule))
            assert code(answer) == (401, "account_closed"), (method, rule.rule)
            tried += 1
    assert tried > 10


def test_what_the_tablet_held_comes_in_and_waits_for_a_review(app: Flask, gone: Gone) -> None:
    answer = gone.send()
    assert (answer.status_code, (answer.json or {})["state"]) == (201, "to_review")
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        kept = session.scalars(select(Submission)).one()
        assert kept.state is SubmissionState.TO_REVIEW
        assert (kept.findings or {})["doubts"] == ["account_closed"]
    assert gone.send().status_code == 201  # the answer got lost: the same again


def test_a_shut_door_comes_in_too(app: Flask, gone: Gone) -> None:
    assert gone.report().status_code == 201
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        assert session.scalars(select(ContactAttempt)).one().caller_id == gone.user_id


def test_what_somebody_refused_comes_in_too_of_her_visits_alone(app: Flask, gone: Gone) -> None:
    moment = NOW.isoformat()
    body = {"id": str(uuid.uuid4()), "parts": ["photos"], "at": moment, "sent_at": moment}
    others = gone.ask("POST", f"/api/visits/{gone.others_visit_id}/refusals", json=body)
    assert code(others) == (404, "visit_not_found")
    hers = gone.ask("POST", f"/api/visits/{gone.visit_id}/refusals", json=body)
    assert hers.status_code == 201
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        assert session.scalars(select(PartRefusal)).one().noted_by_id == gone.user_id


def test_what_is_refused_all_the_same_is_handed_in_as_it_is(app: Flask, gone: Gone) -> None:
    assert gone.send(gone.others_visit_id).status_code == 404
    form = {"id": "uuid:1", "reason": "visit_not_found", **parts()}
    assert gone.ask("POST", "/api/handed-in", data=form).status_code == 201
    with app.extensions["palier"].sessions() as session:
        kept = session.scalars(select(HandedIn)).one()
        assert (kept.content, kept.sent_by_id) == (XML, gone.user_id)
    gone.later(LATE_FOR)
    form = {"id": "uuid:2", "reason": "visit_not_found", **parts()}
    assert code(gone.ask("POST", "/api/handed-in", data=form)) == (401, "account_closed")


def test_only_what_was_hers_comes_in(gone: Gone) -> None:
    assert code(gone.send(gone.others_visit_id)) == (404, "visit_not_found")
    nowhere = gone.ask("POST", "/openrosa/submission", data=parts())
    assert code(nowhere) == (404, "visit_not_found")


def test_after_a_month_nothing_comes_in_any_more(gone: Gone) -> None:
    gone.later(LATE_FOR - timedelta(seconds=1))
    assert gone.report().status_code == 201
    gone.later(LATE_FOR)
    assert code(gone.report()) == code(gone.send()) == (401, "account_closed")


def test_an_administrator_can_refuse_it_and_see_until_when(
    app: Flask, gone: Gone, client_as: SignIn
) -> None:
    administrator = client_as(Role.ADMINISTRATOR)
    assert "Peut encore envoyer" in administrator.get(f"/accounts/{gone.user_id}").text
    path = f"/accounts/{gone.user_id}/tablets/{gone.device_id}/revoke"
    assert administrator.post(path).status_code == 302
    assert "Peut encore envoyer" not in administrator.get(f"/accounts/{gone.user_id}").text
    assert code(gone.send()) == (401, "not_signed_in")


def test_a_tablet_that_was_revoked_or_lost_before_brings_nothing(app: Flask) -> None:
    tokens = []
    with app.extensions["palier"].sessions.begin() as session:
        visitor = make_user(session, role=Role.VISITOR)
        for end in ("revoked", "lost"):
            device, token = add_device(session, visitor, name=end, now=NOW)
            if end == "lost":
                declare_device_lost(session, visitor.id, device.id, now=NOW)
            else:
                revoke_device(session, device.id, now=NOW - timedelta(days=1))
            tokens.append(token)
        set_active(session, visitor.id, False, now=NOW)
    client = app.test_client()
    said = []
    for token in tokens:
        answer = client.post("/openrosa/submission", headers={"Authorization": f"Bearer {token}"})
        said.append(code(answer))
    assert said == [(401, "not_signed_in"), (401, "device_lost")]


def test_an_account_that_opens_again_asks_its_tablets_to_sign_in(app: Flask, gone: Gone) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        set_active(session, gone.user_id, True, now=NOW)
        revoke_device_of(session, gone.user_id, gone.device_id, now=NOW)
    assert code(gone.send()) == (401, "not_signed_in")


def test_a_stranger_learns_of_no_closed_account(client: FlaskClient) -> None:
    for value in ("Bearer palier_x", "Bearer x", "Basic eDp5", ""):
        answer = client.get("/api/tablet/day", headers={"Authorization": value})
        assert code(answer) == (401, "not_signed_in")
