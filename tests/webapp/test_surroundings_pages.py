"""What is around a residence, on its pages, in its files and on the paper for tenants."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_residence
from visits.models.accounts import Role
from visits.models.portfolio import Residence
from visits.models.surroundings import NearbyService, ServiceNote

SignIn = Callable[..., FlaskClient]
SHOPS = (
    {"kind": "bakery", "name": "Boulangerie Petit", "metres": "240", "measured": "walked",
     "ways": ["bench"], "phone": "03 44 00 00 11", "open_days": "Fermée le lundi"},
    {"kind": "pharmacy", "name": "Pharmacie du Parc", "metres": "1200"},
    {"kind": "stop", "name": "Arrêt Mairie", "lat": "49,431", "lon": "2,08"},
)  # fmt: skip


@pytest.fixture
def home(session: Session) -> Residence:
    residence = make_residence(session, lat=49.43, lon=2.08, address="3 rue des Lilas")
    make_dwelling(session, residence=residence)
    session.commit()
    return residence


def note(client: FlaskClient, home: Residence) -> None:
    for one in SHOPS:
        noted = client.post(f"/surroundings/of/{home.id}", data=one)
        assert noted.status_code == 302, noted.text


def test_the_page_tells_what_is_near_and_what_is_missing(
    client_as: SignIn, session: Session, home: Residence
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    path = f"/surroundings/of/{home.id}"
    assert "Nothing noted here" in client.get(path).text
    assert path in client.get(f"/homes/residences/{home.id}").text
    note(client, home)
    page = client.get(path).text
    assert "No pharmacy noted within 1,000 m" in page and "the nearest is 1,200 m away" in page
    assert "No stop or station" not in page and "worked out on the map" in page
    assert "No pharmacy noted within" not in client.get(f"{path}?within=1500").text
    near = client.get(f"{path}?within=300").text
    assert "Boulangerie Petit" in near and "Pharmacie du Parc" not in near
    by_distance = client.get(f"{path}?sort=metres&desc=1").text
    assert by_distance.index("Pharmacie du Parc") < by_distance.index("Boulangerie Petit")
    lines = client.get(f"{path}/services.csv?kind=bakery").text.splitlines()
    assert len(lines) == 2 and "Boulangerie Petit;;240;walked;Bench on the way" in lines[1]
    found = client.get("/surroundings/?lacks=pharmacy").text
    assert "1 residence<" in found and "3 rue des Lilas" in found
    assert "1 residence<" not in client.get("/surroundings/?lacks=pharmacy&within=1500").text
    table = client.get("/surroundings/residences.csv").text
    assert "3 rue des Lilas" in table and ";1200;" in table


def test_a_service_is_corrected_withdrawn_and_put_back_on_its_page(
    client_as: SignIn, session: Session, home: Residence
) -> None:
    client = client_as(Role.MANAGER, language="en")
    note(client, home)
    names = {"name": "Boulangerie Petit"}
    found = select(ServiceNote.service_id).filter_by(**names)
    path = f"/surroundings/services/{session.scalars(found).one()}"
    session.commit()
    wrong = client.post(path, data={"kind": "bakery", "name": " ", "metres": "9999"})
    assert wrong.status_code == 422 and "5,000 metres at most" in wrong.text
    said = {"kind": "bakery", "name": "Boulangerie Petit", "metres": "300", "measured": "told"}
    assert client.post(path, data=said).status_code == 302
    page = client.get(path).text
    assert "300 m" in page and "240 m" in page and "counts now" in page
    last = session.scalars(select(ServiceNote.id).where(ServiceNote.metres == 300)).one()
    session.commit()
    assert client.post(f"{path}/notes/{last}/back", data={"why": ""}).status_code == 422
    assert client.post(f"{path}/notes/{last}/back", data={"why": "Erreur"}).status_code == 302
    assert client.post(f"{path}/withdraw", data={"why": "Fermée"}).status_code == 302
    around = client.get(f"/surroundings/of/{home.id}").text
    assert "1 service withdrawn" in around and "Fermée" in around
    again = client.post(f"/surroundings/of/{home.id}", data=SHOPS[0])
    assert again.status_code == 409 and "was withdrawn here" in again.text
    assert client.post(f"{path}/back").status_code == 302
    assert client.post(f"{path}/back").status_code == 409
    assert session.scalars(select(NearbyService.withdrawn_at)).all() == [None] * len(SHOPS)


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Près de chez moi"), ("en", "Near my home")]
)
def test_the_paper_for_tenants_is_one_page(
    client_as: SignIn, session: Session, home: Residence, language: str, words: str
) -> None:
    client = client_as(Role.SOCIAL_WORKER)
    note(client, home)
    for place in range(30):
        more = {"kind": "library", "name": f"Bibliothèque de quartier {place}", "metres": "900"}
        client.post(f"/surroundings/of/{home.id}", data=more)
    paper = client.get(f"/surroundings/of/{home.id}/around.pdf?language={language}")
    pages = PdfReader(BytesIO(paper.data)).pages
    assert len(pages) == 1
    said = " ".join(pages[0].extract_text().split())
    assert words in said and "3 rue des Lilas" in said and "Pharmacie du Parc" in said


@pytest.mark.parametrize("role", [Role.FUNDER, Role.VISITOR, Role.CONTRACTOR])
def test_who_looks_after_no_home_sees_nothing_of_it(
    client_as: SignIn, home: Residence, role: Role
) -> None:
    client = client_as(role)
    for path in ("", f"of/{home.id}", f"of/{home.id}/around.pdf", "residences.csv"):
        assert client.get(f"/surroundings/{path}").status_code == 403
    assert client.post(f"/surroundings/of/{home.id}", data=SHOPS[0]).status_code == 403
