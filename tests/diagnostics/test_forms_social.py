"""The social form: isolation, help, rights, budget, occupation; nothing sent without agreement."""

from __future__ import annotations

from typing import Any

import pytest

from tests.diagnostics.filling import Filled, parsed

SURROUNDED = {
    "visit_agreed": "yes",
    "people": "2",
    "last_visit": "within_week",
    "last_outing": "within_week",
    "someone_to_call": "yes",
    "phone_works": "yes",
    "avoids_contact": "no",
    "helpers": "neighbours",
    "needs": "none",
    "alarm_service": "no",
    "papers_hard": "no",
    "rights_wanted": "no",
    "month_end": "never",
    "cold_last_winter": "no",
    "energy_bills": "no",
    "wish_to_move": "no",
    "supervisor_call": "no",
}
ALONE = {"people": "1", "last_visit": "over_two_weeks"}


def social(**answers: Any) -> Filled:
    return Filled("social_situation", **{**SURROUNDED, **answers})


def test_a_person_well_surrounded_calls_for_nothing() -> None:
    found = social()
    assert found.checked.valid
    assert found.assessment.scores == {"isolation_score": 0}
    assert found.assessment.bands == {"isolation_band": "no_sign", "budget_band": "no_sign"}
    assert found.called == {}


def test_two_signs_of_isolation_offer_a_link_that_only_agreement_sends() -> None:
    agreed = social(**ALONE, share_ccas="yes", share_association="no")
    assert agreed.checked.valid
    assert agreed.assessment.scores["isolation_score"] == 2
    assert agreed.assessment.bands["isolation_band"] == "link_to_offer"
    assert set(agreed.called) == {"ccas_link", "tele_assistance"}
    refused = social(**ALONE, share_ccas="no", share_association="no")
    assert set(refused.called) == {"isolation_call", "tele_assistance"}


def test_one_sign_alone_offers_nothing() -> None:
    found = social(last_outing="one_to_two_weeks")
    assert found.assessment.scores["isolation_score"] == 1
    assert "share_ccas" not in found.missing


def test_a_strained_budget_leads_to_advice_with_agreement() -> None:
    strained = {"month_end": "often", "given_up": "heating meals", "energy_bills": "yes"}
    found = social(**strained, share_budget_adviser="yes", share_energy_adviser="yes")
    assert found.checked.valid
    assert found.assessment.bands["budget_band"] == "strained"
    assert {"budget_link", "energy_link"} == set(found.called)


@pytest.mark.parametrize(
    ("people", "rooms", "surface", "band"),
    [
        ("1", "3", "60", "under_occupied"),
        ("1", "2", "45", "fits"),
        ("4", "3", "33.9", "over_occupied"),
        ("4", "3", "34", "fits"),
        ("1", "1", "8.5", "over_occupied"),
        ("2", "4", "", "under_occupied"),
    ],
)
def test_occupation_is_read_from_people_rooms_and_area(
    people: str, rooms: str, surface: str, band: str
) -> None:
    found = social(people=people, rooms=rooms, surface=surface)
    assert found.assessment.bands["occupation_band"] == band


def test_external_scales_are_recorded_and_never_computed() -> None:
    scale = {
        "scale_name": "gir",
        "scale_points": "4",
        "scale_maximum": "6",
        "scale_author": "medical_social_team",
        "scale_date": "2026-09-01",
    }
    assert social(external_score=[scale]).checked.valid
    tomorrow = social(external_score=[scale | {"scale_date": "2027-01-01"}])
    assert tomorrow.missing == {"scale_date"}


def test_the_two_notes_are_two_questions() -> None:
    names = {question.name for question in parsed("social_situation").questions}
    assert {"operational_note", "confidential_note"} <= names


def test_the_visitor_can_ask_to_be_called_without_saying_why() -> None:
    called = social(supervisor_call="yes").called["supervisor_callback"]
    assert (called.kind, called.due) == ("follow_up", "1wd")
