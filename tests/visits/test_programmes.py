"""Programmes are data, checked when they are read."""

from pathlib import Path

import pytest

from diagnostics.forms import shipped
from visits import programmes
from visits.programmes import BadProgramme, forms_in_use, load_programmes, parse_programme
from visits.programmes.facts import FACTS

SENIORS = (Path(programmes.__file__).parent / "seniors.toml").read_text(encoding="utf-8")


def test_the_programme_for_seniors_ships() -> None:
    seniors = load_programmes()["seniors"]
    assert seniors.name["fr"] == "Seniors à domicile"
    assert (seniors.audience.age_min, seniors.protocol.max_calls) == (70, 3)
    assert seniors.protocol.soft_refusal_retry_months == 3
    assert (seniors.forms, seniors.visit_minutes) == (("home_visit",), 90)
    assert len(seniors.optional_forms) == 6
    assert (seniors.follow_up_months, seniors.follow_up_form) == ((1, 6, 12), "follow_up_1_6_12")
    assert sum(criterion.points for criterion in seniors.targeting if not criterion.group) == 40


def test_every_shipped_form_is_filled_by_a_programme_and_seniors_come_first() -> None:
    assert forms_in_use() == set(shipped())
    assert next(iter(load_programmes())) == "seniors"


def test_criteria_ask_for_known_facts_only() -> None:
    for programme in load_programmes().values():
        asked = {c.fact for criterion in programme.targeting for c in criterion.when}
        assert asked <= set(FACTS)


def test_programmes_are_read_once() -> None:
    assert load_programmes() is load_programmes()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('fact = "has_bath"', 'fact = "arrears"', "fact"),
        ("points = 10", "points = 1000", "points"),
        ("points = 10", 'points = "10"', "points"),
        ('code = "bath"', 'code = "not_adapted"', "same code"),
        ("share = 0.5", "share = 0.5\nnumber = 3", "share or number"),
        ("age_min = 70", "age_min = 7", "age_min"),
        ('en = "Seniors at home"', "", "en"),
        ("visit_minutes = 90", "visit_minutes = 90\ncolour = 1", "colour"),
        ('optional_forms = ["fall_risk"', 'optional_forms = ["home_visit"', "named twice"),
        ("[name]", "[name", "seniors.toml"),
        ('{ fact = "has_bath", equals = true }', '{ fact = "has_bath" }', "at_least"),
    ],
)
def test_a_programme_that_does_not_hold_is_refused_by_name(old: str, new: str, said: str) -> None:
    assert old in SENIORS
    with pytest.raises(BadProgramme, match=said):
        parse_programme(SENIORS.replace(old, new, 1), source="seniors.toml")
