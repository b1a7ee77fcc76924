"""A workbook is read from three dresses, published, or refused in French on its row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.assessment import assess
from diagnostics.codes import CODES, KINDS, OWNERS, SEVERITIES, Kind, Name, Severity, code_name
from diagnostics.delays import Delay, DelayUnit, parse_delay
from diagnostics.form import parse_form
from diagnostics.forms import read_shipped, shipped
from diagnostics.workbook import Problem, WorkbookRefused, publish, read_workbook
from tests.diagnostics.builders import (
    EN,
    FR,
    checked,
    home_visit,
    published,
    row,
    spreadsheet,
    workbook,
)

CALL = {
    "when": "${a} = 'yes'",
    "kind": "follow_up",
    "code": "call",
    "due": "6m",
    "label::fr": "Appeler.",
    "label::en": "Call.",
}


LED = {"kind": "kit", "code": "led"}


def problems(survey: list[Any], **more: Any) -> tuple[Problem, ...]:
    with pytest.raises(WorkbookRefused) as refused:
        publish(read_workbook(workbook(survey, **more), suffix=".yaml"))
    return refused.value.problems


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_every_shipped_diagnostic_publishes_in_both_languages(name: str) -> None:
    form = publish(read_workbook(read_shipped(name), suffix=".yaml"))
    parsed = parse_form(form.xform)
    assert parsed.languages == ("fr", "en")
    assert all(parsed.title(language) for language in parsed.languages)
    assert all(one.label("fr") and one.label("en") for one in parsed.questions)
    assert [one for one in form.consequences if not one.causes] == []


def test_yaml_and_excel_publish_the_same_form() -> None:
    sheets = yaml.load(read_shipped("home_visit"), Loader=yaml.BaseLoader)
    again = publish(read_workbook(spreadsheet(**sheets), suffix=".xlsx"))
    assert again.xform == home_visit().xform
    assert again.consequences == home_visit().consequences
    assert again.sha256 == home_visit().sha256


def test_markdown_is_read_too() -> None:
    text = """
    | survey | type | name | label::Français (fr) | label::English (en) | relevant |
    |        | ---- | ---- | --- | --- | --- |
    |        | text | a    | Un  | One | |
    |        | text | b    | Deux | Two | regex(${a}, 'x\\|y') |
    | settings | form_title | form_id | version |
    |          | Essai      | trial   | 1       |
    """
    form = publish(read_workbook(text.encode(), suffix=".md"))
    assert parse_form(form.xform).binds["/data/b"].relevant is not None
    assert "x|y" in form.xform.decode()


def test_a_consequence_becomes_a_note_that_points_to_its_causes() -> None:
    form = published([row("text", "a")], consequences=[CALL])
    (one,) = form.consequences
    assert (one.name, one.path, one.causes) == (
        "consequence_1",
        "/data/what_follows/consequence_1",
        ("/data/a",),
    )
    parsed = parse_form(form.xform)
    assert parsed.by_path[one.path].control == "note"
    assert parsed.by_path[one.path].label("en") == "Call."
    assert parsed.group_title("/data/what_follows", "fr") == "Ce qui va suivre"


def test_curly_quotes_of_a_condition_are_straightened() -> None:
    form = published([row("text", "a")], consequences=[{**CALL, "when": "${a} = ‘yes’"}])
    answers = parse_form(form.xform)
    called = assess(answers, checked(answers, {"a": "yes"}), form.consequences).called
    assert [one.code for one in called] == ["call"]


def test_a_consequence_for_each_turn_stands_at_the_end_of_its_repeat() -> None:
    survey = [row("begin repeat", "room"), row("text", "a"), row("end repeat", "")]
    form = published(survey, consequences=[{**CALL, "for_each": "room", "name": "call"}])
    assert form.consequences[0].path == "/data/room/call"
    assert [one.name for one in parse_form(form.xform).questions] == ["a", "call"]


def test_a_kit_says_how_many_items_all_turns_of_a_repeat_together() -> None:
    survey = [row("begin repeat", "room"), row("integer", "lamps"), row("end repeat", "")]
    rows = [{**CALL, **LED, "when": "true()", "quantity": "${ lamps }"}]
    form = published(survey, consequences=rows)
    answers = parse_form(form.xform)
    filled = checked(answers, {"room": [{"lamps": "3"}, {"lamps": ""}, {"lamps": "2"}]})
    (called,) = assess(answers, filled, form.consequences).called
    assert (form.consequences[0].quantity, called.quantity) == ("/data/room/lamps", 5)


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"kind": "workorder"}, "kind", "Vouliez-vous dire « work_order » ?"),
        ({"code": "cal"}, "code", "Vouliez-vous dire « call » ?"),
        ({"severity": "U9"}, "severity", "Le degré d’urgence « U9 » est inconnu."),
        ({"due": "soon"}, "due", "Délai illisible : « soon »."),
        ({"owner": "nobody"}, "owner", "Le responsable « nobody » est inconnu."),
        ({"label::en": ""}, "label::en", "La traduction manque."),
        ({"when": ""}, "when", "Cette cellule est obligatoire."),
        ({"when": "${b} = 1"}, "when", "La question « b » n’existe pas."),
        ({"when": "nope(${a})"}, "when", "Expression illisible"),
        ({"for_each": "rom"}, "for_each", "La répétition « rom » n’existe pas."),
        ({"name": "a"}, "name", "Le nom « a » est déjà pris."),
        ({"name": "à b"}, "name", "Nom non valide."),
        ({"quantity": "1"}, "quantity", "Seul le genre kit se compte : videz cette cellule."),
        ({**LED, "quantity": "-3"}, "quantity", "Écrivez un nombre, ou la question"),
        ({**LED, "quantity": "1000"}, "quantity", "Écrivez un nombre, ou la question"),
        ({**LED, "quantity": "${b}"}, "quantity", "La question « b » n’existe pas."),
        ({**LED, "quantity": "${a}"}, "quantity", "« a » n’est pas un nombre"),
    ],
)
def test_a_bad_consequence_is_refused_on_its_cell(
    change: dict[str, str], column: str, said: str
) -> None:
    rows = [CALL, {**CALL, **change}]
    (problem,) = problems([row("text", "a")], consequences=rows)
    assert (problem.sheet, problem.row, problem.column) == ("consequences", 3, column)
    assert said in problem.message


@pytest.mark.parametrize(
    ("survey", "where", "said"),
    [
        (
            [row("text", "a", relevant="${age} > 1"), row("integer", "agee")],
            ("survey", 2, "relevant"),
            "La question « age » n’existe pas. Vouliez-vous dire « agee » ?",
        ),
        (
            [row("text", "a"), row("text", "a")],
            ("survey", 3, "name"),
            "« a » est déjà pris (ligne 2)",
        ),
        ([row("text", "a", constraint="(. > 1")], ("survey", 2, "constraint"), "parenthèses"),
        ([row("text", "a", constraint="if(1, 2)")], ("survey", 2, "constraint"), "« if »"),
        (
            [row("calculate", "a", calculation="count(/x | /y)")],
            ("survey", 2, "calculation"),
            "tablette",
        ),
        ([row("text", "a", default="${last-saved#a}")], ("survey", 2, "default"), "last-saved"),
        ([row("text", "x"), row("txt", "a")], ("survey", 3, "type"), "Type de question inconnu"),
        ([row("select_one nope", "a")], ("survey", None, None), "La feuille choices manque"),
        (
            [row("begin group", "g"), row("text", "a")],
            ("survey", 2, None),
            "ouvert sans être fermé",
        ),
        ([row("text", "1a")], ("survey", 2, "name"), "commence par une lettre"),
        (
            [
                row("text", "x"),
                row("calculate", "a", calculation="${b}"),
                row("calculate", "b", calculation="${a}"),
            ],
            ("survey", 3, None),
            "en rond",
        ),
        (
            [row("text", "", "Nom ?")],
            ("survey", 2, None),
            "Le nom de la question ou du groupe manque.",
        ),
    ],
)
def test_a_bad_survey_is_refused_on_its_row(
    survey: list[Any], where: tuple[str, int, str | None], said: str
) -> None:
    found = problems(survey)
    assert [(one.sheet, one.row, one.column) for one in found if said in one.message][:1] == [
        where
    ], found


def test_settings_are_required() -> None:
    found = problems([row("text", "a")], form_id="", version="")
    assert {(one.sheet, one.column) for one in found} == {
        ("settings", "form_id"),
        ("settings", "version"),
    }


def test_all_problems_come_at_once_and_read_as_lines() -> None:
    found = problems(
        [row("text", "a", relevant="${x}", constraint="(")], consequences=[{**CALL, "due": "1y"}]
    )
    assert len(found) == 3
    assert str(found[0]).startswith("feuille « survey », ligne 2, colonne « relevant » : ")


def zipped(size: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * size)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"", ".yaml"),
        (b"a: [", ".yaml"),
        (b"- 1", ".yaml"),
        (b"survey: x", ".yaml"),
        (b"survey: [{type: [a]}]", ".yaml"),
        (b"\xff\xfe", ".yaml"),
        (b"", ".xlsx"),
        (b"PK\x03\x04", ".xlsx"),
        (zipped(10), ".xlsx"),
        (zipped(101_000_000), ".xlsx"),
        (b"no table", ".md"),
        (b"x", ".docx"),
        (b"x" * 10_000_001, ".md"),
        (b"[" * 100_000, ".yaml"),
    ],
)
def test_what_is_no_workbook_is_refused_in_french(data: bytes, suffix: str) -> None:
    with pytest.raises(WorkbookRefused) as refused:
        publish(read_workbook(data, suffix=suffix))
    assert refused.value.problems[0].message.startswith(("Le ", "La ", "Ce ", "Un", "L’"))


@pytest.mark.parametrize("suffix", [".yaml", ".xlsx", ".md"])
@given(data=st.binary(max_size=200))
def test_no_bytes_make_the_reading_fail_otherwise(suffix: str, data: bytes) -> None:
    try:
        publish(read_workbook(data, suffix=suffix))
    except WorkbookRefused:
        return


def test_a_delay_is_an_amount_and_a_unit() -> None:
    assert parse_delay("5wd") == Delay(5, DelayUnit.WORKING_DAYS)
    assert [str(parse_delay(text)) for text in ("4h", " 30 d", "6m")] == ["4h", "30d", "6m"]
    for text in ("", "h", "4", "4y", "-1d", "9999d"):
        with pytest.raises(ValueError, match="not a delay"):
            parse_delay(text)


def test_every_code_has_a_name_in_both_languages() -> None:
    tables: list[Mapping[Any, Name]] = [*CODES.values(), OWNERS, KINDS, SEVERITIES]
    assert all(name.fr and name.en for table in tables for name in table.values())
    assert set(CODES) == set(Kind)
    assert set(SEVERITIES) == set(Severity)
    assert code_name("work_order", "gas", "fr") == "Gaz"
    assert code_name("work_order", "unheard", "en") == "unheard"


def test_every_promised_type_of_question_publishes_and_is_read() -> None:
    plain = [
        "text", "integer", "decimal", "date", "time", "dateTime", "geopoint", "geotrace",
        "geoshape", "range", "acknowledge", "note", "image", "audio", "video", "file", "barcode",
        "hidden", "start", "end", "today", "deviceid", "username",
    ]  # fmt: skip
    survey = [row(kind, f"q_{kind}") for kind in plain]
    survey += [
        row("select_one yn", "one"),
        row("select_multiple yn", "many"),
        row("rank yn", "rank"),
        row("select_one yn or_other", "open"),
        row("text", "set_once", trigger="${one}", calculation="now()"),
        row("begin repeat", "r", repeat_count="2"),
        row("integer", "x"),
        row("end repeat", ""),
    ]
    choices = [{"list_name": "yn", "name": name, FR: name, EN: name} for name in ("yes", "no")]
    form = parse_form(published(survey, choices=choices).xform)
    assert {one.name for one in form.questions} >= {"q_geoshape", "rank", "open_other", "x"}
    seen = checked(form, {"one": "yes", "open": "other", "open_other": "so"})
    assert {str(one.kind) for one in seen.violations} <= {"count"}
