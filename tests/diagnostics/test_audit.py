"""The time on each page, from the log a tablet sends; a bad log is refused, never believed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diagnostics.audit import BadAudit, PageTime, read_audit, total_of
from diagnostics.form import Form
from tests.diagnostics.builders import form_of, row

HEAD = "event,node,start,end"


def form() -> Form:
    return form_of(
        [
            row("text", "name", "Nom"),
            row("begin group", "home", "Logement"),
            row("integer", "floor"),
            row("text", "door"),
            row("end group", ""),
            row("begin repeat", "room", "Pièce"),
            row("text", "seen"),
            row("end repeat", ""),
        ]
    )


def times(*rows: str, head: str = HEAD) -> tuple[PageTime, ...]:
    return read_audit("\n".join([head, *rows]).encode(), form(), language="fr")


def said(*rows: str, head: str = HEAD) -> dict[str, float]:
    return {one.title: one.spent.total_seconds() for one in times(*rows, head=head)}


def test_questions_count_for_their_page_and_pages_opened_twice_add_up() -> None:
    found = said(
        "form start,,1000,",
        "question,/data/name,1000,3500",
        "question,/data/home/floor,4000,9000",
        "question,/data/home/door,9000,10000",
        "jump,,10000,",
        "question,/data/home/floor,20000,21000",
        "form exit,,30000,",
    )
    assert found == {"Nom": 2.5, "Logement": 7.0}


def test_a_page_of_several_questions_and_the_turns_of_a_repeat_stand_apart() -> None:
    found = said(
        "group questions,/data/home,0,1500",
        "group questions,/data/room[1],2000,3000",
        "question,/data/room[2]/seen,3000,7000",
    )
    assert found == {"Logement": 1.5, "Pièce 1": 1.0, "Pièce 2": 4.0}


def test_more_columns_and_a_mark_at_the_head_do_not_matter() -> None:
    head = "\ufeffevent,node,start,end,latitude,longitude,accuracy,old-value,new-value"
    assert said('question,/data/name,0,1000,,,,"a, b",c', head=head) == {"Nom": 1.0}


@pytest.mark.parametrize(
    "cells",
    [
        "question,/data/name,5000,1000",
        "question,/data/name,x,y",
        "question,/data/name,-5,10",
        "question,/data/name,0,999999999999999999999",
        "question,/data/name,0,90000000000",
        "question,/data/elsewhere,0,1000",
        "question,/etc/passwd,0,1000",
        "question",
        "",
    ],
    ids=["backwards", "words", "negative", "huge", "days", "unknown", "strange", "short", "empty"],
)
def test_a_row_that_makes_no_sense_does_not_count(cells: str) -> None:
    assert times(cells) == ()


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"name,value\na,b", b'event,node,start,end\n"question', b"\x89PNG\r\n"],
    ids=["empty", "bytes", "other", "unclosed", "picture"],
)
def test_what_is_no_log_is_refused(data: bytes) -> None:
    with pytest.raises(BadAudit):
        read_audit(data, form(), language="fr")


def test_an_empty_line_tells_nothing() -> None:
    (page,) = times("question,/data/name,0,60000", "", "question,/data/name,60000,90000")
    assert page.spent == timedelta(seconds=90)


def test_a_log_without_end_is_refused() -> None:
    with pytest.raises(BadAudit):
        times(*["question,/data/name,0,1"] * 50_001)
    with pytest.raises(BadAudit):
        read_audit(HEAD.encode() + b"\n" + b"x" * 5_000_001, form(), language="fr")


@given(st.binary(max_size=300))
@example(b"\r")  # a line without a cell
def test_whatever_bytes_come_nothing_else_is_raised(noise: bytes) -> None:
    try:
        pages = read_audit(HEAD.encode() + b"\n" + noise, form(), language="fr")
    except BadAudit:
        return
    assert total_of(pages) >= timedelta()
