"""Every number has a unit, a source and dates; a new value leaves old results as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from marshmallow import ValidationError

from diagnostics.forms import read_shipped
from diagnostics.parameters import (
    BadParameters,
    Evidence,
    load_parameter,
    parameter,
    past_their_date,
    read_parameters,
    shipped_parameters,
)
from diagnostics.workbook import read_workbook

ON = date(2026, 11, 21)
ROW = {
    "name": "gas_price",
    "label": {"fr": "Prix du gaz", "en": "Price of gas"},
    "value": 0.14,
    "unit": "EUR/kWh",
    "valid_from": "2026-09-01",
    "source": "Une source",
    "evidence": "read",
}


def test_the_value_of_a_day_is_the_last_that_had_begun() -> None:
    assert parameter("electricity_price", on=date(2026, 1, 31)).value == 0.1952
    assert parameter("electricity_price", on=date(2026, 2, 1)).value == 0.1940


def test_before_its_first_value_a_parameter_has_none() -> None:
    with pytest.raises(LookupError):
        parameter("electricity_price", on=date(2020, 1, 1))
    with pytest.raises(KeyError):
        parameter("price_of_dreams", on=ON)


def test_values_past_their_date_are_listed_until_a_newer_one_is_added() -> None:
    past = {one.name for one in past_their_date(ON)}
    assert "water_price" in past
    assert "electricity_price" not in past
    old = parameter("water_price", on=ON)
    newer = replace(old, value=4.9, high=6.5, valid_from=date(2026, 1, 1), valid_until=None)
    more = shipped_parameters().adding([newer])
    assert "water_price" not in {one.name for one in more.past_their_date(ON)}
    assert more.find("water_price", on=ON).value == 4.9
    assert more.find("water_price", on=date(2023, 5, 1)).value == 4.34


def test_every_value_that_ships_has_a_source_and_a_name_in_both_languages() -> None:
    for one in shipped_parameters().rows:
        assert one.source
        assert one.label.fr != one.label.en
        assert "'" not in one.label.fr + one.source + one.note, one
        assert one.low <= one.value <= one.high


def test_no_two_values_of_a_parameter_hold_on_the_same_day() -> None:
    for name in shipped_parameters().names():
        history = shipped_parameters().history(name)
        for one, after in zip(history, history[1:], strict=False):
            assert one.valid_until is not None
            assert one.valid_until < after.valid_from, name


def test_water_shares_make_a_whole() -> None:
    shares = [one for one in shipped_parameters().rows if one.name.startswith("water_share_")]
    assert sum(one.value for one in shares) == pytest.approx(1)


def test_numbers_from_memory_are_marked() -> None:
    assert parameter("pch_housing_ceiling", on=ON).evidence is Evidence.MEMORY


def test_the_lists_of_the_forms_hold_the_same_numbers() -> None:
    book = read_workbook(read_shipped("fall_risk"), suffix=".yaml")
    norms = [row for row in book.choices if row.get("list_name") == "chair_norms"]
    for row in norms:
        for sex in ("men", "women"):
            kept = parameter(f"chair_stand_{sex}_{row.get('name')}", on=ON)
            assert kept.value == float(row.get(sex))
    book = read_workbook(read_shipped("accessibility"), suffix=".yaml")
    marks = [row for row in book.choices if row.get("list_name") == "benchmarks"]
    assert len(marks) == 17
    for row in marks:
        kept = parameter(f"benchmark_{row.get('name')}", on=ON)
        assert kept.value == float(row.get("reference"))
    book = read_workbook(read_shipped("eco_kit"), suffix=".yaml")
    places = [row for row in book.choices if row.get("list_name") == "lamp_places"]
    for row in places:
        name = row.get("name")
        known = name if name in ("living", "kitchen", "bedroom") else "elsewhere"
        assert parameter(f"hours_{known}", on=ON).value == float(row.get("hours"))


def test_a_parameter_from_an_administrator_is_checked() -> None:
    assert load_parameter(ROW).value == 0.14
    assert load_parameter(ROW).high == 0.14


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"unit": "francs"}, "unit", "Unité inconnue."),
        ({"source": ""}, "source", "Cette valeur est obligatoire."),
        ({"low": 0.2}, "value", "La valeur doit être entre la basse et la haute."),
        ({"valid_until": "2026-01-01"}, "valid_until", "La fin précède le début."),
        ({"value": "beaucoup"}, "value", "Un nombre est attendu."),
        ({"valid_from": "hier"}, "valid_from", "Une date est attendue : AAAA-MM-JJ."),
        ({"evidence": "rumour"}, "evidence", "Choix inconnu."),
        ({"colour": "blue"}, "colour", "Champ inconnu."),
        ({"name": "Gas Price"}, "name", "Nom non valide."),
    ],
)
def test_what_is_wrong_is_said_by_field(
    changed: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        load_parameter({**ROW, **changed})
    assert refused.value.messages_dict == {field: [message]}


def test_a_file_that_cannot_be_read_says_which_row() -> None:
    with pytest.raises(BadParameters, match="illisible"):
        read_parameters(b"[[parameter")
    with pytest.raises(BadParameters, match=r"Paramètre 1 \(gas_price\)"):
        read_parameters(b'[[parameter]]\nname = "gas_price"\nvalue = 1.0\n')
