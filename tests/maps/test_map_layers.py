import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from maps import cells, layers
from maps.layers import CellRow, DwellingRow

COMPIEGNE = (49.41, 2.82)


def cell_row(**changes: Any) -> CellRow:
    facts: dict[str, Any] = {
        "cell": cells.parent(cells.locate_cell(*COMPIEGNE), 7),
        "count": 12,
        "at_risk": 6,
        "open_works": 5,
        "lat": COMPIEGNE[0],
        "lon": COMPIEGNE[1],
    }
    return CellRow(**facts | changes)


def test_a_cluster_is_a_point_with_its_counts_longitude_first() -> None:
    drawn = layers.clusters([cell_row()])
    assert drawn["type"] == "FeatureCollection"
    (feature,) = drawn["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [2.82, 49.41]}
    assert feature["properties"] == {
        "kind": "cluster",
        "count": 12,
        "at_risk": 6,
        "open_works": 5,
    }
    assert feature["id"] == "871fb5d1affffff"


def test_an_emptied_cell_is_not_drawn() -> None:
    assert layers.clusters([cell_row(count=0)])["features"] == []


def test_a_dwelling_is_a_point_with_what_its_popup_says() -> None:
    row = DwellingRow(
        id="d1", reference="B-104", address="<b>4 rue des Lilas</b>", lat=49.41, lon=2.82,
        status="to_call", risk="élevé", worst="high", open_works=0, url="/logements/d1",
    )  # fmt: skip
    (feature,) = layers.dwellings([row])["features"]
    assert feature["id"] == "d1"
    assert feature["geometry"]["coordinates"] == [2.82, 49.41]
    assert feature["properties"] == {
        "kind": "dwelling",
        "reference": "B-104",
        "address": "<b>4 rue des Lilas</b>",
        "status": "to_call",
        "risk": "élevé",
        "worst": "high",
        "open_works": 0,
        "url": "/logements/d1",
    }


def test_a_hexagon_is_a_closed_counterclockwise_ring() -> None:
    (feature,) = layers.hexagons([cell_row()])["features"]
    (ring,) = feature["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert len(ring) == 7
    assert sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring)) < 0


def test_a_hexagon_over_the_antimeridian_stays_in_one_piece() -> None:
    cell = cells.parent(cells.locate_cell(-15, 179.999), 3)
    (feature,) = layers.hexagons([cell_row(cell=cell)])["features"]
    lons = [lon for lon, _ in feature["geometry"]["coordinates"][0]]
    assert max(lons) - min(lons) < 5


def test_a_hexagon_of_four_dwellings_is_left_out() -> None:
    assert layers.hexagons([cell_row(count=4)])["features"] == []
    assert len(layers.hexagons([cell_row(count=5)])["features"]) == 1


def test_the_counts_of_a_hexagon_are_rounded_and_small_ones_are_not_told() -> None:
    (feature,) = layers.hexagons([cell_row(count=13, at_risk=8, open_works=4)])["features"]
    assert feature["properties"] == {"kind": "cell", "count": 15, "at_risk": 10, "worst": "high"}


def test_one_person_at_risk_does_not_colour_a_hexagon() -> None:
    (feature,) = layers.hexagons([cell_row(count=30, at_risk=1, worst="high")])["features"]
    assert feature["properties"] == {"kind": "cell", "count": 30, "open_works": 5}


def test_finer_cells_are_merged_before_they_are_counted() -> None:
    fine = cells.locate_cell(*COMPIEGNE)
    rows = [cell_row(cell=h, count=3) for h in (fine, cells.parent(fine, 10))]
    (feature,) = layers.hexagons(rows)["features"]
    assert feature["id"] == cells.token(cells.parent(fine, 8))
    assert feature["properties"]["count"] == 5


rows = st.builds(
    cell_row,
    cell=st.builds(
        lambda lat, res: cells.parent(cells.locate_cell(lat, 2.82), res),
        st.sampled_from([49.41, 49.4101, 49.42, 49.5]),
        st.integers(2, 12),
    ),
    count=st.integers(0, 40),
    at_risk=st.integers(0, 40),
    open_works=st.integers(0, 40),
)


@given(st.lists(rows, max_size=20))
def test_no_hexagon_tells_a_number_below_five_a_finer_cell_or_a_position(
    found: list[CellRow],
) -> None:
    for feature in layers.hexagons(found)["features"]:
        assert cells.resolution(int(feature["id"], 16)) <= 8
        assert feature["geometry"]["type"] == "Polygon"
        for name, told in feature["properties"].items():
            assert name in {"kind", "worst"} or (told >= 5 and told % 5 == 0)


def test_layers_are_json() -> None:
    drawn = [layers.clusters([cell_row()]), layers.hexagons([cell_row()])]
    assert json.loads(json.dumps(drawn)) == drawn
