"""A workbook changes its dress without losing a word, and workbooks from elsewhere come in."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.form import parse_form
from diagnostics.forms import read_shipped, shipped
from diagnostics.workbook import (
    Problem,
    WorkbookRefused,
    examine,
    publish,
    read_workbook,
    validate,
    write_workbook,
)
from tests.diagnostics.builders import checked, home_visit, spreadsheet

pytestmark = pytest.mark.slow

SETTINGS = [{"form_title": "Elsewhere", "form_id": "elsewhere", "version": "7"}]


def survey_of(*rows: Mapping[str, Any], **sheets: Any) -> bytes:
    return spreadsheet(survey=rows, **{"settings": SETTINGS, **sheets})


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_diagnostic_survives_the_spreadsheet(name: str) -> None:
    here = read_workbook(read_shipped(name), suffix=".yaml")
    excel = read_workbook(write_workbook(here, suffix=".xlsx"), suffix=".xlsx")
    again = read_workbook(write_workbook(excel, suffix=".yaml"), suffix=".yaml")
    assert here == excel == again
    assert here.comments[""].startswith(("Visite", "Risque", ""))
    assert publish(again).sha256 == publish(here).sha256


COMMENTED = """\
# Head of the file
#   indented
survey:
  # above the first row
  - {type: text, name: a, label: "# not a comment"}  # beside
  # above the second
  - type: text
    # inside the second
    name: b
    label: |
      # not one either
      two lines
# about the choices
choices:
  - {list_name: yn, name: "yes", label: "= 1"}
settings:
  form_title: T
  form_id: t
  version: "001"
# last words
"""


def test_comments_stay_with_what_they_are_about() -> None:
    book = read_workbook(COMMENTED.encode(), suffix=".yaml")
    assert book.comments == {
        "": "Head of the file\n  indented",
        "choices": "about the choices",
        "end": "last words",
    }
    assert [row.comment for row in book.survey] == [
        "above the first row\nbeside",
        "above the second\ninside the second",
    ]
    assert book.survey[1].get("label") == "# not one either\ntwo lines"
    excel = read_workbook(write_workbook(book, suffix=".xlsx"), suffix=".xlsx")
    assert excel == book
    text = write_workbook(excel, suffix=".yaml")
    assert read_workbook(text, suffix=".yaml") == book
    assert list(book.columns) == ["survey", "choices", "settings"]


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
CELLS = st.one_of(WORDS, st.sampled_from(["yes", "001", "1e3", "=1+1", "# x", "a\nb", "- {", "'"]))
ROWS = st.lists(st.dictionaries(st.sampled_from(["name", "label", "hint"]), CELLS), max_size=4)


@settings(deadline=None, max_examples=60)
@given(survey=ROWS, comment=st.text(max_size=30))
def test_any_cells_and_comments_go_round(survey: list[dict[str, str]], comment: str) -> None:
    sheets = [{"type": "text", "#": comment}, *survey]
    try:
        book = read_workbook(spreadsheet_safely(sheets), suffix=".xlsx")
    except WorkbookRefused:
        return
    again = read_workbook(write_workbook(book, suffix=".yaml"), suffix=".yaml")
    cells = [(row.cells, row.comment) for row in book.survey]
    assert cells == [(row.cells, row.comment) for row in again.survey]
    excel = read_workbook(write_workbook(again, suffix=".xlsx"), suffix=".xlsx")
    assert excel == again


def spreadsheet_safely(rows: Sequence[Mapping[str, str]]) -> bytes:
    kept = [{k: "".join(c for c in v if c >= " " or c == "\n") for k, v in r.items()} for r in rows]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "survey"
    columns = ["#", "type", "name", "label", "hint"]
    for number, one in enumerate([dict(zip(columns, columns, strict=True)), *kept], start=1):
        for at, column in enumerate(columns, start=1):
            if one.get(column):
                cell = sheet.cell(number, at)
                cell.value, cell.data_type = one[column], "s"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_typed_spreadsheet_reads_as_it_looks() -> None:
    rows = [{"type": "integer", "name": "a", "label": "A", "required": True, "default": 3.0}]
    (row,) = read_workbook(survey_of(*rows), suffix=".xlsx").survey
    assert dict(row.cells) == {
        "type": "integer", "name": "a", "label": "A", "required": "TRUE", "default": "3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('survey: [{type: text, name: "a\\x07"}]', "caractère invisible"),
        ("| survey | | |\n| | type | type |\n| | text | a |", "Cette colonne figure deux fois."),
    ],
)
def test_cells_nobody_can_keep_are_refused(text: str, said: str) -> None:
    suffix = ".md" if text.startswith("|") else ".yaml"
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(text.encode(), suffix=suffix)
    assert said in refused.value.problems[0].message


def test_a_sheet_without_end_is_refused_and_many_comments_are_read_in_time() -> None:
    row = {"type": "note", "name": "a"}
    endless = b"x: &r {type: note}\nsurvey: [" + b"*r," * 20_001 + b"]"
    for data, suffix in ((survey_of(*[row] * 20_001), ".xlsx"), (endless, ".yaml")):
        with pytest.raises(WorkbookRefused) as refused:
            read_workbook(data, suffix=suffix)
        assert "20000 lignes" in refused.value.problems[0].message
    remarks = b"# x\n" * 50_000
    book = read_workbook(remarks + b"survey: [{type: note}]", suffix=".yaml")
    assert len(book.comments[""].splitlines()) == 50_000


def test_a_cell_longer_than_a_spreadsheet_holds_is_refused_on_its_row() -> None:
    book = read_workbook(b"survey: [{type: note, label: %s}]" % (b"x" * 40_000), suffix=".yaml")
    with pytest.raises(WorkbookRefused) as refused:
        write_workbook(book, suffix=".xlsx")
    assert refused.value.problems[0].row == 2
    with pytest.raises(ValueError, match="no workbook"):
        write_workbook(book, suffix=".docx")


FR, EN = "label::French (fr)", "label::English (en)"


def test_a_workbook_from_elsewhere_comes_in_whole() -> None:
    survey = [
        {"type": "select_one region", "name": "region", FR: "Région", EN: "Region"},
        {
            "type": "select_one town", "name": "town", FR: "Ville", EN: "Town",
            "choice_filter": "region=${region}", "appearance": "minimal autocomplete",
        },
        {"type": "select_multiple pet or_other", "name": "pets", FR: "Animaux", EN: "Pets"},
        {"type": "integer", "name": "people", FR: "Combien ?", EN: "How many?"},
        {
            "type": "begin_repeat", "name": "person", FR: "Personne", EN: "Person",
            "repeat_count": "${people}",
        },
        {"type": "text", "name": "first_name", FR: "Prénom", EN: "First name"},
        {"type": "end_repeat"},
        {"type": "note", "name": "seen", FR: "Vu", EN: "Seen", "media::image": "plan.png"},
    ]  # fmt: skip
    choices = [
        {"list_name": "region", "name": "hdf", FR: "Hauts-de-France", EN: "North"},
        {"list_name": "region", "name": "idf", FR: "Île-de-France", EN: "Paris"},
        {"list_name": "town", "name": "creil", FR: "Creil", EN: "Creil", "region": "hdf"},
        {"list_name": "town", "name": "melun", FR: "Melun", EN: "Melun", "region": "idf"},
        {"list_name": "pet", "name": "cat", FR: "Chat", EN: "Cat"},
    ]
    data = survey_of(*survey, choices=choices)
    found = examine(read_workbook(data, suffix=".xlsx"))
    assert found.problems == ()
    assert [(one.row, one.column) for one in found.warnings if one.column] == [(9, "media::image")]
    assert found.form is not None
    form = parse_form(found.form.xform)
    assert form.languages == ("fr", "en")
    assert form.by_path["/data/town"].appearance == "minimal autocomplete"
    assert "/data/pets_other" in form.by_path
    good = {
        "region": "hdf", "town": "creil", "pets": "cat", "people": "1", "person_count": "1",
        "person": [{"first_name": "Ana"}],
    }  # fmt: skip
    assert checked(form, good).valid
    assert not checked(form, {**good, "town": "melun"}).valid
    assert {str(one.kind) for one in checked(form, {**good, "person": []}).violations} == {"count"}


def test_sheets_that_would_change_the_meaning_are_refused_and_others_are_named() -> None:
    text = {"type": "text", "name": "a", "label": "A"}
    more = {"entities": [{"list_name": "x"}], "notes": [{"to do": "x"}]}
    found = examine(read_workbook(survey_of(text, **more), suffix=".xlsx"))
    assert [one.sheet for one in found.problems] == ["entities"]
    assert found.warnings == (Problem("notes", None, None, "Cette feuille n’est pas lue."),)


def test_a_language_the_tablet_cannot_find_is_a_warning() -> None:
    row = {"type": "text", "name": "a", "label::English": "A", "label::Kreyòl (ht)": "A"}
    found = examine(read_workbook(survey_of(row), suffix=".xlsx"))
    said = [one.message for one in found.warnings if one.column]
    assert "« English (en) »" in said[0]
    assert "français et anglais" in said[1]


@pytest.mark.parametrize(
    ("name", "more"),
    [("tinetti_balance", {}), ("q1", {"instrument": "Échelle de chez nous"})],
)
def test_a_clinical_instrument_needs_its_source(name: str, more: dict[str, str]) -> None:
    row = {"type": "integer", "name": name, "label": "A"}

    def found(**source: str) -> tuple[Problem, ...]:
        data = survey_of(row, settings=[{**SETTINGS[0], **more, **source}])
        return examine(read_workbook(data, suffix=".xlsx")).problems

    (problem,) = found()
    assert (problem.sheet, problem.row, problem.column) == ("settings", 2, "source")
    assert found(source="Nous, 2026") == ()


def test_a_question_made_of_itself_is_refused_on_its_cell() -> None:
    data = survey_of({"type": "calculate", "name": "a", "calculation": "${a} + 1"})
    (problem,) = examine(read_workbook(data, suffix=".xlsx")).problems
    assert (problem.row, problem.column) == (2, "calculation")
    assert "en rond" in problem.message


def test_odk_validate_says_what_it_thinks_where_there_is_java(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = validate(home_visit().xform)
    if good.ran:
        assert good.errors == ()
        bad = home_visit().xform.replace(b'relevant=" /data', b'relevant="((( /data', 1)
        assert validate(bad).errors
    monkeypatch.setenv("PATH", "/nowhere")
    assert not validate(home_visit().xform).ran
