"""What the converter says in English is said in French, on its sheet and row."""

from __future__ import annotations

import re

import pytest

from diagnostics.workbook import WorkbookRefused, examine, publish, read_workbook
from diagnostics.workbook.refusals import Problem, warning_of_pyxform
from tests.diagnostics.builders import EN, FR, row, workbook

# As pyxform writes them; `grep -r warnings.append` in it finds the list.
WARNINGS = [
    "[row : 4] Group has no label: {'name': 'a', 'type': 'begin group'}",
    "[row : 4] Repeat has no label: {'name': 'a', 'type': 'begin repeat'}",
    "[row : 3] On the 'choices' sheet, the 'label' value is invalid. Choices should have a label.",
    "[row : 1] On the 'choices' sheet, the 'my col' value is invalid. Column headers must not be.",
    "[row : 5] On the 'survey' sheet, the 'name' value 'A' is problematic. The name is a"
    " case-insensitive match to another name.",
    "Language 'English (en)' is missing the survey hint column.\nLanguage 'x' is missing the"
    " choices columns hint, label.",
    "The form_id and id_string column headers are both specified in the settings sheet provided.",
    "[row : 6] The 'disabled' column header is not part of the current spec.",
    "[row : 7] Row without name, text, or label is being skipped:\n{'hint': 'x'}",
    "[row : 8] simserial is no longer supported on most devices. Only old versions of Collect",
    "[row : 8] select one external is only meant for filtered selects.",
    "[row : 9] Use the max-pixels parameter to speed up submission sending and save storage.",
    "The following language declarations do not contain valid machine-readable codes: Anglais."
    " Learn more: http://xlsform.org#multiple-language-support",
    "This form uses or_other and translations, which is not recommended.",
]
ENGLISH = re.compile(r"\b(the|is|are|should|must|with|this|no longer)\b", re.IGNORECASE)


@pytest.mark.parametrize("message", WARNINGS)
def test_every_warning_of_the_converter_is_said_in_french(message: str) -> None:
    said = warning_of_pyxform(message).message
    assert "Le convertisseur signale" not in said
    if "Des traductions manquent" not in said:  # these name the sheets' columns as they stand
        assert not ENGLISH.search(said), said


def test_one_we_do_not_know_is_quoted_in_a_french_sentence() -> None:
    found = warning_of_pyxform("[row : 4] Something {new} happened.")
    said = "Le convertisseur signale, en anglais : « Something {new} happened. »"
    assert found == Problem("survey", 4, None, said)


def test_a_warning_about_the_choices_keeps_its_sheet_and_row() -> None:
    survey = [row("select_one letters", "a"), row("text", "b")]
    choices = [
        {"list_name": "letters", "name": "x", FR: "X", EN: "X"},
        {"list_name": "letters", "name": "y"},
    ]
    found = examine(read_workbook(workbook(survey, choices=choices), suffix=".yaml"))
    assert Problem("choices", 3, None, "Ce choix n’a pas de libellé.") in found.warnings


def test_a_consequence_whose_path_no_table_could_keep_is_refused_on_its_row() -> None:
    survey = [row("begin repeat", "r" * 190), row("text", "a"), row("end repeat", "")]
    called = {
        "when": "${a} != ''", "for_each": "r" * 190, "kind": "referral", "code": "caf",
        "label::fr": "Fr", "label::en": "En",
    }  # fmt: skip
    with pytest.raises(WorkbookRefused) as refused:
        publish(read_workbook(workbook(survey, consequences=[called]), suffix=".yaml"))
    (problem,) = refused.value.problems
    assert (problem.sheet, problem.row, problem.column) == ("consequences", 2, "name")
