"""The fall form: points, missing answers, what to do next, tests for trained visitors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.diagnostics.filling import Filled

TWELVE = {
    "fell": "no",
    "unsteady": "no",
    "worried": "no",
    "walking_aid": "no",
    "holds_furniture": "no",
    "pushes_to_rise": "no",
    "kerb_hard": "no",
    "rushes_to_wc": "no",
    "numb_feet": "no",
    "dizzy_medicine": "no",
    "sleep_medicine": "no",
    "often_sad": "no",
}
AGREED = {"falls_agreed": "yes", "health_agreed": "yes", "trained_visitor": "no"}
FELL = {"fell": "yes", "fall_injury": "no", "fall_on_floor": "no", "fall_faint": "no"}


def falls(**answers: Any) -> Filled:
    return Filled("fall_risk", **{**AGREED, **TWELVE, **answers})


def with_tests(**answers: Any) -> Filled:
    return falls(trained_visitor="yes", tests_agreed_now="yes", **answers)


def test_all_no_is_low_and_asks_again_in_a_year() -> None:
    found = falls()
    assert found.checked.valid
    assert found.assessment.scores == {"key_questions_score": 0, "stay_independent_score": 0}
    assert found.assessment.bands == {"stay_independent_band": "not_at_risk", "fall_band": "low"}
    assert list(found.called) == ["again_in_a_year"]


def test_all_yes_is_fourteen_points() -> None:
    found = falls(**dict.fromkeys(TWELVE, "yes"), falls_count="1")
    assert found.assessment.scores["stay_independent_score"] == 14


@pytest.mark.parametrize(
    ("answers", "band"),
    [
        ({"walking_aid": "yes", "unsteady": "yes", "numb_feet": "yes"}, "at_risk"),
        ({"walking_aid": "yes", "unsteady": "yes", "numb_feet": "unsaid"}, "undetermined"),
        ({"unsteady": "yes", "numb_feet": "unsaid"}, "not_at_risk"),
        ({"fell": "unsaid"}, "undetermined"),
        ({**FELL, "falls_count": "1"}, "at_risk"),
    ],
)
def test_missing_answers_are_never_taken_for_no(answers: dict[str, str], band: str) -> None:
    assert falls(**answers).assessment.bands["stay_independent_band"] == band


def test_two_falls_are_high_and_lead_to_the_doctor_only_with_agreement() -> None:
    asked = {**FELL, "falls_count": "2", "share_pension_fund": "no"}
    agreed = falls(**asked, share_doctor="yes", share_occupational_therapist="yes")
    assert agreed.checked.valid
    assert agreed.assessment.bands["fall_band"] == "high"
    assert list(agreed.called) == [
        "therapist_link",
        "doctor_link",
        "balance_activity",
        "medical_opinion",
        "call_in_a_month",
    ]
    refused = falls(**asked, share_doctor="no", share_occupational_therapist="no")
    assert not {"therapist_link", "doctor_link", "workshop_link"} & set(refused.called)


def test_one_fall_without_gravity_and_walking_unmeasured_is_intermediate() -> None:
    assert falls(**FELL, falls_count="1").assessment.bands["fall_band"] == "intermediate"


@pytest.mark.parametrize(
    ("measured", "band"),
    [
        ({"tug_seconds": "15.1"}, "intermediate"),
        ({"tug_seconds": "15"}, "low"),
        ({"walk_seconds": "5"}, "intermediate"),
        ({"walk_seconds": "4"}, "low"),
    ],
)
def test_slow_walking_makes_the_difference(measured: dict[str, str], band: str) -> None:
    assert with_tests(worried="yes", **measured).assessment.bands["fall_band"] == band


def test_chair_stands_are_read_in_the_table_of_age_and_sex() -> None:
    found = with_tests(person_age="81", person_sex="woman", chair_hands="no", chair_stands="8")
    assert (found.value("chair_norm"), found.value("chair_result")) == ("9", "below")
    assert "strength_advice" in found.called
    hands = with_tests(person_age="70", person_sex="man", chair_hands="yes")
    assert (hands.value("chair_count"), hands.value("chair_result")) == ("0", "below")
    old = with_tests(person_age="96", person_sex="man", chair_hands="no", chair_stands="3")
    assert (old.value("chair_norm"), old.value("chair_result")) == ("", "")


def test_without_agreement_on_health_three_questions_are_asked_and_no_more() -> None:
    three = {"fell": "yes", "unsteady": "no", "worried": "no"}
    found = Filled("fall_risk", falls_agreed="yes", health_agreed="no", **three)
    assert found.missing == {"share_doctor", "share_pension_fund"}
    assert found.assessment.scores == {"key_questions_score": 1}
    assert found.assessment.bands == {"fall_band": "intermediate"}
    assert not any("stay_independent/" in path for path in found.checked.relevant)


def test_tests_are_hidden_from_untrained_visitors() -> None:
    assert "/data/tests" not in falls().checked.relevant
    assert "/data/tests" in with_tests().checked.relevant
