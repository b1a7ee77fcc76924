"""A death is noted and taken back on whatever page about her somebody has before her."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
    promised,
)
from tests.submissions import FALLS, GAS, fill, home_visit
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.forms.published import publish_form
from visits.ground.deadlines import today_in_paris
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.life import LifeEvent
from visits.models.mandates import Right
from visits.models.people import Person
from visits.models.works import WorkOrder
from visits.sight import Reach

SignIn = Callable[..., FlaskClient]
SAID = {"died": "yes", "on": "2026-03-09", "sure": "yes"}
PAGES = {
    "case": "/cases/", "visit": "/visits/", "follow_up": "/follow-ups/", "home": "/homes/",
    "work_order": "/work-orders/",
}  # fmt: skip
EACH = pytest.mark.parametrize("place", PAGES)


@dataclass
class Told:
    """Who was visited, with what came of it; another visit is to come."""

    person_id: uuid.UUID
    organisation_id: uuid.UUID
    ids: dict[str, uuid.UUID]

    def page(self, place: str) -> str:
        return f"{PAGES[place]}{self.ids[place]}"

    def said(self, place: str, **more: str) -> dict[str, str]:
        return SAID | {"place": place, "place_id": str(self.ids[place])} | more


@pytest.fixture
def told(app: Flask, session: Session) -> Told:
    publish_form(session, home_visit(), by=None, now=NOW)
    visitor = make_user(session, role=Role.VISITOR, organisation="Association", name="Nadia Four")
    home = make_dwelling(session)
    person = make_person(session, dwelling=home)
    case = make_case(session, by=make_user(session), person=person, dwelling=home)
    visit = make_visit(session, case=case, visitor=visitor)
    record_submission(
        session, app.extensions["palier"].store, xml=fill(FALLS | GAS), files=[],
        viewer=make_viewer(visitor, Reach.OWN), now=NOW, visit_id=visit.id,
    )  # fmt: skip
    make_visit(session, case=case, visitor=visitor, start_at=NOW + timedelta(days=2))
    order = session.scalars(select(WorkOrder).where(WorkOrder.person_id == person.id)).first()
    promise = session.scalars(promised()).first()
    assert order is not None and promise is not None
    ids = {
        "case": case.id, "visit": visit.id, "home": home.id, "work_order": order.id,
        "follow_up": promise.id,
    }  # fmt: skip
    session.commit()
    return Told(person.id, visitor.organisation_id, ids)


def died_on(session: Session, told: Told) -> object:
    session.expire_all()
    died = session.get_one(Person, told.person_id).died_on
    session.rollback()
    return died


@EACH
def test_it_is_noted_told_and_taken_back_there(
    client_as: SignIn, session: Session, told: Told, place: str
) -> None:
    office = client_as("coordinator", language="en")
    page = told.page(place)
    before = office.get(page).text
    for name, value in (("place", place), ("place_id", str(told.ids[place]))):
        assert f'name="{name}" value="{value}"' in before
    address = f"/people/{told.person_id}"
    assert f'action="{address}/death"' in before
    answer = office.post(f"{address}/death", data=told.said(place))
    assert (answer.status_code, answer.location) == (302, f"{page}#death")
    after = office.get(page).text
    assert "Nadia Four · visit of" in after and f'action="{address}/death"' not in after
    event = session.scalars(select(LifeEvent.id)).one()
    session.rollback()
    back = f"{address}/events/{event}/back"
    assert f'action="{back}"' in after
    answer = office.post(back, data=told.said(place, reason="Her sister"))
    assert (answer.status_code, answer.location) == (302, f"{page}#death")
    assert f'action="{address}/death"' in office.get(page).text
    assert died_on(session, told) is None


@EACH
def test_what_is_refused_is_said_and_still_leads_back(
    client_as: SignIn, session: Session, told: Told, place: str
) -> None:
    office = client_as("coordinator")
    address = f"/people/{told.person_id}/death"
    answer = office.post(address, data=told.said(place, on="2026-03-11"))
    assert answer.status_code == 422 and 'id="on-error"' in answer.text
    assert f'name="place_id" value="{told.ids[place]}"' in answer.text
    assert died_on(session, told) is None


@pytest.mark.parametrize(
    "place",
    [
        {"place": "visit", "place_id": "https://elsewhere.example/"},
        {"place": "https://elsewhere.example/", "place_id": str(uuid.uuid4())},
        {"place": "visit", "place_id": str(uuid.uuid4())},
        {"place": "case"},
    ],
)
def test_nobody_is_led_to_what_is_no_page_of_ours(
    client_as: SignIn, told: Told, place: dict[str, str]
) -> None:
    office = client_as("coordinator")
    answer = office.post(f"/people/{told.person_id}/death", data=SAID | place)
    assert answer.location == f"/people/{told.person_id}#life"


def test_nobody_is_led_to_what_is_no_page_of_hers(client_as: SignIn, told: Told) -> None:
    social = client_as("social_worker")
    answer = social.post(f"/people/{told.person_id}/death", data=told.said("work_order"))
    assert answer.location == f"/people/{told.person_id}#life"


@pytest.mark.parametrize(("role", "place"), [("technician", "home"), ("technician", "work_order")])
def test_whoever_may_not_note_it_is_offered_nothing(
    client_as: SignIn, told: Told, role: str, place: str
) -> None:
    answer = client_as(role).get(told.page(place))
    assert answer.status_code == 200
    assert f"/people/{told.person_id}/death" not in answer.text
    assert client_as("coordinator").post(
        f"/people/{told.person_id}/death", data=told.said(place)
    ).status_code == 302  # fmt: skip
    assert "Nadia Four" not in client_as(role).get(told.page(place)).text


@pytest.mark.parametrize(("right", "offered"), [(Right.VISIT, False), (Right.CALL, True)])
def test_a_partner_is_offered_it_by_her_mandate(
    client_as: SignIn, session: Session, told: Told, right: Right, offered: bool
) -> None:
    by = make_user(session)
    said = MandateSaid(
        told.organisation_id, "seniors", None, frozenset({right}), today_in_paris(NOW), None
    )
    grant_mandate(session, said, by=by.id, now=NOW)
    session.commit()
    partner = client_as("partner_coordinator", organisation="Association")
    answer = partner.get(told.page("visit"))
    assert answer.status_code == 200
    assert (f"/people/{told.person_id}/death" in answer.text) == offered


def test_a_partner_who_sees_her_by_a_visit_alone_is_offered_nothing(
    client_as: SignIn, session: Session, told: Told
) -> None:
    by = make_user(session)
    calls = frozenset({Right.CALL})
    said = MandateSaid(told.organisation_id, "residences", None, calls, today_in_paris(NOW), None)
    grant_mandate(session, said, by=by.id, now=NOW)
    session.commit()
    partner = client_as("partner_coordinator", organisation="Association")
    answer = partner.get(told.page("visit"))
    assert answer.status_code == 200
    assert f"/people/{told.person_id}/death" not in answer.text


def test_a_home_offers_it_of_each_who_lives_there(
    client_as: SignIn, session: Session, told: Told
) -> None:
    person = session.get_one(Person, told.person_id)
    other = make_person(session, dwelling=person.occupancies[0].tenancy.dwelling)
    gone = make_person(session, dwelling=person.occupancies[0].tenancy.dwelling)
    gone.occupancies[0].ended_on = NOW.date()
    hidden = make_person(session, dwelling=person.occupancies[0].tenancy.dwelling)
    hidden.protected = True
    ids = {"other": other.id, "gone": gone.id, "hidden": hidden.id}
    session.commit()
    text = client_as("coordinator").get(told.page("home")).text
    assert f"/people/{told.person_id}/death" in text and f"/people/{ids['other']}/death" in text
    assert f"/people/{ids['gone']}/death" not in text
    assert f"/people/{ids['hidden']}/death" not in text
