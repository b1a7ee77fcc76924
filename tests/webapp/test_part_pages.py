"""Parts of works on pages: kept in stock, taken on an order, withdrawn, told where they are."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_user, make_viewer
from tests.webapp.test_order_page import home, page  # noqa: F401
from visits.models.portfolio import Dwelling
from visits.models.stock import Article, KitMovement
from visits.stock.articles import ArticleSaid, add_article
from visits.stock.central import hand_to_bag, in_stock, receive

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def part(session: Session) -> Article:
    viewer = make_viewer(make_user(session))
    article = add_article(
        session, ArticleSaid("part", "Thermocouple", "600 mm", "", "12,50"), viewer=viewer
    )
    receive(session, article, 5, viewer=viewer, now=NOW)
    session.commit()
    return article


def test_a_part_is_kept_in_stock_beside_the_items_of_kits(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator")
    said = {"item": "part", "name": "Thermocouple", "fitting": "600 mm", "cost": "12,50"}
    assert client.post("/kits/articles/", data=said | {"rating": "3"}).status_code == 422
    assert client.post("/kits/articles/", data=said).status_code == 302
    article = session.scalars(select(Article)).one()
    session.commit()
    came = {"article": str(article.id), "quantity": "5", "came": "1"}
    assert client.post("/kits/orders/", data=came).status_code == 302
    assert "Pièce détachée" in client.get("/kits/").text
    assert "Thermocouple" not in client.get("/kits/given/").text
    given = {f"each-{article.id}": "1", "references": "L-ESSAI"}
    assert client.post("/kits/given/", data=given).status_code == 422


def test_a_technician_takes_parts_on_an_order_and_what_is_wrong_is_said_on_its_field(
    client_as: SignIn,
    session: Session,
    page: str,  # noqa: F811
    part: Article,
) -> None:
    client = client_as("technician")
    part_id = part.id
    session.rollback()
    shown = client.get(page).text
    assert f'value="central:{part_id}"' in shown and f'value="bag:{part_id}"' not in shown
    refused = client.post(f"{page}/parts", data={"used_part": "", "used_number": "1"})
    assert refused.status_code == 422 and 'id="used_part-error"' in refused.text
    taken = {"used_part": f"central:{part_id}", "used_number": "0"}
    refused = client.post(f"{page}/parts", data=taken)
    assert refused.status_code == 422 and 'id="used_number-error"' in refused.text
    told = client.post(f"{page}/parts", data=taken | {"used_number": "2"}, follow_redirects=True)
    assert "25,00" in told.text and "Pièce prise en stock" in told.text
    client.post(f"{page}/cost", data={"cost": "80"})
    assert "compte seul" in client.get(page).text
    (back,) = re.findall(r'action="([^"]*/parts/[^"]*/withdrawal)"', told.text)
    assert client_as("coordinator").post(back).status_code == 403
    assert client.post(back).status_code == 302
    assert in_stock(session, session.get_one(Article, part_id)) == 5
    session.rollback()
    assert client.post(back).status_code == 404


def test_a_technician_takes_out_of_her_own_bag(
    client_as: SignIn,
    session: Session,
    page: str,  # noqa: F811
    part: Article,
) -> None:
    client = client_as("technician")
    mine = client.user.id  # type: ignore[attr-defined]
    viewer = make_viewer(make_user(session))
    hand_to_bag(session, part, mine, 2, viewer=viewer, now=NOW)
    session.commit()
    assert f'value="bag:{part.id}"' in client.get(page).text
    client.post(f"{page}/parts", data={"used_part": f"bag:{part.id}", "used_number": "3"})
    used = session.scalars(select(KitMovement).where(KitMovement.work_order_id.is_not(None))).one()
    assert (used.visitor_id, used.quantity) == (mine, -3)
    session.rollback()
    stock = client_as("coordinator")
    assert re.search(r"state warn\">-1</span>", stock.get("/kits/").text)
    assert "BT-" in stock.get("/kits/movements/?kind=used").text


def test_the_page_of_the_dwelling_tells_the_parts_its_orders_took(
    client_as: SignIn,
    session: Session,
    page: str,  # noqa: F811
    home: Dwelling,  # noqa: F811
    part: Article,
) -> None:
    client = client_as("technician")
    client.post(f"{page}/parts", data={"used_part": f"central:{part.id}", "used_number": "2"})
    shown = client.get(f"/homes/{home.id}").text
    assert re.search(r"<strong>2</strong> Pièce détachée · Thermocouple", shown)


def test_a_contractor_sees_and_takes_nothing_of_our_stock(
    client_as: SignIn,
    session: Session,
    page: str,  # noqa: F811
    part: Article,
) -> None:
    client = client_as("contractor", organisation="Plomberie")
    theirs = client.user.organisation_id  # type: ignore[attr-defined]
    technician = client_as("technician")
    taken = {"used_part": f"central:{part.id}", "used_number": "1"}
    technician.post(f"{page}/parts", data=taken)
    assert technician.post(f"{page}/given", data={"organisation": theirs}).status_code == 302
    shown = client.get(page)
    assert shown.status_code == 200
    assert "Thermocouple" not in shown.text
    assert client.post(f"{page}/parts", data=taken).status_code == 403


def test_a_part_of_another_stock_is_taken_by_nobody(
    client_as: SignIn,
    session: Session,
    page: str,  # noqa: F811
) -> None:
    elsewhere = make_viewer(make_user(session, organisation="Ailleurs"))
    theirs = add_article(session, ArticleSaid("part", "Serrure"), viewer=elsewhere)
    session.commit()
    client = client_as("technician")
    assert "Serrure" not in client.get(page).text
    taken = {"used_part": f"central:{theirs.id}", "used_number": "1"}
    assert client.post(f"{page}/parts", data=taken).status_code == 404


def test_an_order_waits_for_a_part_until_it_came_and_the_stock_and_the_list_say_so(
    client_as: SignIn,
    session: Session,
    page: str,  # noqa: F811
    part: Article,
) -> None:
    part_id, client = part.id, client_as("technician")
    session.rollback()
    hold = {"state": "on_hold", "hold_why": "part", "hold_until": f"{NOW.date()}"}
    refused = client.post(page, data=hold | {"hold_article": str(part_id), "hold_number": "x"})
    assert refused.status_code == 422 and "on_hold-hold_number-error" in refused.text
    hold |= {"hold_article": str(part_id), "hold_number": "6"}
    assert client.post(page, data=hold).status_code == 302
    assert "la pièce est là" not in client.get(page).text
    stock = client_as("coordinator")
    (link,) = re.findall(r'href="([^"]*part=[^"]*)">1 bon', stock.get("/kits/").text)
    assert "6 × Thermocouple" in stock.get(link).text
    came = {"article": str(part_id), "quantity": "1", "came": "1"}
    told = stock.post("/kits/orders/", data=came, follow_redirects=True).text
    assert "1 bon de travaux l’attend." in told
    assert "la pièce est là" in client.get(page).text
    tile = r'href="([^"]+)">La pièce attendue est là</a></dt>\s*<dd>(\d+)'
    ((there, figure),) = re.findall(tile, client.get("/").text)
    assert figure == "1" and "6 × Thermocouple" in client.get(there).text
    assert "6 × Thermocouple" in client.get("/work-orders/orders.csv?state=part_there").text


def test_a_contractor_names_no_part_of_our_stock(
    client_as: SignIn,
    session: Session,
    page: str,  # noqa: F811
    part: Article,
) -> None:
    part_id, client = part.id, client_as("contractor", organisation="Plomberie")
    theirs = client.user.organisation_id  # type: ignore[attr-defined]
    session.rollback()
    technician = client_as("technician")
    hold = {"state": "on_hold", "hold_why": "part", "hold_until": f"{NOW.date()}"}
    named = hold | {"hold_article": str(part_id)}
    assert technician.post(page, data={"state": "started"}).status_code == 302
    assert technician.post(f"{page}/given", data={"organisation": theirs}).status_code == 302
    assert "hold_article" not in client.get(page).text
    assert client.post(page, data=named).status_code == 422
    assert technician.post(page, data=named).status_code == 302
    for address in ("/work-orders/", "/work-orders/orders.csv"):
        assert "Thermocouple" not in client.get(address).text, address
