"""What the tablet carries into the day, and what it tells of a door that stayed shut."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from tests.diagnostics.filling import shipped_form
from tests.factories import (
    NOW,
    make_dwelling,
    make_enrolment,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import FALLS, GAS, QUIET, fill, fill_shipped
from visits.accounts import add_device
from visits.intake import record_submission
from visits.kits import put_in_bag
from visits.models.accounts import Role, User
from visits.models.people import AlertCode, Consent, ConsentScope, Person
from visits.models.portfolio import Dwelling
from visits.models.programmes import ContactAttempt, Enrolment, EnrolmentState
from visits.models.visits import SubmissionState, Visit, VisitState
from visits.person_alerts import note_alert
from visits.privacy import protect
from visits.published_forms import current_form, publish_form
from visits.queries import Reach
from webapp.transaction import House

SignIn = Callable[..., FlaskClient]
FORMS = ("home_visit", "fall_risk", "eco_kit", "safety_and_decency")
UPSTAIRS = FALLS | {"floor": "3", "lift": "none", "lives_alone": "yes", "someone_to_call": "yes"}


@dataclass
class Tablet:
    """A visitor's tablet, and the home of her visit."""

    app: Flask
    house: House
    token: str
    visitor: User
    person: Person
    dwelling: Dwelling
    visit: Visit

    def day(self) -> dict[str, Any]:
        answer = self.app.test_client().get("/api/tablet/day", headers=self.headers)
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    @property
    def today(self) -> dict[str, Any]:
        (found,) = [one for one in self.day()["visits"] if one["id"] == str(self.visit.id)]
        return dict(found)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def report(self, body: Any, visit: object = None) -> Any:
        path = f"/api/visits/{visit or self.visit.id}/failure"
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.app.test_client().post(
            path, data=data, content_type="application/json", headers=self.headers
        )

    def earlier_visit(
        self,
        xml: bytes,
        *,
        days_ago: int = 90,
        person: Person | None = None,
        dwelling: Dwelling | None = None,
    ) -> None:
        """Let a visit of another programme have taken place, by the same visitor."""
        with self.house.sessions.begin() as session:
            enrolment = make_enrolment(
                session, by=self.visitor, person=session.merge(person or self.person),
                dwelling=session.merge(dwelling or self.dwelling), programme=uuid.uuid4().hex[:8],
            )  # fmt: skip
            at = NOW - timedelta(days=days_ago)
            visit = make_visit(session, enrolment=enrolment, visitor=self.visitor, start_at=at)
            record_submission(
                session, self.house.store, xml=xml, files=(), now=at, visit_id=visit.id,
                viewer=make_viewer(self.visitor, Reach.OWN),
            )  # fmt: skip


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        for name in FORMS:
            publish_form(session, shipped_form(name), by=None, now=NOW - timedelta(days=400))
        visitor = make_user(session, role=Role.VISITOR)
        _, token = add_device(session, visitor, name="T", now=NOW)
        dwelling = make_dwelling(session)
        person = make_person(session, dwelling=dwelling, last_name="VERMEULEN")
        enrolment = make_enrolment(session, by=visitor, person=person, dwelling=dwelling)
        visit = make_visit(session, enrolment=enrolment, visitor=visitor)
    return Tablet(app, house, token, visitor, person, dwelling, visit)


def _knock(**said: object) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "outcome": "no_answer",
        "left_behind": ["card"],
        "at": (NOW - timedelta(minutes=4)).isoformat(),
        "sent_at": NOW.isoformat(),
    } | said


def test_a_visit_lists_its_forms_and_where_it_is(tablet: Tablet) -> None:
    day = tablet.day()
    visit = day["visits"][0]
    assert [(one["form_id"], one["required"], one["received"]) for one in visit["forms"]] == [
        ("home_visit", True, False),
        ("fall_risk", False, False),
        ("eco_kit", False, False),
        ("safety_and_decency", False, False),
    ]
    assert {one["form_id"] for one in day["forms"]} == set(FORMS)
    assert (visit["attempt"], visit["alerts"], visit["earlier"], visit["due"]) == (1, [], [], [])
    assert isinstance(visit["dwelling"]["lat"], float)
    assert (day["kit"], day["sent"]) == ([], [])


def test_a_form_tells_what_may_be_proposed(tablet: Tablet) -> None:
    one = tablet.today["forms"][0]
    path = f"/api/forms/{one['form_id']}/{one['version']}"
    whole = tablet.app.test_client().get(path, headers=tablet.headers).json
    assert {"path": "/data/dwelling/lift", "name": "lift", "about": "dwelling"} in whole[
        "proposals"
    ]
    assert {row["about"] for row in whole["proposals"]} == {"dwelling", "person"}


def test_the_newest_earlier_answers_come_along(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(UPSTAIRS))
    tablet.earlier_visit(fill(UPSTAIRS | {"washing": "bath", "bath_edge": "no"}), days_ago=10)
    earlier = {one["name"]: one for one in tablet.today["earlier"]}
    assert earlier["washing"] == {
        "name": "washing",
        "value": "bath",
        "about": "dwelling",
        "question": {"fr": "Pour se laver", "en": "For washing"},
        "shown": {"fr": "Baignoire", "en": "Bath"},
        "answered_on": "2026-02-28",
    }
    assert earlier["lives_alone"]["about"] == "person"


def test_answers_about_a_person_need_her_last_word_on_health_questions(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(UPSTAIRS))
    tablet.earlier_visit(fill(QUIET | {"health_agreed": "no"}), days_ago=10)
    assert {one["about"] for one in tablet.today["earlier"]} == {"dwelling"}
    with tablet.house.sessions.begin() as session:
        session.add(
            Consent(
                person_id=tablet.person.id, scope=ConsentScope.HEALTH, given=True, at=NOW,
                text_version="paper 1",
            )
        )  # fmt: skip
    assert "person" in {one["about"] for one in tablet.today["earlier"]}


def test_the_next_tenant_is_told_of_the_dwelling_never_of_the_person(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        before = make_person(session, dwelling=session.merge(tablet.dwelling))
    tablet.earlier_visit(fill(UPSTAIRS), person=before)
    assert {one["about"] for one in tablet.today["earlier"]} == {"dwelling"}
    assert tablet.today["due"] == []
    with tablet.house.sessions.begin() as session:
        person = session.get_one(Person, before.id)
        protect(session, person, by=tablet.visitor.id, now=NOW)
    assert tablet.today["earlier"] == []


def test_answers_that_were_set_aside_are_not_offered(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(UPSTAIRS))
    with tablet.house.sessions.begin() as session:
        for visit in session.scalars(select(Visit)):
            for one in visit.submissions:
                one.state = SubmissionState.SET_ASIDE
    assert tablet.today["earlier"] == []


def test_what_is_due_in_the_home_comes_along(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(GAS), days_ago=200)
    due = tablet.today["due"]
    assert {one["kind"] for one in due} == {"work_order", "follow_up"}
    (order,) = [one for one in due if one["kind"] == "work_order"]
    assert "gas" in order["label"]["en"].lower()
    assert (order["state"], bool(order["due_at"])) == ("open", True)


def test_works_of_somebody_else_s_protected_file_stay_untold(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        before = make_person(session, dwelling=session.merge(tablet.dwelling))
    tablet.earlier_visit(fill(GAS), person=before)
    assert [one["kind"] for one in tablet.today["due"]] == ["work_order"]
    with tablet.house.sessions.begin() as session:
        person = session.get_one(Person, before.id)
        protect(session, person, by=make_user(session).id, now=NOW)
    assert tablet.today["due"] == []


def test_measures_show_in_both_languages_also_when_their_review_is_overdue(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        viewer = make_viewer(make_user(session))
        person = session.get_one(Person, tablet.person.id)
        long_ago = NOW - timedelta(days=300)
        note_alert(session, person, AlertCode.TWO_VISITORS, viewer=viewer, now=long_ago)
        note_alert(session, person, AlertCode.HARD_OF_HEARING, viewer=viewer, now=NOW)
    safety, discretion = tablet.today["alerts"]
    assert (safety["code"], safety["kind"]) == ("two_visitors", "safety")
    assert (discretion["code"], discretion["kind"]) == ("hard_of_hearing", "discretion")
    assert safety["label"]["en"] == "Go two together"
    assert set(safety["label"]) == {"fr", "en"}


def test_the_bag_and_what_was_sent_come_along(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        viewer = make_viewer(make_user(session))
        put_in_bag(session, tablet.visitor.id, "led", 12, viewer=viewer, now=NOW)
    tablet.earlier_visit(fill(GAS), days_ago=3)
    tablet.earlier_visit(fill(), days_ago=20)
    day = tablet.day()
    assert day["kit"] == [
        {"item": "led", "label": {"fr": "Ampoules LED", "en": "LED bulbs"}, "quantity": 12}
    ]
    (sent,) = day["sent"]
    assert (sent["form_id"], sent["state"]) == ("home_visit", "checked")
    assert "VERMEULEN" in sent["person_name"]
    assert [one["kind"] for one in sent["opened"]][:1] == ["work_order"]


def test_what_was_sent_of_a_person_protected_since_is_left_out(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(GAS), days_ago=3)
    with tablet.house.sessions.begin() as session:
        person = session.get_one(Person, tablet.person.id)
        protect(session, person, by=make_user(session).id, now=NOW)
    day = tablet.day()
    assert (day["sent"], day["visits"]) == ([], [])


def test_a_second_form_shows_as_received(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        record_submission(
            session, tablet.house.store, files=(), now=NOW, visit_id=tablet.visit.id,
            xml=fill_shipped("eco_kit", kit_agreed="no"),
            viewer=make_viewer(tablet.visitor, Reach.OWN),
        )  # fmt: skip
    received = {one["form_id"]: one["received"] for one in tablet.today["forms"]}
    assert received["eco_kit"] and not received["home_visit"]
    assert tablet.today["state"] == "under_way"


def test_a_required_form_that_is_not_published_is_said_plainly(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        current_form(session, "home_visit").retired_at = NOW
    answer = tablet.app.test_client().get("/api/tablet/day", headers=tablet.headers)
    assert answer.status_code == 409
    assert answer.json["type"] == "urn:palier:form_not_published"
    assert "home_visit" in answer.json["title"]


def test_a_programme_that_ships_no_longer_has_no_forms(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        session.scalars(select(Enrolment)).one().programme = "gone"
    assert tablet.today["forms"] == []


def test_the_day_asks_the_database_as_often_for_many_visits_as_for_one(tablet: Tablet) -> None:
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(tablet.house.engine, "before_cursor_execute", note)
    tablet.day()
    once = len(statements)
    with tablet.house.sessions.begin() as session:
        for hour in range(8, 12):
            enrolment = make_enrolment(session, by=tablet.visitor)
            start_at = NOW.replace(hour=hour)
            make_visit(session, enrolment=enrolment, visitor=tablet.visitor, start_at=start_at)
    statements.clear()
    assert len(tablet.day()["visits"]) == 5
    event.remove(tablet.house.engine, "before_cursor_execute", note)
    asked = [one for one in statements if "INSERT INTO access_event" not in one]
    assert len(asked) <= once


def test_a_shut_door_is_kept_and_answered_alike_the_second_time(tablet: Tablet) -> None:
    body = _knock(note="Volets clos.")
    first, second = tablet.report(body), tablet.report(body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert first.json == {
        "id": body["id"],
        "received_at": NOW.isoformat(),
        "attempt": 1,
        "state": "failed",
    }
    with tablet.house.sessions() as session:
        (attempt,) = session.scalars(select(ContactAttempt)).all()
        assert attempt.at == NOW - timedelta(minutes=4)
        assert session.scalars(select(Enrolment.state)).one() is EnrolmentState.CALL_BACK
    assert tablet.today["attempt"] == 1


def test_a_visit_cancelled_meanwhile_stays_cancelled_and_says_so(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        visit = session.get_one(Visit, tablet.visit.id)
        visit.state, visit.enrolment.state = VisitState.CANCELLED, EnrolmentState.AGREED
    answer = tablet.report(_knock(outcome="refused", reason="R08"))
    assert (answer.status_code, answer.json["state"]) == (201, "cancelled")
    with tablet.house.sessions() as session:
        assert session.scalars(select(Enrolment.state)).one() is EnrolmentState.AGREED


def test_somebody_else_s_visit_is_not_there(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        other = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, enrolment=make_enrolment(session, by=other), visitor=other)
    for visit_id in (visit.id, uuid.uuid4()):
        answer = tablet.report(_knock(), visit_id)
        assert answer.status_code == 404
    with tablet.house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ContactAttempt)) == 0


def test_a_report_of_a_person_protected_meanwhile_is_kept(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        person = session.get_one(Person, tablet.person.id)
        protect(session, person, by=make_user(session).id, now=NOW)
    answer = tablet.report(_knock())
    assert answer.status_code == 201
    assert "VERMEULEN" not in answer.text


WRONG = (
    b"", b"[", b"null", b"[]", b'"x"', b"[" * 20_000, b"\xff", b'{"id": ' + b"1" * 5000 + b"}",
    _knock(id="x"), _knock(id=None), _knock(id=["a"]), _knock(outcome="agreed"),
    _knock(outcome="call_back"), _knock(outcome="wrong_number"), _knock(outcome=3),
    _knock(outcome=None), _knock(reason="R77"), _knock(left_behind="card"),
    _knock(left_behind=["bomb"]), _knock(left_behind=["card"] * 9), _knock(left_behind=[None]),
    _knock(left_behind={}), _knock(note="x" * 501), _knock(note=7), _knock(note="a\0b"),
    _knock(note="\ud800"), _knock(at="yesterday"), _knock(at="2026-03-10T09:00:00"),
    _knock(at=None), _knock(sent_at="x"), _knock(sent_at=1), _knock(colour="red"),
)  # fmt: skip


def test_a_report_of_nonsense_is_refused_and_nothing_kept(tablet: Tablet) -> None:
    for body in WRONG:
        answer = tablet.report(body)
        assert 400 <= answer.status_code < 500, (body, answer.status_code)
        assert answer.content_type == "application/problem+json"
    with tablet.house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ContactAttempt)) == 0


@pytest.mark.parametrize(
    ("at", "sent_at"),
    [
        ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"),
        ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_clock_out_of_all_reason_does_no_harm(tablet: Tablet, at: str, sent_at: str) -> None:
    assert tablet.report(_knock(at=at, sent_at=sent_at)).status_code == 201
    with tablet.house.sessions() as session:
        assert session.scalars(select(ContactAttempt.at)).one() == NOW


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
FIELDS = ("id", "outcome", "reason", "left_behind", "note", "at", "sent_at")


@hypothesis_settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4))
def test_whatever_a_report_says_the_answer_is_ours(tablet: Tablet, said: dict[str, Any]) -> None:
    assert tablet.report(_knock(**said)).status_code < 500
