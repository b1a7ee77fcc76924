"""A submission is recomputed and checked against the form it was filled with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.checking import check_report
from diagnostics.form import parse_form
from diagnostics.submission import ViolationKind, check
from tests.diagnostics.builders import (
    EN,
    FR,
    NOW,
    checked,
    form_of,
    home_visit,
    quiet_visit,
    row,
    visit,
)

YES_NO = [
    {"list_name": "yn", "name": name, "label::Français (fr)": fr, "label::English (en)": en}
    for name, fr, en in (("yes", "Oui", "Yes"), ("no", "Non", "No"))
]


def kinds(seen: Any) -> dict[str, str]:
    return {one.path: str(one.kind) for one in seen.violations}


def test_a_quiet_visit_is_valid_and_needs_no_correction() -> None:
    seen = checked(parse_form(home_visit().xform), quiet_visit())
    assert (seen.violations, seen.corrected, seen.unknown) == ((), (), ())


def test_relevance_is_inherited_and_hides_answers() -> None:
    form = form_of(
        [
            row("integer", "n"),
            row("begin group", "g", relevant="${n} > 1"),
            row("begin group", "h"),
            row("text", "a", required="yes"),
            row("end group", ""),
            row("calculate", "c", calculation="coalesce(${a}, 'none')"),
            row("end group", ""),
            row("calculate", "after", calculation="concat('[', ${a}, ']')"),
        ]
    )
    hidden = checked(form, {"n": "1", "g": {"h": {"a": "stale"}, "c": "stale"}, "after": "[]"})
    assert hidden.violations == ()
    assert {(one.path, one.sent, one.computed) for one in hidden.corrected} == {
        ("/data/g/h/a", "stale", ""),
        ("/data/g/c", "stale", ""),
    }
    assert "/data/g" not in hidden.relevant
    assert b"stale" not in hidden.xml
    shown = checked(form, {"n": "2", "after": "[]", "g": {"c": "none"}})
    assert kinds(shown) == {"/data/g/h/a": "required"}
    assert shown.calculated["/data/g/c"] == "none"


def test_answers_are_worked_out_in_the_order_they_depend_on_each_other() -> None:
    form = form_of(
        [
            row("calculate", "c", calculation="${b} + 1"),
            row("calculate", "b", calculation="${a} + 1"),
            row("integer", "a", relevant="${z} = 1"),
            row("integer", "z"),
        ]
    )
    assert checked(form, {"z": "1", "a": "5"}).calculated == {"/data/c": "7", "/data/b": "6"}
    assert checked(form, {"z": "2", "a": "5"}).calculated["/data/c"] == ""


def test_repeats_are_checked_turn_by_turn_and_paths_carry_positions() -> None:
    form = form_of(
        [
            row("begin repeat", "room"),
            row("integer", "x", constraint=". < 10", required="yes"),
            row("begin repeat", "item"),
            row("integer", "y"),
            row("calculate", "z", calculation="${x} * ${y}"),
            row("end repeat", ""),
            row("calculate", "most", calculation="max(${z})"),
            row("end repeat", ""),
            row("calculate", "total", calculation="sum(${z})"),
        ]
    )
    seen = checked(
        form,
        {
            "room": [
                {"x": "2", "item": [{"y": "3"}, {"y": "4"}]},
                {"x": "11", "item": [{"y": "1"}]},
                {"x": ""},
            ]
        },
    )
    assert kinds(seen) == {"/data/room[2]/x": "constraint", "/data/room[3]/x": "required"}
    assert seen.calculated["/data/room[1]/item[2]/z"] == "8"
    assert seen.calculated["/data/room[1]/most"] == "8"
    assert seen.calculated["/data/total"] == "25"
    assert [turn["x"] for turn in seen.values["room"]] == [2, 11, None]


def test_a_running_total_over_earlier_turns_is_found_whatever_the_order() -> None:
    form = form_of(
        [
            row("begin repeat", "room"),
            row(
                "calculate",
                "sum",
                calculation="coalesce(indexed-repeat(${sum}, ${room}, position(..) - 1), 0) + ${x}",
            ),
            row("integer", "x"),
            row("end repeat", ""),
        ]
    )
    seen = checked(form, {"room": [{"x": "1"}, {"x": "2"}, {"x": "3"}]})
    assert [turn["sum"] for turn in seen.values["room"]] == ["1", "3", "6"]


def test_a_counted_repeat_must_have_as_many_turns_as_the_form_asks() -> None:
    form = form_of(
        [
            row("integer", "n"),
            row("begin repeat", "room", repeat_count="${n}"),
            row("text", "a"),
            row("end repeat", ""),
        ]
    )
    assert checked(form, {"n": "2", "room_count": "2", "room": [{"a": "x"}, {"a": "y"}]}).valid
    assert kinds(checked(form, {"n": "2", "room": [{"a": "x"}]})) == {"/data/room": "count"}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer", ["0", "-5", "2147483647"], ["1.5", "x", "99999999999", "1e3", "١"]),
        ("decimal", ["1", "1.5", "-0.5", "1e3"], ["1,5", "x", "NaN", "Infinity"]),
        ("date", ["2024-02-29"], ["2023-02-29", "29/02/2024", "2024-2-9"]),
        ("time", ["08:30", "08:30:00.000+01:00"], ["8h30"]),
        ("dateTime", ["2026-11-21T10:00:00.000+01:00"], ["2026-11-21", "2026-13-21T10:00:00Z"]),
        ("geopoint", ["48.5 2.2", "48.5 2.2 0 5"], ["48.5", "a b", "90.1 2.2", "48.5 180.1"]),
        ("image", ["a1.jpg"], ["../a.jpg", "/etc/passwd", "a\\b.jpg", ".."]),
    ],
)
def test_answers_must_be_of_their_type(kind: str, good: list[str], bad: list[str]) -> None:
    form = form_of([row(kind, "a", **({"parameters": "max-pixels=9"} if kind == "image" else {}))])
    for answer in good:
        assert checked(form, {"a": answer}).valid, answer
    for answer in bad:
        assert kinds(checked(form, {"a": answer})) == {"/data/a": "type"}, answer


def test_a_default_that_nobody_touched_breaks_no_rule() -> None:
    form = form_of([row("integer", "a", default="5", constraint=". > 10")])
    assert checked(form, {"a": "5"}).valid
    assert kinds(checked(form, {"a": "6"})) == {"/data/a": "constraint"}


def test_choices_must_be_on_offer_and_filters_count() -> None:
    towns = [
        {
            "list_name": "town",
            "name": name,
            "parent": parent,
            "label::Français (fr)": name,
            "label::English (en)": name,
        }
        for name, parent in (("lille", "n"), ("nice", "s"))
    ]
    form = form_of(
        [
            row("text", "region"),
            row("select_one town", "town", choice_filter="parent = ${region}"),
            row("select_multiple yn", "many"),
        ],
        choices=[*towns, *YES_NO],
    )
    assert checked(form, {"region": "n", "town": "lille", "many": "yes no"}).valid
    seen = checked(form, {"region": "n", "town": "nice", "many": "yes maybe"})
    assert kinds(seen) == {"/data/town": "choice", "/data/many": "choice"}
    assert kinds(checked(form, {"many": "yes yes"})) == {"/data/many": "choice"}


def test_a_scale_has_two_ends() -> None:
    form = form_of([row("range", "a", parameters="start=0 end=10 step=1")])
    assert checked(form, {"a": "10"}).valid
    assert kinds(checked(form, {"a": "11"})) == {"/data/a": "constraint"}


def test_messages_come_in_the_language_of_the_form_or_ours() -> None:
    form = form_of(
        [
            row(
                "integer",
                "a",
                constraint=". > 1",
                **{
                    "constraint_message::Français (fr)": "Plus d’un.",
                    "constraint_message::English (en)": "More than one.",
                },
            ),
            row("text", "b", required="yes"),
        ]
    )
    xml = visit(form, {"a": "1"})
    said = {
        language: [one.message for one in check(form, xml, now=NOW, language=language).violations]
        for language in ("fr", "en")
    }
    assert said == {
        "fr": ["Plus d’un.", "Réponse obligatoire."],
        "en": ["More than one.", "Réponse obligatoire."],
    }


def test_what_was_made_in_the_home_is_kept() -> None:
    form = form_of(
        [
            row("calculate", "drawn", calculation="once(random())"),
            row("calculate", "id", calculation="uuid()"),
        ]
    )
    seen = checked(form, {"drawn": "0.25", "id": "abc"})
    assert (seen.corrected, seen.values["drawn"], seen.values["id"]) == ((), "0.25", "abc")


def test_a_label_in_either_language_is_no_correction() -> None:
    form = form_of(
        [
            row("select_one yn", "a"),
            row("calculate", "b", calculation="jr:choice-name(${a}, '${a}')"),
        ],
        choices=YES_NO,
    )
    assert checked(form, {"a": "yes", "b": "Oui"}).corrected == ()
    assert checked(form, {"a": "yes", "b": "Yes"}).corrected == ()
    assert checked(form, {"a": "yes", "b": "Jein"}).corrected[0].computed == "Oui"


def test_an_expression_that_cannot_be_worked_out_is_an_empty_answer() -> None:
    form = form_of([row("text", "a"), row("calculate", "b", calculation="digest('x', ${a})")])
    assert checked(form, {"a": "nonsense", "b": "y"}).corrected[0].computed == ""


def test_today_is_the_day_in_the_zone_of_the_visit() -> None:
    form = form_of([row("calculate", "day", calculation="today()")])
    late = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
    assert checked(form, {}, now=late).calculated["/data/day"] == "2026-01-02"
    report = check_report(home_visit().xform, b"<x/>", late)
    assert report["valid"] is False


def test_the_clean_xml_checks_out_again() -> None:
    form = parse_form(home_visit().xform)
    first = checked(form, {**quiet_visit(), "stranger": "x", "safety": {"gas_smell": "yes"}})
    again = check(form, first.xml, now=NOW)
    assert (again.corrected, again.unknown, again.xml) == ((), (), first.xml)


def broken(change: str) -> dict[str, Any]:
    answers = quiet_visit()
    if change == "score":
        answers["fall_risk"]["fall_score"] = "4"
    elif change == "choice":
        answers["dwelling"]["washing"] = "sink"
    elif change == "hidden":
        answers["fall_risk"]["falls_count"] = "3"
    elif change == "missing":
        del answers["safety"]["gas_smell"]
    elif change == "extra":
        answers["safety"]["colour"] = "blue"
    elif change == "twice":
        answers["safety"]["gas_smell"] = ["no", "yes"]
    elif change == "constraint":
        answers["safety"]["temperature"] = "99"
    return answers


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ("score", "/data/fall_risk/fall_score"),
        ("choice", "/data/dwelling/washing"),
        ("hidden", "/data/fall_risk/falls_count"),
        ("missing", "/data/safety/gas_smell"),
        ("extra", "/data/safety/colour"),
        ("twice", "/data/safety/gas_smell"),
        ("constraint", "/data/safety/temperature"),
    ],
)
def test_a_single_tampering_is_caught_and_named(change: str, path: str) -> None:
    seen = checked(parse_form(home_visit().xform), broken(change))
    named = {one.path for one in seen.violations} | {one.path for one in seen.corrected}
    assert named | set(seen.unknown) == {path}


def test_a_swapped_version_is_caught_and_named() -> None:
    form = parse_form(home_visit().xform)
    seen = check(form, visit(form, quiet_visit(), version="1"), now=NOW)
    assert [one.kind for one in seen.violations] == [ViolationKind.VERSION]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_visit_that_follows_the_rules_is_valid(data: st.DataObject) -> None:
    form = parse_form(home_visit().xform)
    answers = quiet_visit()
    yes_no = st.sampled_from(["yes", "no"])
    risk = answers["fall_risk"] = {
        name: data.draw(yes_no) for name in ("fell", "unsteady", "worried")
    }
    if risk["fell"] == "yes":
        risk |= {
            "falls_count": str(data.draw(st.integers(1, 100))),
            "fall_injury": data.draw(yes_no),
        }
    answers["safety"] = {
        "gas_smell": data.draw(yes_no),
        "bare_wires": data.draw(yes_no),
        "smoke_alarm": data.draw(st.sampled_from(["working", "silent", "missing"])),
    }
    rooms = st.fixed_dictionaries(
        {"room_kind": st.sampled_from(["wc", "kitchen"]), "loose_rug": yes_no}
    )
    answers["room"] = data.draw(st.lists(rooms, max_size=4))
    first = checked(form, answers)
    assert first.violations == ()
    again = check(form, first.xml, now=NOW)
    assert (again.violations, again.corrected, again.unknown) == ((), (), ())


def test_the_report_is_plain_json() -> None:
    form = parse_form(home_visit().xform)
    answers = broken("score") | {"stranger": "x", "dwelling": {"floor": "0", "washing": "sink"}}
    report = check_report(home_visit().xform, visit(form, answers), NOW)
    assert list(report) == ["valid", "violations", "calculated", "corrected", "unknown"]
    assert report["valid"] is False
    assert [(one["path"], one["kind"]) for one in report["violations"]] == [
        ("/data/dwelling/washing", "choice")
    ]
    assert report["corrected"] == [
        {"path": "/data/fall_risk/fall_score", "sent": "4", "computed": "0"}
    ]
    assert report["unknown"] == ["/data/stranger"]
    assert report["calculated"]["/data/room[1]/room_hazards"] == "0"


@pytest.mark.parametrize("xml", [b"", b"<x", b'<data id="other"/>'])
def test_a_malformed_submission_is_reported_not_raised(xml: bytes) -> None:
    report = check_report(home_visit().xform, xml)
    assert [one["kind"] for one in report["violations"]] == ["malformed"]
    assert check_report(xml, xml)["valid"] is False


def test_a_choice_name_waits_for_what_filters_its_list() -> None:
    choices = [
        {"list_name": "fixes", "name": "mat", FR: "Tapis", EN: "Mat", "family": "bath"},
        {"list_name": "fixes", "name": "bulb", FR: "Ampoule", EN: "Bulb", "family": "light"},
    ]
    form = form_of(
        [
            row("select_one fixes", "fix", choice_filter="family = ${family}"),
            row("calculate", "said", calculation="jr:choice-name(${fix}, '${fix}')"),
            row("text", "hazard"),
            row("calculate", "family", calculation="if(${hazard} = 'dark', 'light', 'bath')"),
        ],
        choices=choices,
    )
    assert checked(form, {"fix": "bulb", "hazard": "dark"}).calculated["/data/said"] == "Ampoule"
