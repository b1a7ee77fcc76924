import math

import h3.api.basic_int as h3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps import cells
from maps.cells import BadViewport, BBox, ViewportProblem

COMPIEGNE = (49.41, 2.82)
lats = st.floats(-80, 80)
lons = st.floats(-180, 179.999)


def test_a_dwelling_lies_in_a_resolution_12_cell_that_fits_a_signed_64_bit_column() -> None:
    cell = cells.locate_cell(*COMPIEGNE)
    assert cell == 631061800103372799
    assert cells.resolution(cell) == 12
    assert cell < 2**63
    assert cells.centre(cell) == pytest.approx(COMPIEGNE, abs=2e-4)


@pytest.mark.parametrize("place", [(math.nan, 2), (91, 2), (48, 181), (48, math.inf)])
def test_a_position_off_the_globe_has_no_cell(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="globe"):
        cells.locate_cell(*place)


@given(lats, lons, st.integers(0, 12))
def test_integer_arithmetic_finds_the_parent_that_h3_finds(
    lat: float, lon: float, res: int
) -> None:
    cell = cells.locate_cell(lat, lon)
    assert cells.parent(cell, res) == h3.cell_to_parent(cell, res)


def test_integer_arithmetic_finds_the_parents_of_pentagons() -> None:
    for pentagon in h3.get_pentagons(12):
        assert cells.parent(pentagon, 5) == h3.cell_to_parent(pentagon, 5)


def test_a_parent_is_never_finer_than_its_cell() -> None:
    with pytest.raises(ValueError, match="coarser"):
        cells.parent(cells.parent(cells.locate_cell(*COMPIEGNE), 8), 9)


@pytest.mark.parametrize(
    ("zoom", "res"),
    [(0, 2), (5, 2), (6, 3), (7, 4), (8, 4), (9, 5), (10, 5), (11, 6), (12, 7), (13, 7), (14, 8)],
)
def test_a_zoom_shows_a_resolution(zoom: int, res: int) -> None:
    assert cells.resolution_for(zoom) == res


@pytest.mark.parametrize("zoom", [15, 19])
def test_close_up_the_dwellings_themselves_are_shown(zoom: int) -> None:
    assert cells.resolution_for(zoom) is None


@settings(max_examples=200)
@given(
    st.floats(-75, 70), lons, st.floats(0.001, 5), st.floats(0, 1), st.floats(0, 1),
    st.integers(2, 8),
)  # fmt: skip
def test_no_dwelling_in_view_is_lost_between_the_covering_cells(
    south: float, west: float, size: float, up: float, across: float, res: int
) -> None:
    size = size if res < 6 else size / 20
    bbox = BBox(south, west, south + size, min(west + size, 180))
    dwelling = cells.locate_cell(
        bbox.south + up * (bbox.north - bbox.south), bbox.west + across * (bbox.east - bbox.west)
    )
    assert cells.parent(dwelling, cells.cover_resolution(res)) in cells.cover(bbox, res)


def test_the_whole_world_is_covered_by_every_cell_of_resolution_0() -> None:
    assert cells.cover(BBox(-90, -180, 90, 180), 2) == sorted(h3.get_res0_cells())


def test_a_screen_is_covered_by_a_handful_of_cells() -> None:
    assert len(cells.cover(BBox(48.80, 2.23, 48.92, 2.45), 7)) < 20


@pytest.mark.parametrize("res", [7, 8, 12])
def test_a_country_at_street_resolution_is_refused_before_it_is_covered(res: int) -> None:
    with pytest.raises(BadViewport) as refusal:
        cells.cover(BBox(-60, -170, 60, 170), res)
    assert refusal.value.problem is ViewportProblem.TOO_LARGE


def test_a_viewport_reads_south_west_north_east() -> None:
    assert cells.parse_bbox("48.1, -1.5,49,2.25") == BBox(48.1, -1.5, 49, 2.25)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ViewportProblem.NOT_FOUR_NUMBERS),
        ("1,2,3", ViewportProblem.NOT_FOUR_NUMBERS),
        ("1,2,3,4,5", ViewportProblem.NOT_FOUR_NUMBERS),
        ("1," * 100_000, ViewportProblem.NOT_FOUR_NUMBERS),
        ("1,2,3,here", ViewportProblem.NOT_FOUR_NUMBERS),
        ("nan,2,3,4", ViewportProblem.NOT_FOUR_NUMBERS),
        ("1,2,3,inf", ViewportProblem.NOT_FOUR_NUMBERS),
        ("1,2,3,1e999", ViewportProblem.NOT_FOUR_NUMBERS),
        ("1,2,91,4", ViewportProblem.OUT_OF_RANGE),
        ("1,-181,3,4", ViewportProblem.OUT_OF_RANGE),
        ("3,2,1,4", ViewportProblem.INVERTED),
        ("1,2,1,4", ViewportProblem.INVERTED),
        ("-15,179,-13,-176", ViewportProblem.CROSSES_ANTIMERIDIAN),
    ],
)
def test_nonsense_is_no_viewport(text: str, problem: ViewportProblem) -> None:
    with pytest.raises(BadViewport) as refusal:
        cells.parse_bbox(text)
    assert refusal.value.problem is problem


def test_an_outline_has_the_cell_within_it() -> None:
    cell = cells.parent(cells.locate_cell(*COMPIEGNE), 8)
    corners = cells.outline(cell)
    lat, lon = cells.centre(cell)
    assert len(corners) == 6
    assert min(c[0] for c in corners) < lat < max(c[0] for c in corners)
    assert min(c[1] for c in corners) < lon < max(c[1] for c in corners)
