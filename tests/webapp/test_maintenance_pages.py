"""The door to the maintenance system on its pages: orders out, answers in, applied, undone."""

import csv
import io
import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import make_dwelling
from visits.models.accounts import Organisation, Role

SignIn = Callable[..., FlaskClient]
LEAK = {
    "trade": "plumbing", "severity": "U2", "place": "kitchen", "description": "Fuite",
    "came_from": "staff",
}  # fmt: skip


def bring(client: FlaskClient, text: str) -> TestResponse:
    """Send a file of answers as the form does."""
    return client.post(
        "/maintenance-system/", data={"file": (io.BytesIO(text.encode()), "gmao.csv")}
    )


def test_orders_go_out_and_answers_come_back_by_reference(app: Flask, client_as: SignIn) -> None:
    desk, contractor = client_as(Role.TECHNICIAN), client_as(Role.CONTRACTOR)
    with app.extensions["palier"].sessions.begin() as session:
        form = f"/work-orders/new/dwelling/{make_dwelling(session).id}"
    order = desk.post(form, data=LEAK).location
    told = desk.get("/maintenance-system/orders.csv").text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(told), delimiter=";")
    assert (row["state"], row["trade"], row["description"]) == ("open", "plumbing", "Fuite")
    assert desk.get("/maintenance-system/orders.csv?since=2031-01-01").text.count("\n") == 1
    assert contractor.get("/maintenance-system/orders.csv").status_code == 403

    # What was told comes back as it is: nothing is to change.
    page = bring(desk, told).location
    assert "Rien à changer" in desk.get(page).text
    assert desk.post(f"{page}/withdrawal").status_code == 302
    answers = "Référence;GMAO;État;Date prévue;Heure;Coût;Équipe\n"
    answers += f"{row['reference']};OT-7;fait;;;80,50;B\n"
    page = bring(desk, f"{answers}BT-X;OT-8;fait;;;;\n").location
    looked = desk.get(page).text
    assert "OT-7" in looked and "n’existe pas" in looked
    assert "Serait appliquée" in looked and "Appliquée" not in looked
    assert re.search(r"Colonnes laissées de côté.*Équipe", looked)
    assert "OT-7" not in desk.get(f"{page}?outcome=left").text
    given = desk.get(f"{page}/lines.csv").text.removeprefix("\ufeff")
    heads, *rows = csv.reader(io.StringIO(given), delimiter=";")
    assert heads[:7] == ["Référence", "GMAO", "État", "Date prévue", "Heure", "Coût", "Équipe"]
    assert [one[1] for one in rows] == ["OT-7", "OT-8"] and "n’existe pas" in rows[1][-1]
    again = desk.get(bring(desk, given).location).text
    assert "OT-7" in again and "OT-8" in again, "it is read as it was"
    assert "Fuite" in desk.get(order).text and "OT-7" not in desk.get(order).text
    assert desk.post(f"{page}/applied").status_code == 302
    assert desk.post(f"{page}/applied").status_code == 409
    assert "Appliquée" in desk.get(page).text
    shown = desk.get(order).text
    assert "OT-7" in shown and "80,50" in shown
    assert "OT-8" in desk.get(f"{page}/lines.csv?outcome=left").text
    assert desk.post(f"{page}/undone").status_code == 302
    assert desk.post(f"{page}/undone").status_code == 409
    assert "OT-7" not in desk.get(order).text.partition("Historique")[0]
    assert "annulée" in desk.get(page).text
    assert "gmao.csv" in desk.get("/maintenance-system/?state=undone").text


def test_what_holds_no_answers_is_refused_in_words(client_as: SignIn) -> None:
    desk = client_as(Role.TECHNICIAN)
    assert desk.post("/maintenance-system/").status_code == 422
    for text, said in (("%PDF-1.4", "PDF"), ("nom;ville\nA;B\n", "notre référence")):
        answer = bring(desk, text)
        assert answer.status_code == 422 and said in answer.text
    assert "Aucun fichier de réponses ici" in desk.get("/maintenance-system/").text


def test_a_day_that_is_none_is_refused_and_gives_no_file_of_all(client_as: SignIn) -> None:
    client = client_as(Role.TECHNICIAN)
    for typed in ("abc", "9999-99-99"):
        refused = client.get(f"/maintenance-system/orders.csv?since={typed}")
        assert refused.status_code == 422 and "calendrier" in refused.text
    assert client.get("/maintenance-system/orders.csv?since=").status_code == 200


def test_a_closing_day_that_is_withdrawn_is_listed_and_put_back(
    client_as: SignIn, session: Session
) -> None:
    make_dwelling(session)
    session.commit()
    client = client_as(Role.TECHNICIAN)
    landlord = session.scalars(select(Organisation.id).where(Organisation.kind == "landlord"))
    noted = {"day": "2026-05-15", "why": "Pont de mai", "landlord": str(landlord.first())}
    session.commit()
    assert client.post("/closing-days/", data=noted).status_code == 302
    (path,) = re.findall(r'action="([^"]*/withdrawal)"', client.get("/closing-days/").text)
    assert client.post(path).status_code == 302
    assert 'value="back"' in client.get("/closing-days/").text
    assert client.post(path, data={"do": "back"}).status_code == 302
    shown = client.get("/closing-days/").text
    assert 'value="back"' not in shown and "Pont de mai" in shown
