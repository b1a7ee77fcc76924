"""The map: what a view answers, to whom, and what it never tells."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from maps.cells import locate_cell
from tests.factories import make_dwelling, make_enrolment, make_person, make_residence, make_user
from visits.accounts import find_territory
from visits.map_points import rebuild_map
from visits.models.accounts import Role
from visits.models.portfolio import Dwelling, Residence
from visits.models.programmes import EnrolmentState

LAT, LON = 49.4300, 2.0800
BOX = "49.40,2.00,49.46,2.16"
SignIn = Callable[..., FlaskClient]


def place(session: Session, lat: float = LAT, lon: float = LON, **said: Any) -> Residence:
    return make_residence(session, lat=lat, lon=lon, h3=locate_cell(lat, lon), **said)


@pytest.fixture
def stock(app: Flask) -> list[Dwelling]:
    """Six dwellings in one building and one house 2 km off; one visited at high risk."""
    with app.extensions["palier"].sessions.begin() as session:
        coordinator = make_user(session)
        building, house = place(session), place(session, LAT + 0.02, LON)
        flats = [make_dwelling(session, residence=building) for _ in range(6)]
        alone = make_dwelling(session, residence=house)
        visited = {"state": EnrolmentState.VISITED, "risk": 3}
        make_enrolment(session, by=coordinator, dwelling=flats[0], **visited)
        make_enrolment(session, by=coordinator, dwelling=alone, state=EnrolmentState.REFUSED)
        rebuild_map(session)
    return [*flats, alone]


def view(client: FlaskClient, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/map/dwellings", query_string={"bbox": BOX, "z": 11} | query)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/geo+json"
    return json.loads(answer.text)


def total(shown: dict[str, Any]) -> int:
    return sum(feature["properties"].get("count", 1) for feature in shown["features"])


def test_every_zoom_shows_every_dwelling_of_the_view(
    stock: list[Dwelling], client_as: SignIn
) -> None:
    client = client_as(Role.MANAGER)
    assert [total(view(client, z=zoom)) for zoom in range(5, 20)] == [7] * 15


def test_a_building_is_one_count_until_its_dwellings_stand_side_by_side(
    stock: list[Dwelling], client_as: SignIn
) -> None:
    client = client_as(Role.MANAGER)
    kinds = [feature["properties"]["kind"] for feature in view(client, z=16)["features"]]
    close = view(client, z=18)["features"]
    assert sorted(kinds) == ["cluster", "dwelling"]
    assert len({tuple(feature["geometry"]["coordinates"]) for feature in close}) == 7


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"programme": "seniors"}, 2),
        ({"programme": "seniors", "status": "refused"}, 1),
        ({"status": "visited"}, 1),
        ({"risk": 3}, 1),
        ({"works": "1"}, 0),
        ({"programme": "unknown"}, 0),
    ],
)
def test_filters_count_the_same_at_every_zoom(
    stock: list[Dwelling], client_as: SignIn, filters: dict[str, Any], count: int
) -> None:
    client = client_as(Role.MANAGER)
    totals = [total(view(client, z=zoom, **filters)) for zoom in (11, 14, 16, 18)]
    assert totals == [count] * 4


def test_a_territory_sees_its_own_dwellings_only(app: Flask, client_as: SignIn) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        north = find_territory(session, "Nord").id
        south = find_territory(session, "Sud").id
        make_dwelling(session, residence=place(session, territory_id=north))
        make_dwelling(session, residence=place(session, LAT + 0.01, territory_id=south))
        make_dwelling(session, residence=place(session, LAT + 0.02))
        rebuild_map(session)
    client = client_as(Role.MANAGER, territory_id=north)
    assert [total(view(client, z=zoom)) for zoom in (11, 16, 18)] == [1, 1, 1]


def test_a_dwelling_is_told_without_the_name_of_who_lives_there(
    app: Flask, client_as: SignIn
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        dwelling = make_dwelling(session, residence=place(session, address="3 rue des Lilas"))
        person = make_person(session, dwelling=dwelling, last_name="VERMEULEN")
        make_enrolment(session, by=make_user(session), person=person, dwelling=dwelling, risk=2)
        rebuild_map(session)
    shown = view(client_as(Role.MANAGER, language="en"), z=18)
    assert "VERMEULEN" not in json.dumps(shown)
    assert shown["features"][0]["properties"] == {
        "kind": "dwelling",
        "reference": dwelling.reference,
        "address": "3 rue des Lilas",
        "status": "To call",
        "risk": "Intermediate",
        "open_works": 0,
        "url": f"/work-orders/?q={dwelling.reference}&state=all",
        "worst": "moderate",
    }


def test_a_protected_person_leaves_the_dwelling_as_bare_stock(
    app: Flask, client_as: SignIn
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        dwelling = make_dwelling(session, residence=place(session))
        person = make_person(session, dwelling=dwelling, protected=True)
        make_enrolment(
            session,
            by=make_user(session),
            person=person,
            dwelling=dwelling,
            state=EnrolmentState.VISITED,
            risk=3,
        )
        rebuild_map(session)
    client = client_as(Role.COORDINATOR, language="en")
    properties = view(client, z=18)["features"][0]["properties"]
    assert properties["risk"] == "Not known"
    assert properties["status"] == "Not in a programme"
    assert total(view(client, programme="seniors")) == 0


def test_hexagons_drop_cells_of_fewer_than_five_and_round_the_rest(
    stock: list[Dwelling], client_as: SignIn
) -> None:
    shown = view(client_as(Role.MANAGER), z=17, mode="hexagons")
    counts = [feature["properties"]["count"] for feature in shown["features"]]
    assert counts == [5]
    assert all("at_risk" not in feature["properties"] for feature in shown["features"])


@pytest.mark.parametrize(
    "bbox", ["", "1,2,3", "a,b,c,d", "49,2,48,3", "48,3,49,2", "nan,0,1,1", "-91,0,1,1"]
)
def test_a_view_that_is_none_is_refused_with_a_reason(client_as: SignIn, bbox: str) -> None:
    answer = client_as(Role.MANAGER).get("/api/map/dwellings", query_string={"bbox": bbox, "z": 9})
    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"


def test_a_view_too_large_for_its_zoom_is_refused(client_as: SignIn) -> None:
    query = {"bbox": "-89,-179,89,179", "z": 14}
    answer = client_as(Role.MANAGER).get("/api/map/dwellings", query_string=query)
    assert (answer.status_code, answer.json["type"]) == (400, "urn:palier:viewport_too_large")


@pytest.mark.parametrize("role", [Role.VISITOR, Role.SOCIAL_WORKER, Role.ADMINISTRATOR])
def test_who_may_not_see_the_map_is_refused(client_as: SignIn, role: Role) -> None:
    query = {"bbox": BOX, "z": 9}
    answer = client_as(role).get("/api/map/dwellings", query_string=query)
    assert answer.status_code == 403


def test_a_view_of_many_buildings_is_bounded_and_says_so(app: Flask, client_as: SignIn) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        for step in range(510):
            lat = LAT + step / 100_000
            make_dwelling(session, residence=place(session, lat))
        rebuild_map(session)
    client = client_as(Role.MANAGER)
    for zoom in (15, 18):
        shown = view(client, z=zoom)
        assert (len(shown["features"]), bool(shown["more"])) == (500, True)
    assert total(view(client, z=13)) == 510


def test_the_page_shows_folium_without_a_third_party(
    stock: list[Dwelling], client_as: SignIn
) -> None:
    client = client_as(Role.MANAGER)
    page = client.get("/map/?programme=seniors")
    script = client.get("/map/script.js")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
    assert "style=" not in page.text
    assert script.content_type.startswith("text/javascript")
    assert "Palier.viewport(" in script.text and "/api/map/dwellings" in script.text


def test_an_empty_stock_says_what_to_do(client_as: SignIn) -> None:
    page = client_as(Role.COORDINATOR).get("/map/")
    assert page.status_code == 200
    assert "empty-state" in page.text
