"""What the answers call for, why, and how they read."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.assessment import Assessment, assess
from diagnostics.form import parse_form
from diagnostics.reading import read_answers
from diagnostics.submission import ViolationKind
from tests.diagnostics.builders import checked, form_of, home_visit, published, quiet_visit, row


def assessed(**pages: Any) -> Assessment:
    form = parse_form(home_visit().xform)
    answers = quiet_visit()
    for page, values in pages.items():
        answers[page] = {**answers[page], **values} if isinstance(values, dict) else values
    return assess(form, checked(form, answers), home_visit().consequences)


def names(found: Assessment) -> list[str]:
    return [one.name for one in found.called]


def test_a_quiet_visit_calls_for_a_call_in_six_months_alone() -> None:
    found = assessed()
    assert names(found) == ["call_in_six_months"]
    assert found.scores == {"fall_score": 0.0, "isolation_score": 0.0}
    assert found.bands == {"fall_band": "low"}
    assert [cause.answer for cause in found.called[0].causes] == ["Oui"]


def test_a_refused_visit_calls_for_nothing() -> None:
    form = parse_form(home_visit().xform)
    seen = checked(form, {"consent": {"visit_agreed": "no"}})
    assert assess(form, seen, home_visit().consequences) == Assessment({}, {}, ())


def test_a_smell_of_gas_is_vital_and_says_what_to_do() -> None:
    called = next(one for one in assessed(safety={"gas_smell": "yes"}).called if one.code == "gas")
    assert (called.kind, called.severity, called.due) == ("work_order", "U0", "")
    assert "Sortez, n’allumez rien, appelez le 0 800 47 33 33" in called.label["fr"]
    assert [(one.path, one.answer) for one in called.causes] == [("/data/safety/gas_smell", "Oui")]


def test_two_falls_are_a_high_band_and_a_call_in_a_month() -> None:
    found = assessed(
        fall_risk={"fell": "yes", "falls_count": "2", "fall_injury": "no"},
        dwelling={"washing": "bath", "bath_edge": "yes"},
    )
    assert (found.scores["fall_score"], found.bands["fall_band"]) == (2.0, "high")
    assert {"call_in_a_month", "bath_to_shower"} <= set(names(found))
    call = next(one for one in found.called if one.name == "call_in_a_month")
    assert {one.path for one in call.causes} >= {
        "/data/fall_risk/falls_count",
        "/data/fall_risk/fell",
    }


def test_a_sign_without_gravity_is_an_intermediate_band() -> None:
    assert assessed(fall_risk={"worried": "yes"}).bands == {"fall_band": "intermediate"}


def test_without_agreement_on_health_there_is_no_band_and_no_score() -> None:
    found = assessed(consent={"visit_agreed": "yes", "health_agreed": "no"})
    assert found.bands == {}
    assert "fall_score" not in found.scores


def test_a_consequence_of_a_room_quotes_it_and_points_into_it() -> None:
    rooms = [
        {"room_kind": "living", "loose_rug": "no"},
        {"room_kind": "bedroom", "loose_rug": "yes", "light": "dim"},
    ]
    found = [one for one in assessed(room=rooms).called if one.path.startswith("/data/room")]
    assert [(one.name, one.path) for one in found] == [
        ("rug_advice", "/data/room[2]/rug_advice"),
        ("dim_light", "/data/room[2]/dim_light"),
    ]
    assert found[0].label["fr"].startswith("Chambre : fixer le tapis")
    assert found[0].label["en"].startswith("Bedroom: fix the rug")
    assert [one.path for one in found[0].causes] == ["/data/room[2]/loose_rug"]


def test_isolation_is_referred_only_with_agreement() -> None:
    alone = {"lives_alone": "yes", "someone_to_call": "no"}
    assert "ccas_link" in names(assessed(social={**alone, "share_ccas": "yes"}))
    assert "ccas_link" not in names(assessed(social={**alone, "share_ccas": "no"}))


def test_kits_and_cold_quote_their_numbers() -> None:
    found = assessed(eco_kit={"led_fitted": "4"}, safety={"temperature": "15.5"})
    labels = {one.name: one.label for one in found.called}
    assert labels["led_kit"]["fr"] == "Ampoules LED posées : 4."
    assert "15,5 °C" in labels["cold_dwelling"]["fr"]
    assert "15.5 °C" in labels["cold_dwelling"]["en"]


def test_only_recomputed_scores_count() -> None:
    assert assessed(fall_risk={"fall_score": "5", "fall_band": "high"}).bands["fall_band"] == "low"


def test_scores_of_a_repeat_carry_their_turn() -> None:
    form = published(
        [
            row("begin repeat", "room"),
            row("integer", "x"),
            row("calculate", "score_room", calculation="${x} * 2"),
            row("end repeat", ""),
        ]
    )
    parsed = parse_form(form.xform)
    found = assess(parsed, checked(parsed, {"room": [{"x": "1"}, {"x": "3"}]}), form.consequences)
    assert found.scores == {"score_room[1]": 2.0, "score_room[2]": 6.0}


def test_answers_read_as_people_say_them_in_both_languages() -> None:
    form = parse_form(home_visit().xform)
    answers = quiet_visit()
    answers["room"].append(
        {
            "room_kind": "wc",
            "loose_rug": "no",
            "hazards": "cable clutter",
            "photos": [{"photo": "a.jpg"}, {"photo": ""}],
        }
    )
    answers["safety"] |= {"temperature": "19.5", "gas_smell": ""}
    seen = checked(form, answers)
    sections = read_answers(form, seen, language="fr")
    assert [one.title for one in sections][:5] == [
        "Accord",
        "Équilibre et chutes",
        "Logement",
        "Pièce 1",
        "Pièce 2",
    ]
    assert [one.detail for one in sections][2:5] == ["", "Séjour", "WC"]
    kept_back = read_answers(form, seen, language="fr", hidden=frozenset(["room_kind"]))
    assert [(one.title, one.detail) for one in kept_back][3:5] == [("Pièce 1", ""), ("Pièce 2", "")]
    assert "/data/room[2]/room_kind" not in {one.path for s in kept_back for one in s.answers}
    lines = {one.path: one for section in sections for one in section.answers}
    assert lines["/data/room[2]/hazards"].answer == "Câble dans le passage, Passage encombré"
    assert lines["/data/room[2]/photos[1]/photo"].file_name == "a.jpg"
    assert "/data/room[2]/photos[2]/photo" not in lines
    assert lines["/data/safety/temperature"].answer == "19,5"
    gas = lines["/data/safety/gas_smell"].violation
    assert gas is not None
    assert gas.kind == ViolationKind.REQUIRED
    english = {
        one.path: one for part in read_answers(form, seen, language="en") for one in part.answers
    }
    assert english["/data/room[2]/room_kind"].question == "Which room?"
    assert english["/data/room[2]/hazards"].answer == "Cable across the path, Cluttered path"


def test_a_corrected_answer_on_screen_shows_what_was_sent() -> None:
    form = form_of(
        [row("integer", "a"), row("integer", "b", calculation="${a} + 1", readonly="yes")]
    )
    (section,) = read_answers(form, checked(form, {"a": "1", "b": "9"}), language="fr")
    assert [(one.answer, one.corrected_from) for one in section.answers] == [
        ("1", None),
        ("2", "9"),
    ]


@pytest.mark.parametrize(
    ("kind", "sent", "french", "english"),
    [
        ("date", "2026-05-06", "06/05/2026", "2026-05-06"),
        ("time", "10:30:00.000+02:00", "10:30", "10:30"),
        ("dateTime", "2026-05-06T10:30:00.000+02:00", "06/05/2026 10:30", "2026-05-06 10:30"),
        ("geopoint", "49.5 2.25 10 8.0", "49,5 / 2,25 (± 8 m)", "49.5 / 2.25 (± 8 m)"),
        ("geopoint", "49.5 2.25", "49,5 / 2,25", "49.5 / 2.25"),
        ("geopoint", "here", "here", "here"),
        ("geotrace", "49.5 2.25 0 0;49.6 2.25 0 0", "2 points", "2 points"),
    ],
)
def test_moments_and_places_are_read_as_people_say_them(
    kind: str, sent: str, french: str, english: str
) -> None:
    form = form_of([row(kind, "a")])
    seen = checked(form, {"a": sent})
    for language, told in (("fr", french), ("en", english)):
        (section,) = read_answers(form, seen, language=language)
        assert [one.answer for one in section.answers] == [told]
