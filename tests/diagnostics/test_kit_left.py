"""The workbook says which answers tell how many items of a kit are still in place."""

import pytest

from diagnostics.codes import KITS
from diagnostics.kit_left import LEFT, asks_what_is_left, items_left
from diagnostics.workbook import WorkbookRefused, publish, read_workbook
from tests.diagnostics.builders import checked, form_of, row, workbook
from tests.diagnostics.filling import Filled, parsed
from tests.diagnostics.test_forms_follow_up import CALM

FOLLOW_UP = "follow_up_1_6_12"


def left(**answers: str) -> dict[str, int | None] | None:
    return items_left(parsed(FOLLOW_UP), Filled(FOLLOW_UP, **{**CALM, **answers}).checked)


def test_the_follow_up_asks_of_every_item_of_a_kit() -> None:
    form = parsed(FOLLOW_UP)
    assert asks_what_is_left(form)
    assert {bind.about for bind in form.binds.values()} >= set(LEFT)
    assert set(LEFT.values()) == set(KITS)


def test_none_left_is_a_number_and_an_empty_answer_is_none() -> None:
    told = left(kit_received="yes", lamps_left="4", aerators_left="0")
    assert told == dict.fromkeys(KITS) | {"led": 4, "aerator": 0}


def test_who_was_not_asked_tells_nothing() -> None:
    assert left(kit_received="no") == {}
    assert left(follow_up_agreed="no") == {}


def test_a_number_against_the_rules_of_the_form_is_not_known() -> None:
    told = left(kit_received="yes", lamps_left="51")
    assert told is not None and told["led"] is None


def test_a_form_that_does_not_ask_says_nothing() -> None:
    assert not asks_what_is_left(parsed("eco_kit"))
    assert items_left(parsed("eco_kit"), Filled("eco_kit", kit_agreed="no").checked) is None


def test_a_follow_up_of_before_is_read_by_its_questions() -> None:
    survey = [row("integer", "lamps_left", "L"), row("integer", "aerators_left", "A")]
    before = form_of(survey, form_id=FOLLOW_UP)
    assert items_left(before, checked(before, {"lamps_left": "2"})) == {"led": 2, "aerator": None}
    assert items_left(form_of(survey), checked(before, {"lamps_left": "2"})) is None


def test_a_number_of_items_is_declared_once_an_item_and_is_a_number() -> None:
    def problems(*survey: dict[str, str]) -> list[tuple[int | None, str | None]]:
        with pytest.raises(WorkbookRefused) as refused:
            publish(read_workbook(workbook(list(survey)), suffix=".yaml"))
        return [(one.row, one.column) for one in refused.value.problems]

    led = row("integer", "a", "A", about="kit:led")
    assert problems(row("text", "a", "A", about="kit:led")) == [(2, "about")]
    assert problems(row("integer", "a", "A", about="kit:gold")) == [(2, "about")]
    assert problems(led, row("integer", "b", "B", about="kit:led")) == [(3, "about")]
    again = (row("begin repeat", "r", "R"), led, row("end repeat", ""))
    assert problems(*again) == [(3, "about")]
    both = form_of([led, row("integer", "b", "B", about="kit:aerator")])
    assert items_left(both, checked(both, {"a": "1", "b": "3"})) == {"led": 1, "aerator": 3}
