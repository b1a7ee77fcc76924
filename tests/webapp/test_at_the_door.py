"""The office's side of the door: what happened there, what to mind, what the bags hold."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_person,
    make_user,
    make_viewer,
    make_visit,
    shipped_programmes_read,
)
from visits.accounts.accounts import find_territory
from visits.agenda.doors import Knock, report_shut_door
from visits.models.accounts import Role
from visits.models.calls import Channel, ContactAttempt, Disposition, Refusal
from visits.models.cases import Case, CaseState
from visits.models.people import AlertCode, PersonAlert
from visits.models.visits import Visit, VisitState
from visits.people.measures import note_alert
from visits.stock.bags import bag_of

SignIn = Callable[..., FlaskClient]
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def visit(session: Session) -> Visit:
    """A visit that should have taken place yesterday."""
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=visitor, person=make_person(session))
    made = make_visit(session, case=case, visitor=visitor, start_at=YESTERDAY)
    session.commit()
    return made


def _path(visit: Visit) -> str:
    return f"/cases/{visit.case_id}"


def test_the_office_notes_a_shut_door_with_the_tablet_s_codes(
    client_as: SignIn, session: Session, visit: Visit
) -> None:
    client = client_as("coordinator", language="en")
    pages = (_path(visit), f"/visits/{visit.id}")
    page = client.get(_path(visit)).text
    assert "Not safe to go in" in page and 'value="broken_off"' in page
    data = {"outcome": "no_answer", "left_behind": ["card", "note"], "note": "Volets clos."}
    answer = client.post(f"{_path(visit)}/visits/{visit.id}/failure", data=data)
    assert answer.status_code == 302
    session.expire_all()
    kept = session.scalars(select(ContactAttempt)).one()
    assert (kept.channel, kept.disposition) == (Channel.DOOR, Disposition.NO_ANSWER)
    assert (kept.left_behind, kept.at) == (["card", "note"], YESTERDAY)
    assert session.get_one(Visit, visit.id).state is VisitState.FAILED
    session.rollback()
    for path in pages:
        page = client.get(path).text
        assert "try 1 at the door" in page, path
        assert "a visiting card" in page
        assert "Volets clos." in page


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "failure-outcome"),
        ({"outcome": "agreed"}, "failure-outcome"),
        ({"outcome": "refused"}, "failure-reason"),
        ({"outcome": "dead"}, "failure-sure"),
        ({"outcome": "no_answer", "left_behind": "bomb"}, "failure-left_behind"),
        ({"outcome": "no_answer", "note": "x" * 501}, "failure-note"),
    ],
)
def test_a_door_half_told_shows_the_form_again(
    client_as: SignIn, session: Session, visit: Visit, data: dict[str, str], field: str
) -> None:
    client = client_as("coordinator")
    answer = client.post(f"{_path(visit)}/visits/{visit.id}/failure", data=data)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert session.scalar(select(func.count()).select_from(ContactAttempt)) == 0


def test_a_refusal_at_the_door_keeps_its_reason(
    client_as: SignIn, session: Session, visit: Visit
) -> None:
    data = {"outcome": "refused", "reason": "R03", "sure": "yes"}
    client_as("coordinator").post(f"{_path(visit)}/visits/{visit.id}/failure", data=data)
    assert session.scalars(select(Refusal.reason)).one() == "R03"
    assert session.scalars(select(Case.state)).one() is CaseState.REFUSED


def test_a_closed_visit_does_not_fail_again(
    client_as: SignIn, session: Session, visit: Visit
) -> None:
    client, data = client_as("coordinator"), {"outcome": "no_answer"}
    path = f"{_path(visit)}/visits/{visit.id}/failure"
    assert [client.post(path, data=data).status_code for _ in range(2)] == [302, 409]
    assert session.scalar(select(func.count()).select_from(ContactAttempt)) == 1


def test_a_report_that_came_too_late_says_that_nothing_else_changed(
    client_as: SignIn, session: Session, visit: Visit
) -> None:
    visit = session.get_one(Visit, visit.id)
    visit.state = VisitState.CANCELLED
    knock = Knock(Disposition.NO_ANSWER, at=YESTERDAY, report_id=uuid.uuid4())
    report_shut_door(session, visit, knock, viewer=make_viewer(visit.visitor), now=NOW)
    session.commit()
    page = client_as("coordinator", language="en").get(f"/visits/{visit.id}").text
    assert "nothing else was changed" in page


def test_an_unsafe_door_asks_for_a_measure_before_the_next_visit(
    client_as: SignIn, visit: Visit
) -> None:
    client = client_as("coordinator", language="en")
    client.post(f"{_path(visit)}/visits/{visit.id}/failure", data={"outcome": "unsafe"})
    assert "note a safety measure" in client.get(_path(visit)).text


def test_a_call_offers_no_answer_that_only_a_door_gives(
    client_as: SignIn, session: Session
) -> None:
    case = make_case(session, by=make_user(session))
    session.commit()
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    assert "disposition-unsafe" not in client.get(path).text
    answer = client.post(f"{path}/calls", data={"disposition": "unsafe", "channel": "phone"})
    assert answer.status_code == 422


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SOCIAL_WORKER])
def test_a_measure_is_noted_reviewed_and_ended_on_the_person_s_page(
    client_as: SignIn, session: Session, visit: Visit, role: Role
) -> None:
    person_id, call = session.scalars(select(Case.person_id)).one(), _path(visit)
    session.commit()
    client, path = client_as(role, language="en"), f"/people/{person_id}"
    assert client.post(f"{path}/alerts", data={"code": "two_visitors"}).status_code == 302
    assert "Go two together" in client.get(path).text
    if role is Role.COORDINATOR:
        assert "Go two together" in client.get(call).text
    assert "Still true" not in client.get(path).text
    alert = session.scalars(select(PersonAlert)).one()
    alert.review_on = YESTERDAY.date()
    session.commit()
    page = client.get(path).text
    assert "to be reviewed since" in page and "Still true" in page
    assert client.post(f"{path}/alerts/{alert.id}", data={"still": "yes"}).status_code == 302
    assert "to be reviewed since" not in client.get(path).text
    assert client.post(f"{path}/alerts/{alert.id}", data={"still": "no"}).status_code == 302
    assert client.post(f"{path}/alerts/{alert.id}", data={"still": "no"}).status_code == 404


def test_a_measure_is_one_of_the_list_and_stands_once(
    client_as: SignIn, session: Session, visit: Visit
) -> None:
    person_id = session.scalars(select(Case.person_id)).one()
    session.commit()
    client, path = client_as("coordinator"), f"/people/{person_id}/alerts"
    assert client.post(path, data={"code": "dangerous"}).status_code == 422
    assert client.post(path, data={"code": "interpreter"}).status_code == 302
    assert client.post(path, data={"code": "interpreter"}).status_code == 409
    assert session.scalar(select(func.count()).select_from(PersonAlert)) == 1


@pytest.mark.parametrize("role", [Role.VISITOR, Role.PARTNER_COORDINATOR, Role.TECHNICIAN])
def test_others_do_not_note_measures(client_as: SignIn, session: Session, role: Role) -> None:
    person = make_person(session)
    alert = note_alert(
        session, person, AlertCode.INTERPRETER, viewer=make_viewer(make_user(session)), now=NOW
    )
    session.commit()
    client = client_as(role)
    for path in (f"/people/{person.id}/alerts", f"/people/{person.id}/alerts/{alert.id}"):
        assert client.post(path, data={"code": "interpreter"}).status_code == 403


def test_kits_are_handed_out_and_taken_back(client_as: SignIn, session: Session) -> None:
    visitor = make_user(session, role=Role.VISITOR, name="Nadia Fournier")
    session.commit()
    client = client_as("coordinator", language="en")
    data = {"visitor_id": str(visitor.id), "item": "led", "quantity": "30"}
    assert client.post("/kits/", data=data).status_code == 302
    assert client.post("/kits/", data=data | {"quantity": "-4"}).status_code == 302
    assert bag_of(session, visitor.id) == {"led": 26}
    session.rollback()
    page = client.get("/kits/").text
    assert "Nadia Fournier" in page and ">26<" in page
    assert "below zero" not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "0"}, {"quantity": "501"}, {"quantity": "many"}, {"quantity": "-1"},
        {"item": "gold"}, {"visitor_id": "x"}, {"visitor_id": str(uuid.uuid4())},
        {"quantity": "9" * 40},
    ],
)  # fmt: skip
def test_what_cannot_be_handed_out_is_said(
    client_as: SignIn, session: Session, wrong: dict[str, str]
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    session.commit()
    data = {"visitor_id": str(visitor.id), "item": "led", "quantity": "3"} | wrong
    answer = client_as("coordinator").post("/kits/", data=data)
    assert answer.status_code == 422
    assert f'href="#{next(iter(wrong))}"' in answer.text
    assert bag_of(session, visitor.id) == {}


def test_a_partner_hands_out_to_her_own_visitors_only(client_as: SignIn, session: Session) -> None:
    own = make_user(session, role=Role.VISITOR, organisation="Association", name="Own One")
    other = make_user(session, role=Role.VISITOR, organisation="Office", name="Other One")
    session.commit()
    client = client_as(Role.PARTNER_COORDINATOR, organisation="Association")
    page = client.get("/kits/").text
    assert "Own One" in page and "Other One" not in page
    data = {"item": "led", "quantity": "3"}
    assert client.post("/kits/", data=data | {"visitor_id": str(own.id)}).status_code == 302
    assert client.post("/kits/", data=data | {"visitor_id": str(other.id)}).status_code == 422


def test_each_programme_has_its_own_pages(app: Flask, client_as: SignIn, session: Session) -> None:
    client = client_as("coordinator")
    for code, programme in shipped_programmes_read().items():
        for path in (f"/programmes/{code}/targeting", f"/cases/?programme={code}"):
            page = client.get(path)
            assert page.status_code == 200
            assert programme.name["fr"] in page.text
    assert (
        client.get("/programmes/targeting")
        .headers["Location"]
        .endswith("/programmes/seniors/targeting")
    )


def test_the_bags_of_another_territory_are_not_listed(client_as: SignIn, session: Session) -> None:
    here, there = (find_territory(session, name).id for name in ("Nord", "Sud"))
    for name, territory in (("PROCHE", here), ("LOINTAINE", there), ("PARTOUT", None)):
        make_user(session, role=Role.VISITOR, name=name, territory_id=territory)
    session.commit()
    page = client_as("coordinator", territory_id=here).get("/kits/").text
    assert ("PROCHE" in page, "LOINTAINE" in page, "PARTOUT" in page) == (True, False, True)
    whole = client_as("coordinator").get("/kits/").text
    assert "LOINTAINE" in whole
