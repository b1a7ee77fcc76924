"""The files that may be brought, and what is said of those that may not."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.webapp.test_imports import (
    HEADINGS,
    LINES,
    SignIn,
    chosen,
    figures,
    lines_read,
    persons,
    upload,
)
from visits.models.portfolio import Import


def test_the_sheets_of_a_workbook_are_named_and_chosen(client_as: SignIn, session: Session) -> None:
    client = client_as("coordinator")
    book = openpyxl.Workbook()
    for at, name in enumerate(("Creil", "Beauvais")):
        sheet = book.create_sheet(name)
        for line in (HEADINGS, LINES.splitlines()[at]):
            sheet.append(line.strip().split(";"))
    book.remove(book.worksheets[0])
    data = io.BytesIO()
    book.save(data)
    address = upload(client, data.getvalue(), "agences.xlsx")
    text = client.get(address).get_data(as_text=True)
    assert re.findall(r'name="sheet" value="(\w+)"( checked)?', text) == [
        ("Creil", " checked"), ("Beauvais", ""),
    ]  # fmt: skip
    both = client.get(f"{address}?sheet=Creil&sheet=Beauvais").get_data(as_text=True)
    assert figures(both) == {"read": 2, "merged": 0, "left_out": 2, "refused": 0}
    client.post(address, data=chosen(session, address) | {"sheet": ["Creil", "Beauvais"]})
    assert persons(session) == 2
    assert figures(client.get(address).get_data(as_text=True))["read"] == 2


def test_a_file_with_only_bad_rows_offers_nothing_to_import(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator", language="en")
    bad = LINES.replace("28/08/1935", "x").replace("24/11/1948", "y")
    text = client.get(upload(client, (HEADINGS + bad).encode())).get_data(as_text=True)
    assert "Every line is refused" in text
    assert "hx-post" not in text


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "vide.csv", "Le fichier est vide."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "photo.csv", "pas un tableau"),
        (b"%PDF-1.7 ...", "liste.csv", "pas un tableau (PDF)"),
        (b"PK\x03\x04 broken", "liste.xlsx", "abîmé"),
        (HEADINGS.encode(), "titres.csv", "aucune ligne"),
    ],
)
def test_what_is_no_table_gets_a_clear_answer_and_is_not_kept(
    client_as: SignIn, session: Session, data: bytes, name: str, said: str
) -> None:
    client = client_as("coordinator")
    answer = client.post("/imports/", data={"file": (io.BytesIO(data), name)})
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert session.scalars(select(Import)).all() == []


def test_no_file_at_all_is_said(client_as: SignIn) -> None:
    assert client_as("coordinator").post("/imports/", data={}).status_code == 422


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client_as: SignIn) -> None:
    answer = client_as("coordinator").post(
        "/imports/",
        data=b"--x\r\n",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert answer.mimetype == "text/html"


def test_a_workbook_is_read_like_a_csv(client_as: SignIn, session: Session) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for line in (HEADINGS + LINES).splitlines():
        sheet.append(line.split(";"))
    data = io.BytesIO()
    workbook.save(data)
    client = client_as("coordinator", language="en")
    address = upload(client, data.getvalue(), "liste.xlsx")
    assert lines_read(client.get(address).get_data(as_text=True)) == 2
