"""The accessibility form: gaps against benchmarks, and the class that follows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.diagnostics.filling import Filled

WIDE = {
    "visit_agreed": "yes",
    "applies": "existing",
    "floor": "0",
    "outside_steps": "0",
    "entrance_door": "900",
    "corridor": "950",
    "inner_door": "800",
    "threshold": "15",
    "kitchen_passage": "1600",
    "bed_side": "950",
    "switch_height": "1200",
    "inner_stairs": "no",
    "washing": "shower",
    "shower_edge": "0",
    "shower_length": "1200",
    "shower_width": "900",
    "grab_bars": "yes",
    "bathroom_turn": "1500",
    "wc_side": "850",
    "wc_seat": "460",
}


def dwelling(**answers: Any) -> Filled:
    return Filled("accessibility", **{**WIDE, **answers})


def band(found: Filled) -> str:
    return found.assessment.bands.get("accessibility_band", "")


def test_a_dwelling_within_the_benchmarks_is_usable_and_calls_for_nothing() -> None:
    found = dwelling()
    assert found.checked.valid
    assert (band(found), found.called) == ("usable", {})


@pytest.mark.parametrize(
    ("measured", "gap"), [("830", "0"), ("820", "0"), ("819", "11"), ("700", "130")]
)
def test_ten_millimetres_are_forgiven(measured: str, gap: str) -> None:
    assert dwelling(entrance_door=measured).value("entrance_door_gap") == gap


@pytest.mark.parametrize(
    "answers",
    [
        {"outside_steps": "3", "stairs_hard": "no"},
        {"floor": "2", "lift": "none", "stairs_hard": "no"},
        {"floor": "2", "lift": "broken", "stairs_hard": "no"},
        {"entrance_door": "700"},
    ],
)
def test_what_stands_before_the_door_makes_it_unreachable(answers: dict[str, str]) -> None:
    found = dwelling(**answers)
    assert found.checked.valid
    assert band(found) == "not_reachable"


def test_a_person_who_cannot_climb_is_offered_a_move() -> None:
    found = dwelling(floor="3", lift="none", stairs_hard="yes")
    assert found.called["move_offer"].code == "move"
    assert "/data/class_page/block_floor" in found.checked.relevant


def test_a_bath_is_adaptable() -> None:
    shower = dict.fromkeys(["shower_edge", "shower_length", "shower_width"], "")
    found = dwelling(washing="bath", **shower)
    assert found.checked.valid
    assert band(found) == "adaptable"
    assert list(found.called) == ["bath_to_shower"]


def test_a_wall_that_cannot_move_leaves_it_reachable_only() -> None:
    asked = {"corridor": "800", "share_occupational_therapist": "yes"}
    fixed = dwelling(walls_movable="no", **asked)
    assert fixed.checked.valid
    assert (band(fixed), list(fixed.called)) == ("reachable", ["therapist_advice"])
    assert band(dwelling(corridor="800", walls_movable="yes")) == "adaptable"


def test_gaps_are_quoted_in_millimetres() -> None:
    found = dwelling(threshold="60", wc_seat="400")
    assert found.called["level_threshold"].label["fr"].startswith("Seuil de 60 mm")
    assert found.called["raise_wc"].label["en"] == "WC seat at 400 mm: raise it by 50 mm."


def test_without_the_needed_measures_there_is_no_class() -> None:
    found = dwelling(bathroom_turn="", corridor="")
    assert band(found) == ""
    assert found.value("measures_missing") == "2"
