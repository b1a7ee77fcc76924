"""Answers about the dwelling or the person outlive their visit."""

from __future__ import annotations

from collections import defaultdict

import pytest
import yaml

from diagnostics.facts import Fact, Proposal, facts, proposals
from diagnostics.forms import read_shipped, shipped
from diagnostics.phrasing import choices_of
from diagnostics.workbook import (
    Problem,
    WorkbookRefused,
    compare,
    publish,
    read_workbook,
    write_workbook,
)
from tests.diagnostics.builders import checked, form_of, published, row, workbook
from tests.diagnostics.filling import parsed

YES_NO = (
    {"list_name": "yn", "name": "yes", "label::Français (fr)": "Oui", "label::English (en)": "Yes"},
    {"list_name": "yn", "name": "no", "label::Français (fr)": "Non", "label::English (en)": "No"},
)
SURVEY = [
    row("select_one yn", "lift", "Ascenseur ?", about="dwelling"),
    row("select_one yn", "walking_aid", "Une canne ?", about="person"),
    row("decimal", "surface", "Surface", about="dwelling", constraint=". < 500"),
    row("text", "comment", "Commentaire"),
]


def _problems(about: str, kind: str = "text", *around: dict[str, str]) -> tuple[Problem, ...]:
    inside = [row(kind, "a", about=about)]
    survey = [around[0], *inside, *around[1:]] if around else inside
    with pytest.raises(WorkbookRefused) as refused:
        publish(read_workbook(workbook(survey), suffix=".yaml"))
    return refused.value.problems


def test_a_form_tells_which_questions_are_about_the_dwelling_or_the_person() -> None:
    assert proposals(form_of(SURVEY, choices=YES_NO)) == (
        Proposal("/data/lift", "lift", "dwelling"),
        Proposal("/data/walking_aid", "walking_aid", "person"),
        Proposal("/data/surface", "surface", "dwelling"),
    )


def test_an_answer_is_kept_with_its_words_in_both_languages() -> None:
    form = form_of(SURVEY, choices=YES_NO)
    said = facts(form, checked(form, {"lift": "no", "surface": "61.5", "comment": "x"}))
    assert said == {
        "lift": Fact(
            "no",
            "dwelling",
            {"fr": "Ascenseur ?", "en": "Ascenseur ? (en)"},
            {"fr": "Non", "en": "No"},
        ),
        "surface": Fact(
            "61.5",
            "dwelling",
            {"fr": "Surface", "en": "Surface (en)"},
            {"fr": "61,5", "en": "61.5"},
        ),
    }


def test_an_answer_that_breaks_a_rule_is_no_fact() -> None:
    form = form_of(SURVEY, choices=YES_NO)
    assert facts(form, checked(form, {"lift": "perhaps", "surface": "900"})) == {}


@pytest.mark.parametrize("suffix", [".yaml", ".xlsx"])
def test_the_column_comes_back_from_either_dress(suffix: str) -> None:
    book = read_workbook(workbook(SURVEY, choices=YES_NO), suffix=".yaml")
    again = read_workbook(write_workbook(book, suffix=suffix), suffix=suffix)
    assert [one.get("about") for one in again.survey] == ["dwelling", "person", "dwelling", ""]
    assert publish(again).sha256 == publish(book).sha256


@pytest.mark.parametrize("about", ["logement", "Dwelling", "dwelling person"])
def test_another_value_is_refused_on_its_row(about: str) -> None:
    (problem,) = _problems(about)
    assert (problem.sheet, problem.row, problem.column) == ("survey", 2, "about")
    assert "dwelling" in problem.message


def test_what_nobody_answers_once_is_refused() -> None:
    around = (row("begin repeat", "room"), row("end repeat", ""))
    assert [one.row for one in _problems("dwelling", "text", *around)] == [3]
    assert _problems("dwelling", "note")[0].column == "about"
    assert _problems("person", "image")[0].column == "about"


def test_a_comparison_shows_that_a_question_is_about_something_else() -> None:
    old = published([row("text", "a", about="person")])
    new = published([row("text", "a", about="dwelling")], version="2")
    (change,) = compare(old, new).expressions
    assert (change.what, change.before, change.after) == ("about", "person", "dwelling")


def test_the_shipped_forms_mark_what_lasts_and_agree_on_its_choices() -> None:
    offered: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    about: dict[str, set[str]] = defaultdict(set)
    for name in shipped():
        form = parsed(name)
        for one in proposals(form):
            offered[one.name].add(tuple(choices_of(form, form.by_path[one.path], "fr")))
            about[one.name].add(one.about)
    assert {"floor", "lift", "washing", "hot_water", "heating", "rooms"} <= set(about)
    assert all(len(kinds) == 1 for kinds in about.values())
    assert all(len(choices) == 1 for choices in offered.values())
    assert about["walking_aid"] == {"person"}


def test_consents_are_never_carried_from_one_visit_to_the_next() -> None:
    for name in shipped():
        for one in yaml.safe_load(read_shipped(name))["survey"]:
            asked = one.get("name", "")
            if asked.endswith("_agreed") or asked.startswith("share_"):
                assert "about" not in one
