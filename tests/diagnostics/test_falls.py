"""The workbook says which answer is the number of falls; nobody reads more into it."""

import pytest

from diagnostics.falls import FallsTold, asks_of_falls, falls_told
from diagnostics.workbook import WorkbookRefused, publish, read_workbook
from tests.diagnostics.builders import checked, form_of, row, workbook
from tests.diagnostics.filling import Filled, parsed
from tests.diagnostics.test_forms_follow_up import CALM, FELL


def told(**answers: str) -> FallsTold | None:
    filled = Filled("follow_up_1_6_12", **{**CALM, **answers})
    return falls_told(parsed("follow_up_1_6_12"), filled.checked)


def test_the_follow_up_tells_how_many_falls_there_were() -> None:
    assert asks_of_falls(parsed("follow_up_1_6_12"))
    assert told() == FallsTold(spoken=True, number=0)
    assert told(**{**FELL, "falls_since": "3"}) == FallsTold(spoken=True, number=3)


def test_what_is_not_said_is_unknown_and_who_was_not_reached_was_not_spoken_to() -> None:
    unknown = FallsTold(spoken=True, number=None)
    assert told(fell_since="unsaid") == unknown
    assert told(health_agreed="no") == unknown
    assert told(**{**FELL, "falls_since": "500"}) == unknown
    reached = falls_told(
        parsed("follow_up_1_6_12"),
        Filled(
            "follow_up_1_6_12", month="m1", channel="phone", reached="no", not_reached_why="moved"
        ).checked,
    )
    assert reached == FallsTold(spoken=False, number=None)


def test_a_form_that_does_not_ask_says_nothing() -> None:
    assert not asks_of_falls(parsed("home_visit"))
    assert falls_told(parsed("home_visit"), Filled("home_visit").checked) is None


def test_a_follow_up_of_before_is_read_by_its_questions() -> None:
    survey = [row("text", "reached", "R"), row("text", "fell_since", "F")]
    survey.append(row("integer", "falls_since", "N"))
    before = form_of(survey, form_id="follow_up_1_6_12")
    assert asks_of_falls(before)
    said = {"reached": "yes", "fell_since": "no"}
    assert falls_told(before, checked(before, said)) == FallsTold(True, 0)
    said |= {"fell_since": "yes", "falls_since": "2"}
    assert falls_told(before, checked(before, said)) == FallsTold(True, 2)
    assert falls_told(before, checked(before, {"reached": "no"})) == FallsTold(False, None)


def test_a_number_of_falls_is_declared_once_and_is_a_number() -> None:
    def problems(*survey: dict[str, str]) -> list[tuple[int | None, str | None]]:
        with pytest.raises(WorkbookRefused) as refused:
            publish(read_workbook(workbook(list(survey)), suffix=".yaml"))
        return [(one.row, one.column) for one in refused.value.problems]

    once = row("integer", "a", "A", about="falls")
    assert problems(row("text", "a", "A", about="falls")) == [(2, "about")]
    assert problems(once, row("integer", "b", "B", about="falls")) == [(3, "about")]
    again = (row("begin repeat", "r", "R"), once, row("end repeat", ""))
    assert problems(*again) == [(3, "about")]
    assert asks_of_falls(form_of([once]))
