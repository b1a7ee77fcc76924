import math

import pytest

from maps.travel import Geodesic, TravelTime, metres_between

BEAUVAIS, COMPIEGNE, CREIL = (49.4295, 2.0807), (49.4179, 2.8261), (49.2583, 2.4833)


def test_a_matrix_has_a_row_a_source_and_a_column_a_destination() -> None:
    travel: TravelTime = Geodesic()
    times = travel.matrix([BEAUVAIS, COMPIEGNE], [CREIL, BEAUVAIS, COMPIEGNE])
    assert [len(row) for row in times] == [3, 3]
    assert times[0][1] == times[1][2] == 0
    assert times[0][2] == times[1][1]
    assert travel.matrix([], [CREIL]) == []


def test_a_drive_is_the_straight_line_with_a_detour_at_a_mean_speed() -> None:
    # One degree of latitude is 111.195 km; 1.3 times that at 35 km/h.
    ((seconds,),) = Geodesic().matrix([(48, 2)], [(49, 2)])
    assert seconds == round(111_195 * 1.3 / 35 * 3.6)
    assert Geodesic(detour=1, kmh=70).matrix([(48, 2)], [(49, 2)]) == [[round(111_195 / 70 * 3.6)]]


def test_neighbours_are_metres_apart() -> None:
    assert metres_between((49.0, 2.0), (49.0, 2.00001)) == pytest.approx(0.73, abs=0.01)


def test_the_other_side_of_the_globe_is_half_way_around() -> None:
    assert metres_between((0, 0), (0, 180)) == pytest.approx(math.pi * 6_371_008.8)


@pytest.mark.parametrize(
    "wrong", [{"kmh": 0}, {"kmh": -1}, {"kmh": math.nan}, {"detour": 0.9}, {"detour": math.inf}]
)
def test_a_speed_or_detour_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="detour"):
        Geodesic(**wrong)
