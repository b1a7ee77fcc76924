"""Server and tablet agree: against what the tablet's engine concluded, and where they part."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnostics.form import parse_form
from tests.diagnostics.builders import checked, form_of, row
from tests.diagnostics.oracle.compare import compare
from tests.diagnostics.oracle.recording import corpus, recorded, xform_of


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.stem)
def test_the_server_agrees_with_what_the_engine_concluded(path: Path) -> None:
    form = parse_form(xform_of(path))
    visits = list(recorded(path))
    assert len(visits) >= 8
    assert {at: found for at, one in enumerate(visits) if (found := list(compare(form, one)))} == {}


def test_exception_turns_hidden_by_relevance_do_not_count() -> None:
    """The engine still counts turns of a hidden repeat but never sends them; ODK Collect does not.

    The server can only see what was sent. A form whose totals matter puts them behind the same
    condition as the repeat, as home_visit does.
    """
    form = form_of(
        [
            row("text", "a"),
            row("begin repeat", "room", relevant="${a} = 'yes'"),
            row("integer", "x"),
            row("end repeat", ""),
            row("calculate", "n", calculation="count(${room})"),
        ]
    )
    assert checked(form, {"a": "no", "n": "2"}).corrected[0].computed == "0"


def test_exception_a_decimal_quoted_in_french_has_a_comma() -> None:
    """The engine quotes 15.5 as it is kept; in the office and on paper, French reads 15,5."""
    form = form_of([row("decimal", "a"), row("note", "n", "Il fait ${a}.")])
    seen = checked(form, {"a": "15.5"})
    (node,) = seen.answers.index["/data/n"]
    assert form.texts.filled(form.by_path["/data/n"].wording, seen.scope, node) == "Il fait 15,5."


def test_sunday_has_no_short_name_as_on_the_tablet() -> None:
    """The engine looks for a seventh name in a list that begins with Sunday; we follow it."""
    form = form_of([row("calculate", "a", calculation="format-date('2026-11-22', '%a %e')")])
    assert checked(form, {"a": " 22"}).corrected == ()
