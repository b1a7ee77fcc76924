"""The parameters' pages: what is past its date, a newer value, who may."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from visits.models.accounts import Role

SignIn = Callable[..., FlaskClient]
NEWER = {
    "value": "4,9",
    "low": "3,5",
    "high": "6,2",
    "valid_from": "2026-01-01",
    "valid_until": "",
    "source": "SISPEA, rapport 2025",
    "evidence": "read",
    "note": "",
}
PAGE = "/parameters/water_price"


def test_those_who_read_parameters_see_value_unit_source_and_what_is_past(
    client_as: SignIn,
) -> None:
    for role in (Role.ADMINISTRATOR, Role.COORDINATOR, Role.MANAGER):
        page = client_as(role).get("/parameters/").text
        assert "Prix de l’eau et de l’assainissement, moyenne nationale" in page
        assert "4,34\xa0€/m³" in page
        assert "SISPEA" in page
        assert "date dépassée" in page


def test_the_list_is_searched_and_filtered(client_as: SignIn) -> None:
    client = client_as(Role.MANAGER)
    found = client.get("/parameters/?q=EAU nationale").text
    assert "moyenne nationale" in found
    assert "electricity_price" not in found
    past = client.get("/parameters/?state=past").text
    assert "water_price" in past
    assert "district_heat_price" not in past
    assert "Aucune valeur" in client.get("/parameters/?q=zzzz&state=strange").text


def test_an_administrator_adds_a_newer_value_and_the_old_one_stays_in_the_history(
    client_as: SignIn,
) -> None:
    client = client_as(Role.ADMINISTRATOR, name="Anne Roy")
    before = client.get("/").text
    assert client.post(PAGE, data=NEWER).status_code == 302
    page = client.get(PAGE).text
    assert "4,9\xa0€/m³" in page
    assert "4,34\xa0€/m³" in page
    assert "Anne Roy" in page
    assert client.get("/").text != before  # one number less is past its date


def test_what_is_wrong_is_said_field_by_field_and_nothing_is_kept(client_as: SignIn) -> None:
    client = client_as(Role.ADMINISTRATOR)
    wrong = {**NEWER, "value": "beaucoup", "valid_from": "", "evidence": "x", "source": " "}
    answer = client.post(PAGE, data=wrong)
    assert answer.status_code == 422
    for field in ("value", "valid_from", "evidence", "source"):
        assert f'id="{field}-error"' in answer.text
    assert "beaucoup" in answer.text  # what was typed stays
    early = client.post(PAGE, data={**NEWER, "valid_from": "2022-01-01"})
    assert early.status_code == 422
    assert 'id="valid_from-error"' in early.text
    assert client.post(PAGE, data={}).status_code == 422
    assert "4,9" not in client.get(PAGE).text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MANAGER])
def test_readers_do_not_add(client_as: SignIn, role: Role) -> None:
    client = client_as(role)
    assert client.post(PAGE, data=NEWER).status_code == 403
    assert "<textarea" not in client.get(PAGE).text


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.PARTNER_COORDINATOR, Role.VISITOR])
def test_others_do_not_read_them(client_as: SignIn, role: Role) -> None:
    assert client_as(role).get("/parameters/").status_code == 403


def test_an_unknown_number_is_no_page(client_as: SignIn) -> None:
    client = client_as(Role.ADMINISTRATOR)
    assert client.get("/parameters/price_of_dreams").status_code == 404
    assert client.post("/parameters/price_of_dreams", data=NEWER).status_code == 404
