"""What several homes tell, on its pages: listed, ticked, made one order of the residence."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_residence, make_user, make_viewer
from visits.models.portfolio import Residence
from visits.models.works import WorkOrder
from visits.works.by_hand import OrderSaid, open_by_hand

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database


def tell(session: Session, residence: Residence, homes: int) -> list[str]:
    """Let some homes of a residence tell of a leak; gives the numbers of the orders."""
    by = make_viewer(make_user(session))
    said = OrderSaid("plumbing", "U3", "kitchen", "Fuite de la colonne", "tenant")
    orders = [
        open_by_hand(session, make_dwelling(session, residence=residence), said, viewer=by, now=NOW)
        for _ in range(homes)
    ]
    session.commit()
    return [str(one.id) for one in orders]


def test_it_is_listed_made_one_order_and_kept_when_something_is_missing(
    client_as: SignIn, session: Session
) -> None:
    residence = make_residence(session)
    told = tell(session, residence, 3)
    path, street = f"/work-orders/in-common/{residence.id}", residence.address
    session.commit()
    client = client_as("coordinator", language="en")
    page = client.get("/work-orders/in-common/").text
    assert street in page and f"{path}?trade=plumbing" in page
    assert street in client.get("/work-orders/in-common/in-common.csv").text
    assert "Nothing here" in client.get("/work-orders/in-common/?trade=lift").text
    asked = client.get(f"{path}?trade=plumbing").text
    assert all(one in asked for one in told)
    said = {"trade": "plumbing", "severity": "U2", "place": "cellar", "description": "Colonne"}
    refused = client.post(path, data=said | {"orders": [told[0], "nonsense"]})
    assert refused.status_code == 422
    assert "Choose orders of two homes" in refused.text and "Colonne" in refused.text
    done = client.post(path, data=said | {"orders": told})
    assert done.status_code == 302
    assert "goes on for all of them" in client.get(done.location).text
    closed = select(WorkOrder.state).where(WorkOrder.dwelling_id.is_not(None))
    assert {str(one) for one in session.scalars(closed)} == {"cancelled"}
    session.commit()
    assert street not in client.get("/work-orders/in-common/").text


def test_it_is_set_aside_with_why_and_proposed_again(client_as: SignIn, session: Session) -> None:
    residence = make_residence(session)
    tell(session, residence, 3)
    path, street = f"/work-orders/in-common/{residence.id}", residence.address
    session.commit()
    client = client_as("coordinator", language="en")
    refused = client.post(f"{path}/aside", data={"trade": "plumbing", "why": " "})
    assert refused.status_code == 422 and "How one knows" in refused.text
    told = {"trade": "plumbing", "why": "Trois joints usés"}
    assert client.post(f"{path}/aside", data=told).status_code == 302
    assert client.post(f"{path}/aside", data=told).status_code == 409
    assert street not in client.get("/work-orders/in-common/").text
    assert street in client.get("/work-orders/in-common/?standing=aside").text
    assert street in client.get("/work-orders/in-common/in-common.csv?standing=aside").text
    assert "Trois joints usés" in client.get(f"{path}?trade=plumbing").text
    assert client.post(f"{path}/again", data=told).status_code == 302
    assert street in client.get("/work-orders/in-common/").text
    assert client.post(f"{path}/again", data=told).status_code == 404
    assert client_as("visitor").post(f"{path}/aside", data=told).status_code == 403


def test_only_who_opens_works_makes_one_order_of_several(
    client_as: SignIn, session: Session
) -> None:
    residence = make_residence(session)
    tell(session, residence, 3)
    path = f"/work-orders/in-common/{residence.id}"
    for role in ("visitor", "funder", "social_worker"):
        assert client_as(role).get("/work-orders/in-common/").status_code == 403, role
        assert client_as(role).post(path, data={}).status_code == 403, role
