"""Works that come again and templates, on their pages."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.factories import make_dwelling
from visits.models.accounts import Role

SignIn = Callable[..., FlaskClient]
BOILER = {
    "trade": "heating", "severity": "P", "place": "kitchen", "description": "Entretien annuel",
    "came_from": "staff",
}  # fmt: skip


def test_an_order_comes_again_is_listed_paused_and_its_words_serve_again(
    app: Flask, client_as: SignIn
) -> None:
    desk, office = client_as(Role.TECHNICIAN), client_as(Role.COORDINATOR)
    with app.extensions["palier"].sessions.begin() as session:
        form = f"/work-orders/new/dwelling/{make_dwelling(session).id}"
    page = desk.post(form, data=BOILER).location
    turns = {"every_months": "12", "counted_from": "planned", "next_on": "2027-03-01"}
    wrong = desk.post(f"{page}/turns", data=turns | {"next_on": "2020-03-01"})
    assert wrong.status_code == 422 and "2020-03-01" in wrong.text
    assert office.post(f"{page}/turns", data=turns).status_code == 403
    assert desk.post(f"{page}/turns", data=turns).status_code == 302
    assert desk.post(f"{page}/turns", data=turns).status_code == 409
    listed = desk.get("/recurring-works/").text
    (work,) = set(re.findall(r'action="(/recurring-works/[0-9a-f-]{36})"', listed))
    assert "Entretien annuel" in listed and "tous les 12 mois" in listed
    assert desk.post(work, data={"act": "pause"}).status_code == 302
    assert desk.post(work, data={"act": "pause"}).status_code == 409
    assert desk.post(work, data={"act": "x"}).status_code == 422
    assert "Entretien annuel" not in desk.get("/recurring-works/").text
    assert "Entretien annuel" in office.get("/recurring-works/?state=paused").text

    named = {"template_name": "Chaudière, contrôle annuel"}
    assert desk.post(f"{page}/template", data={"template_name": " "}).status_code == 422
    assert desk.post(f"{page}/template", data=named).status_code == 302
    again = desk.post(f"{page}/template", data=named)
    assert again.status_code == 422 and "contrôle annuel" in again.text
    offered = desk.get(form).text
    (link,) = re.findall(r'href="([^"]*template=[^"]+)"', offered)
    assert "Entretien annuel" in desk.get(link).text
    (template,) = re.findall(
        r'action="(/order-templates/[^"]+)"', desk.get("/recurring-works/").text
    )
    assert desk.post(template).status_code == 302
    assert desk.get(link).status_code == 404
    assert 'value="back"' in desk.get("/recurring-works/").text
    assert desk.post(template, data={"do": "back"}).status_code == 302
    assert desk.get(link).status_code == 200
    assert 'value="back"' not in desk.get("/recurring-works/").text
