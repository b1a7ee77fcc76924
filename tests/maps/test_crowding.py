"""Counts that would cover one another are shown as one."""

import random

from maps.buildings import fan_out
from maps.cells import locate_cell
from maps.crowding import gather
from maps.layers import CellRow, DwellingRow


def count(lat: float, lon: float, number: int, worst: str = "") -> CellRow:
    return CellRow(locate_cell(lat, lon), number, number // 2, 1, lat, lon, worst, known=number)


def dwelling(name: str, lat: float = 49.4, lon: float = 2.1) -> DwellingRow:
    return DwellingRow(name, name, "1 rue", lat, lon, "", "", 0, "")


def test_marks_that_would_overlap_become_one_with_the_worst_of_both() -> None:
    far, near = (
        gather([count(49.4, 2.1, 40), count(49.401, 2.101, 9, "high")], zoom=16),
        gather([count(49.4, 2.1, 40), count(49.401, 2.101, 9, "high")], zoom=9),
    )
    assert [row.count for row in far] == [40, 9]
    assert [(one.count, one.known, one.at_risk, one.open_works, one.worst) for one in near] == [
        (49, 49, 24, 2, "high")
    ]


def test_gathering_loses_no_dwelling() -> None:
    dice = random.Random(3)
    rows = [count(49 + dice.random(), 2 + dice.random(), dice.randint(1, 900)) for _ in range(200)]
    for zoom in range(6, 15):
        assert sum(row.count for row in gather(rows, zoom=zoom)) == sum(row.count for row in rows)


def test_dwellings_of_a_building_stand_apart_around_it() -> None:
    rows = [dwelling(str(number)) for number in range(30)]
    shown = fan_out(rows, zoom=18)
    places = {(round(row.lat, 6), round(row.lon, 6)) for row in shown}
    assert len(places) == 30
    assert all(abs(row.lat - 49.4) < 0.001 and abs(row.lon - 2.1) < 0.001 for row in shown)


def test_a_dwelling_that_is_alone_stays_in_its_place() -> None:
    assert fan_out([dwelling("a"), dwelling("b", 49.5)], zoom=18)[1] == dwelling("b", 49.5)
