"""Referrals on their pages: opened by hand, sent, answered by a link, listed, told on her page."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_person, make_user
from visits.models.people import AccessEvent, Person
from visits.models.referrals import Referral, ReferralStep

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
ASKED = {
    "direction": "out", "code": "ccas", "asked": "Un appel par semaine.", "basis": "consent",
    "agreed_on": "2026-03-02",
}  # fmt: skip


@pytest.fixture
def person(session: Session) -> Person:
    found = make_person(session, last_name="MOREL")
    make_case(session, by=make_user(session), person=found)
    session.commit()
    return found


@pytest.fixture
def office(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


@pytest.fixture
def page(office: FlaskClient, person: Person) -> str:
    """The page of a referral that was opened by hand."""
    opened = office.post(f"/referrals/new/{person.id}", data=ASKED)
    assert opened.status_code == 302
    return str(opened.location)


@pytest.fixture
def sent(office: FlaskClient, page: str) -> str:
    data = {"partner": "CCAS de Creil", "channel": "link", "turn": "0"}
    assert office.post(f"{page}/sending", data=data).status_code == 302
    return page


def step(session: Session) -> str:
    session.rollback()
    found = session.scalars(select(Referral.step)).one()
    session.rollback()
    return found


def link(office: FlaskClient, sent: str) -> str:
    made = office.post(f"{sent}/link", data={"days": "30"})
    assert made.status_code == 200
    (address,) = re.findall(r'value="[^"]*(/referral-link/[^"]+)"', made.text)
    return str(address)


def test_one_opened_by_hand_is_listed_and_told_on_her_page(
    office: FlaskClient, person: Person, page: str
) -> None:
    shown = office.get(page).text
    assert "Un appel par semaine." in shown
    assert "She agrees" in shown
    assert "MOREL" in office.get("/referrals/").text
    assert "Un appel par semaine." in office.get("/referrals/referrals.csv").text
    assert page in office.get(f"/people/{person.id}").text
    assert "MOREL" not in office.get("/referrals/?q=zzzz").text
    assert "MOREL" not in office.get("/referrals/?step=silent").text
    assert "MOREL" in office.get("/referrals/?q=morel&direction=out").text


def test_what_a_partner_asks_becomes_a_request_for_a_place(
    office: FlaskClient, person: Person, page: str
) -> None:
    assert "Note a request for a place" not in office.get(page).text, "we ask, nobody asks us"
    came = {"direction": "in", "partner": "SIAO", "channel": "post"}
    theirs = office.post(f"/referrals/new/{person.id}", data=ASKED | came).location
    asks = re.search(r'href="(/admissions/new/[^"]+)"', office.get(theirs).text)
    assert asks is not None
    form = office.get(asks[1]).text
    referral_id = theirs.rpartition("/")[2]
    assert f'value="{referral_id}" selected' in form and 'value="partner" selected' in form
    said = {
        "programme": "transitional_residence", "asked": "partner", "asked_on": "2026-03-09",
        "wish": "Un toit.", "situation": "À l’hôtel.", "referral": referral_id,
        "outside": "Elle est attendue.",
    }  # fmt: skip
    opened = office.post(asks[1], data=said)
    assert opened.status_code == 302, opened.text
    shown = office.get(theirs).text
    assert opened.location in shown and asks[1] not in shown


def test_what_is_missing_is_said_and_what_was_typed_stays(
    office: FlaskClient, person: Person, session: Session
) -> None:
    answer = office.post(f"/referrals/new/{person.id}", data=ASKED | {"basis": "duty", "code": ""})
    assert answer.status_code == 422
    assert "Un appel par semaine." in answer.text
    assert answer.text.count("field-error") >= 3
    assert session.scalars(select(Referral)).all() == []


def test_a_partner_answers_by_the_link_and_the_office_takes_it_back(
    app: Flask, office: FlaskClient, sent: str, session: Session
) -> None:
    address, anybody = link(office, sent), app.test_client()
    shown = anybody.get(address)
    assert shown.status_code == 200
    assert "MOREL" in shown.text
    assert "Un appel par semaine." in shown.text
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    refused = anybody.post(address, data={"step": "refused", "turn": "1"})
    assert refused.status_code == 422
    said = {"step": "refused", "reason": "no_place", "said": "Rien avant mai.", "turn": "1"}
    assert anybody.post(address, data=said).status_code == 302
    assert step(session) == ReferralStep.REFUSED
    told = office.get(sent).text
    assert "Rien avant mai." in told
    assert "by its link" in told
    assert office.post(f"{sent}/back", data={"turn": "2"}).status_code == 302
    assert step(session) == ReferralStep.SENT


def test_a_link_that_was_changed_or_revoked_shows_nothing(
    app: Flask, office: FlaskClient, sent: str
) -> None:
    address, anybody = link(office, sent), app.test_client()
    assert anybody.get(f"{address}x").status_code == 410
    assert office.post(f"{sent}/link/revocation").status_code == 302
    gone = anybody.get(address)
    assert gone.status_code == 410
    assert "MOREL" not in gone.text
    assert anybody.post(address, data={"step": "accepted", "turn": "1"}).status_code == 410


def test_each_look_by_the_link_is_in_the_log(
    app: Flask, office: FlaskClient, sent: str, session: Session
) -> None:
    app.test_client().get(link(office, sent))
    session.rollback()
    looked = select(AccessEvent).where(AccessEvent.what == "referral_by_link")
    assert [one.user_id for one in session.scalars(looked)] == [None]


def test_who_may_not_see_her_does_not_see_it(
    client_as: SignIn, page: str, person: Person, session: Session
) -> None:
    person.protected = True
    session.add(person)
    session.commit()
    other = client_as("social_worker", language="en")
    assert other.get(page).status_code == 404
    listed = other.get("/referrals/?step=all").text
    assert "MOREL" not in listed
    assert "Un appel par semaine." not in other.get("/referrals/referrals.csv?step=all").text
    assert client_as("technician").get(page).status_code == 403
