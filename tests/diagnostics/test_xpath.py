"""The expression language, function group by function group."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.texts import Texts
from diagnostics.xpath import (
    FUNCTIONS,
    ExpressionError,
    ExpressionFailed,
    Node,
    Scope,
    TooMuchWork,
    beyond_tablet,
    compile_expression,
    number_text,
    references,
    text_of,
)
from diagnostics.xpath.functions.texts import from_javascript

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Speechless:
    """The words of a form that has none."""

    texts = Texts((), {})

    def choice_label(self, value: str, question: Node, scope: Scope) -> str:
        return f"«{value}»"

    def itext(self, ident: str, scope: Scope) -> str:
        return f"{ident}/{scope.language}"

    def spoken(self, node: Node, scope: Scope) -> str:
        return node.text()


def household() -> Node:
    top = Node("")
    data = top.append("data")
    for name, value in {
        "n": "5",
        "d": "2.5",
        "empty": "",
        "word": "AB12345",
        "day": "2026-03-29",
        "moment": "2026-03-29T12:00:00.000+02:00",
        "picked": "red blue",
        "line": "48.5 2.2;48.6 2.3",
    }.items():
        data.append(name, value=value)
    for x, kinds in (("1", ("a", "b")), ("4", ("c",))):
        room = data.append("room")
        room.append("x", value=x)
        for kind in kinds:
            room.append("item").append("y", value=kind)
    return top


def lists() -> dict[str, Node]:
    top = Node("instance")
    root = top.append("root")
    for name, weight in (("red", "3"), ("blue", "5")):
        item = root.append("item")
        item.append("name", value=name)
        item.append("weight", value=weight)
    return {"colour": top}


def run(expression: str, at: str = "/data/n", nth: int = 0) -> str:
    top = household()
    index: dict[str, list[Node]] = {}
    for node in top.walk():
        index.setdefault(node.path, []).append(node)
    scope = Scope(
        top, index, now=NOW, zone=ZoneInfo("Europe/Paris"), instances=lists(), words=Speechless()
    )
    node = scope.current = index[at][nth]
    return text_of(compile_expression(expression)(scope, node))


CASES = {
    "operators": {
        "1 + 2 * 3": "7",
        "7 mod 3": "1",
        "-7 mod 3": "-1",
        "1 div 0": "Infinity",
        "0 div 0": "",
        "'a' = 'a'": "true",
        "/data/n > /data/d": "true",
        "/data/empty + 1": "",
        "/data/empty = ''": "true",
        "/data/empty < 1": "false",
        "/data/nothing = ''": "false",
        "/data/nothing != 'x'": "false",
        "not(/data/nothing)": "true",
        "1 = true()": "true",
        "0.1 + 0.2": "0.30000000000000004",
        "/data/room/x = 4": "true",
        "-/data/n": "-5",
        "1000000000000 * 10000000000": "1e+22",
        "1 div 10000000": "1e-7",
        "1 div 100000": "0.00001",
        "/data/n > 3 and /data/n < 6 or false()": "true",
        "(1 + 2) * 3": "9",
    },
    "paths": {
        "/data/room[2]/x": "4",
        "/data/room[x > 2]/x": "4",
        "/data/room[last()]/x": "4",
        "count(//y)": "3",
        "count(/data/room/*)": "5",
        "../word": "AB12345",
        "name(..)": "data",
        "count(/data/room/item)": "3",
        "(/data/room)[2]/x": "4",
        "count(/data/n | /data/d)": "2",
        "count(/data/room[1]/following-sibling::room)": "1",
        "string(/data/@id)": "",
        "/data/room[2]/preceding-sibling::room[1]/x": "1",
        "count(/)": "1",
        "count(/data/room/x/ancestor::room)": "2",
        "self::n": "5",
        "/data/room[x = 4]/item[1]/y": "c",
        "count(/data/room/descendant::y)": "3",
        "count(child::x)": "0",
        "string(./text())": "5",
    },
    "numbers": {
        "round(2.5)": "3",
        "round(-2.5)": "-3",
        "round(3.14159, 2)": "3.14",
        "round(1234, -2)": "1200",
        "int(-2.7)": "-2",
        "floor(-2.5)": "-3",
        "ceiling(2.1)": "3",
        "abs(-3)": "3",
        "pow(2, 10)": "1024",
        "sqrt(-1)": "",
        "log10(1000)": "3",
        "log(0)": "-Infinity",
        "exp(0)": "1",
        "exp(1000)": "Infinity",
        "sum(/data/room/x)": "5",
        "sum(/data/nothing)": "",
        "min(/data/room/x, 3)": "1",
        "max(/data/room/x)": "4",
        "max(/data/nothing)": "",
        "count(/data/room)": "2",
        "sin(0)": "0",
        "atan2(0, 1)": "0",
        "number('12')": "12",
        "number('x')": "",
        "number()": "5",
        "pi() > 3": "true",
        "random() < 1": "true",
        "exp10(2)": "100",
        "count-non-empty(/data/*)": "9",
    },
    "texts": {
        "concat('a', 1, /data/room/x)": "a114",
        "join('-', /data/room/x, 'z')": "1-4-z",
        "substr('12345', 1, 3)": "23",
        "substr('12345', -2)": "45",
        "substr('12345', /data/empty)": "",
        "substring('12345', 2, 3)": "234",
        "substring('12345', 1.5, 2.6)": "234",
        "substring-before('a=b', '=')": "a",
        "substring-after('a=b', '=')": "b",
        "contains('abc', 'b')": "true",
        "starts-with('abc', 'a')": "true",
        "ends-with('abc', 'c')": "true",
        "string-length('été')": "3",
        "string-length()": "1",
        "normalize-space('  a   b ')": "a b",
        "translate('abcd', 'abc', 'AB')": "ABd",
        "regex(/data/word, '^[A-Z]{2}[0-9]{5}$')": "true",
        "regex('a', '(')": "!",
        "coalesce(/data/empty, 'x')": "x",
        "string(/data/d)": "2.5",
        "base64-decode('w6k=')": "é",
        "base64-decode('%')": "",
        "string-length(uuid())": "36",
        "digest('a', 'MD5', 'hex')": "0cc175b9c0f1b6a831c399e269772661",
        "digest('a', 'X')": "!",
        "digest('a', 'SHA-1')": "hvfkN/qlp/zhXR3cuerq6jd2Z7g=",
    },
    "dates": {
        "today()": "2026-11-21",
        "now()": "2026-11-21T11:00:00.000+01:00",
        "int(today())": "20777",
        "format-date(/data/day, '%d/%m/%Y')": "29/03/2026",
        "format-date('x', '%d')": "",
        "format-date-time(/data/moment, '%H:%M:%S %3')": "12:00:00 000",
        "format-date-time(/data/moment, '%e %n %y %b %h')": "29 3 26 Mar 12",
        "date('2026-3-9')": "2026-03-09",
        "date('x')": "Invalid Date",
        "date('')": "",
        "date(0)": "1970-01-01T01:00:00.000+01:00",
        "/data/day < today()": "true",
        "date('2026-03-30') - date('2026-03-28') < 2": "true",
        "decimal-time('06:00')": "0.25",
        "decimal-time('6h')": "",
        "decimal-date-time('1970-01-02T00:00:00.000Z')": "1",
        "date(true())": "",
        "decimal-date-time(true())": "!",
    },
    "choices and lists": {
        "selected(/data/picked, 'red')": "true",
        "selected(/data/picked, 're')": "false",
        "selected-at(/data/picked, 1)": "blue",
        "selected-at(/data/picked, 9)": "",
        "count-selected(/data/picked)": "2",
        "jr:choice-name('red', '/data/picked')": "«red»",
        "jr:itext('a')": "a/fr",
        "instance('colour')/root/item[name = 'blue']/weight": "5",
        "count(instance('nowhere')/root/item)": "0",
        "pulldata('colour', 'weight', 'name', 'red')": "3",
        "pulldata('colour', 'weight', 'name', 'x')": "",
        "count(randomize(/data/room))": "2",
        "indexed-repeat(/data/room/x, /data/room, 2)": "4",
        "indexed-repeat(/data/room/item/y, /data/room, 1, /data/room/item, 2)": "b",
        "indexed-repeat(/data/room/item/y, /data/room/item, 2, /data/room, 1)": "b",
        "indexed-repeat(/data/room/x, /data/room, 9)": "",
        "once('new')": "5",
        "checklist(1, 2, true(), false())": "true",
        "checklist(2, -1, true(), false())": "false",
        "weighted-checklist(2, 5, true(), 2, false(), 9)": "true",
        "position(/data/room[2])": "2",
        "position(/data/room)": "!",
        "count('x')": "!",
        "current()/../word": "AB12345",
        "if(/data/n = 5, 'yes', 1 div 0)": "yes",
        "boolean-from-string('1')": "true",
        "'jr:itext(1)'": "jr:itext(1)",
    },
    "geography": {
        "distance('48.5 2.2;48.6 2.2') > 11000": "true",
        "distance(/data/word)": "",
        "area('0 0;0 1;1 1;1 0') > 12000000000": "true",
        "area('0 0')": "0",
        "geofence('0.5 0.5', '0 0;0 1;1 1;1 0;0 0')": "true",
        "geofence('5 5', '0 0;0 1;1 1;1 0;0 0')": "false",
    },
}


@pytest.mark.parametrize("group", CASES)
def test_expressions_give_what_the_engine_on_the_tablet_gives(group: str) -> None:
    wrong = {}
    for expression, expected in CASES[group].items():
        try:
            found = run(expression)
        except ExpressionFailed:
            found = "!"
        if found != expected:
            wrong[expression] = (found, expected)
    assert wrong == {}


def test_a_relative_path_in_a_repeat_stays_in_its_turn() -> None:
    assert run("../x * 10", "/data/room/x", 1) == "40"
    assert run("position(..)", "/data/room/x", 1) == "2"
    assert run("/data/room[x = current()/../x]/x", "/data/room/x", 1) == "4"


def test_an_absolute_path_in_a_repeat_sees_every_turn() -> None:
    assert run("count(/data/room[x > 0])", "/data/room/x", 1) == "2"
    assert run("/data/room/x", "/data/room/x", 1) == "1"


@pytest.mark.parametrize(
    "expression",
    [
        "1 +",
        "nothing(1)",
        "if(1, 2)",
        "'open",
        "(" * 3000 + "1" + ")" * 3000,
        "a/b[",
        "",
        "$x",
        "1 2",
        "{0",
    ],
)
def test_what_cannot_be_read_is_refused_by_one_error(expression: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(expression)


@given(st.text(max_size=40))
def test_no_text_makes_the_parser_fail_otherwise(text: str) -> None:
    try:
        compile_expression(text)
    except ExpressionError:
        return


@given(st.text(max_size=30), st.sampled_from(sorted(FUNCTIONS)))
def test_no_answer_makes_a_function_fail_otherwise(answer: str, name: str) -> None:
    arguments = ", ".join(["."] * FUNCTIONS[name].least)
    top = Node("")
    node = top.append("data").append("a", value=answer)
    scope = Scope(top, {"/data/a": [node]}, now=NOW, zone=UTC, instances={}, words=Speechless())
    try:
        text_of(compile_expression(f"{name.replace('jr-', 'jr:')}({arguments})")(scope, node))
    except (ExpressionFailed, ExpressionError):
        return


@given(st.floats(allow_nan=False))
def test_a_number_written_and_read_again_is_the_same(number: float) -> None:
    assert float(number_text(number).replace("Infinity", "inf")) == number


def test_references_are_found_without_running() -> None:
    top = household()
    node = top.children[0].named["room"][0].named["x"][0]
    found = references(
        "if(../item/y = 'a', /data/n, current()/../../d) + sum(//y[. = /data/word])", top, node
    )
    assert found >= {"/data/n", "/data/d", "/data/room/item/y", "/data/word"}
    assert "/data/day" not in found


def test_what_the_tablet_cannot_do_is_named() -> None:
    assert beyond_tablet("count(/a | /b)") == "|"
    assert beyond_tablet("../preceding-sibling::a") == "preceding-sibling"
    assert beyond_tablet("../a + 1") == ""


def test_a_pattern_keeps_its_meaning_on_the_way_from_javascript() -> None:
    assert from_javascript(r"^(?<y>\d)[[&]$") == r"^(?P<y>\d)[\[\&]\Z"


def test_too_much_work_is_stopped() -> None:
    top = household()
    scope = Scope(top, {}, now=NOW, zone=UTC, instances={}, words=Speechless())
    scope.effort = 3
    with pytest.raises(TooMuchWork):
        compile_expression("count(//y)")(scope, top)
