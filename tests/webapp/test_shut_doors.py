"""What a tablet tells of a door that stayed shut: kept once, and refused only for nonsense."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.factories import (
    NOW,
    make_case,
    make_user,
    make_visit,
)
from tests.webapp.tablets import Tablet, hand_out_tablet
from visits.agenda.doors import TOLD_LENGTH
from visits.models.accounts import Role
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CaseState
from visits.models.people import Person
from visits.models.visits import Visit, VisitState
from visits.people.protection import protect


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    return hand_out_tablet(app)


def _knock(**said: object) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "outcome": "no_answer",
        "left_behind": ["card"],
        "at": (NOW - timedelta(minutes=4)).isoformat(),
        "sent_at": NOW.isoformat(),
    } | said


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
        assert session.scalars(select(Case.state)).one() is CaseState.CALL_BACK
    assert tablet.today["attempt"] == 1


def test_a_visit_cancelled_meanwhile_stays_cancelled_and_says_so(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        visit = session.get_one(Visit, tablet.visit.id)
        visit.state, visit.case.state = VisitState.CANCELLED, CaseState.AGREED
    answer = tablet.report(_knock(outcome="refused", reason="R08"))
    assert (answer.status_code, answer.json["state"]) == (201, "cancelled")
    with tablet.house.sessions() as session:
        assert session.scalars(select(Case.state)).one() is CaseState.AGREED


def test_somebody_else_s_visit_is_not_there(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        other = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, case=make_case(session, by=other), visitor=other)
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
    _knock(left_behind={}), _knock(note="x" * 2001), _knock(note=7), _knock(note="a\0b"),
    _knock(note="\ud800"), _knock(at="yesterday"), _knock(at="2026-03-10T09:00:00"),
    _knock(at=None), _knock(sent_at="x"), _knock(sent_at=1), _knock(colour="red"),
)  # fmt: skip


def test_a_note_as_long_as_the_tablet_takes_is_kept(tablet: Tablet) -> None:
    assert tablet.report(_knock(note="é" * TOLD_LENGTH)).status_code == 201


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


@pytest.mark.slow
@hypothesis_settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4))
def test_whatever_a_report_says_the_answer_is_ours(tablet: Tablet, said: dict[str, Any]) -> None:
    assert tablet.report(_knock(**said)).status_code < 500
