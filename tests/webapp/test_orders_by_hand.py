"""Work orders opened on a page: where is it, what is broken, is it open already."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_residence, make_user
from tests.webapp.test_giving import hire
from visits.models.people import AccessEvent, Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.works import WorkOrder
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
LEAK = {
    "trade": "plumbing", "place": "kitchen", "severity": "U1", "came_from": "tenant",
    "description": "Le robinet de l’évier ne ferme plus.",
}  # fmt: skip


@pytest.fixture
def home(session: Session) -> Dwelling:
    residence = make_residence(session, address="8 rue des Essais", address_key="8 rue des essais")
    dwelling = make_dwelling(session, residence=residence, reference="L-ESSAI")
    make_person(session, dwelling=dwelling, last_name="VERMEULEN")
    session.commit()
    return dwelling


def orders(session: Session) -> list[WorkOrder]:
    session.rollback()
    found = session.scalars(select(WorkOrder).order_by(WorkOrder.opened_at, WorkOrder.id)).all()
    session.expunge_all()  # what was read stays, and nobody waits
    session.rollback()
    return list(found)


def test_an_order_is_opened_from_the_list_by_an_address_and_stands_everywhere(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    page = f"/work-orders/new/dwelling/{home.id}"
    of_house = f"/work-orders/new/residence/{home.residence_id}"
    places = (f"/homes/{home.id}", f"/homes/residences/{home.residence_id}")
    session.rollback()
    client = client_as("technician")
    assert "/work-orders/new" in client.get("/work-orders/").text
    found = client.get("/work-orders/new?q=rue+des+essais").text
    assert page in found and of_house in found
    assert page not in client.get("/work-orders/new?q=essais+nowhere").text
    assert page in client.get(places[0]).text and of_house in client.get(places[1]).text
    told = client.post(page, data=LEAK, follow_redirects=True).text
    assert LEAK["description"] in told and "Cuisine" in told and "L-ESSAI" in told
    lamp = LEAK | {
        "trade": "electricity",
        "place": "stairs",
        "description": "Escalier sans lumière",
    }
    told = client.post(of_house, data=lamp, follow_redirects=True).text
    assert "parties communes" in told and "8 rue des Essais" in told
    leak, light = sorted(orders(session), key=lambda one: one.dwelling_id is None)
    for address in ("/work-orders/", "/", *places):
        told = client.get(address).text
        assert f"/work-orders/{leak.id}" in told, address
        assert (f"/work-orders/{light.id}" in told) is (address != places[0]), address
    read = client_as("manager").get("/outcomes/").text
    assert "Bons de travaux demandés par aucune visite" in read


def test_the_same_defect_is_shown_before_it_is_opened_twice(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    page, client = f"/work-orders/new/dwelling/{home.id}", client_as("coordinator")
    session.rollback()
    assert client.post(page, data=LEAK).status_code == 302
    again = client.post(page, data=LEAK)
    assert again.status_code == 409 and "Est-ce l’un de ceux-ci" in again.text
    assert LEAK["description"] in again.text
    (known,) = re.findall(r'name="known" value="([^"]+)"', again.text)
    # Said of another that was not shown, it says nothing of this one.
    other = {"another": "yes", "known": str(home.id)}
    assert client.post(page, data=LEAK | other).status_code == 409
    assert client.post(page, data=LEAK | {"known": known}).status_code == 409
    assert len(orders(session)) == 1
    assert client.post(page, data=LEAK | {"another": "yes", "known": known}).status_code == 302
    assert len(orders(session)) == 2


def test_two_neighbours_who_tell_of_one_lift_are_asked_whether_it_is_the_same(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    neighbour = make_dwelling(session, residence=home.residence)
    session.commit()
    client, lift = client_as("coordinator"), LEAK | {"trade": "lift", "place": "elsewhere"}
    assert client.post(f"/work-orders/new/dwelling/{home.id}", data=lift).status_code == 302
    told = lift | {"access": "Code 12B"}
    again = client.post(f"/work-orders/new/dwelling/{neighbour.id}", data=told)
    assert again.status_code == 409 and "Est-ce l’un de ceux-ci" in again.text
    (known,) = re.findall(r'name="same" value="([^"]+)"', again.text)
    page, same = f"/work-orders/new/dwelling/{neighbour.id}", told | {"same": known}
    noted = client.post(page, data=same, follow_redirects=True)
    assert "Noté sur ce bon" in noted.text and "Code 12B" in noted.text
    leak = LEAK | {"trade": "intercom", "place": "elsewhere"}
    for one in (home, neighbour):
        assert client.post(f"/work-orders/new/dwelling/{one.id}", data=leak).status_code == 302


def test_the_same_defect_told_again_is_noted_on_the_order_that_is_open_and_apart_again(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    page, client = f"/work-orders/new/dwelling/{home.id}", client_as("coordinator")
    session.rollback()
    client.post(page, data=LEAK)
    again = LEAK | {"description": "L’eau coule jour et nuit."}
    known = re.findall(r'name="same" value="([^"]+)"', client.post(page, data=again).text)
    answer = client.post(page, data=again | {"same": known[0]}, follow_redirects=True)
    assert "Noté sur ce bon" in answer.text and "Aussi signalé" in answer.text
    assert LEAK["description"] in answer.text and again["description"] in answer.text
    first, told = orders(session)
    assert (str(first.id), told.same_as_id, told.state) == (known[0], first.id, "cancelled")
    assert first.reference in client.get(f"/work-orders/{told.id}").text
    apart = f"/work-orders/{first.id}/apart"
    assert client_as("manager").post(apart, data={"order": told.id}).status_code == 403
    shown = client.post(apart, data={"order": told.id}, follow_redirects=True).text
    assert again["description"] in shown and "C’est la même chose" in shown
    same = f"/work-orders/{told.id}/same/{first.id}"
    assert client_as("visitor").post(same).status_code == 403
    assert "Aussi signalé" in client.post(same, follow_redirects=True).text
    refused = client.post(same, follow_redirects=True).text
    assert "l’un d’eux est clos" in refused
    assert client.post(apart, data={"finding": uuid.uuid4()}).status_code == 404


def test_how_to_get_in_and_whom_to_ring_are_said_later_and_of_two_who_do_the_second_is_told(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    lives_there = make_person(session, dwelling=home)
    session.commit()
    client_as("technician").post(f"/work-orders/new/dwelling/{home.id}", data=LEAK)
    (order,) = orders(session)
    page, client = f"/work-orders/{order.id}", client_as("coordinator")
    session.rollback()
    assert lives_there.name in client.get(page).text
    said = {"access": "Code 12B", "person": str(lives_there.id), "turn": "0"}
    shown = client.post(f"{page}/access", data=said, follow_redirects=True).text
    assert "Comment entrer et qui appeler" in shown and "Code 12B" in shown
    (order,) = orders(session)
    assert order.person_id == lives_there.id
    session.rollback()
    assert client.post(f"{page}/access", data=said | {"access": "Autre"}).status_code == 409
    said |= {"turn": "1", "person": str(home.id)}
    assert client.post(f"{page}/access", data=said).status_code == 422
    theirs = client_as("technician")
    answer = theirs.post(f"{page}/access", data={"access": "Clé au gardien", "turn": "1"})
    assert answer.status_code == 302
    (order,) = orders(session)
    assert (order.access, order.person_id) == ("Clé au gardien", lives_there.id)


def test_what_is_wrong_is_said_field_by_field_and_nothing_is_lost(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    page, client = f"/work-orders/new/dwelling/{home.id}", client_as("technician")
    session.rollback()
    wrong: dict[str, Any] = {"description": "Vitre fendue", "due_on": "hier", "organisation": "x"}
    answer = client.post(page, data=wrong)
    assert answer.status_code == 422
    for name in ("trade", "place", "severity", "came_from", "due_on", "organisation"):
        assert f'id="{name}-error"' in answer.text, name
    assert "Vitre fendue" in answer.text and orders(session) == []
    past = client.post(page, data=LEAK | {"due_on": "2026-03-09"})
    assert past.status_code == 422 and "due_on-error" in past.text


def test_only_who_may_opens_one_and_only_where_she_sees_the_home(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    page, of_house = (
        f"/work-orders/new/dwelling/{home.id}",
        f"/work-orders/new/residence/{home.residence_id}",
    )
    session.rollback()
    for role in ("manager", "contractor", "social_worker", "visitor", "partner_coordinator"):
        assert client_as(role).post(page, data=LEAK).status_code == 403
    person = session.get_one(Person, uuid.UUID(home_person(session, home)))
    protect(session, person, by=make_user(session).id, now=NOW)
    session.commit()
    client = client_as("technician")
    for address in (page, of_house):
        assert client.get(address).status_code == client.post(address, data=LEAK).status_code == 404
    assert "L-ESSAI" not in client.get("/work-orders/new?q=essais").text
    assert orders(session) == []


def test_a_coordinator_says_whom_to_ring_and_a_technician_learns_no_name_by_it(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    person = home_person(session, home)
    elsewhere = str(make_person(session).id)
    page, file = f"/work-orders/new/dwelling/{home.id}", f"/people/{person}"
    session.commit()
    technician, coordinator = client_as("technician"), client_as("coordinator")
    assert "VERMEULEN" not in technician.get(page).text
    assert technician.post(page, data=LEAK | {"person": person}).status_code == 422
    link = f"{page}?person={person}"
    assert link in coordinator.get(file).text
    assert f'value="{person}" selected' in coordinator.get(link).text
    for other in (elsewhere, "x"):
        assert coordinator.post(page, data=LEAK | {"person": other}).status_code == 422
    opened = coordinator.post(page, data=LEAK | {"person": person}, follow_redirects=True).text
    assert "VERMEULEN" in opened
    (order,) = orders(session)
    assert str(order.person_id) == person and order.reference in coordinator.get(file).text
    assert "VERMEULEN" in technician.get(f"/work-orders/{order.id}").text
    traces = session.scalars(select(AccessEvent.what)).all()
    assert "work_order_open" in traces


def home_person(session: Session, home: Dwelling) -> str:
    """Give who lives in the home."""
    lives = select(Occupancy.person_id).join(Occupancy.tenancy)
    return str(session.scalars(lives.where(Tenancy.dwelling_id == home.id)).one())


def test_it_is_given_at_once_and_whoever_opened_it_by_mistake_takes_it_back(
    client_as: SignIn, session: Session, home: Dwelling
) -> None:
    page = f"/work-orders/new/dwelling/{home.id}"
    session.rollback()
    contractor = client_as("contractor", organisation="Plomberie")
    to = hire(session, contractor)
    technician, coordinator = client_as("technician"), client_as("coordinator")
    assert coordinator.post(page, data=LEAK | {"organisation": to}).status_code == 302
    (first,) = orders(session)
    assert first.given_to_id is None  # whoever may not give does not give by the way
    back = f"/work-orders/{first.id}/back"
    assert technician.post(back, data={"note": " "}).status_code == 422
    assert back in coordinator.get(f"/work-orders/{first.id}").text
    assert coordinator.post(back, data={"note": ""}).status_code == 422
    assert coordinator.post(back, data={"note": "Mauvais logement"}).status_code == 302
    assert coordinator.post(back, data={"note": "Encore"}).status_code == 409
    assert contractor.post(back, data={"note": "Non"}).status_code == 403
    assert technician.post(page, data=LEAK | {"organisation": to}).status_code == 302
    (second,) = [one for one in orders(session) if one.id != first.id]
    shown = contractor.get(f"/work-orders/{second.id}").text
    assert LEAK["description"] in shown and "8 rue des Essais" in shown
    assert second.reference in contractor.get("/work-orders/").text
    assert contractor.get(f"/work-orders/{first.id}").status_code == 404
