"""A form filled in during a call, in the office: begun at the case or desk, sent, put down."""

import base64
import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.diagnostics.test_forms_follow_up import CALM
from tests.factories import NOW, make_case, make_due, make_promise, make_user, promised
from tests.submissions import FALLS, fill_shipped, shipped
from tests.webapp.test_visits_pages import Home
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.cases import Task, TaskState
from visits.models.handed_in import HandedIn
from visits.models.mandates import Right
from visits.models.visits import Submission, UrgentAlert, Visit, VisitChannel, VisitState

SignIn = Callable[..., FlaskClient]


class Called(Home):
    """A visit promised to call again, and the day has come."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        with self.house.sessions.begin() as session:
            publish_form(session, shipped("follow_up_1_6_12"), by=None, now=NOW)
        self.send(FALLS)
        with self.house.sessions.begin() as session:
            first = session.scalars(promised()).first()
            assert first is not None
            make_due(first, NOW.date() - timedelta(days=1))
            self.task_id, self.case_id = first.id, first.case_id

    @property
    def task(self) -> Task:
        """The promise, as it stands."""
        found: Task = self.look(select(Task).where(Task.id == self.task_id))
        return found

    @property
    def calls(self) -> Visit | None:
        """The latest form on the phone."""
        on_phone = select(Visit).where(Visit.channel == VisitChannel.PHONE)
        found: Visit | None = self.look(on_phone.order_by(Visit.id.desc()))
        return found

    def begin(self, client: FlaskClient, query: str = "") -> str:
        """Begin the form; gives its address."""
        answer = client.post(f"/by-phone/tasks/{self.task_id}{query}")
        assert answer.status_code == 302, answer.text
        return str(answer.location).partition("?")[0]

    def partner(self, client_as: SignIn, *rights: Right) -> FlaskClient:
        """Sign in as the coordinator of an association with a mandate."""
        client = client_as(Role.PARTNER_COORDINATOR, organisation="Relais des aînés")
        user = client.user  # type: ignore[attr-defined]
        said = MandateSaid(
            user.organisation_id, "seniors", None, frozenset(rights), NOW.date(), None
        )
        with self.house.sessions.begin() as session:
            grant_mandate(session, said, by=self.coordinator.id, now=NOW)
        return client


@pytest.fixture
def called(app: Flask) -> Called:
    return Called(app)


def parcel(**answers: Any) -> dict[str, Any]:
    xml = fill_shipped("follow_up_1_6_12", **{**CALM, **answers})
    return {"xml_submission_file": (io.BytesIO(xml), "form.xml", "text/xml")}


def test_the_case_the_desk_and_the_follow_up_offer_the_form_that_is_due(
    called: Called, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    begin = f"/by-phone/tasks/{called.task_id}"
    for page in ("cases", "desk"):
        assert begin in client.get(f"/{page}/{called.case_id}").text
    assert begin in client.get(f"/follow-ups/{called.task_id}").text
    worker = client_as(Role.SOCIAL_WORKER)
    assert begin not in worker.get(f"/follow-ups/{called.task_id}").text


def test_the_page_stands_around_the_tablets_own_screens(called: Called, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    answer = client.get(called.begin(client))
    assert "VERMEULEN" in answer.text
    assert re.search(r'<iframe [^>]*src="/tablet/\?language=fr#/call/[-0-9a-f]{36}"', answer.text)
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]


def test_the_form_s_engine_is_told_what_a_tablet_would_be(
    called: Called, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    told = client.get(f"{called.begin(client)}/form").get_json()
    assert told["form"]["form_id"] == "follow_up_1_6_12"
    assert told["person_name"] == called.person.name and told["confidential"] == []
    assert {one["name"] for one in told["earlier"]} >= {"lives_alone"}
    assert len(base64.b64decode(told["key"])) == 32
    assert told["csrf"] and told["back"] == f"/cases/{called.case_id}"


def test_sent_the_task_is_done_and_no_visit_is_counted(called: Called, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    answer = client.post(f"{called.begin(client)}/submissions", data=parcel())
    assert answer.status_code == 201
    said = answer.get_json()
    assert said["receipt"]["state"] == "checked" and said["missing"] is False
    assert said["next"] == f"/cases/{called.case_id}"
    assert called.task.state is TaskState.DONE
    visit = called.calls
    assert visit is not None and visit.state is VisitState.DONE
    page = unescape(client.get(said["next"]).text)
    assert "The form is kept, and what it answers is done." in page
    assert "Forms on the phone" in page and f"/visits/{visit.id}" in page
    assert str(visit.id) not in client.get("/visits/").text
    assert "Form on the phone" in client.get(f"/visits/{visit.id}").text
    assert "Form on the phone" in client.get(f"/people/{called.person.id}").text
    assert client.get(f"/by-phone/{visit.id}").status_code == 302


def test_begun_at_the_desk_it_leads_back_to_the_desk(called: Called, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    place = called.begin(client, "?desk=1")
    assert f"{place.rpartition('/')[2]}/desk" in client.get(f"{place}?desk=1").text
    assert client.get(f"{place}/form?desk=1").get_json()["back"] == f"/desk/{called.case_id}"
    assert place in client.get("/desk/").text  # begun, and not sent
    answer = client.post(f"{place}/submissions?desk=1", data=parcel())
    assert answer.get_json()["next"] == f"/desk/{called.case_id}"
    assert place not in client.get("/desk/").text


def test_what_is_no_form_is_refused_in_words(called: Called, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    place, json = called.begin(client), {"Accept": "application/json"}
    nothing = client.post(f"{place}/submissions", data={}, headers=json)
    assert nothing.status_code == 400 and nothing.get_json()["title"]
    broken = {"xml_submission_file": (io.BytesIO(b"<data>"), "form.xml", "text/xml")}
    assert client.post(f"{place}/submissions", data=broken, headers=json).status_code == 400
    assert called.task.state is TaskState.OPEN


def test_what_is_refused_is_handed_in_as_it_is(called: Called, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    place = called.begin(client)
    broken = b"<data id='follow_up'>she told us"
    said = {"id": "uuid:1", "reason": "bad_submission"}
    refused = {"xml_submission_file": (io.BytesIO(broken), "form.xml", "text/xml")}
    answer = client.post(f"{place}/handed-in", data=said | refused)
    assert answer.status_code == 201
    assert answer.get_json() == {"missing": False, "next": f"/cases/{called.case_id}"}
    kept = called.look(select(HandedIn))
    assert (kept.content, kept.reason, str(kept.visit_said)) == (
        broken, "bad_submission", place.rpartition("/")[2],
    )  # fmt: skip
    assert f"/unclaimed/handed-in/{kept.id}" in client.get("/unclaimed/").text
    assert "she told us" in client.get(f"/unclaimed/handed-in/{kept.id}").text
    elsewhere = client.post(f"/by-phone/{uuid.uuid4()}/handed-in", data=said | parcel())
    assert elsewhere.get_json()["next"] == "/cases/"
    assert client.post(f"{place}/handed-in", data=parcel()).status_code == 422


def test_a_danger_is_told_before_the_form_is_sent(called: Called, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    place = called.begin(client)
    moment = NOW.isoformat()
    told = {
        "id": str(uuid.uuid4()), "instance_id": f"uuid:{uuid.uuid4()}", "path": "/data/gas",
        "severity": "U0", "label": {"fr": "Odeur de gaz", "en": "Smell of gas"},
        "raised_at": moment, "sent_at": moment,
    }  # fmt: skip
    wrong = client.post(f"{place}/alerts", json={**told, "severity": "P"})
    assert wrong.status_code == 422 and "severity" in wrong.get_json()["errors"]
    assert client.post(f"{place}/alerts", json=told).status_code == 201
    assert client.post(f"{place}/alerts", json=told).status_code == 201
    alert = called.look(select(UrgentAlert))
    assert alert.severity == "U0" and str(alert.visit_id) == place.rpartition("/")[2]
    assert "Odeur de gaz" in client.get("/").text


def test_what_else_it_answers_stands_beside_the_form_and_can_be_left_out(
    called: Called, client_as: SignIn
) -> None:
    with called.house.sessions.begin() as session:
        for task in session.scalars(promised().where(Task.id != called.task_id)):
            make_due(task, NOW.date() + timedelta(days=90))
        second_id = make_promise(session, session.get_one(Task, called.task_id)).id
    client = client_as(Role.COORDINATOR, language="en")
    place = called.begin(client)
    other = f"{place}/answers/{second_id}"
    assert "What this form answers" in client.get(place).text
    page = client.post(other, data={"what": "leave_out"}, follow_redirects=True).text
    assert "it stays due" in page and "Answer it too" in page
    own = f"{place}/answers/{called.task_id}"
    page = client.post(own, data={"what": "leave_out"}, follow_redirects=True).text
    assert "The form answers nothing else" in page
    client.post(other, data={})
    assert client.post(f"{place}/submissions", data=parcel()).status_code == 201
    done = select(Task).where(Task.id == second_id)
    assert called.look(done).state is TaskState.DONE and called.task.state is TaskState.DONE
    assert client_as(Role.SOCIAL_WORKER).post(other).status_code == 403


def test_put_down_it_is_due_as_before(called: Called, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    place = called.begin(client)
    assert client.post(f"{place}/end", data={}).location == f"/cases/{called.case_id}"
    assert (called.task.state, called.task.visit_id) == (TaskState.OPEN, None)
    told = client.get(f"{place}/form").get_json()
    assert (told["form"], told["key"]) == (None, "")
    again = client.post(f"{place}/end", data={}, follow_redirects=True)
    assert again.status_code == 200 and called.task.state is TaskState.OPEN


def test_not_possible_says_why_and_is_to_do_again(called: Called, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    place = called.begin(client)
    empty = client.post(f"{place}/end", data={"what": "impossible", "why": " "})
    assert empty.status_code == 422 and "why-error" in empty.text
    assert called.task.visit_id is not None
    client.post(f"{place}/end", data={"what": "impossible", "why": "Ne parle plus"})
    assert (called.task.state, called.task.why) == (TaskState.IMPOSSIBLE, "Ne parle plus")
    client.post(f"/by-phone/tasks/{called.task_id}/again")
    assert called.task.state is TaskState.OPEN


def test_another_caller_sees_who_fills_it_in_and_no_answers(
    called: Called, client_as: SignIn
) -> None:
    first = client_as(Role.COORDINATOR, name="Claire Vasseur")
    other = client_as(Role.COORDINATOR, name="Autre")
    place = called.begin(first)
    page = other.get(place).text
    assert "Claire Vasseur" in page and "<iframe" not in page
    told = other.get(f"{place}/form").get_json()
    assert (told["form"], told["key"]) == (None, "")
    said = other.post(f"/by-phone/tasks/{called.task_id}", follow_redirects=True)
    assert "Claire Vasseur" in said.text
    assert other.post(f"{place}/submissions", data=parcel()).status_code == 404
    assert called.look(select(Submission).where(Submission.visit_id == called.calls.id)) is None  # type: ignore[union-attr]


def test_a_partner_asks_by_her_mandate_and_is_offered_no_earlier_answer(
    called: Called, client_as: SignIn
) -> None:
    partner = called.partner(client_as, Right.CALL)
    page = partner.get(f"/cases/{called.case_id}").text
    assert f"/by-phone/tasks/{called.task_id}" in page
    place = called.begin(partner)
    assert partner.get(place).status_code == 200
    told = partner.get(f"{place}/form").get_json()
    assert told["form"]["form_id"] == "follow_up_1_6_12" and told["earlier"] == []
    assert partner.post(f"{place}/submissions", data=parcel()).status_code == 201
    assert called.task.state is TaskState.DONE


@pytest.mark.parametrize("rights", [(), (Right.PLAN, Right.VISIT, Right.DECIDE)])
def test_without_the_right_to_call_nobody_begins_or_opens_a_form(
    called: Called, client_as: SignIn, rights: tuple[Right, ...]
) -> None:
    place = called.begin(client_as(Role.COORDINATOR))
    partner = called.partner(client_as, *rights or (Right.FIGURES,))
    begin = f"/by-phone/tasks/{called.task_id}"
    handing_in = (f"{place}/handed-in", True)
    for path, post in ((begin, True), (place, False), (f"{place}/form", False), handing_in):
        answer = partner.post(path) if post else partner.get(path)
        assert answer.status_code == 403, path


def test_a_partner_of_another_programme_finds_no_form(called: Called, client_as: SignIn) -> None:
    place = called.begin(client_as(Role.COORDINATOR))
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Entraide")
    user = partner.user  # type: ignore[attr-defined]
    said = MandateSaid(
        user.organisation_id, "back_home", None, frozenset({Right.CALL}), NOW.date(), None
    )
    with called.house.sessions.begin() as session:
        grant_mandate(session, said, by=called.coordinator.id, now=NOW)
    for path in (place, f"{place}/form"):
        assert partner.get(path).status_code == 404
    for path in (
        f"/by-phone/tasks/{called.task_id}", f"/by-phone/tasks/{called.task_id}/again",
        f"{place}/end", f"{place}/submissions", f"{place}/alerts",
    ):  # fmt: skip
        sent = {"data": parcel()} if path.endswith("submissions") else {}
        moment = NOW.isoformat()
        if path.endswith("alerts"):
            label = {"fr": "Gaz", "en": "Gas"}
            sent = {"json": {
                "id": str(uuid.uuid4()), "instance_id": "uuid:1", "path": "/d", "severity": "U0",
                "label": label, "raised_at": moment, "sent_at": moment,
            }}  # fmt: skip
        assert partner.post(path, **sent).status_code == 404, path
    assert called.task.state is TaskState.OPEN


@pytest.mark.parametrize(
    "role",
    [Role.VISITOR, Role.SOCIAL_WORKER, Role.TECHNICIAN, Role.MANAGER, Role.FUNDER, Role.CONTRACTOR],
)
def test_who_calls_nobody_opens_no_form(called: Called, client_as: SignIn, role: Role) -> None:
    place = called.begin(client_as(Role.COORDINATOR))
    assert client_as(role).get(place).status_code == 403


def test_a_person_of_another_case_is_not_reached_by_a_task(
    called: Called, client_as: SignIn
) -> None:
    with called.house.sessions.begin() as session:
        make_case(session, by=make_user(session))
    assert client_as(Role.COORDINATOR).post(f"/by-phone/tasks/{uuid.uuid4()}").status_code == 404
