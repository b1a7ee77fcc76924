"""A landlord's own words on its papers: kept version by version, tried, put back; its logo."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from tests.factories import NOW
from tests.homes import Home
from tests.pdf_text import text_of
from tests.submissions import GAS, fill
from visits.accounts.accounts import find_organisation
from visits.models.accounts import OrganisationKind, Role
from visits.models.papers import PaperChange, PaperField
from visits.models.people import Person
from visits.models.works import WorkOrder
from visits.papers.wording import LARGEST_LOGO, TEXT_LENGTH
from visits.people.protection import protect
from visits.retention.orphans import owned_files, remove_orphans

SignIn = Callable[..., FlaskClient]
MEDIA = Path(__file__).parents[1] / "data" / "media"
RING = "Oise Habitat : 03 44 55 01 23"


def png(wide: int = 4, high: int = 2) -> bytes:
    """Draw a red picture."""

    def piece(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xa0\x1c\x32" * wide) * high
    pieces = (piece(b"IHDR", head), piece(b"IDAT", zlib.compress(rows)), piece(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


@pytest.fixture
def home(app: Flask) -> Home:
    home = Home(app, "home_visit")
    home.send_xml(fill(GAS))
    return home


def report(client: FlaskClient, home: Home, language: str = "fr") -> str:
    return text_of(client.get(f"{home.page}/report.pdf?language={language}").data)


def changes(home: Home) -> list[PaperChange]:
    with home.house.sessions() as session:
        return list(session.scalars(select(PaperChange).order_by(PaperChange.id)))


def seen(home: Home) -> str:
    return str(changes(home)[-1].id) if changes(home) else ""


def test_a_landlord_says_whom_to_ring_and_each_report_says_so(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    assert "avis d’échéance" in report(client, home)
    typed = {"ring_fr": RING, "opening_en": "Thank you #include ]", "seen": ""}
    kept = client.post("/papers/", data=typed, follow_redirects=True)
    assert RING in kept.text
    assert RING in report(client, home)
    assert "avis d’échéance" not in report(client, home)
    assert "Thank you #include ]" in report(client, home, "en")
    assert RING not in report(client, home, "en")


def test_earlier_words_are_kept_and_put_back(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    for said in (RING, RING, "Un autre numéro", ""):
        client.post("/papers/", data={"ring_fr": said, "seen": seen(home)})
    assert [one.said for one in changes(home)] == [RING, "Un autre numéro", ""]
    assert "avis d’échéance" in report(client, home)
    first = changes(home)[0].id
    assert client.post(f"/papers/changes/{first}").status_code == 302
    assert RING in report(client, home)
    assert [one.said for one in changes(home)][-1] == RING


def test_what_is_typed_is_shown_on_a_real_report_before_it_is_kept(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    tried = client.post("/papers/preview?language=fr", data={"ring_fr": "À essayer", "seen": ""})
    assert tried.content_type == "application/pdf"
    assert "À essayer" in text_of(tried.data)
    assert "VERMEULEN" in text_of(tried.data)
    assert changes(home) == []
    assert "À essayer" not in report(client, home)


def test_an_order_ends_with_the_landlords_own_words(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    said = {"order_fr": "Bon à rapporter signé.", "paper": "order", "seen": ""}
    tried = text_of(client.post("/papers/preview?language=fr", data=said).data)
    assert "Bon à rapporter signé." in tried and "Bon de travaux" in tried
    assert client.post("/papers/", data=said).status_code == 302
    with home.house.sessions() as session:
        (order,) = session.scalars(select(WorkOrder)).all()
        paper = f"/work-orders/{order.id}/sheet.pdf?language=fr"
    assert "Bon à rapporter signé." in text_of(client.get(paper).data)
    with home.house.sessions.begin() as session:
        person = session.scalars(select(Person)).one()
        protect(session, person, by=home.coordinator.id, now=NOW)
    other = client_as(Role.COORDINATOR).post("/papers/preview?language=fr", data=said)
    assert other.status_code == 404


def test_nobody_writes_over_what_she_has_not_read(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    client.post("/papers/", data={"ring_fr": RING, "seen": ""})
    late = client.post("/papers/", data={"ring_fr": "Le mien", "seen": ""})
    assert late.status_code == 409
    assert "Le mien" in late.text
    assert [one.said for one in changes(home)] == [RING]


def test_too_long_is_refused_where_it_stands_and_stays_typed(home: Home, client_as: SignIn) -> None:
    long = "x" * (TEXT_LENGTH + 1)
    refused = client_as(Role.COORDINATOR).post("/papers/", data={"ring_fr": long, "seen": ""})
    assert refused.status_code == 422
    assert long in refused.text
    assert changes(home) == []


def test_a_logo_stands_at_the_head_and_its_bytes_have_an_owner(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    before = client.get(f"{home.page}/report.pdf").data
    sent = client.post("/papers/logo", data={"logo": (io.BytesIO(png()), "logo.png")})
    assert sent.status_code == 302
    assert client.get("/papers/logo.png").data == png()
    after = client.get(f"{home.page}/report.pdf").data
    assert len(PdfReader(io.BytesIO(after)).pages[0].images) == 1
    assert not PdfReader(io.BytesIO(before)).pages[0].images
    digest = changes(home)[-1].sha256
    with home.house.sessions.begin() as session:
        assert digest in owned_files(session.connection())
        remove_orphans(session, home.house.store, now=NOW.replace(year=2099))
    assert client.get("/papers/logo.png").status_code == 200
    client.post("/papers/logo", data={"do": "none"})
    assert not PdfReader(io.BytesIO(client.get(f"{home.page}/report.pdf").data)).pages[0].images


def test_a_logo_tells_no_place_and_no_device(home: Home, client_as: SignIn) -> None:
    told = (MEDIA / "p.png").read_bytes()
    assert b"SECRET-PLACE" in told
    client = client_as(Role.COORDINATOR)
    client.post("/papers/logo", data={"logo": (io.BytesIO(told), "logo.png")})
    shown = client.get("/papers/logo.png")
    assert shown.status_code == 200
    assert b"SECRET" not in shown.data
    assert b"SECRET" not in home.house.store.get(changes(home)[-1].sha256 or "")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        png()[:-20],
        png().replace(b"IDAT", b"IDAX"),
        png(4000, 1),
        png() + b"\0" * LARGEST_LOGO,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_picture_is_no_logo(home: Home, client_as: SignIn, data: bytes) -> None:
    client = client_as(Role.COORDINATOR)
    refused = client.post("/papers/logo", data={"logo": (io.BytesIO(data), "logo.png")})
    assert refused.status_code == 422
    assert changes(home) == []
    assert client.get("/papers/logo.png").status_code == 404


def test_the_words_of_another_landlord_are_not_put_back(home: Home, client_as: SignIn) -> None:
    with home.house.sessions.begin() as session:
        other = find_organisation(session, "Habitat de l'Aisne", kind=OrganisationKind.LANDLORD)
        theirs = PaperChange(
            landlord_id=other.id, field=PaperField.RING_FR, said=RING, noted_at=NOW,
            noted_by_id=home.coordinator.id,
        )  # fmt: skip
        session.add(theirs)
        session.flush()
        change_id = theirs.id
    client = client_as(Role.COORDINATOR)
    assert client.post(f"/papers/changes/{change_id}").status_code == 404
    assert RING not in client.get("/papers/").text


def test_only_a_coordinator_words_papers(home: Home, client_as: SignIn) -> None:
    for role in (Role.SOCIAL_WORKER, Role.ADMINISTRATOR, Role.TECHNICIAN, Role.VISITOR):
        assert client_as(role).get("/papers/").status_code == 403
        assert client_as(role).post("/papers/", data={"ring_fr": "x"}).status_code == 403
