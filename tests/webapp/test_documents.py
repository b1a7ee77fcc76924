"""Documents are added to a person's file, kept sealed, shown bare, withdrawn and put back."""

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import NOW, make_person, make_user, make_viewer
from tests.pdfs import PHOTO, SECRET, telling_pdf
from visits.ground.errors import Invalid
from visits.ground.photo_kinds import LARGEST
from visits.models.accounts import Role
from visits.models.documents import Document, DocumentKind
from visits.models.people import AccessedPerson, AccessEvent, Person
from visits.people.documents import (
    MOST,
    DocumentSaid,
    add_document,
    let_go_of_documents,
)
from visits.retention.orphans import remove_orphans

SignIn = Callable[..., FlaskClient]
PDF = telling_pdf()
SAID = {"document_title": "Attestation", "document_kind": "signed", "document_day": "2026-03-02"}


class File:
    """A person's file, and what is sent to it."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.session, self.store = session, app.extensions["palier"].store
        self.person_id = make_person(session).id
        self.page = f"/people/{self.person_id}"
        session.commit()

    def add(self, client: FlaskClient, data: bytes = PDF, **said: Any) -> TestResponse:
        sent = {"document_file": (io.BytesIO(data), "SECRET.pdf")} if data else {}
        typed = SAID | said | sent
        return client.post(f"{self.page}/documents", data=typed)

    def kept(self) -> list[Document]:
        self.session.rollback()
        found = list(self.session.scalars(select(Document).order_by(Document.id)))
        self.session.expunge_all()
        self.session.rollback()  # on SQLite nobody could write meanwhile
        return found

    @property
    def address(self) -> str:
        (document,) = self.kept()
        return f"{self.page}/documents/{document.id}"

    def logged(self) -> list[str]:
        said = select(AccessEvent.what).join(AccessedPerson)
        mine = said.where(AccessedPerson.person_id == self.person_id)
        found = list(self.session.scalars(mine.order_by(AccessEvent.id)))
        self.session.rollback()
        return found


@pytest.fixture
def file(app: Flask, session: Session) -> File:
    return File(app, session)


def test_a_pdf_is_kept_as_it_came_and_shown_without_what_it_tells(
    client_as: SignIn, file: File
) -> None:
    office = client_as(Role.SOCIAL_WORKER, language="en")
    answer = file.add(office)
    assert (answer.status_code, answer.location) == (302, f"{file.page}#papers")
    (document,) = file.kept()
    assert document.sha256 is not None and file.store.get(document.sha256) == PDF
    page = office.get(file.page).text
    assert "Attestation" in page and "Signed sheet" in page and file.address in page
    sent = office.get(file.address)
    assert (sent.status_code, sent.content_type) == (200, "application/octet-stream")
    assert sent.headers["Content-Disposition"] == "attachment; filename=document.pdf"
    assert sent.data.startswith(b"%PDF-") and SECRET.encode() not in sent.data
    assert file.logged() == ["document_added", "person_file", "document"]


def test_a_picture_is_shown_without_what_the_camera_told(client_as: SignIn, file: File) -> None:
    office = client_as(Role.COORDINATOR)
    assert file.add(office, PHOTO).status_code == 302
    sent = office.get(file.address)
    assert sent.content_type == "image/jpeg" and b"SECRET" not in sent.data


@pytest.mark.parametrize(
    ("said", "data", "field"),
    [
        ({}, b"", "document_file"), ({}, b"text", "document_file"),
        ({}, b"RIFF....WAVEfmt ", "document_file"),
        ({}, telling_pdf(password="1234"), "document_file"),
        ({"document_title": " "}, PDF, "document_title"),
        ({"document_title": "x" * 201}, PDF, "document_title"),
        ({"document_kind": "king"}, PDF, "document_kind"),
        ({"document_day": ""}, PDF, "document_day"),
        ({"document_day": "hier"}, PDF, "document_day"),
        ({"document_day": "2026-03-11"}, PDF, "document_day"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_field_by_field_and_nothing_is_kept(
    client_as: SignIn, file: File, said: dict[str, str], data: bytes, field: str
) -> None:
    answer = file.add(client_as(Role.COORDINATOR), data, **said)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert file.kept() == []


def test_one_that_is_too_large_is_refused(session: Session, file: File) -> None:
    viewer, person = make_viewer(make_user(session)), session.get_one(Person, file.person_id)
    said = DocumentSaid("letter", "t", NOW.date(), b"%PDF-" + b"0" * LARGEST)
    with pytest.raises(Invalid) as refused:
        add_document(session, file.store, person, said, viewer=viewer, now=NOW)
    assert refused.value.fields == {"document_file": "document_too_large"}


def test_a_file_holds_no_end_of_documents(client_as: SignIn, session: Session, file: File) -> None:
    by = make_user(session)
    given = {"kind": DocumentKind.OTHER, "title": "t", "dated_on": NOW.date(), "size": 1}
    given |= {"media_type": "image/png", "added_at": NOW, "added_by_id": by.id}
    session.add_all(Document(person_id=file.person_id, **given) for _ in range(MOST))
    session.commit()
    assert file.add(client_as(Role.COORDINATOR)).status_code == 409
    assert len(file.kept()) == MOST


def test_a_document_is_withdrawn_with_a_reason_shown_to_nobody_and_put_back(
    client_as: SignIn, file: File
) -> None:
    office = client_as(Role.COORDINATOR, language="en")
    file.add(office)
    address = file.address
    assert office.post(address, data={"document_why": " "}).status_code == 422
    assert office.post(address, data={"document_why": "x" * 501}).status_code == 422
    assert office.post(address, data={"do": "back"}).status_code == 404
    assert office.post(address, data={"document_why": "Of her sister"}).status_code == 302
    assert office.get(address).status_code == 404
    page = office.get(file.page).text
    assert f'href="{address}"' not in page and "Of her sister" in page
    assert office.post(address, data={"document_why": "again"}).status_code == 404
    assert office.post(address, data={"do": "back"}).status_code == 302
    assert office.get(address).status_code == 200
    assert "Of her sister" not in office.get(file.page).text


def test_what_was_withdrawn_long_ago_is_gone_and_what_stands_is_not(
    client_as: SignIn, session: Session, file: File
) -> None:
    office = client_as(Role.COORDINATOR)
    file.add(office)
    file.add(office, PHOTO)
    gone, stands = file.kept()
    addresses = [f"{file.page}/documents/{one.id}" for one in (gone, stands)]
    office.post(addresses[0], data={"document_why": "Of her sister"})
    for days, let_go in ((30, 0), (31, 1)):
        later = NOW + timedelta(days=days, seconds=-1)
        assert let_go_of_documents(session, now=later) == let_go
        session.commit()
    remove_orphans(session, file.store, now=NOW + timedelta(days=9_999))
    session.commit()
    assert not file.store.holds(gone.sha256 or "") and file.store.holds(stands.sha256 or "")
    assert office.post(addresses[0], data={"do": "back"}).status_code == 404
    assert office.get(addresses[1]).status_code == 200


def test_only_those_who_edit_persons_and_see_her_open_her_documents(
    client_as: SignIn, session: Session, file: File
) -> None:
    office = client_as(Role.COORDINATOR)
    file.add(office)
    address = file.address
    for role in set(Role) - {Role.COORDINATOR, Role.SOCIAL_WORKER}:
        client = client_as(role)
        assert client.get(address).status_code == 403
        assert file.add(client).status_code == 403
        assert client.post(address, data={"document_why": "x"}).status_code == 403
    other = make_person(session).id
    document_id = address.rpartition("/")[2]
    session.commit()
    assert office.get(f"/people/{other}/documents/{document_id}").status_code == 404
    assert office.get(f"{file.page}/documents/{uuid.uuid4()}").status_code == 404
    session.get_one(Person, file.person_id).protected = True
    session.commit()
    assert office.get(address).status_code == 404
    assert office.post(address, data={"document_why": "x"}).status_code == 404
    assert file.add(office).status_code == 404
    assert len(file.kept()) == 1
