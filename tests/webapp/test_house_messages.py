"""The page by which the tenants of a residence are written to about works there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_residence, make_user, make_viewer
from visits.messages.ways import note_wish
from visits.models.accounts import Role
from visits.models.messages import Message, MessageChannel
from visits.models.works import WorkOrder
from visits.people.protection import protect
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.moves import MoveSaid, move_work_order

SignIn = Callable[..., FlaskClient]
LIFT = OrderSaid("lift", "U3", "lift", "Porte qui frotte", "caretaker")


@pytest.fixture
def order(app: Flask, session: Session) -> WorkOrder:
    residence, user = make_residence(session), make_user(session)
    viewer = make_viewer(user)
    for name in ("ABADIE", "BERGER", "CACHETTE"):
        person = make_person(
            session, last_name=name, dwelling=make_dwelling(session, residence=residence)
        )
        if name == "BERGER":
            note_wish(
                session, person, MessageChannel.LETTER, agreed=False, address="", language="fr",
                viewer=viewer, now=NOW,
            )  # fmt: skip
    protect(session, person, by=user.id, now=NOW)
    found = open_by_hand(session, residence, LIFT, viewer=viewer, now=NOW)
    said = MoveSaid(planned_on=(NOW + timedelta(days=20)).date(), planned_part="morning")
    move_work_order(session, found, "planned", said, viewer=viewer, now=NOW)
    session.commit()
    return found


def messages(session: Session) -> list[Message]:
    found = list(session.scalars(select(Message).order_by(Message.id)))
    session.rollback()
    return found


def test_the_office_sees_how_many_and_who_and_writes_to_those(
    order: WorkOrder, session: Session, client_as: SignIn
) -> None:
    ident = order.id
    session.rollback()
    office, page = client_as(Role.COORDINATOR, language="en"), f"/messages/houses/{ident}"
    assert page in office.get(f"/work-orders/{ident}").text
    shown = office.get(page).text
    assert "Write to 1 tenant" in shown
    assert "Works are planned in your residence" in shown
    assert "ABADIE" in shown
    assert "CACHETTE" not in shown
    left = office.get(f"{page}?state=not_written").text
    assert "BERGER" in left
    assert "she agreed to no way that fits" in left
    assert "BERGER" in office.get(f"{page}/tenants.csv?state=not_written").text
    assert messages(session) == []
    assert office.post(page, data={"seen": "2"}).status_code == 409
    assert office.post(page, data={"seen": "x"}).status_code == 409
    assert messages(session) == []
    assert office.post(page, data={"seen": "1"}).status_code == 302
    assert office.post(page, data={"seen": "1"}).status_code == 409
    assert len(messages(session)) == 1
    told = office.get(f"{page}?state=told").text
    assert "ABADIE" in told
    assert f"/messages/?order={ident}" in told
    listed = office.get(f"/messages/?order={ident}&state=waiting").text
    assert "1 message" in listed


def test_only_the_office_writes_to_tenants_of_a_residence_it_sees(
    order: WorkOrder, session: Session, client_as: SignIn
) -> None:
    page = f"/messages/houses/{order.id}"
    for role in (Role.TECHNICIAN, Role.MANAGER, Role.SOCIAL_WORKER, Role.PARTNER_COORDINATOR):
        client = client_as(role)
        assert client.get(page).status_code == 403
        assert client.post(page, data={"seen": "1"}).status_code == 403
    assert messages(session) == []


def test_an_order_of_a_home_has_no_such_page(session: Session, client_as: SignIn) -> None:
    viewer, home = make_viewer(make_user(session)), make_dwelling(session)
    leak = OrderSaid("plumbing", "U3", "kitchen", "Fuite", "tenant")
    order = open_by_hand(session, home, leak, viewer=viewer, now=NOW)
    session.commit()
    assert client_as(Role.COORDINATOR).get(f"/messages/houses/{order.id}").status_code == 404
