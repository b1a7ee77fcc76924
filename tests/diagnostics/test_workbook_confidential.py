"""A confidential answer is marked in the workbook, kept with the form, quoted nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.assessment import assess
from diagnostics.facts import facts, proposals
from diagnostics.form import parse_form
from diagnostics.forms import read_shipped
from diagnostics.workbook import WorkbookRefused, compare, publish, read_workbook, write_workbook
from tests.diagnostics.builders import checked, published, row, workbook

NOTE = row("text", "note", readers="social_worker")
OPEN = row("text", "said")


def refusals(survey: list[Any], **more: Any) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(WorkbookRefused) as refused:
        publish(read_workbook(workbook(survey, **more), suffix=".yaml"))
    return [(one.sheet, one.row, one.column) for one in refused.value.problems]


def test_the_form_itself_says_who_reads_an_answer() -> None:
    form = parse_form(published([OPEN, NOTE]).xform)
    readers = {path: bind.readers for path, bind in form.binds.items()}
    assert (readers["/data/note"], readers["/data/said"]) == ("social_worker", "")


def test_what_is_confidential_is_proposed_to_nobody_even_by_a_form_that_says_so() -> None:
    xform = published([OPEN, NOTE | {"readers": "", "about": "person"}]).xform
    both = xform.replace(
        b'palier:about="person"', b'palier:about="person" palier:readers="social_worker"'
    )
    assert both != xform
    form = parse_form(both)
    assert proposals(form) == ()
    assert facts(form, checked(form, {"note": "a"})) == {}


def test_the_column_goes_to_a_spreadsheet_and_back() -> None:
    book = read_workbook(workbook([OPEN, NOTE]), suffix=".yaml")
    for suffix in (".xlsx", ".yaml"):
        back = read_workbook(write_workbook(book, suffix=suffix), suffix=suffix)
        assert [one.get("readers") for one in back.survey] == ["", "social_worker"]
        assert publish(back).sha256 == publish(book).sha256


def test_who_else_reads_is_a_change_of_rules() -> None:
    was, now = published([OPEN, row("text", "note")]), published([OPEN, NOTE], version="2")
    changes = [(one.name, one.what, one.after) for one in compare(was, now).expressions]
    assert changes == [("note", "readers", "social_worker")]


@pytest.mark.parametrize(
    "cells",
    [
        row("text", "note", readers="manager"),
        row("integer", "note", readers="social_worker"),
        row("image", "note", readers="social_worker"),
        row("begin group", "note", readers="social_worker"),
        row("text", "note", readers="social_worker", about="person"),
    ],
    ids=["other_readers", "number", "photo", "group", "proposed_again"],
)
def test_another_use_of_the_column_is_refused(cells: dict[str, str]) -> None:
    end = [row("end group", "")] if cells["type"] == "begin group" else []
    assert ("survey", 2, "readers") in refusals([cells, OPEN, *end])


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (row("note", "quote", "Vous avez dit ${note}"), "label::Français (fr)"),
        (row("calculate", "copy", calculation="${note}"), "calculation"),
        (row("text", "more", relevant="${note} != ''"), "relevant"),
        (row("calculate", "path", calculation="concat(/data/note, '')"), None),
        (row("calculate", "near", calculation="string(../note)"), None),
    ],
    ids=["label", "calculation", "relevant", "absolute", "relative"],
)
def test_nothing_may_quote_a_confidential_answer(cells: dict[str, str], column: str | None) -> None:
    assert ("survey", 3, column) in refusals([NOTE, cells])


def test_its_own_message_may_not_repeat_it() -> None:
    languages = ("Français (fr)", "English (en)")
    said = {f"constraint_message::{one}": "Pas ${note}" for one in languages}
    note = {**NOTE, "constraint": "string-length(.) < 9", **said}
    assert {column for _, _, column in refusals([note])} == set(said)


def test_no_consequence_may_hang_on_it() -> None:
    call = {"when": "${note} != ''", "kind": "follow_up", "code": "call"}
    labels = {"label::fr": "Lire ${note}.", "label::en": "Read."}
    found = refusals([NOTE], consequences=[{**call, **labels}])
    assert found == [("consequences", 2, "when"), ("consequences", 2, "label::fr")]


@pytest.mark.parametrize("name", ["social_situation", "weekly_support"])
def test_the_shipped_confidential_notes_are_marked(name: str) -> None:
    form = parse_form(publish(read_workbook(read_shipped(name), suffix=".yaml")).xform)
    marked = [path.rpartition("/")[2] for path, bind in form.binds.items() if bind.readers]
    assert marked == ["confidential_note"]


def test_a_cause_never_quotes_it_even_in_a_form_made_elsewhere() -> None:
    call = {"when": "${said} != ''", "kind": "follow_up", "code": "call", "due": "6m"}
    labels = {"label::fr": "Appeler.", "label::en": "Call."}
    made = published([OPEN, row("text", "note")], consequences=[{**call, **labels}])
    marked = made.xform.replace(
        b'<bind nodeset="/data/said"', b'<bind p:readers="social_worker" nodeset="/data/said"'
    ).replace(b"<h:html ", b'<h:html xmlns:p="urn:palier:form" ', 1)
    form = parse_form(marked)
    found = assess(form, checked(form, {"said": "secret", "note": ""}), made.consequences)
    assert [one.causes for one in found.called] == [()]
