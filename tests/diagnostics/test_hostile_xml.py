"""Nothing a stranger sends makes the check fail otherwise than by a clear refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.form import parse_form
from diagnostics.submission import check
from diagnostics.wellformed import BadForm, BadSubmission, read_head
from tests.diagnostics.builders import NOW, form_of, home_visit, row, visit

BOMB = b"".join(
    [
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">',
        *(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9)),
        b']><data id="trial"><a>&j;</a></data>',
    ]
)
HOSTILE = {
    "empty": b"",
    "not xml": b"hello",
    "truncated": b'<data id="trial"><a>1</a>',
    "nul": b'<data id="trial"><a>\x00</a></data>',
    "external entity": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="trial">&x;</data>'
    ),
    "entity bomb": BOMB,
    "external dtd": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><data id="trial"/>',
    "undefined entity": b'<data id="trial">&nope;</data>',
    "deep": b'<data id="trial">' + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</data>",
    "wide": b'<data id="trial">' + b"<a/>" * 200_000 + b"</data>",
    "huge": b'<data id="trial"><a>' + b"x" * 17_000_000 + b"</a></data>",
    "unknown encoding": b'<?xml version="1.0" encoding="utf-99"?><data id="trial"/>',
    "utf-16 doctype": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><data/>'.encode("utf-16"),
    "no id": b"<data><a>1</a></data>",
    "other form": b'<data id="other" version="1"><a>1</a></data>',
    "other root": b'<html id="trial"><a>1</a></html>',
    "two roots": b'<data id="trial"/><data id="trial"/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_in_french(name: str) -> None:
    form = form_of([row("text", "a")])
    with pytest.raises(BadSubmission) as refusal:
        check(form, HOSTILE[name], now=NOW)
    assert str(refusal.value).startswith(("Le ", "La ", "L’", "Cette "))


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if name not in ("other form", "other root")]
)
def test_a_head_is_read_with_the_same_care(name: str) -> None:
    with pytest.raises(BadSubmission):
        read_head(HOSTILE[name])


@pytest.mark.parametrize(
    "name", ["empty", "not xml", "truncated", "nul", "entity bomb", "deep", "no id"]
)
def test_a_form_is_read_with_the_same_care(name: str) -> None:
    with pytest.raises(BadForm):
        parse_form(HOSTILE[name])


@given(st.binary(max_size=200))
def test_no_bytes_make_the_check_fail_otherwise(data: bytes) -> None:
    form = form_of([row("text", "a")])
    for sent in (data, b'<data id="trial"><a>' + data + b"</a></data>"):
        try:
            check(form, sent, now=NOW)
        except BadSubmission:
            continue


@given(st.data())
def test_no_damaged_visit_makes_the_check_fail_otherwise(data: st.DataObject) -> None:
    form = parse_form(home_visit().xform)
    xml = visit(form, {"consent": {"visit_agreed": "yes"}, "room": [{"room_kind": "wc"}]})
    at = data.draw(st.integers(0, len(xml) - 1))
    damaged = xml[:at] + data.draw(st.binary(max_size=3)) + xml[at + 1 :]
    try:
        check(form, damaged, now=NOW)
    except BadSubmission:
        return


@pytest.mark.slow
def test_a_repeat_too_long_for_its_rules_is_refused_after_a_bounded_amount_of_work() -> None:
    form = form_of(
        [
            row("begin repeat", "room"),
            row("integer", "x"),
            row("calculate", "all", calculation="count(/data/room[x > 1]) + count(//x)"),
            row("end repeat", ""),
        ]
    )
    xml = visit(form, {"room": [{"x": "1"}] * 10_000})
    with pytest.raises(BadSubmission):
        check(form, xml, now=NOW)


def test_an_undeclared_orx_prefix_is_read() -> None:
    form = form_of([row("text", "a")])
    meta = b"<orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta>"
    xml = b'<data id="trial" version="1"><a>x</a>' + meta + b"</data>"
    seen = check(form, xml, now=NOW)
    assert (seen.instance_id, seen.unknown, seen.violations) == ("uuid:1", (), ())


def test_elements_of_a_foreign_namespace_are_unknown() -> None:
    form = form_of([row("text", "a")])
    xml = b'<data id="trial" xmlns:e="http://evil.invalid"><e:a>x</e:a><a xmlns="http://evil.invalid">y</a></data>'
    seen = check(form, xml, now=NOW)
    assert seen.unknown == ("/data/a", "/data/a")
    assert seen.values["a"] is None


def test_the_head_tells_form_version_instance_and_end() -> None:
    head = read_head(
        b'<data id="trial" version="3"><end>2026-11-21T10:00:00.000+01:00</end>'
        b"<meta><instanceID>uuid:1</instanceID></meta></data>"
    )
    assert (head.form_id, head.version, head.instance_id) == ("trial", "3", "uuid:1")
    assert head.ended_at == "2026-11-21T10:00:00.000+01:00"
