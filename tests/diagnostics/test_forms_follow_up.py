"""The follow-up form: falls since, what is gone, what is still in place."""

from __future__ import annotations

from typing import Any

from tests.diagnostics.filling import Filled

CALM = {
    "month": "m1",
    "channel": "phone",
    "reached": "yes",
    "follow_up_agreed": "yes",
    "health_agreed": "yes",
    "fell_since": "no",
    "works_state": "none",
    "advice_followed": "all",
    "referrals_state": "none",
    "kit_received": "no",
    "satisfaction": "happy",
    "recommends": "yes",
    "new_needs": "none",
}
FELL = {
    "fell_since": "yes",
    "falls_since": "1",
    "fall_place": "bathroom",
    "fall_injury": "slight",
    "got_up_alone": "yes",
    "hour_on_floor": "no",
    "fall_faint": "no",
}


def follow(**answers: Any) -> Filled:
    return Filled("follow_up_1_6_12", **{**CALM, **answers})


def test_good_news_calls_for_nothing() -> None:
    found = follow()
    assert found.checked.valid
    assert found.assessment.scores == {"satisfaction_score": 4}
    assert (found.assessment.bands, found.called) == ({}, {})


def test_a_slight_fall_is_intermediate_and_a_cared_one_is_high() -> None:
    slight = follow(**FELL)
    assert slight.checked.valid
    assert slight.assessment.bands == {"fall_band": "intermediate"}
    hurt = follow(**{**FELL, "fall_injury": "hospital", "share_doctor": "yes"})
    assert hurt.checked.valid
    assert hurt.assessment.bands == {"fall_band": "high"}
    assert {"call_in_a_month", "doctor_advice", "doctor_link"} <= set(hurt.called)


def test_hazards_that_are_gone_are_counted() -> None:
    found = follow(**FELL, hazards_then="5", hazards_left="2")
    assert found.value("hazards_gone") == "3"
    assert "dangers encore là : 2" in found.called["hazards_visit"].label["fr"]


def test_what_is_no_longer_in_place_is_counted() -> None:
    given = {"lamps_given": "6", "lamps_left": "4", "aerators_given": "2", "aerators_left": "2"}
    found = follow(kit_received="yes", **given, kit_lost_why="disliked")
    assert found.checked.valid
    assert found.value("kit_lost") == "2"
    assert found.called["kit_replace"].label["en"].startswith("Items of the kit removed: 2.")


def test_falls_are_not_asked_without_agreement() -> None:
    found = follow(health_agreed="no")
    assert "/data/falls" not in found.checked.relevant
    assert "fell_since" not in found.missing


def test_somebody_who_was_not_reached_is_called_again() -> None:
    missed = {"month": "m6", "channel": "phone", "reached": "no"}
    found = Filled("follow_up_1_6_12", **missed, not_reached_why="no_answer")
    assert found.checked.valid
    assert list(found.called) == ["try_again"]
    gone = Filled("follow_up_1_6_12", **missed, not_reached_why="died")
    assert gone.called == {}
