"""Every diagnostic that ships can be published, filled and read in both languages."""

from __future__ import annotations

import re

import pytest

from diagnostics.assessment import assess
from diagnostics.codes import CODES
from diagnostics.forms import read_shipped, shipped
from diagnostics.workbook import read_workbook
from tests.diagnostics.filling import filled_at_random, parsed, shipped_form

NAMES = shipped()
FILLS = 4


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_random_fill_that_follows_the_rules_is_valid(name: str) -> None:
    for seed in range(FILLS):
        checked = filled_at_random(name, seed)
        assert (checked.violations, checked.corrected, checked.unknown) == ((), (), ())
        for called in assess(parsed(name), checked, shipped_form(name).consequences).called:
            assert called.code in CODES[called.kind]
            assert called.label["fr"]
            assert called.label["en"]


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_named_after_its_form_and_titled_in_both_languages(name: str) -> None:
    form = parsed(name)
    assert form.form_id == name
    assert form.title("fr") != form.title("en")
    assert form.languages == ("fr", "en")


@pytest.mark.parametrize("name", NAMES)
def test_sources_are_cited_and_french_is_set_with_its_own_signs(name: str) -> None:
    data = read_shipped(name)
    assert b"# Sources" in data.partition(b"settings:")[0]
    book = read_workbook(data, suffix=".yaml")
    cells = [
        re.sub(r"\$\{\w+\}", "", cell)
        for row in (*book.survey, *book.choices, *book.consequences)
        for column, cell in row.cells.items()
        if column.endswith(("::fr", "(fr)"))
    ]
    assert len(cells) > 50
    assert [one for one in cells if "'" in one or '"' in one] == []
    assert [one for one in cells if re.search(r"\w[:;?!»](?:\s|$)|«\w", one)] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_urgent_has_a_delay_and_an_owner(name: str) -> None:
    for one in shipped_form(name).consequences:
        if one.severity in ("U0", "U1", "U2"):
            assert one.due or one.kind == "work_order", one.name
            assert one.owner, one.name


# Works that a severity’s own delay is wrong for, and what they wait; the workbook says why.
ARGUED = {
    ("home_visit", "cold_dwelling"): "24h",
    ("safety_and_decency", "cold_dwelling"): "24h",
    ("safety_and_decency", "power_part"): "1wd",
    ("first_month_visit", "electricity_repair"): "1wd",
    ("safety_and_decency", "heating_repair"): "2wd",
    ("safety_and_decency", "hot_water_repair"): "2wd",
    ("entry_inventory", "heating_repair"): "2wd",
    ("entry_inventory", "hot_water_repair"): "2wd",
    ("first_month_visit", "heating_repair"): "2wd",
    ("safety_and_decency", "lift_repair"): "2wd",
    ("accessibility", "lift_repair"): "2wd",
    ("annual_residence_check", "lift_repair"): "2wd",
    ("home_hazards", "order_lift"): "2wd",
    ("first_month_visit", "keys_missing"): "5wd",
    ("follow_up_1_6_12", "works_mend"): "10wd",
    ("follow_up_1_6_12", "kit_leak"): "10wd",
    ("weekly_support", "repair_needed"): "10wd",
}
BY_SEVERITY = {"U0": "1h", "U1": "4h", "U2": "5wd", "U3": "30d", "P": "3m"}


def test_works_of_one_severity_wait_alike_unless_their_workbook_argues() -> None:
    own = {
        (name, one.name): one.due
        for name in NAMES
        for one in shipped_form(name).consequences
        if one.kind == "work_order" and one.due
    }
    assert own == ARGUED
    for name, label in own:
        rows = read_shipped(name).decode().partition("\nconsequences:")[2].split("\n  - when:")
        (row,) = [one for one in rows if f"\n    name: {label}\n" in one]
        assert re.search(rf"\n    # .+\n    due: {own[name, label]}\n", row), (name, label)


def test_a_danger_that_opens_works_waits_as_long_as_its_severity() -> None:
    for name in NAMES:
        for one in shipped_form(name).consequences:
            if one.kind == "hazard" and one.owner == "landlord":
                assert one.due == BY_SEVERITY[one.severity], (name, one.name)
