"""The savings of an eco-kit: ranges with their numbers, item by item, as of the visit's day."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.diagnostics.test_forms_eco_kit import LAMP, ONE, SHOWER, TAP
from tests.factories import NOW
from tests.homes import Home
from visits.forms.parameters import add_value
from visits.models.accounts import Role
from visits.models.people import AccessEvent

SignIn = Callable[..., FlaskClient]
KIT = {**ONE, "lamp": [LAMP], "tap": [TAP, SHOWER]}
REDUCED = {**KIT, "reducer": "fitted", "pressure_before": "5", "pressure_after": "3"}
NEWER = {"value": "0.5", "valid_from": "2026-03-01", "source": "Essai", "evidence": "read"}


@pytest.fixture
def home(app: Flask) -> Home:
    return Home(app, "eco_kit")


def cells(page: str) -> list[str]:
    return [" ".join(cell.split()) for cell in re.findall(r"<td class=\"num\">(.*?)</td>", page)]


def test_the_visit_leads_to_its_savings_with_the_numbers_used(
    home: Home, client_as: SignIn
) -> None:
    home.send("eco_kit", **KIT)
    client = client_as(Role.COORDINATOR)
    address = f"{home.page}/savings"
    assert address in client.get(home.page).text
    page = client.get(address).text
    assert "22 à 52" in page  # the lamp: 37 kWh, give or take 40 %
    assert "0,194\xa0€/kWh" in page
    assert "kulturegeek.fr" in page
    assert "cumac" in page


def test_a_tap_with_an_aerator_counts_the_same_with_and_without_a_reducer(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    home.send("eco_kit", **KIT)
    alone = cells(client.get(f"{home.page}/savings").text)[:12]
    home.send("eco_kit", **REDUCED)
    both = client.get(f"{home.page}/savings").text
    assert cells(both)[:12] == alone
    assert "ne s’ajoutent jamais" in both


def test_a_newer_value_changes_nothing_for_a_visit_already_received(
    home: Home, client_as: SignIn
) -> None:
    home.send("eco_kit", **KIT)
    client = client_as(Role.COORDINATOR)
    before = _main(client.get(f"{home.page}/savings").text)
    later = NOW.replace(hour=12)
    with home.house.sessions.begin() as session:
        by = home.coordinator.id
        value = add_value(session, "electricity_price", NEWER, by=by, now=later)
    assert value.valid_from == date(2026, 3, 1)  # before the visit, but told after it
    assert _main(client.get(f"{home.page}/savings").text) == before


def _main(page: str) -> str:
    """Give what a page says, without the token of its session."""
    return page.partition("<main")[2]


def test_the_price_of_water_is_that_of_the_region(home: Home, client_as: SignIn) -> None:
    home.send("eco_kit", **KIT)
    assert "Hauts-de-France" in client_as(Role.COORDINATOR).get(f"{home.page}/savings").text


def test_without_a_kit_there_are_no_savings(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert client.get(f"{home.page}/savings").status_code == 404
    assert "/savings" not in client.get(home.page).text


def test_an_empty_kit_saves_nothing(home: Home, client_as: SignIn) -> None:
    home.send("eco_kit", **ONE)
    assert "Rien n’a été posé" in client_as(Role.COORDINATOR).get(f"{home.page}/savings").text


def test_only_those_who_see_answers_see_savings_and_the_look_is_logged(
    home: Home, client_as: SignIn
) -> None:
    home.send("eco_kit", **KIT)
    for role in (Role.MANAGER, Role.TECHNICIAN, Role.PARTNER_COORDINATOR):
        assert client_as(role).get(f"{home.page}/savings").status_code == 403
    assert client_as(Role.VISITOR).get(f"{home.page}/savings").status_code == 404
    assert client_as(Role.SOCIAL_WORKER).get(f"{home.page}/savings").status_code == 200
    with home.house.sessions() as session:
        whats = session.scalars(select(AccessEvent.what)).all()
    assert whats.count("savings") == 1
