"""The map: what a view answers, to whom, and what it never tells."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from maps.cells import locate_cell, resolution
from tests.factories import make_case, make_dwelling, make_person, make_residence, make_user
from tests.homes import Home
from tests.submissions import FALLS, fill
from visits.accounts.accounts import find_territory
from visits.mapping.points import rebuild_map
from visits.models.accounts import Role
from visits.models.cases import CaseState
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Visit

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
        visited = {"state": CaseState.VISITED, "risk": 3}
        make_case(session, by=coordinator, dwelling=flats[0], **visited)
        make_case(session, by=coordinator, dwelling=alone, state=CaseState.REFUSED)
        rebuild_map(session)
    return [*flats, alone]


def view(client: FlaskClient, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/map/dwellings", query_string={"bbox": BOX, "z": 11} | query)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/geo+json"
    return json.loads(answer.text)


def total(shown: dict[str, Any]) -> int:
    return sum(feature["properties"].get("count", 1) for feature in shown["features"])


@pytest.mark.slow
def test_every_zoom_shows_every_dwelling_of_the_view(
    stock: list[Dwelling], client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    assert [total(view(client, z=zoom)) for zoom in range(5, 20)] == [7] * 15


def test_a_building_is_one_count_until_its_dwellings_stand_side_by_side(
    stock: list[Dwelling], client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
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
    client = client_as(Role.COORDINATOR)
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
    client = client_as(Role.COORDINATOR, territory_id=north)
    assert [total(view(client, z=zoom)) for zoom in (11, 16, 18)] == [1, 1, 1]


def test_a_dwelling_is_told_without_the_name_of_who_lives_there(
    app: Flask, client_as: SignIn
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        dwelling = make_dwelling(session, residence=place(session, address="3 rue des Lilas"))
        person = make_person(session, dwelling=dwelling, last_name="VERMEULEN")
        make_case(session, by=make_user(session), person=person, dwelling=dwelling, risk=2)
        rebuild_map(session)
    shown = view(client_as(Role.COORDINATOR, language="en"), z=18)
    assert "VERMEULEN" not in json.dumps(shown)
    assert shown["features"][0]["properties"] == {
        "kind": "dwelling",
        "reference": dwelling.reference,
        "address": "3 rue des Lilas",
        "status": "To call",
        "risk": "Intermediate",
        "open_works": 0,
        "url": f"/homes/{dwelling.id}",
        "worst": "moderate",
    }


def test_a_protected_home_is_not_on_the_map(app: Flask, client_as: SignIn) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        dwelling = make_dwelling(session, residence=place(session))
        person = make_person(session, dwelling=dwelling, protected=True)
        make_case(
            session,
            by=make_user(session),
            person=person,
            dwelling=dwelling,
            state=CaseState.VISITED,
            risk=3,
        )
        rebuild_map(session)
    client = client_as(Role.COORDINATOR, language="en")
    for zoom in (3, 9, 15, 18):
        assert view(client, z=zoom)["features"] == []


COUNTED = (Role.MANAGER, Role.TECHNICIAN)


@pytest.fixture
def quarter(app: Flask) -> list[Dwelling]:
    """Twelve dwellings in one place, seven refused and two at high risk; a house 2 km off."""
    with app.extensions["palier"].sessions.begin() as session:
        coordinator = make_user(session)
        homes = [make_dwelling(session, residence=place(session)) for _ in range(12)]
        alone = make_dwelling(session, residence=place(session, LAT + 0.02, LON))
        for number, home in enumerate([*homes, alone]):
            refused = number < 7 or home is alone
            state = CaseState.REFUSED if refused else CaseState.VISITED
            risk = 3 if number in (10, 11) or home is alone else 1
            make_case(session, by=coordinator, dwelling=home, state=state, risk=risk)
        rebuild_map(session)
    return [*homes, alone]


@pytest.mark.slow
@pytest.mark.parametrize("role", COUNTED)
@pytest.mark.parametrize("mode", ["clusters", "hexagons"])
@pytest.mark.parametrize("zoom", [11, 14, 15, 18, 22])
def test_who_may_not_read_answers_gets_rounded_cells_of_five_and_more(
    quarter: list[Dwelling], client_as: SignIn, role: Role, mode: str, zoom: int
) -> None:
    client = client_as(role)
    asked: dict[str, Any] = {"z": zoom, "mode": mode, "programme": "seniors"}
    for filters, counts in (
        ({}, [10]), ({"status": "refused"}, [5]), ({"status": "visited"}, [5]), ({"risk": 3}, []),
    ):  # fmt: skip
        shown = view(client, **asked, **filters)["features"]
        if zoom < 13:  # coarser cells hold the house too
            assert all(one["properties"]["count"] % 5 == 0 for one in shown)
        else:
            assert [one["properties"]["count"] for one in shown] == counts
        for one in shown:
            assert one["geometry"]["type"] == "Polygon"
            assert resolution(int(one["id"], 16)) <= 8
            told = one["properties"].keys()
            assert told <= {"kind", "count", "known", *([] if filters else ["at_risk", "worst"])}
            assert not (filters and "known" in told)


@pytest.mark.parametrize("role", COUNTED)
def test_two_filters_at_once_are_not_answered(
    quarter: list[Dwelling], client_as: SignIn, role: Role
) -> None:
    client = client_as(role)
    asked = {"z": 16, "programme": "seniors", "status": "refused"}
    alone = view(client, **asked)
    for more in ({"risk": 1}, {"risk": 3}, {"works": "1"}):
        shown = view(client, **asked, **more)
        assert shown["features"] == alone["features"]
        assert shown["more"]


def test_the_edge_of_a_view_tells_nothing_of_where_in_a_cell_dwellings_stand(
    quarter: list[Dwelling], client_as: SignIn
) -> None:
    client = client_as(Role.MANAGER)
    whole = view(client, z=14)["features"]
    west, east = LON - 0.0005, LON + 0.0005
    for box in (f"{LAT - 0.0005},{west},{LAT - 0.0001},{east}",
                f"{LAT + 0.0001},{west},{LAT + 0.0005},{east}"):  # fmt: skip
        assert view(client, z=14, bbox=box)["features"] == whole


def test_the_technical_service_sees_one_by_one_the_dwellings_with_open_works(
    app: Flask, client_as: SignIn
) -> None:
    home = Home(app, "home_visit")
    with app.extensions["palier"].sessions.begin() as session:
        dwelling = session.get_one(Visit, home.visit.id).case.dwelling
        residence = dwelling.residence
        residence.lat, residence.lon, residence.h3 = LAT, LON, locate_cell(LAT, LON)
        other = make_dwelling(session, residence=residence)
        make_case(session, by=home.coordinator, dwelling=other, risk=3)
    home.send_xml(fill(FALLS | {"gas_smell": "yes"}))
    with app.extensions["palier"].sessions.begin() as session:
        rebuild_map(session)
    client = client_as(Role.TECHNICIAN)
    (one,) = view(client, z=18)["features"]
    assert one["properties"].pop("open_works") > 0
    assert one["properties"] == {
        "kind": "dwelling",
        "reference": dwelling.reference,
        "address": residence.address,
        "url": f"/work-orders/?q={dwelling.reference}",
    }
    (building,) = view(client, z=16)["features"]
    assert building["properties"].pop("at_risk") == 0  # of nobody: it is not counted
    assert building["properties"].keys() == {"kind", "count", "open_works"}
    for about_persons in ({"risk": 1}, {"status": "visited"}, {"programme": "seniors"}):
        assert view(client, z=18, works="1", **about_persons)["features"] == []
    assert view(client_as(Role.MANAGER), z=18)["features"] == []


def test_hexagons_drop_cells_of_fewer_than_five_and_round_the_rest(
    stock: list[Dwelling], client_as: SignIn
) -> None:
    shown = view(client_as(Role.COORDINATOR), z=17, mode="hexagons")
    counts = [feature["properties"]["count"] for feature in shown["features"]]
    assert counts == [5]
    assert all("at_risk" not in feature["properties"] for feature in shown["features"])


@pytest.mark.parametrize(
    "bbox", ["", "1,2,3", "a,b,c,d", "49,2,48,3", "48,3,49,2", "nan,0,1,1", "-91,0,1,1"]
)
def test_a_view_that_is_none_is_refused_with_a_reason(client_as: SignIn, bbox: str) -> None:
    answer = client_as(Role.COORDINATOR).get(
        "/api/map/dwellings", query_string={"bbox": bbox, "z": 9}
    )
    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"


def test_a_view_too_large_for_its_zoom_is_refused(client_as: SignIn) -> None:
    query = {"bbox": "-89,-179,89,179", "z": 14}
    answer = client_as(Role.COORDINATOR).get("/api/map/dwellings", query_string=query)
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
    client = client_as(Role.COORDINATOR)
    for zoom in (15, 18):
        shown = view(client, z=zoom)
        assert (len(shown["features"]), bool(shown["more"])) == (500, True)
    assert total(view(client, z=13)) == 510


def test_the_page_shows_folium_without_a_third_party(
    stock: list[Dwelling], client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    page = client.get("/map/?programme=seniors")
    script = client.get("/map/script.js")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
    assert "style=" not in page.text
    assert script.content_type.startswith("text/javascript")
    assert '"zoomInTitle": "Zoomer", "zoomOutTitle": "D\\u00e9zoomer"' in script.text
    assert "Palier.viewport(" in script.text and "/api/map/dwellings" in script.text


def test_an_empty_stock_says_what_to_do(client_as: SignIn) -> None:
    page = client_as(Role.COORDINATOR).get("/map/")
    assert page.status_code == 200
    assert "empty-state" in page.text
