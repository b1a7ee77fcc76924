"""What partners ask by a form of their own: once, taken up for whom is meant, or set aside."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_person, make_user
from visits.accounts.accounts import find_territory
from visits.models.people import NamedAccess, Person
from visits.models.referral_requests import ReferralDoor, ReferralRequest, RequestState
from visits.models.referrals import Direction, Referral

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
WRITTEN = {
    "last_name": "Morel", "first_name": "Jeanne", "address": "3 rue des Lilas, Creil",
    "code": "ccas", "asked": "Une visite à domicile.", "basis": "consent",
    "agreed_on": "2026-03-02", "sender": "A. Petit, assistante", "sender_at": "03 44 00 00 00",
}  # fmt: skip
TAKEN = {"direction": "in", "partner": "CCAS de Creil", **WRITTEN}


@pytest.fixture
def person(session: Session) -> Person:
    found = make_person(session, last_name="MOREL", first_name="Jeanne")
    make_case(session, by=make_user(session), person=found)
    session.commit()
    return found


@pytest.fixture
def office(client_as: SignIn, person: Person) -> FlaskClient:
    return client_as("coordinator", language="en")


@pytest.fixture
def door(office: FlaskClient) -> str:
    user = office.user  # type: ignore[attr-defined]
    said = {"partner": "CCAS de Creil", "days": "90", "landlord": str(user.organisation_id)}
    made = office.post("/referrals/doors/", data=said)
    assert made.status_code == 200
    (address,) = re.findall(r'value="[^"]*(/referral-form/[^"]+)"', made.text)
    return str(address)


def write(app: Flask, door: str, **said: str) -> int:
    return (
        app.test_client().post(door, data={"key": str(uuid.uuid4())} | WRITTEN | said).status_code
    )


def requests(session: Session) -> list[ReferralRequest]:
    session.rollback()
    found = list(session.scalars(select(ReferralRequest).order_by(ReferralRequest.id)))
    session.expunge_all()
    session.rollback()
    return found


def test_a_partner_asks_without_an_account_and_the_form_shows_nobody(
    app: Flask, office: FlaskClient, door: str, session: Session
) -> None:
    shown = app.test_client().get(door)
    assert shown.status_code == 200
    assert "MOREL" not in shown.text
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert write(app, door) == 302
    (one,) = requests(session)
    after = app.test_client().get(door).text
    assert one.reference in after
    assert "Morel" not in after
    listed = office.get("/referrals/requests/").text
    assert "Morel Jeanne" in listed
    assert "Morel Jeanne" in office.get("/referrals/requests/requests.csv").text
    tile = r'href="/referrals/requests/">Requests by form</a></dt>\s*<dd>(\d+)'
    (waiting,) = re.findall(tile, office.get("/").text)
    assert int(waiting) == listed.count(one.reference) == 1


def test_the_same_form_sent_twice_arrives_once(app: Flask, door: str, session: Session) -> None:
    key = str(uuid.uuid4())
    assert write(app, door, key=key) == 302
    assert write(app, door, key=key) == 302
    assert len(requests(session)) == 1


def test_what_is_missing_is_said_field_by_field_and_what_was_typed_stays(
    app: Flask, door: str, session: Session
) -> None:
    data = WRITTEN | {"key": "x", "address": " ", "basis": "duty", "code": "nobody"}
    refused = app.test_client().post(door, data=data)
    assert refused.status_code == 422
    assert refused.text.count("field-error") >= 3
    assert "Une visite à domicile." in refused.text
    assert write(app, door, agreed_on="2999-01-01") == 422
    assert write(app, door, agreed_on="demain") == 422
    assert write(app, door, asked="a" * 1001) == 422
    assert requests(session) == []


def test_it_is_taken_up_for_whom_is_meant_and_says_whom_to_answer(
    app: Flask, office: FlaskClient, door: str, person: Person, session: Session
) -> None:
    write(app, door)
    (one,) = requests(session)
    page = f"/referrals/requests/{one.id}"
    assert f"{page}/of/{person.id}" in office.get(page).text
    form = office.get(f"{page}/of/{person.id}").text
    assert "Une visite à domicile." in form
    assert 'value="CCAS de Creil"' in form
    taken = office.post(f"{page}/of/{person.id}", data=TAKEN)
    assert taken.status_code == 302
    told = office.get(taken.location).text
    assert "A. Petit, assistante" in told
    assert office.post(f"{page}/of/{person.id}", data=TAKEN).status_code == 409
    (referral,) = session.scalars(select(Referral)).all()
    assert referral.direction is Direction.IN
    assert requests(session)[0].state is RequestState.TAKEN_UP
    assert "Morel" not in office.get("/referrals/requests/").text
    assert "Morel" in office.get("/referrals/requests/?state=all").text


def test_one_set_aside_says_why_and_waits_again_when_taken_back(
    app: Flask, office: FlaskClient, door: str, session: Session
) -> None:
    write(app, door)
    (one,) = requests(session)
    page = f"/referrals/requests/{one.id}"
    assert office.post(f"{page}/aside", data={"why": " "}).status_code == 422
    assert office.post(f"{page}/aside", data={"why": "Pas locataire."}).status_code == 302
    assert "Pas locataire." in office.get(page).text
    assert office.post(f"{page}/back").status_code == 302
    assert requests(session)[0].state is RequestState.WAITING
    assert office.post(f"{page}/back").status_code == 409


def test_an_address_that_was_changed_revoked_or_is_over_takes_nothing(
    app: Flask, office: FlaskClient, door: str, session: Session
) -> None:
    assert app.test_client().get(f"{door}x").status_code == 410
    made = session.scalars(select(ReferralDoor)).one()
    made.expires_at -= timedelta(days=100)
    session.commit()
    assert write(app, door) == 410
    made.expires_at += timedelta(days=100)
    session.commit()
    assert write(app, door) == 302
    assert office.post(f"/referrals/doors/{made.id}/revocation").status_code == 302
    assert write(app, door) == 410
    assert app.test_client().get(door).status_code == 410
    assert len(requests(session)) == 1


def test_an_address_that_was_passed_on_fills_no_list(
    app: Flask, door: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visits.referrals.requests.MOST_A_DAY", 2)
    assert [write(app, door) for _ in range(3)] == [302, 302, 409]
    assert len(requests(session)) == 2


def test_who_looks_after_one_area_reads_what_comes_by_her_own_address_alone(
    app: Flask, client_as: SignIn, door: str, session: Session
) -> None:
    write(app, door)
    (one,) = requests(session)
    south = find_territory(session, "Sud").id
    session.commit()
    local = client_as("coordinator", language="en", territory_id=south)
    assert "Morel" not in local.get("/referrals/requests/").text
    assert "/referrals/requests/" not in local.get("/").text
    assert local.get(f"/referrals/requests/{one.id}").status_code == 404
    assert "CCAS de Creil" not in local.get("/referrals/doors/").text
    assert client_as("technician").get(f"/referrals/requests/{one.id}").status_code == 403


def test_one_taken_up_for_somebody_protected_is_not_read_by_who_may_not_see_her(
    app: Flask, office: FlaskClient, client_as: SignIn, door: str, person: Person, session: Session
) -> None:
    write(app, door)
    (one,) = requests(session)
    page = f"/referrals/requests/{one.id}"
    office.post(f"{page}/of/{person.id}", data=TAKEN)
    session.get_one(Person, person.id).protected = True
    session.commit()
    other = client_as("social_worker", language="en")
    assert other.get(page).status_code == 404
    assert "Morel" not in other.get("/referrals/requests/?state=all").text
    assert "Morel" not in other.get("/referrals/requests/requests.csv?state=all").text


def test_one_that_names_somebody_protected_is_read_by_who_may_see_her_alone(
    app: Flask, office: FlaskClient, client_as: SignIn, door: str, person: Person, session: Session
) -> None:
    write(app, door, last_name="MOREL", first_name="jeanne")
    (one,) = requests(session)
    session.get_one(Person, person.id).protected = True
    user = office.user.id  # type: ignore[attr-defined]
    session.add(NamedAccess(person_id=person.id, user_id=user, named_by_id=user, named_at=NOW))
    session.commit()
    other = client_as("coordinator", language="en")
    assert other.get(f"/referrals/requests/{one.id}").status_code == 404
    assert "MOREL" not in other.get("/referrals/requests/").text
    assert '<td class="num">0</td>' in other.get("/referrals/doors/").text
    assert "MOREL" in office.get("/referrals/requests/").text
