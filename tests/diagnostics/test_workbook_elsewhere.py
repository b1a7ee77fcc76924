"""Workbooks from elsewhere come in as they are: what they leave open is filled in, and said."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from diagnostics.form import Form, parse_form
from diagnostics.submission import Checked, check
from diagnostics.workbook import Examination, examine, named, publish, read_workbook
from tests.diagnostics.builders import EN, NOW, form_of, row, workbook

SETTINGS = """
| settings | | | |
| | form_title | form_id | version |
| | Trial | trial | 1 |
"""


def examined(
    markdown: str, settings: str = SETTINGS, *, beside: Mapping[str, bytes] | None = None
) -> Examination:
    return examine(read_workbook((markdown + settings).encode(), suffix=".md"), files=beside or {})


def filled(found: Examination, answers: str) -> Checked:
    assert found.form is not None, found.problems
    head = f'id="{found.form.form_id}" version="{found.form.version}"'
    xml = f"<data {head}>{answers}<meta><instanceID>uuid:1</instanceID></meta></data>"
    return check(parse_form(found.form.xform), xml.encode(), now=NOW)


def answered(form: Form, **answers: str) -> Checked:
    given = "".join(f"<{name}>{answer}</{name}>" for name, answer in answers.items())
    head = f'id="{form.form_id}" version="{form.version}"'
    xml = f"<data {head}>{given}<meta><instanceID>uuid:1</instanceID></meta></data>"
    return check(form, xml.encode(), now=NOW)


NESTED = """
| survey | | | | |
| | type | name | label | repeat_count |
| | begin repeat | home | Home | |
| | integer | rooms | Rooms | |
| | begin repeat | room | Room | ${rooms} |
| | text | called | Called | |
| | end repeat | | | |
| | end repeat | | | |
"""


@pytest.mark.parametrize(
    ("answers", "good"),
    [
        ("<home><rooms>2</rooms><room/><room/></home>", True),
        ("<home><rooms>2</rooms></home>", False),
        ("<home><rooms/></home>", True),
        ("<home><rooms>1</rooms><room/></home><home><rooms>2</rooms><room/></home>", False),
    ],
)
def test_a_repeat_in_a_repeat_is_counted_in_its_own_turn(answers: str, good: bool) -> None:
    assert filled(examined(NESTED), answers).valid is good


SUMS = """
| survey | | | | |
| | type | name | label | calculation |
| | begin repeat | room | Room | |
| | integer | faults | Faults | |
| | end repeat | | | |
| | calculate | total | | sum(${faults}) |
| | calculate | band | | if(${total} < 5, 'low', 'high') |
"""


@pytest.mark.parametrize(
    ("rooms", "total", "band"),
    [
        ("", "0", "low"),
        ("<room><faults/></room><room><faults>3</faults></room>", "3", "low"),
        ("<room><faults>6</faults></room><room><faults/></room>", "6", "high"),
    ],
)
def test_a_sum_skips_what_was_not_answered(rooms: str, total: str, band: str) -> None:
    calculated = filled(examined(SUMS), rooms).calculated
    assert (calculated["/data/total"], calculated["/data/band"]) == (total, band)


def test_who_publishes_is_told_which_sums_change() -> None:
    found = examined(SUMS)
    assert found.form is not None
    before = replace(found.form, xform=found.form.xform.replace(b"[. != '']", b""))
    assert before.xform != found.form.xform
    again = examine(read_workbook((SUMS + SETTINGS).encode(), suffix=".md"), since=before)
    said = [one for one in again.warnings if "somme de rien" in one.message]
    assert [(one.row, one.column) for one in said] == [(5, "calculation")]
    assert not [one for one in found.warnings if "somme de rien" in one.message]


def test_a_date_some_days_later_is_written_as_a_date() -> None:
    found = form_of(
        [
            row("date", "d"),
            row("calculate", "w", calculation="format-date(${d} + 7, '%Y-%m-%d')"),
            row("calculate", "t", calculation="format-date(${d}, '%d/%m/%Y')"),
        ]
    )
    calculated = answered(found, d="2026-10-20").calculated
    assert calculated["/data/w"] == "2026-10-27"  # the clocks change in between
    assert calculated["/data/t"] == "20/10/2026"


def test_what_divides_by_zero_is_not_kept_and_the_author_is_told() -> None:
    survey = [row("text", "a"), row("calculate", "d", calculation="1 div 0")]
    found = examine(read_workbook(workbook(survey), suffix=".yaml"))
    assert [one.column for one in found.warnings] == ["calculation"]
    answer = answered(form_of(survey), a="x", d="Infinity")
    assert answer.values["d"] is None
    assert not answer.corrected  # the engine on the tablet writes Infinity


def test_curly_quotes_of_an_expression_are_straightened_and_those_of_a_text_are_kept() -> None:
    form = form_of(
        [
            row("text", "a", "Dit-il “l’eau” ?"),
            row("text", "b", relevant="${a} = ‘x’"),
            row("text", "c", relevant="selected(${a}, “y”)"),
        ]
    )
    assert answered(form, a="x", b="1").valid
    assert "c" not in answered(form, a="x").values
    assert "l’eau" in form.by_path["/data/a"].label("fr")


def test_headings_are_known_in_any_case_and_by_their_other_names() -> None:
    found = examined(
        """
| survey | | | | |
| | Type | Name | Caption | Relevance |
| | text | a | A | |
| | text | b | B | ${a} = ‘x’ |
""",
        """
| settings | | | |
| | Title | ID_string | Version |
| | Upper | upper | 1 |
""",
    )
    assert found.form is not None, found.problems
    assert (found.form.form_id, found.form.title) == ("upper", "Upper")
    assert "b" not in filled(found, "<a>y</a><b>1</b>").values


def test_a_label_of_no_language_beside_others_fills_what_misses() -> None:
    found = examined(
        """
| survey | | | | | |
| | type | name | label | label::French (fr) | label::English (en) |
| | text | a | A | A fr | A en |
| | text | b | B | | B en |
"""
    )
    assert found.form is not None, found.problems
    form = parse_form(found.form.xform)
    assert form.languages == ("fr", "en")
    assert form.by_path["/data/a"].label("fr") == "A fr"
    assert form.by_path["/data/b"].label("fr") == "B"
    (said,) = found.warnings
    assert (said.row, said.column) == (3, "label::French (fr)")
    assert "« B » se montrera" in said.message


def test_a_missing_translation_shows_the_other_language_and_is_told() -> None:
    survey = [{**row("text", "a", "Nom"), EN: ""}]
    found = examine(read_workbook(workbook(survey), suffix=".yaml"))
    assert found.form is not None
    assert parse_form(found.form.xform).by_path["/data/a"].label("en") == "Nom"
    assert [one.column for one in found.warnings] == [EN]


def test_a_list_or_a_hint_without_a_column_of_a_language_shows_the_other_and_is_told() -> None:
    found = examined(
        """
| survey | | | | | |
| | type | name | label::Français (fr) | label::English (en) | hint::Français (fr) |
| | select_one how | a | Comment | How | Au choix |
| choices | | | |
| | list_name | name | label::Français (fr) |
| | how | well | Bien |
"""
    )
    assert found.form is not None, found.problems
    assert b"<value>-</value>" not in found.form.xform
    told = [(one.sheet, one.row, one.column) for one in found.warnings]
    assert told == [("survey", 2, "hint::English (en)"), ("choices", 2, "label::English (en)")]
    assert "« Bien »" in found.warnings[1].message


def test_an_external_list_may_have_one_name_under_two_parents() -> None:
    found = examined(
        """
| survey | | | | |
| | type | name | label | choice_filter |
| | select_one states | st | State | |
| | select_one_external counties | co | County | st=${st} |
| choices | | | |
| | list_name | name | label |
| | states | tx | Texas |
| | states | wa | Washington |
| external_choices | | | | |
| | list_name | name | label | st |
| | states | tx | Texas | |
| | counties | king | King | tx |
| | counties | king | King | wa |
"""
    )
    assert filled(found, "<st>wa</st><co>king</co>").valid
    assert not filled(found, "<st>wa</st><co>queen</co>").valid


TWICE = """
| survey | | | |
| | type | name | label |
| | select_one l | a | A |
| choices | | | |
| | list_name | name | label |
| | l | 1 | Un |
| | l | 1 | Un bis |
"""


def test_a_choice_that_stands_twice_is_refused_unless_the_workbook_allows_it() -> None:
    (problem,) = examined(TWICE).problems
    assert (problem.sheet, problem.row, problem.column) == ("choices", 3, "name")
    allowed = SETTINGS.replace("version |", "version | allow_choice_duplicates |")
    assert examined(TWICE, allowed.replace("1 |", "1 | yes |")).form is not None


def test_a_label_that_begins_with_a_space_is_said_without_it() -> None:
    survey = [
        {"type": "select_one l", "name": "a", "label::Français (fr)": "A", EN: "A"},
        row("calculate", "said", calculation="jr:choice-name(${a}, '${a}')"),
    ]
    choices = [{"list_name": "l", "name": "1", "label::Français (fr)": " Un", EN: "\u00a0One "}]
    form = form_of(survey, choices=choices)
    answer = answered(form, a="1", said="Un")  # as the engine on the tablet says it
    assert answer.calculated["/data/said"] in ("Un", "One")
    assert not answer.corrected


def test_a_calculated_answer_that_stands_on_screen_may_be_changed() -> None:
    survey = [
        row("integer", "n"),
        row("text", "said", calculation="concat('n=', ${n})"),
        row("text", "told", calculation="concat('n=', ${n})", readonly="yes"),
    ]
    answer = answered(form_of(survey), n="2", said="deux", told="deux")
    assert answer.values["said"] == "deux"
    assert answer.values["told"] == "n=2"
    assert [one.path for one in answer.corrected] == ["/data/told"]


def test_once_inside_an_expression_is_refused_with_what_to_do() -> None:
    survey = [row("calculate", "a", calculation="concat('a', once(random()))")]
    (problem,) = examine(read_workbook(workbook(survey), suffix=".yaml")).problems
    assert (problem.row, problem.column) == (2, "calculation")
    assert "calculate" in problem.message
    form_of([row("calculate", "a", calculation="once(random())")])


BEGUN = """
| survey | | | | | |
| | type | name | label | default | parameters |
| | image | plan | Plan | plan.png | max-pixels=1000 |
"""


def test_a_picture_to_begin_with_travels_and_is_no_fault() -> None:
    found = examined(BEGUN)
    assert ["plan.png" in one.message for one in found.warnings] == [True]
    beside = {"plan.png": b"\x89PNG\r\n\x1a\n and the rest"}
    assert [one.name for one in examined(BEGUN, beside=beside).files] == ["plan.png"]
    assert filled(found, "<plan>jr://images/plan.png</plan>").valid
    assert filled(found, "<plan>drawn.jpg</plan>").valid
    assert not filled(found, "<plan>jr://images/other.png</plan>").valid


@pytest.mark.parametrize(
    ("kind", "answer", "good"),
    [
        ("geopoint", "48.1 2.5 0 5", True),
        ("geopoint", "91 2.5 0 5", False),
        ("geopoint", "48.1 181 0 5", False),
        ("geotrace", "48.1 2.5 0 0; 95 2.6 0 0", False),
        ("dateTime", "2026-11-21T10:00:00.123+01:00", True),
        ("dateTime", "2026-11-21T10:00:00+15:00", False),
        ("dateTime", "2026-11-21T25:00:00+01:00", False),
        ("time", "10:61:00", False),
        ("time", "10:59:59.999Z", True),
    ],
)
def test_places_offsets_and_times_that_cannot_be_are_told(
    kind: str, answer: str, good: bool
) -> None:
    form = form_of([row(kind.lower() if kind == "dateTime" else kind, "a")])
    assert form.binds["/data/a"].type == kind
    assert answered(form, a=answer).valid is good


def test_cells_of_excel_come_in_as_they_are_shown() -> None:
    book = openpyxl.Workbook()
    survey = book.active
    survey.title = "survey"
    survey.append(["type", "name", "label", "required"])
    survey.append(["select_one l", "a", "A", True])
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", "label"])
    choices.append(["l", True, "Oui"])
    choices.append(["l", False, "Non"])
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "version"])
    settings.append(["T", "t", "1"])
    data = io.BytesIO()
    book.save(data)
    read = read_workbook(data.getvalue(), suffix=".xlsx")
    assert [one.get("name") for one in read.choices] == ["TRUE", "FALSE"]
    found = examine(read)
    assert filled(found, "<a>TRUE</a>").valid
    assert not filled(found, "<a/>").valid  # required


def test_a_workbook_without_a_name_is_given_its_files_own() -> None:
    survey = "| survey | | | |\n| | type | name | label |\n| | text | a | A |\n"
    read = read_workbook(survey.encode(), suffix=".md")
    whole = named(read, file_name="Enquête été 2024.xls", on=date(2026, 11, 26))
    found = examine(whole)
    assert found.form is not None, found.problems
    assert (found.form.form_id, found.form.version) == ("enquete_ete_2024", "20261126")
    assert found.form.title == "Enquête été 2024"
    assert [one.column for one in found.warnings] == ["form_id", "form_title", "version"]
    assert named(whole, file_name="other", on=date(2027, 1, 1)) is whole


def test_a_name_that_cannot_be_says_which_letter_and_what_to_write() -> None:
    (problem,) = examined(
        TWICE.replace("| | l | 1 | Un bis |\n", ""), SETTINGS.replace("| trial |", "| été 24 |")
    ).problems
    assert problem.column == "form_id"
    assert "« é » n’y va pas" in problem.message
    assert "« ete_24 »" in problem.message


def test_rows_that_are_switched_off_are_not_asked() -> None:
    found = examined(
        """
| survey | | | | |
| | type | name | label | disabled |
| | text | a | A | |
| | text | a | A again | yes |
"""
    )
    assert found.form is not None, found.problems


# A survey of one question and its settings, as Excel 97 saves them, packed.
OLD_EXCEL = (
    "c-rk)O=uHQ5dPj~(<HS`liC(qp_GDEYcJx(OS@Ijo-9=aMTMG}X9!I<WwRFQL8~=KLC}lhrO=C)suzFIgL)7TLPZ5Z"
    "5K=vQ5)?eNUFS`9OQHoE(fY%F%bPcE-psz)oq0dI&*$RB>052{_y&ClV9AM~rc5TNM7%}})bBWo_3AJc$HzZ~NSFdy"
    "6U6=cXCW0s74LayxT!xP3cRCo6k{07nX+RIv5S332<1bs&?)ycT%!_2EBn>R^f=S?OmDF61E&2fxxloSbc^CJ=8VDa"
    "9c~^U(mJ^>N>tzu+q_}PHZ<d@%HuN^MM*b^omM81{X09_^*YReA~zsSX(h5nG*Jj=@Y(4AK6!KXVTUhYTe$$qzf{UY"
    "E66WtIxq?6m{5sWpoDDEOVcoa(i)c&1zKmH1WSu+UfOoXOy?JH1nWqm3MtzYW0EQ}F)B$hn@Gwm<wM4_Wm;O4Er|f|"
    "I4x^|6FF;i*v{Bl8FCw$6mjFy%4c#WsUDzW*Q!;XSA|%`s!-2!rH*I{4a~=R#>B|Ah3g+*>`e|C!z`KPouIT|Y*Y^j"
    "2WOQ98ArKCV@i&poB6Fw&+%P1FyF?siSnH4uAyd^*)zpD=ef6w#@WtzX>2OvHxpm@u<ver;k~hi_}PK^Q%$q4jcIh!"
    "{*@wobxom1^oXlh6z&;bE!>smEz{QTR++FCbA5N*O|b!ssAV?JwA4~>M=ZBA_gyJ#v4XW=>wv2-*jit1DQlGjeOe=K"
    "^Q-GG+m-!z{d~M?D&iHYh*$WB@rqQ$OWB>)ym+--ex-A~uu{By`0(MwhYue<{v3pRx(k#(CitAGPDLU2zs@3+CI2_c"
    "e~bOd(Ph(T>28=*TbQUSe_9X}-o3;sZM^@53I}O)3nNIfA0t)gFP;8H`SYyWF!t-FP_^SPRpaMx9{($z?+dm"
)


def test_a_workbook_of_old_excel_is_read() -> None:
    read = read_workbook(zlib.decompress(base64.b85decode(OLD_EXCEL)), suffix=".xls")
    assert read.setting("version") == "20260101"
    form = publish(read)
    assert (form.form_id, parse_form(form.xform).questions[0].label("fr")) == ("t", "Âge")


def test_what_is_no_spreadsheet_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="n’est pas un classeur Excel lisible"):
        read_workbook(b"\xd0\xcf\x11\xe0 nothing", suffix=".xls")
