"""What changed from one version of a diagnostic to the next is named, each thing once."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.forms import read_shipped, shipped
from diagnostics.phrasing import readable
from diagnostics.workbook import (
    Comparison,
    PublishedForm,
    compare,
    examine,
    publish,
    read_workbook,
)
from tests.diagnostics.builders import EN, FR, published, row, workbook

YES = [{"list_name": "yn", "name": name, FR: name, EN: name} for name in ("yes", "no")]
CALL = {
    "when": "${a} = 'yes'", "kind": "follow_up", "code": "call", "due": "6m",
    "label::fr": "Appeler.", "label::en": "Call.",
}  # fmt: skip
ASKED = [row("select_one yn", "a", "Va-t-elle bien ?"), row("integer", "b", constraint=". < 9")]


def form(
    survey: list[Any] | None = None, *, calls: list[Any] | None = None, **more: Any
) -> PublishedForm:
    calls = [CALL] if calls is None else calls
    return published(survey or ASKED, choices=more.pop("choices", YES), consequences=calls, **more)


def changed(survey: list[Any] | None = None, **more: Any) -> Comparison:
    return compare(form(), form(survey, **more))


def test_a_form_does_not_differ_from_itself() -> None:
    assert not changed(version="2")
    for name in shipped():
        one = publish(read_workbook(read_shipped(name), suffix=".yaml"))
        assert not compare(one, one)


def test_expressions_read_as_they_were_written() -> None:
    for name in shipped():
        book = read_workbook(read_shipped(name), suffix=".yaml")
        for before in (publish(book),):
            for one in compare(form(), before).expressions:
                assert "/data/" not in one.after
    assert readable("( /data/g/a  = 'x/y' and ../b > 1)") == "(${a} = 'x/y' and ${b} > 1)"
    assert readable("instance('yn')/root/item[name = ../a]") == (
        "instance('yn')/root/item[name = ${a} ]"
    )


def test_questions_added_removed_and_renamed() -> None:
    found = changed([ASKED[0], row("text", "c")])
    assert [one.name for one in found.added] == ["c"]
    assert [one.name for one in found.removed] == ["b"]
    renamed = changed([ASKED[0], {**ASKED[1], "name": "bb"}])
    assert [(old.name, new.name) for old, new in renamed.renamed] == [("b", "bb")]
    again = changed([{**ASKED[0], "name": "well"}, ASKED[1]], calls=[])
    assert [(old.name, new.name) for old, new in again.renamed] == [("a", "well")]
    assert again.added == again.removed == ()


@pytest.mark.parametrize(
    ("question", "where", "expected"),
    [
        ({EN: "Is she fine?"}, "reworded", ("label:en", "Va-t-elle bien ? (en)", "Is she fine?")),
        ({"type": "select_multiple yn"}, "retyped", ("type", "select_one", "select_multiple")),
        ({"relevant": "${b} > 1"}, "expressions", ("relevant", "", "${b} > 1")),
        ({"appearance": "minimal"}, "expressions", ("appearance", "", "minimal")),
    ],
)
def test_one_change_is_one_line(
    question: dict[str, str], where: str, expected: tuple[str, str, str]
) -> None:
    found = changed([{**ASKED[0], **question}, ASKED[1]])
    (one,) = getattr(found, where)
    assert (one.name, one.what, one.before, one.after) == ("a", *expected)
    others = ["added", "removed", "renamed", "moved", "reworded", "retyped", "choices"]
    assert not any(getattr(found, name) for name in others if name != where)


def test_choices_and_groups() -> None:
    more = [*YES, {"list_name": "yn", "name": "maybe", FR: "peut-être", EN: "maybe"}]
    found = changed(choices=more)
    assert [(one.what, one.after) for one in found.choices] == [
        ("maybe:fr", "peut-être"),
        ("maybe:en", "maybe"),
    ]
    inside = [row("begin group", "g"), *ASKED, row("end group", "")]
    assert [(one.name, one.before, one.after) for one in changed(inside).moved] == [
        ("a", "", "g"),
        ("b", "", "g"),
    ]


def test_consequences_are_followed_though_their_numbers_shift() -> None:
    first = {**CALL, "when": "${b} = 2", "code": "visit", "label::fr": "Passer."}
    found = changed(calls=[first, CALL])
    assert [one.code for one in found.consequences_added] == ["visit"]
    assert found.consequences_removed == found.consequences_changed == ()
    assert [
        one.code for one in compare(form(calls=[first, CALL]), form()).consequences_removed
    ] == ["visit"]


def test_a_consequence_changed_says_what_was_and_what_is() -> None:
    found = changed(calls=[{**CALL, "due": "1m", "label::en": "Ring."}])
    assert [(one.what, one.before, one.after) for one in found.consequences_changed] == [
        ("due", "6m", "1m"),
        ("label:en", "Call.", "Ring."),
    ]
    named = {**CALL, "name": "ring"}
    kept = compare(
        form(calls=[named]), form(calls=[{**named, "when": "${b} = 1", "code": "visit"}])
    )
    assert [one.what for one in kept.consequences_changed] == ["code", "when"]


def test_a_renamed_question_is_a_warning_on_its_row() -> None:
    data = workbook([{**ASKED[0], "name": "well"}, ASKED[1]], choices=YES, version="2")
    found = examine(read_workbook(data, suffix=".yaml"), since=form(calls=[]))
    (warning,) = found.warnings
    assert (warning.sheet, warning.row, warning.column) == ("survey", 2, "name")
    assert "« a » s’appelle maintenant « well »" in warning.message
    assert found.form is not None
