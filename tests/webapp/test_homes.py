"""The pages of a dwelling and of a residence, as each reader may know them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

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
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import GAS, fill, home_visit
from visits.forms.published import publish_form
from visits.homes.files import MOST_WORKS
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.cases import CaseState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import VisitState
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import Reach
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.moves import MoveSaid, move_work_order

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
NAME = "VERMEULEN"


class Building:
    """A residence in which gas was found in so many homes."""

    def __init__(self, app: Flask, session: Session, *, homes: int) -> None:
        self.session, self.store = session, app.extensions["palier"].store
        publish_form(session, home_visit(), by=None, now=NOW)
        self.office = make_user(session)
        self.visitor = make_user(session, role=Role.VISITOR, name="Nadia Fournier")
        self.residence: Residence = make_residence(session, address="3 rue du Gaz")
        self.homes: list[Dwelling] = []
        self.persons: list[Person] = []
        for number in range(homes):
            self.settle(f"G-{number}")
        session.commit()

    def settle(self, reference: str) -> Person:
        """Let somebody live in one more home, where gas is found."""
        session = self.session
        home = make_dwelling(session, residence=self.residence, reference=reference)
        person = make_person(session, dwelling=home, last_name=NAME)
        case = make_case(session, by=self.office, person=person, dwelling=home)
        visit = make_visit(session, case=case, visitor=self.visitor, was_in_id=home.id)
        record_submission(
            session, self.store, xml=fill(GAS), files=[],
            viewer=make_viewer(self.visitor, Reach.OWN), now=NOW, visit_id=visit.id,
        )  # fmt: skip
        case.state, visit.state = CaseState.VISITED, VisitState.DONE
        self.homes.append(home)
        self.persons.append(person)
        return person


def test_a_dwelling_tells_names_to_those_who_see_persons_and_its_own_to_all(
    app: Flask, client_as: SignIn, session: Session
) -> None:
    building = Building(app, session, homes=1)
    order = session.scalars(select(WorkOrder)).first()
    assert order is not None
    before = make_person(session, dwelling=building.homes[0], last_name="AVANT")
    before.occupancies[0].ended_on = before.occupancies[0].tenancy.ended_on = date(2001, 2, 3)
    reference, address = order.reference, f"/homes/{building.homes[0].id}"
    session.commit()
    page = client_as("coordinator", language="en").get(address).text
    for told in (NAME, "AVANT", "Nadia Fournier", reference, "3 Feb 2001", "10 Mar 2026"):
        assert told in page, told
    assert "Findings" in page and "What answers say of the home" in page
    for role, works in (("technician", True), ("manager", True)):
        page = client_as(role, language="en").get(address).text
        assert (reference in page) is works
        assert "10 Mar 2026" in page and "3 Feb 2001" in page
        for hidden in (NAME, "AVANT", "Nadia", "Findings", "What answers say", "Cases", "/people/"):
            assert hidden not in page.split("<main")[1], (role, hidden)
    assert client_as("contractor").get(address).status_code == 403


def test_more_works_than_a_page_shows_are_told_and_led_to(
    client_as: SignIn, session: Session
) -> None:
    home = make_dwelling(session, reference="G-1")
    staff = make_user(session, role=Role.TECHNICIAN)
    said = OrderSaid("plumbing", "U3", "kitchen", "Robinet", "tenant")
    orders = [
        open_by_hand(session, home, said, viewer=make_viewer(staff), now=NOW)
        for _ in range(MOST_WORKS)
    ]
    address, every = f"/homes/{home.id}", "/work-orders/?state=all&q=G-1"
    first = orders[0].reference
    session.commit()
    client = client_as("technician", language="en")
    page = client.get(address).text
    assert page.count(f"{first}<") == 1 and "are shown here" not in page
    open_by_hand(session, home, said, viewer=make_viewer(staff), now=NOW)
    session.commit()
    page = client.get(address).text
    assert len(re.findall(r'href="/work-orders/[0-9a-f-]{36}"', page)) == MOST_WORKS
    assert f"Only {MOST_WORKS} are shown here" in page
    (link,) = re.findall(r'href="([^"]+)">All of them, to filter or save', page)
    assert unescape(link) == every
    assert f"{MOST_WORKS + 1} " in client.get(every).text


def test_the_works_of_a_residence_stay_on_its_page_once_they_are_done(
    client_as: SignIn, session: Session
) -> None:
    home, elsewhere = make_dwelling(session), make_dwelling(session)
    viewer = make_viewer(make_user(session, role=Role.TECHNICIAN))
    leak = OrderSaid("plumbing", "U3", "kitchen", "Robinet", "tenant")
    lift = OrderSaid("lift", "U3", "lift", "En panne", "staff")
    done = open_by_hand(session, home.residence, lift, viewer=viewer, now=NOW)
    waits = open_by_hand(session, home, leak, viewer=viewer, now=NOW - timedelta(days=9))
    other = open_by_hand(session, elsewhere, leak, viewer=viewer, now=NOW)
    said = MoveSaid(note="Réparé")
    move_work_order(session, done, WorkOrderState.DONE, said, viewer=viewer, now=NOW)
    session.commit()
    client = client_as("technician", language="en")
    page = client.get(f"/homes/residences/{home.residence_id}").text
    listed = [page.index(f">{one.reference}<") for one in (waits, done)]
    assert listed == sorted(listed)  # what is open comes first
    assert f">{other.reference}<" not in page
    (link,) = re.findall(r'href="([^"]+)">All of them, to filter or save', page)
    every = unescape(link)
    assert every == f"/work-orders/?state=all&residence={home.residence_id}"
    both = client.get(every).text
    assert done.reference in both and waits.reference in both and other.reference not in both
    (saved,) = re.findall(r'href="(/work-orders/[^"]*csv[^"]*)"', both)
    file = client.get(unescape(saved)).text
    assert done.reference in file and waits.reference in file and other.reference not in file
    only_done = client.get(every.replace("state=all", "state=done")).text
    assert done.reference in only_done and waits.reference not in only_done


def test_a_shut_door_is_told_to_nobody_who_sees_no_visits(
    app: Flask, client_as: SignIn, session: Session
) -> None:
    building = Building(app, session, homes=1)
    case = make_case(
        session, by=building.office, person=building.persons[0], dwelling=building.homes[0],
        programme="residences",
    )  # fmt: skip
    start = NOW.replace(month=2)
    make_visit(
        session, case=case, visitor=building.visitor, start_at=start, state=VisitState.FAILED
    )
    session.commit()
    address = f"/homes/{building.homes[0].id}"
    assert "10 Feb 2026" not in client_as("technician", language="en").get(address).text
    assert "10 Feb 2026" in client_as("coordinator", language="en").get(address).text


def test_a_residence_counts_five_and_more_for_those_who_see_no_persons(
    app: Flask, client_as: SignIn, session: Session
) -> None:
    building = Building(app, session, homes=4)
    address = f"/homes/residences/{building.residence.id}"
    page = client_as("coordinator", language="en").get(address).text
    assert "4 dwellings" in page and "Visited: 4" in page and ": 4 homes</li>" in page
    assert NAME not in page
    manager = client_as("manager", language="en")
    page = manager.get(address).text
    assert "4 dwellings" in page and "Visited" not in page and " homes</li>" not in page
    for number in range(4, 7):
        building.settle(f"G-{number}")
    session.commit()
    page = manager.get(address).text
    assert "Visited: 5" in page and ": 5 homes</li>" in page and "7 dwellings" in page


def test_a_protected_home_is_on_no_page_and_alone_its_residence_neither(
    app: Flask, client_as: SignIn, session: Session
) -> None:
    building = Building(app, session, homes=2)
    guardian = make_user(session)
    protect(session, building.persons[0], by=guardian.id, now=NOW)
    hidden, beside = building.homes
    alone = make_dwelling(session, residence=make_residence(session, address="9 rue Secrète"))
    her = make_person(session, dwelling=alone)
    protect(session, her, by=guardian.id, now=NOW)
    hidden_id, beside_id, place = hidden.id, beside.id, building.residence.id
    secret = alone.residence_id
    session.commit()
    for role in ("coordinator", "technician", "manager", "social_worker"):
        client = client_as(role, language="en")
        assert client.get(f"/homes/{hidden_id}").status_code == 404
        assert client.get(f"/homes/residences/{secret}").status_code == 404
        page = client.get(f"/homes/residences/{place}").text
        assert "1 dwelling" in page and str(hidden_id) not in page
        assert " homes</li>" not in page
        assert client.get(f"/homes/{beside_id}").status_code == 200
    page = client_as("coordinator", language="en").get(f"/homes/residences/{place}").text
    assert "Visited: 1" in page


def test_whoever_left_and_is_protected_leaves_no_lease_behind(
    app: Flask, client_as: SignIn, session: Session
) -> None:
    building = Building(app, session, homes=1)
    gone = make_person(session, dwelling=building.homes[0], last_name="PARTIE")
    stay = gone.occupancies[0]
    stay.tenancy.started_on = date(1977, 7, 7)
    stay.ended_on = stay.tenancy.ended_on = date(1988, 8, 8)
    gone.protected = True
    address = f"/homes/{building.homes[0].id}"
    session.commit()
    for role in ("coordinator", "technician"):
        page = client_as(role, language="en").get(address).text
        assert "PARTIE" not in page and "1988" not in page
