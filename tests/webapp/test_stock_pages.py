"""The pages of the central stock: each step by its form, what is refused said on its field."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_user
from tests.walk import list_links
from visits.models.accounts import Role
from visits.models.stock import Article, KitMovement, MovementKind, StockOrder
from visits.stock.bags import bag_of
from visits.stock.central import in_stock

SignIn = Callable[..., FlaskClient]
BULB = {
    "item": "led",
    "name": "LED E27",
    "fitting": "E27",
    "rating": "7,5",
    "cost": "1,85",
    "low_at": "20",
}


@pytest.fixture
def client(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator")


@pytest.fixture
def bulb(client: FlaskClient, session: Session) -> Article:
    assert client.post("/kits/articles/", data=BULB).status_code == 302
    article = session.scalars(select(Article)).one()
    session.commit()  # on SQLite nobody could write meanwhile
    came = {"article": str(article.id), "quantity": "30", "came": "1", "batch": "A1"}
    assert client.post("/kits/orders/", data=came).status_code == 302
    session.commit()
    return article


def test_an_article_is_kept_changed_and_kept_no_longer(
    client: FlaskClient, session: Session, bulb: Article
) -> None:
    page = f"/kits/articles/{bulb.id}"
    assert 'value="7,5"' in client.get(page).text
    refused = client.post(page, data=BULB | {"cost": "-3", "name": "LED <E27>"})
    assert refused.status_code == 422
    assert "trop petit ou trop grand" in refused.text
    assert "LED &lt;E27&gt;" in refused.text
    assert client.post(page, data=BULB | {"cost": "2"}).status_code == 302
    assert client.post(f"{page}/kept", data={"kept": "0"}).status_code == 302
    session.expire_all()
    assert (bulb.cost, bulb.retired_at is None) == (200, False)
    assert "n’est plus suivi" in client.get("/kits/").text


def test_the_tile_of_articles_to_order_counts_those_marked_in_its_list(
    client: FlaskClient, bulb: Article
) -> None:
    assert "Articles à commander" not in client.get("/").text
    client.post("/kits/articles/", data=BULB | {"name": "LED E14", "fitting": "E14"})
    tile = r'href="([^"]+)">Articles à commander</a></dt>\s*<dd>(\d+)'
    ((link, figure),) = re.findall(tile, client.get("/").text)
    assert int(figure) == client.get(link).text.count(">trop peu</span>") == 1


def test_an_order_comes_and_what_is_wrong_with_it_is_said_on_its_row(
    client: FlaskClient, session: Session, bulb: Article
) -> None:
    order = {"article": str(bulb.id), "quantity": "50", "came": "0", "supplier": ""}
    assert client.post("/kits/orders/", data=order).status_code == 422
    order |= {"supplier": "Grossiste", "expected_on": "2026-03-20"}
    assert client.post("/kits/orders/", data=order).status_code == 302
    made = session.scalars(select(StockOrder)).one()
    session.commit()
    came = f"/kits/orders/{made.id}/came"
    refused = client.post(came, data={"quantity": "0"})
    assert (refused.status_code, f'id="quantity-{made.id}-error"' in refused.text) == (422, True)
    assert client.post(came, data={"quantity": "50", "batch": "B2"}).status_code == 302
    assert client.post(came, data={"quantity": "1"}).status_code == 409
    assert client.post(f"/kits/orders/{made.id}/cancelled", data={}).status_code == 409
    assert in_stock(session, bulb) == 80


def test_a_bag_is_filled_from_the_stock_and_the_mistake_is_taken_back(
    client: FlaskClient, session: Session, bulb: Article
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    data = {"visitor_id": str(visitor.id), "item": f"article:{bulb.id}", "quantity": "10"}
    session.commit()
    assert client.post("/kits/", data=data | {"quantity": "31"}).status_code == 422
    assert client.post("/kits/", data=data).status_code == 302
    listed = client.get("/kits/movements/?kind=handed").text
    moved = session.scalars(
        select(KitMovement).where(KitMovement.kind == MovementKind.HANDED).limit(1)
    ).one()
    session.commit()
    back = f"/kits/movements/{moved.act_id}/withdrawn"
    assert back in listed
    assert client.post(back, data={"why": ""}).status_code == 422
    assert client.post(back, data={"why": "Erreur de sac"}).status_code == 302
    assert client.post(back, data={"why": "Encore"}).status_code == 409
    assert "Erreur de sac" in client.get("/kits/movements/").text
    assert in_stock(session, bulb) == 30


def test_what_was_counted_and_lost_is_noted(
    client: FlaskClient, session: Session, bulb: Article
) -> None:
    assert client.post("/kits/count", data={}).status_code == 422
    assert client.post("/kits/count", data={f"counted-{bulb.id}": "x"}).status_code == 422
    assert client.post("/kits/count", data={f"counted-{bulb.id}": "25"}).status_code == 302
    lost = {"article": str(bulb.id), "quantity": "6", "why": "Cassées"}
    assert client.post("/kits/lost", data=lost | {"why": " "}).status_code == 422
    assert client.post("/kits/lost", data=lost | {"quantity": "26"}).status_code == 422
    assert client.post("/kits/lost", data=lost).status_code == 302
    assert in_stock(session, bulb) == 19
    assert "Articles à commander" in client.get("/").text
    assert "trop peu" in client.get("/kits/").text


def test_a_bag_is_counted_on_a_page_of_its_own_and_the_count_taken_back(
    client: FlaskClient, session: Session, client_as: SignIn
) -> None:
    sonia = make_user(session, role=Role.VISITOR, name="Sonia Vite")
    session.commit()
    page = f"/kits/bags/{sonia.id}/count"
    assert page in client.get("/kits/").text and "Sonia Vite" in client.get(page).text
    for wrong in ({}, {"counted-led": "x"}, {"counted-led": "-3"}):
        assert client.post(page, data=wrong).status_code == 422
    answer = client.post(page, data={"counted-led": "7"}, follow_redirects=True)
    assert "Comptés : 1" in answer.text.replace("\xa0", " ")
    session.rollback()
    moved = session.scalars(select(KitMovement).where(KitMovement.visitor_id == sonia.id)).one()
    assert (moved.quantity, moved.counted) == (7, 7)
    back = f"/kits/movements/{moved.act_id}/withdrawn"
    assert back in client.get("/kits/movements/").text
    session.commit()
    assert client.post(back, data={"why": "Mal compté"}).status_code == 302
    assert bag_of(session, sonia.id) == {}
    session.commit()
    assert client_as("technician").get(page).status_code == 403
    assert client.get(f"/kits/bags/{uuid.uuid4()}/count").status_code == 404


def test_many_homes_are_given_a_kit_once_it_was_seen_what_it_comes_to(
    client: FlaskClient, session: Session, bulb: Article
) -> None:
    homes = [make_dwelling(session) for _ in range(2)]
    references = "\n".join([*(home.reference for home in homes), "INCONNU"])
    session.commit()
    kit = {"references": references, f"each-{bulb.id}": "2"}
    shown = client.post("/kits/given/", data=kit)
    assert (shown.status_code, "INCONNU" in shown.text) == (200, True)
    assert in_stock(session, bulb) == 30
    session.commit()
    short = kit | {f"each-{bulb.id}": "16", "seen": "1"}
    assert client.post("/kits/given/", data=short).status_code == 422
    assert client.post("/kits/given/", data=kit | {"seen": "1"}).status_code == 302
    assert in_stock(session, bulb) == 26
    session.commit()
    assert "LED E27" in client.get(f"/homes/{homes[0].id}").text
    found = client.get(f"/kits/recall?article={bulb.id}&batch=a1")
    assert homes[1].reference in found.text
    assert homes[1].reference in client.get(f"/kits/recall.csv?article={bulb.id}&batch=a1").text


def test_movements_download_as_they_are_listed(client: FlaskClient, bulb: Article) -> None:
    told = client.get("/kits/movements.csv?kind=received").text
    assert "LED E27;A1;30;Stock central" in told
    assert "LED E27" not in client.get("/kits/movements.csv?kind=lost").text


def test_the_stock_of_another_organisation_is_not_there(
    client_as: SignIn, client: FlaskClient, session: Session, bulb: Article
) -> None:
    moved = session.scalars(select(KitMovement)).one()
    session.commit()
    other = client_as("partner_coordinator", organisation="Autre")
    assert "LED E27" not in other.get("/kits/").text
    assert "LED E27" not in other.get("/kits/movements/").text
    assert other.get(f"/kits/articles/{bulb.id}").status_code == 404
    back = f"/kits/movements/{moved.act_id}/withdrawn"
    assert other.post(back, data={"why": "Pas à moi"}).status_code == 404
    lost = {"article": str(bulb.id), "quantity": "1", "why": "Pas à moi"}
    assert other.post("/kits/lost", data=lost).status_code == 404


def test_after_a_refusal_the_lists_links_lead_back_to_the_list(
    client: FlaskClient, session: Session, bulb: Article
) -> None:
    moved = session.scalars(select(KitMovement)).one()
    session.commit()
    refused = client.post(f"/kits/movements/{moved.act_id}/withdrawn", data={"why": ""}).text
    assert '<form class="filters" method="get" action="/kits/movements/">' in refused
    links = list_links(refused)
    assert links
    assert {client.get(link).status_code for link in links} == {200}
