"""Files beside a workbook: lists become part of the form, pictures and sounds travel with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.form import Form, parse_form
from diagnostics.workbook import (
    Examination,
    WorkbookRefused,
    examine,
    files_wanted,
    publish,
    read_workbook,
)
from tests.diagnostics.builders import EN, FR, checked, row, workbook

TOWNS = b"name,label,region\ncreil,Creil,hdf\nmelun,Melun,idf\n"
PNG = b"\x89PNG\r\n\x1a\n and the rest"
ASK = row("select_one_from_file towns.csv", "town")


def examined(*survey: Mapping[str, str], files: Mapping[str, bytes], **more: Any) -> Examination:
    return examine(read_workbook(workbook(survey, **more), suffix=".yaml"), files=files)


def form_of(*survey: Mapping[str, str], files: Mapping[str, bytes], **more: Any) -> Form:
    found = examined(*survey, files=files, **more)
    assert found.form is not None, found.problems
    assert b"src=" not in found.form.xform
    return parse_form(found.form.xform)


def test_a_list_in_a_file_becomes_the_forms_own() -> None:
    form = form_of(ASK, files={"towns.csv": TOWNS})
    assert checked(form, {"town": "creil"}).valid
    assert [one.kind for one in checked(form, {"town": "nice"}).violations] == ["choice"]


def test_a_filter_reads_the_columns_of_the_file() -> None:
    asked = {**ASK, "choice_filter": "region = ${region}"}
    form = form_of(row("text", "region"), asked, files={"towns.csv": TOWNS})
    assert checked(form, {"region": "hdf", "town": "creil"}).valid
    assert not checked(form, {"region": "idf", "town": "creil"}).valid


@pytest.mark.parametrize(
    "data",
    [
        "name;label\ncreil;Hôpital\n".encode(),
        "name;label\r\ncreil;Hôpital\r\n\r\n".encode("cp1252"),
        "\ufeffname\tlabel\ncreil\tHôpital\n".encode(),
        'name,label\ncreil,"Hôpital"\n'.encode(),
    ],
    ids=["semicolons", "windows", "tabs", "quoted"],
)
def test_a_spreadsheet_programs_csv_is_read(data: bytes) -> None:
    form = form_of(ASK, files={"towns.csv": data})
    (item,) = form.instances["towns"].named["root"][0].children
    assert [(cell.name, cell.text()) for cell in item.children] == [
        ("name", "creil"),
        ("label", "Hôpital"),
    ]


def test_an_external_list_of_the_workbook_is_asked_as_its_own() -> None:
    asked = {**row("select_one_external town", "town"), "choice_filter": "region = ${region}"}
    data = workbook([row("text", "region"), asked], choices=[choice("pet", "cat")])
    data += b"external_choices:\n  - {list_name: town, name: creil, label: Creil, region: hdf}\n"
    found = examine(read_workbook(data, suffix=".yaml"))
    assert found.form is not None, found.problems
    form = parse_form(found.form.xform)
    assert form.languages == ("fr", "en")
    assert checked(form, {"region": "hdf", "town": "creil"}).valid
    assert not checked(form, {"region": "idf", "town": "creil"}).valid


def choice(listed: str, name: str, **cells: str) -> dict[str, str]:
    return {"list_name": listed, "name": name, FR: name, EN: f"{name} (en)", **cells}


def test_values_are_pulled_out_of_the_form_itself() -> None:
    survey = [
        row("text", "town"),
        row("calculate", "region", calculation="pulldata('towns', 'region', 'name', ${town})"),
        row("begin repeat", "room"),
        row("text", "there"),
        row("calculate", "its", calculation="pulldata('towns', 'region', 'name', ${there})"),
        row("end repeat", ""),
    ]
    form = form_of(*survey, files={"towns.csv": TOWNS})
    seen = checked(form, {"town": "creil", "room": [{"there": "melun"}, {"there": "nowhere"}]})
    assert seen.calculated == {
        "/data/region": "hdf",
        "/data/room[1]/its": "idf",
        "/data/room[2]/its": "",
    }


def test_a_dot_in_a_text_stays_one_where_it_is_sought() -> None:
    region = "pulldata('towns', 'region', 'name', concat('. ', ${town}))"
    survey = row("text", "town"), row("calculate", "region", calculation=region)
    form = form_of(*survey, files={"towns.csv": b"name,region\n. creil,hdf\n"})
    assert checked(form, {"town": "creil"}).calculated == {"/data/region": "hdf"}


@pytest.mark.parametrize(
    ("calculation", "said"),
    [
        ("pulldata('towns', 'regoin', 'name', ${town})", "« regoin »"),
        ("pulldata('towns', 'region', 'nam', ${town})", "« nam »"),
        ("pulldata(${town}, 'region', 'name', 'creil')", "entre apostrophes"),
    ],
)
def test_a_look_that_would_never_find_anything_is_refused_on_its_cell(
    calculation: str, said: str
) -> None:
    survey = row("text", "town"), row("calculate", "its", calculation=calculation)
    problem = examined(*survey, files={"towns.csv": TOWNS}).problems[0]
    assert (problem.sheet, problem.row, problem.column) == ("survey", 3, "calculation")
    assert said in problem.message


def test_a_consequence_may_look_into_a_file() -> None:
    when = "pulldata('towns', 'region', 'name', ${town}) = 'hdf'"
    consequence = {"when": when, "kind": "advice", "code": "loose_rug"}
    consequence |= {"label::fr": "Oui", "label::en": "Yes"}
    asked = row("text", "town")
    found = examined(asked, files={}, consequences=[consequence])
    assert [(one.sheet, one.row, one.column) for one in found.problems] == [
        ("consequences", 2, "when")
    ]
    form = form_of(asked, files={"towns.csv": TOWNS}, consequences=[consequence])
    place = next(path for path in form.models if path.endswith("consequence_1"))
    assert place in checked(form, {"town": "creil"}).relevant
    assert place not in checked(form, {"town": "melun"}).relevant


@pytest.mark.parametrize(
    ("asked", "name", "column"),
    [
        (ASK, "towns.csv", "type"),
        (row("select_multiple_from_file trees.xml", "trees"), "trees.xml", "type"),
        (row("select_one_from_file spots.geojson", "spot"), "spots.geojson", "type"),
        ({"type": "csv-external", "name": "prices"}, "prices.csv", "type"),
        (
            row("calculate", "a", calculation="1 + pulldata('p', 'b', 'c', string(1))"),
            "p.csv",
            "calculation",
        ),
    ],
)
def test_a_missing_list_is_asked_for_on_the_cell_that_reads_it(
    asked: dict[str, str], name: str, column: str
) -> None:
    found = examined(row("text", "first"), asked, files={})
    (problem,) = found.problems
    assert (problem.sheet, problem.row, problem.column) == ("survey", 3, column)
    assert f"« {name} »" in problem.message
    assert name in files_wanted(read_workbook(workbook([asked]), suffix=".yaml"))


def test_a_missing_list_is_told_with_whatever_else_there_is_to_mend() -> None:
    found = examined(ASK, row("text", "lost", relevant="${nowhere} = 1"), files={})
    assert [(one.row, one.column) for one in found.problems] == [(2, "type"), (3, "relevant")]


SPOTS = {
    "features": [
        {"id": 7, "properties": {"title": "A", "a b": 1}, "geometry": point}
        for point in (
            {"type": "Point", "coordinates": [2.5, 49]},
            {"type": "LineString", "coordinates": [[2.5, 49], [3, 50.25]]},
            {"type": "Polygon", "coordinates": [[[2.5, 49], [3, 50], [2.5, 49]]]},
        )
    ]
}


def test_places_of_a_map_file_are_written_as_odk_writes_them() -> None:
    data = json.dumps(SPOTS).encode()
    form = form_of(row("select_one_from_file s.geojson", "spot"), files={"s.geojson": data})
    items = form.instances["s"].named["root"][0].children
    assert [item.named["geometry"][0].text() for item in items] == [
        "49.0 2.5 0 0",
        "49.0 2.5 0 0;50.25 3.0 0 0",
        "49.0 2.5 0 0;50.0 3.0 0 0;49.0 2.5 0 0",
    ]
    assert [cell.name for cell in items[0].children] == ["title", "id", "geometry"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"", "colonne"),
        ("a.csv", b"name,label\n", "aucune ligne"),
        ("a.csv", b"name,name,label\na,b,c\n", "une fois"),
        ("a.csv", b"name,the label\na,b\n", "« the label »"),
        ("a.csv", b"name,nom\na,b\n", "« label »"),
        ("a.csv", b"name,label\n" + b"a,b\n" * 20_001, "20000 lignes"),
        ("a.csv", b'name,label\n"' + b"x" * 200_000, "CSV"),
        ("a.xml", b"name,label", "XML"),
        ("a.xml", b"<list><item/></list>", "root"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><root>&b;</root>', "XML"),
        ("a.geojson", b"[]", "GeoJSON"),
        ("a.geojson", b'{"features": [{"geometry": {"type": "Point"}}]}', "GeoJSON"),
        ("a.geojson", b"[" * 100_000, "GeoJSON"),
        ("a.txt", b"name", ".csv"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_the_reason(
    name: str, data: bytes, said: str
) -> None:
    found = examined(row(f"select_one_from_file {name}", "a"), files={name: data})
    assert found.form is None
    (problem,) = found.problems
    assert (problem.sheet, problem.row) == ("survey", 2)
    assert said in problem.message


@given(st.sampled_from([".csv", ".xml", ".geojson"]), st.binary(max_size=200))
def test_whatever_bytes_come_as_a_list_nothing_else_is_raised(suffix: str, noise: bytes) -> None:
    asked = row(f"select_one_from_file a{suffix}", "a")
    book = read_workbook(workbook([asked]), suffix=".yaml")
    try:
        form = publish(book, {f"a{suffix}": noise})
    except WorkbookRefused as refused:
        assert refused.problems
        return
    assert parse_form(form.xform).instances["a"].children


def test_pictures_and_sounds_are_shown_in_all_languages() -> None:
    asked = {**row("text", "a"), "image": "plan.png", "media::audio": "a.mp3"}
    offered = [choice("yn", "yes", **{"media::image": "oui.png"}), choice("yn", "no")]
    files = {"plan.png": PNG, "a.mp3": b"ID3 sound", "oui.png": PNG}
    found = examined(asked, row("select_one yn", "b"), files=files, choices=offered)
    assert found.form is not None
    assert (found.problems, found.warnings) == ((), ())
    assert [(one.name, one.media_type, one.shown) for one in found.files] == [
        ("a.mp3", "audio/mpeg", True),
        ("oui.png", "image/png", True),
        ("plan.png", "image/png", True),
    ]
    assert parse_form(found.form.xform).languages == ("fr", "en")
    assert found.form.xform.count(b"jr://images/plan.png") == 2


def test_a_missing_picture_is_a_warning_and_a_bad_one_a_refusal() -> None:
    asked = {**row("text", "a"), "media::image::Français (fr)": "p.svg"}
    asked |= {"media::image::English (en)": "q.png"}
    found = examined(asked, files={"q.png": PNG, "stray.png": PNG})
    assert found.form is not None
    assert [(one.row, one.column) for one in found.warnings] == [
        (2, "media::image::Français (fr)"),
        (None, None),
    ]
    assert [one.name for one in found.files] == ["q.png"]
    refused = examined(asked, files={"p.svg": b"<svg onload='alert(1)'/>", "q.png": PNG})
    assert refused.form is None
    assert [(one.row, one.column) for one in refused.problems] == [
        (2, "media::image::Français (fr)")
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({**row("select_one yn", "a"), "appearance": "minimal search('towns')"}, "from_file"),
        (row("select_multiple ${first}", "a"), "select_one"),
    ],
)
def test_what_the_tablet_cannot_ask_is_refused_with_what_to_write(
    asked: dict[str, str], said: str
) -> None:
    repeat = [row("begin repeat", "r"), row("text", "first"), row("end repeat", "")]
    found = examined(*repeat, asked, files={}, choices=[choice("yn", "yes")])
    assert found.form is None
    assert any(said in problem.message for problem in found.problems), found.problems


def test_a_form_without_files_is_converted_as_before() -> None:
    book = read_workbook(workbook([row("text", "a")]), suffix=".yaml")
    assert publish(book).sha256 == publish(book, {"unused.csv": TOWNS}).sha256
