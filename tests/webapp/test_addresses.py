"""A residence's address is corrected on its page, placed anew, kept from files, taken back."""

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps.cells import locate_cell
from tests.factories import make_dwelling, make_residence
from tests.visits.portfolio_files import load
from tests.walk import list_links
from visits.accounts.accounts import find_territory
from visits.mapping.points import rebuild_map
from visits.models.accounts import Role
from visits.models.homes import HomeChange
from visits.models.map import MapPoint
from visits.models.portfolio import Dwelling, Residence
from visits.portfolio.new_address import PLACED

pytestmark = pytest.mark.one_database

SignIn = Callable[..., FlaskClient]
SAID = {"address": "12 rue des Essais", "postcode": "60000", "city": "Beauvais"}
TENANTS = """Logement;Nom;Prénom;Adresse;CP;Ville
Q-1;ROLE;Anne;10 rue des Essais;60000;Beauvais
"""
NEW = TENANTS.replace("10 rue", "12 rue")
BUILDINGS = """batiment;commune;code_postal;numero;voie;lon;lat
B1;Beauvais;60000;10;rue des Essais;2.08;49.43
"""


def where(session: Session, residence_id: uuid.UUID) -> dict[str, object]:
    session.expire_all()
    residence = session.get_one(Residence, residence_id)
    found = {name: getattr(residence, name) for name in PLACED}
    session.rollback()
    return found


def on_map(session: Session) -> dict[uuid.UUID, float]:
    found = {one.dwelling_id: one.lat for one in session.scalars(select(MapPoint))}
    session.rollback()
    return found


@pytest.fixture
def residence(session: Session) -> uuid.UUID:
    """A residence with one dwelling on the map."""
    found = make_residence(session, lat=49.43, lon=2.08, h3=locate_cell(49.43, 2.08))
    make_dwelling(session, residence=found)
    rebuild_map(session)
    session.commit()
    return found.id


def test_an_address_is_corrected_leaves_the_wrong_place_and_comes_back(
    client_as: SignIn, session: Session, residence: uuid.UUID
) -> None:
    before, stood = where(session, residence), on_map(session)
    office, page = client_as(Role.TECHNICIAN, language="en"), f"/homes/residences/{residence}"
    answer = office.post(f"{page}/address", data=SAID, follow_redirects=True)
    assert "12 rue des Essais" in answer.text and "it is on no map" in answer.text
    assert office.post(f"{page}/address", data=SAID).status_code == 409
    now = where(session, residence)
    assert (now["address_key"], now["lat"], now["h3"], now["insee"]) == (
        "12 rue des essais", None, None, None,
    )  # fmt: skip
    assert on_map(session) == {}
    first = session.scalars(select(HomeChange.id)).one()
    session.rollback()
    placed = SAID | {"lat": "49,5", "lon": "2.1"}
    assert office.post(f"{page}/address", data=placed).status_code == 302
    assert where(session, residence)["h3"] == locate_cell(49.5, 2.1)
    assert set(on_map(session).values()) == {49.5}
    assert office.post(f"{page}/addresses/{first}/back").status_code == 409
    every = select(HomeChange.id).order_by(HomeChange.id.desc())
    changes = session.scalars(every).all()
    session.rollback()
    for change in changes:
        assert office.post(f"{page}/addresses/{change}/back").status_code == 302
    assert (where(session, residence), on_map(session)) == (before, stood)
    assert "2 corrections of the address" in office.get(page).text
    home = session.scalars(select(Dwelling.id)).one()
    session.rollback()
    assert "12 rue des Essais" in office.get(f"/homes/{home}").text


def test_an_address_known_of_another_residence_says_where_it_is(
    client_as: SignIn, session: Session, residence: uuid.UUID
) -> None:
    known = make_residence(
        session, address="12, Rue des ESSAIS", address_key="12 rue des essais", lat=49.6, lon=2.2,
        h3=locate_cell(49.6, 2.2), insee="60058",
    )  # fmt: skip
    make_residence(session, address_key="12 rue des essais", city="Tille", lat=1.0, lon=1.0)
    session.commit()
    said = SAID | {"city": "BEAUVAIS"}
    page = f"/homes/residences/{residence}"
    assert client_as(Role.COORDINATOR).post(f"{page}/address", data=said).status_code == 302
    now = where(session, residence)
    assert (now["lat"], now["lon"], now["insee"]) == (49.6, 2.2, "60058")
    assert now["h3"] == where(session, known.id)["h3"]
    assert set(on_map(session).values()) == {49.6}


def test_another_spelling_stays_where_it_was(
    client_as: SignIn, session: Session, residence: uuid.UUID
) -> None:
    before = where(session, residence)
    said = SAID | {"address": str(before["address"]).upper(), "city": "BEAUVAIS"}
    page = f"/homes/residences/{residence}"
    assert client_as(Role.COORDINATOR).post(f"{page}/address", data=said).status_code == 302
    after = where(session, residence)
    assert after == before | {"address": said["address"], "city": "BEAUVAIS"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": " "}, "address"), ({"address": "x" * 201}, "address"),
        ({"postcode": "6000"}, "postcode"), ({"postcode": ""}, "postcode"), ({"city": ""}, "city"),
        ({"lat": "49.4"}, "lon"), ({"lat": "north", "lon": "2"}, "lat"),
        ({"lat": "91", "lon": "2"}, "lat"), ({"lat": "nan", "lon": "2"}, "lat"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_field_by_field(
    client_as: SignIn,
    session: Session,
    residence: uuid.UUID,
    wrong: dict[str, str],
    field: str,
) -> None:
    before = where(session, residence)
    page = f"/homes/residences/{residence}"
    client = client_as(Role.COORDINATOR)
    answer = client.post(f"{page}/address", data=SAID | wrong)
    assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)
    links = list_links(answer.text)
    assert links and {client.get(link).status_code for link in links} == {200}
    assert where(session, residence) == before


def test_only_who_edits_homes_in_her_territory_corrects_an_address(
    client_as: SignIn, session: Session, residence: uuid.UUID
) -> None:
    north = find_territory(session, "Nord").id
    session.commit()
    page = f"/homes/residences/{residence}"
    for role in (Role.SOCIAL_WORKER, Role.MANAGER, Role.PARTNER_COORDINATOR):
        assert client_as(role).post(f"{page}/address", data=SAID).status_code == 403
    office = client_as(Role.COORDINATOR, territory_id=north)
    assert office.post(f"{page}/address", data=SAID).status_code == 404
    office = client_as(Role.COORDINATOR)
    assert office.post(f"{page}/address", data=SAID).status_code == 302
    change = session.scalars(select(HomeChange.id)).one()
    session.rollback()
    stranger = client_as(Role.COORDINATOR, territory_id=north)
    assert stranger.post(f"{page}/addresses/{change}/back").status_code == 404
    other = make_dwelling(session).residence_id
    session.commit()
    assert office.post(f"/homes/residences/{other}/addresses/{change}/back").status_code == 404


def corrected(session: Session, client_as: SignIn) -> uuid.UUID:
    """Load a list of tenants and correct the address of their residence; gives it."""
    load(session, TENANTS)
    session.commit()
    residence = session.scalars(select(Residence.id)).one()
    session.rollback()
    page = f"/homes/residences/{residence}"
    assert client_as(Role.COORDINATOR).post(f"{page}/address", data=SAID).status_code == 302
    return residence


@pytest.mark.parametrize("file", [TENANTS, BUILDINGS])
def test_a_later_file_says_the_difference_and_overwrites_nothing(
    client_as: SignIn, session: Session, file: str
) -> None:
    residence = corrected(session, client_as)
    before = where(session, residence)
    plan = load(session, file)
    session.commit()
    assert where(session, residence) == before
    assert session.scalars(select(Residence.id)).all() == [residence]
    told = [one for one in plan.warnings if one.code == "corrected_by_hand"]
    assert [(one.field, one.value) for one in told] == [
        ("address", "10 rue des Essais, 60000 Beauvais")
    ]
    change = session.scalars(select(HomeChange.id)).one()
    session.rollback()
    page = f"/homes/residences/{residence}"
    back = client_as(Role.COORDINATOR).post(f"{page}/addresses/{change}/back")
    assert back.status_code == 302
    assert not any(one.code == "corrected_by_hand" for one in load(session, file).warnings)
    assert where(session, residence)["address"] == "10 rue des Essais"


def test_a_dwelling_stays_where_it_was_corrected_to_beside_one_that_is_at_the_old_address(
    client_as: SignIn, session: Session
) -> None:
    residence = corrected(session, client_as)
    other = TENANTS.replace("Q-1;ROLE", "Q-2;AUTRE")
    real = make_residence(
        session, reference=None, address="10 rue des Essais", address_key="10 rue des essais"
    )
    make_dwelling(session, residence=real, reference="Q-2")
    session.commit()
    load(session, TENANTS + other.splitlines()[1] + "\n")
    session.commit()
    places = {one.reference: one.residence_id for one in session.scalars(select(Dwelling))}
    assert places == {"Q-1": residence, "Q-2": real.id}


def test_a_file_that_knows_the_corrected_address_places_it(
    client_as: SignIn, session: Session
) -> None:
    residence = corrected(session, client_as)
    plan = load(session, BUILDINGS.replace(";10;", ";12;"))
    session.commit()
    assert not [one for one in plan.warnings if one.code == "corrected_by_hand"]
    now = where(session, residence)
    assert (now["address"], now["lat"], now["lon"]) == ("12 rue des Essais", 49.43, 2.08)


def test_a_corrected_residence_whose_last_dwelling_moves_away_goes(
    client_as: SignIn, session: Session
) -> None:
    residence = corrected(session, client_as)
    load(session, BUILDINGS.replace("B1;Beauvais;60000;10;rue", "B9;Beauvais;60000;3;rue"))
    load(session, "logement;batiment\nQ-1;B9\n")
    session.commit()
    assert session.get(Residence, residence) is None
    assert session.scalars(select(HomeChange.residence_id)).all() == [None]
