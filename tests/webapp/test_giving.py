"""A contractor sees the orders given to it, does them, and sees nothing else."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_person, make_user, make_viewer
from tests.submissions import GAS
from tests.webapp.test_visits_pages import Home
from visits.ground.errors import NotFound
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.people import Occupancy, Person
from visits.models.works import WorkOrder
from visits.sight import Reach, find_person
from visits.works.giving import contractors
from visits.works.work_orders import find_work_order

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def order(app: Flask, session: Session) -> WorkOrder:
    Home(app).send(GAS)
    found = session.scalars(select(WorkOrder)).one()
    session.commit()  # on SQLite nobody could write meanwhile
    return found


def hire(session: Session, client: FlaskClient) -> str:
    """Make somebody's organisation a contractor; gives its id."""
    user: User = client.user  # type: ignore[attr-defined]
    place = session.merge(user).organisation
    place.kind = OrganisationKind.PARTNER
    session.commit()
    return str(place.id)


def make_beside(session: Session, order: WorkOrder) -> None:
    """Let somebody else live under the lease of an order's person."""
    beside = make_person(session)
    shared = select(Occupancy.tenancy_id).where(Occupancy.person_id == order.person_id)
    own = session.scalars(select(Occupancy).where(Occupancy.person_id == beside.id)).one()
    own.tenancy_id = session.scalars(shared).one()
    session.flush()


def test_an_order_is_given_done_and_taken_back(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    service, reads = client_as(Role.TECHNICIAN), client_as(Role.COORDINATOR)
    ours = client_as(Role.CONTRACTOR, organisation="Plomberie")
    theirs = client_as(Role.CONTRACTOR, organisation="Chauffage")
    to_ours, _theirs = hire(session, ours), hire(session, theirs)
    page, given = f"/work-orders/{order.id}", f"/work-orders/{order.id}/given"
    assert ours.get(page).status_code == 404
    assert service.post(given, data={"organisation": "x"}).status_code == 422
    partner = make_user(session, role=Role.VISITOR, organisation="Association").organisation_id
    session.commit()
    assert service.post(given, data={"organisation": str(partner)}).status_code == 422
    for other in (reads, ours):
        assert other.post(given, data={"organisation": to_ours}).status_code == 403
    assert service.post(given, data={"organisation": to_ours}).status_code == 302
    shown = ours.get(page)
    assert shown.status_code == 200
    assert "Les réponses qui en sont la cause" in service.get(page).text
    assert "Les réponses qui en sont la cause" not in shown.text
    assert order.reference in ours.get("/work-orders/").text
    assert theirs.get(page).status_code == 404
    assert theirs.post(page, data={"state": "started"}).status_code == 404
    assert order.reference not in theirs.get("/work-orders/").text
    assert 'value="cancelled"' in service.get(page).text
    assert 'value="cancelled"' not in ours.get(page).text
    gone = {"state": "cancelled", "note": "Trop loin"}
    assert ours.post(page, data=gone).status_code == 409
    assert ours.post(page, data={"state": "done", "note": "Réparé"}).status_code == 302
    assert ours.post(page, data={"state": "open", "note": "Si"}).status_code == 409
    assert service.post(page, data={"state": "open", "note": "Non"}).status_code == 302
    assert ours.post(page, data={"state": "started"}).status_code == 302
    assert "Plomberie" in service.get(page).text
    assert service.post(given, data={"organisation": ""}).status_code == 302
    assert ours.get(page).status_code == 404


def test_a_contractor_reads_no_answers_though_nobody_knows_at_which_visit_they_came(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    service = client_as(Role.TECHNICIAN)
    ours = client_as(Role.CONTRACTOR, organisation="Plomberie")
    page = f"/work-orders/{order.id}"
    service.post(f"{page}/given", data={"organisation": hire(session, ours)})
    one = session.get_one(WorkOrder, order.id)
    assert one.consequence is not None
    one.consequence.submission.visit_id = None
    session.commit()
    assert "Les réponses qui en sont la cause" in service.get(page).text
    assert "Les réponses qui en sont la cause" not in ours.get(page).text


def test_a_contractor_with_an_account_quotes_and_reads_nobody_elses_price(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    service = client_as(Role.TECHNICIAN, language="en")
    ours = client_as(Role.CONTRACTOR, organisation="Plomberie", language="en")
    page = f"/work-orders/{order.id}"
    service.post(f"{page}/given", data={"organisation": hire(session, ours)})
    theirs = {"quote": "777", "quote_contractor": "Chauffage", "quote_note": "Pose comprise"}
    assert service.post(f"{page}/quotes", data=theirs).status_code == 302
    service.post(f"{page}/estimate", data={"estimate": "555"})
    service.post(f"{page}/quotes", data=theirs | {"quote": "888"})
    mine = {"quote": "90,50", "quote_contractor": "Chauffage"}
    told = ours.post(f"{page}/quotes", data=mine, follow_redirects=True).text
    assert "€90.50" in told and "Plomberie" in told
    assert not any(said in told for said in ("777", "555", "Chauffage", "over the ceiling"))
    every = re.findall(r'action="([^"]*/withdrawal)"', service.get(page).text)
    (hers,) = re.findall(r'action="([^"]*/withdrawal)"', told)
    other = next(one for one in every if one != hers)
    assert ours.post(other).status_code == 404
    assert ours.post(hers).status_code == 302
    assert "€90.50" not in service.get(page).text.split("Step by step")[0]


def test_an_order_is_assigned_to_a_technician_alone_or_with_others(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    service, reads = client_as(Role.TECHNICIAN, language="en"), client_as(Role.COORDINATOR)
    bea = make_user(session, role=Role.TECHNICIAN, name="Béa Martin")
    office = make_user(session)
    session.commit()
    page, typed = f"/work-orders/{order.id}", {"assignee": str(bea.id)}
    assert "Béa Martin" in service.get(page).text
    assert reads.post(f"{page}/assigned", data=typed).status_code == 403
    assert service.post(f"{page}/assigned", data={"assignee": "x"}).status_code == 422
    assert service.post(f"{page}/assigned", data={"assignee": str(office.id)}).status_code == 409
    assert service.post(f"{page}/assigned", data=typed).status_code == 302
    assert "Assigned to Béa Martin" in service.get(page).text
    mine = service.get(f"/work-orders/?contractor={bea.id}").text
    assert order.reference in mine and "<td>Béa Martin</td>" in mine
    assert "Béa Martin" in service.get("/work-orders/orders.csv").text
    several, act = "/work-orders/together", {"act": "assign", "ids": [str(order.id)]}
    assert order.reference in service.post(several, data=act).text
    assert "Back with all our technicians" in service.get(page).text
    assert service.post(several, data=act | {"assignee": str(office.id)}).status_code == 200
    assert reads.post(several, data=act).status_code == 403
    assert "<td>Béa Martin</td>" not in service.get("/work-orders/").text


def test_an_order_of_somebody_protected_is_given_to_nobody_and_seen_by_no_contractor(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    service = client_as(Role.TECHNICIAN)
    contractor = client_as(Role.CONTRACTOR, organisation="Plomberie")
    to, given = hire(session, contractor), f"/work-orders/{order.id}/given"
    assert [str(one.id) for one in contractors(session)] == [to]
    session.rollback()
    assert service.post(given, data={"organisation": to}).status_code == 302
    user: User = contractor.user  # type: ignore[attr-defined]
    eyes = make_viewer(session.merge(user), Reach.GIVEN)
    assert find_work_order(session, eyes, order.id).id == order.id
    with pytest.raises(NotFound):
        find_person(session, eyes, session.scalars(select(Person.id)).one())
    # Somebody who lives there and is no secret leaves the home open, and the order closed.
    make_beside(session, order)
    session.get_one(Person, order.person_id).protected = True
    session.commit()
    assert contractor.get(f"/work-orders/{order.id}").status_code == 404
    assert order.reference not in contractor.get("/work-orders/?state=all").text
    assert service.post(given, data={"organisation": ""}).status_code == 404
