"""The hazards form: room by room, each hazard with its fix; counted, never scored."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.forms import read_shipped
from diagnostics.reading import read_answers
from diagnostics.workbook import Workbook, read_workbook
from tests.diagnostics.filling import Filled, parsed

TOUR = {"visit_agreed": "yes", "photos_agreed": "no", "known_risk": "low", "habits": "none"}
TOUR |= {"can_call": "yes", "key_safe": "yes"}
RUG = {"hazard_kind": "loose_rug", "fix": "tape_rug", "fix_agreed": "yes"}
DIM = {"hazard_kind": "dim_light", "fix": "led", "fix_agreed": "yes"}
BATH = {"hazard_kind": "bath_edge", "fix": "shower", "fix_agreed": "yes"}


def room(kind: str, *hazards: dict[str, str]) -> dict[str, Any]:
    state = "hazards" if hazards else "fine"
    return {"room_kind": kind, "room_state": state, "hazard": list(hazards)}


def tour(*rooms: dict[str, Any], **answers: Any) -> Filled:
    return Filled("home_hazards", **{**TOUR, **answers}, room=list(rooms))


@pytest.fixture(scope="module")
def book() -> Workbook:
    return read_workbook(read_shipped("home_hazards"), suffix=".yaml")


def test_hazards_and_priority_hazards_are_counted_over_the_rooms() -> None:
    found = tour(room("living", RUG, DIM), room("kitchen"), room("bathroom", BATH))
    assert found.checked.valid
    assert (found.value("hazards_seen"), found.value("priority_hazards_seen")) == ("3", "2")
    assert found.assessment.scores == {}


def test_a_hazard_reads_with_the_room_it_is_in() -> None:
    found = tour(room("living", RUG, DIM))
    sections = read_answers(parsed("home_hazards"), found.checked, language="fr")
    headings = [f"{one.title} · {one.detail}" for one in sections if one.detail]
    assert headings == [
        "Zone 1 · Séjour",
        "Zone 1 · Danger 1 · Tapis ou paillasson non fixé",
        "Zone 1 · Danger 2 · Éclairage trop faible ou ampoule grillée",
    ]


def test_each_hazard_calls_for_its_fix_in_words() -> None:
    found = tour(room("living", RUG, DIM), room("bathroom", BATH))
    assert set(found.called) == {"kit_rug_tape", "kit_led", "adapt_shower", "hazards_again"}
    rug = found.called["kit_rug_tape"]
    assert rug.path == "/data/room[1]/hazard[1]/kit_rug_tape"
    assert rug.label["fr"].startswith("Séjour : Tapis ou paillasson non fixé. Solution : Fixer")
    assert rug.label["en"].startswith("Living room: Loose rug or doormat. Solution: Fix the rug")


def test_priority_is_the_risk_of_the_person_times_the_hazards() -> None:
    bands = {
        risk: tour(room("living", RUG), known_risk=risk).assessment.bands["hazard_priority_band"]
        for risk in ("high", "intermediate", "low", "unknown")
    }
    assert bands == {
        "high": "first",
        "intermediate": "next",
        "low": "ordinary",
        "unknown": "screen_first",
    }
    none = tour(room("living"), known_risk="high")
    assert none.assessment.bands["hazard_priority_band"] == "ordinary"


def test_a_fix_that_is_refused_is_kept_in_mind_and_not_ordered() -> None:
    found = tour(room("bathroom", BATH | {"fix_agreed": "no"}))
    assert set(found.called) == {"hazard_left", "hazards_again"}


def test_a_loose_guard_is_ordered_whether_agreed_or_not() -> None:
    guard = {"hazard_kind": "guard", "fix": "mend_guard", "fix_agreed": "no"}
    order = tour(room("outside", guard)).called["order_carpentry_now"]
    assert (order.severity, order.due) == ("U1", "")


def test_a_hazard_of_another_room_is_refused() -> None:
    assert "hazard_kind" in tour(room("wc", BATH)).missing
    assert "fix" in tour(room("living", RUG | {"fix": "shower"})).missing


def test_every_hazard_has_a_fix_and_every_fix_leads_somewhere(book: Workbook) -> None:
    hazards = [row for row in book.choices if row.get("list_name") == "hazards"]
    fixes = [row for row in book.choices if row.get("list_name") == "fixes"]
    families = {row.get("family") for row in hazards}
    served = {family for row in fixes for family in row.get("families").strip("|").split("|")}
    assert families == served
    zones = {row.get("name") for row in book.choices if row.get("list_name") == "zones"}
    for row in hazards:
        assert set(row.get("zones").strip("|").split("|")) <= zones
    conditions = " ".join(row.get("when") for row in book.consequences)
    for row in fixes:
        assert f"'{row.get('way')}'" in conditions, row
    advised = [row for row in fixes if row.get("way") == "advice"]
    for family in {one for row in advised for one in row.get("families").strip("|").split("|")}:
        assert f"${{hazard_family}} = '{family}'" in conditions, family
