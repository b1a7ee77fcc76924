"""Price lists on their pages: brought, looked at, taken in, counted by an order."""

import csv
import io
import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import landlord_id, make_dwelling
from visits.models.accounts import Role

SignIn = Callable[..., FlaskClient]
LEAK = {
    "trade": "plumbing", "severity": "U2", "place": "kitchen", "description": "Fuite",
    "came_from": "staff",
}  # fmt: skip
PRICES = """Code;Désignation;Unité;PU HT;Métier
PL-01;Remplacement d’un siphon;U;32,50;Plomberie
EL-01;Prise de courant;U;18;Électricité
"""


def bring(client: FlaskClient, landlord: str, text: str, **said: str) -> TestResponse:
    """Send a price list as the form does."""
    file = (io.BytesIO(text.encode()), "prix.csv")
    typed = {"contract": "Lots réunis", "holds_from": "2026-01-01", "vat": "10"} | said
    return client.post("/price-lists/", data=typed | {"landlord": landlord, "file": file})


def test_every_line_is_given_back_with_what_is_wrong_with_it(app: Flask, client_as: SignIn) -> None:
    desk = client_as(Role.TECHNICIAN, language="en")
    with app.extensions["palier"].sessions.begin() as session:
        landlord = str(landlord_id(session))
    faulty = f"{PRICES}EL-01;Autre prise;U;cher;Électricité\nLOT 3;;;;\nTOTAL;;;50,50;\n"
    page = bring(desk, landlord, faulty).location
    assert f"{page}/lines.csv" in desk.get(page).text
    given = desk.get(f"{page}/lines.csv").text.removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(given), delimiter=";"))
    assert [row[:5] for row in rows] == [line.split(";") for line in faulty.splitlines()]
    assert [row[5] for row in rows[1:]] == ["2", "3", "4", "5", "6"]
    assert rows[1][6] == "" and "price" in rows[3][6].lower() and all(row[6] for row in rows[3:])
    again = desk.get(bring(desk, landlord, given).location).text
    assert "Columns left aside" not in again, "it is read as it was"
    taken = bring(desk, landlord, PRICES).location
    assert desk.post(f"{taken}/taken").status_code == 302
    assert desk.get(f"{taken}/lines.csv").status_code == 409


def test_a_list_is_looked_at_taken_in_and_counted_by_an_order(
    app: Flask, client_as: SignIn
) -> None:
    desk, contractor = client_as(Role.TECHNICIAN), client_as(Role.CONTRACTOR)
    with app.extensions["palier"].sessions.begin() as session:
        form = f"/work-orders/new/dwelling/{make_dwelling(session).id}"
        landlord = str(landlord_id(session))
    order = desk.post(form, data=LEAK).location
    assert "Aucun bordereau n’était en vigueur" in desk.get(f"{order}/articles").text
    assert bring(contractor, landlord, PRICES).status_code == 403
    assert bring(client_as(Role.MANAGER), landlord, PRICES).status_code == 403

    page = bring(desk, landlord, PRICES).location
    looked = desk.get(page).text
    assert "Nouveau" in looked and "35,75" in looked and "PU HT" in looked
    assert desk.get(f"{page}?what=gone&sort=now&desc=1").status_code == 200
    assert desk.post(f"{page}/taken").status_code == 302
    assert desk.post(f"{page}/taken").status_code == 409
    assert "EL-01" in desk.get(f"{page}?q=prise").text
    assert "PL-01" not in desk.get(f"{page}?q=prise").text
    assert "Lots réunis" in desk.get("/price-lists/?state=in_force").text
    assert "En vigueur" in desk.get("/price-lists/lists.csv").text
    assert (
        "PL-01;Remplacement d’un siphon;U;32.5;35.75;Plomberie"
        in desk.get(f"{page}/articles.csv").text
    )

    offered = desk.get(f"{order}/articles").text
    assert "EL-01" not in offered and "EL-01" in desk.get(f"{order}/articles?any=1").text
    (article,) = re.findall(r'action="(/work-orders/[^"]+/articles/[0-9a-f-]{36})', offered)
    wrong = desk.post(article, data={"quantity": "-2"})
    assert wrong.status_code == 422 and "aria-invalid" in wrong.text and "-2" in wrong.text
    assert contractor.post(article, data={"quantity": "2"}).status_code == 403
    assert desk.post(article, data={"quantity": "2"}).status_code == 302
    shown = desk.get(order).text
    assert "71,50" in shown and 'value="71,50"' in shown and "Chiffré au bordereau" in shown
    refused = desk.post(f"{page}/withdrawal")
    assert refused.status_code == 409 and "il reste" in refused.text
    (line,) = re.findall(r'action="(/work-orders/[^"]+/lines/[^"]+)"', shown)
    assert desk.post(line).status_code == 302
    assert desk.post(line).status_code == 404
    assert desk.post(f"{page}/withdrawal").status_code == 302
    assert "Retiré" in desk.get(page).text
    again = bring(desk, landlord, PRICES).location
    assert desk.post(f"{again}/taken").status_code == 302
    refused = desk.post(f"{page}/back")
    assert refused.status_code == 409 and "Retiré" in refused.text
    assert desk.post(f"{again}/withdrawal").status_code == 302
    assert desk.post(f"{page}/back").status_code == 302
    assert "Remettre ce bordereau" not in desk.get(page).text
    assert desk.post(f"{page}/back").status_code == 409


def test_what_is_wrong_with_a_list_is_said_in_words_and_nothing_is_kept(
    app: Flask, client_as: SignIn
) -> None:
    desk = client_as(Role.TECHNICIAN)
    with app.extensions["palier"].sessions.begin() as session:
        landlord = str(landlord_id(session))
    assert desk.post("/price-lists/", data={"landlord": landlord}).status_code == 422
    for text, said in (("%PDF-1.4", "PDF"), ("nom;ville\nA;B\n", "Il manque une colonne")):
        answer = bring(desk, landlord, text)
        assert answer.status_code == 422 and said in answer.text
    wrong = bring(desk, landlord, PRICES, holds_from="hier", vat="x")
    assert wrong.status_code == 422 and "Lots réunis" in wrong.text
    assert "Aucun bordereau de prix ici" in desk.get("/price-lists/").text
    page = bring(desk, landlord, f"{PRICES}pl-01;Siphon inox;U;-3;\nPL-01;Siphon;U;30;\n").location
    looked = desk.get(page).text
    assert "plusieurs lignes (2, 5)" in looked and "supérieur à zéro" in looked
    refused = desk.post(f"{page}/taken")
    assert refused.status_code == 409 and "corrigez-les d’abord" in refused.text
    assert desk.post(f"{page}/withdrawal").status_code == 302


def test_all_that_is_wrong_with_the_form_is_said_at_once(app: Flask, client_as: SignIn) -> None:
    desk = client_as(Role.TECHNICIAN)
    with app.extensions["palier"].sessions.begin() as session:
        landlord = str(landlord_id(session))
    typed = {"landlord": landlord, "contract": " ", "holds_from": "31/12", "vat": "-3"}
    for files in ({}, {"file": (io.BytesIO(b"%PDF-1.4"), "prix.csv")}):
        refused = desk.post("/price-lists/", data=typed | files)
        assert refused.status_code == 422
        for field in ("contract", "holds_from", "vat", "file"):
            assert f'href="#{field}"' in refused.text, field
    assert "PDF" in refused.text


def test_what_is_wrong_with_a_day_stands_under_the_name_of_its_field(
    app: Flask, client_as: SignIn
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        form = f"/work-orders/new/dwelling/{make_dwelling(session).id}"
    refused = client_as(Role.TECHNICIAN).post(form, data=LEAK | {"due_on": "31/12"}).text
    assert "Pour un autre jour\xa0:" in refused and "À faire avant le" not in refused
