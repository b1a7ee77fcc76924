"""Dwellings written down and corrected on their pages, and taken back."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_residence, make_user
from tests.visits.portfolio_files import load, plan_of
from visits.accounts.accounts import find_territory
from visits.mapping.points import rebuild_map
from visits.models.homes import HomeChange
from visits.models.map import MapCell, MapPoint
from visits.models.portfolio import Dwelling, Residence
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
NEW = {
    "reference": "L-NEUF", "address": "8 rue des Essais", "postcode": "60000", "city": "Beauvais",
    "floor": "3", "surface": "52,5", "has_bath": "yes", "has_lift": "no",
}  # fmt: skip


def test_a_dwelling_is_written_down_with_its_residence_and_taken_back(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator", language="en")
    page = client.post("/homes/new", data=NEW, follow_redirects=True).text
    assert "L-NEUF" in page and "8 rue des Essais" in page and "52.5" in page
    home = session.scalars(select(Dwelling)).one()
    assert (home.floor, home.has_bath, home.residence.has_lift) == (3, True, False)
    assert home.residence.address_key
    session.rollback()
    # A second one at the address stands in the same residence, by whatever it is spelled.
    again = NEW | {"reference": "L-BESIDE", "address": "8, Rue des ESSAIS", "city": ""}
    assert client.post("/homes/new", data=again).status_code == 302
    assert session.scalar(select(func.count()).select_from(Residence)) == 1
    beside = session.scalars(select(Dwelling.id).where(Dwelling.reference == "L-BESIDE")).one()
    first = home.id
    session.rollback()
    assert client.post(f"/homes/{beside}/back").status_code == 302
    assert client.post(f"/homes/{first}/back").status_code == 302
    assert session.scalars(select(Residence)).all() == []
    told = session.scalars(select(HomeChange).where(HomeChange.field == "made")).all()
    assert [one.taken_back_at for one in told] == [NOW, NOW]


def test_a_dwelling_in_use_or_from_a_file_is_not_taken_back(
    client_as: SignIn, session: Session
) -> None:
    from_file = make_dwelling(session)
    session.commit()
    client = client_as("coordinator", language="en")
    client.post("/homes/new", data=NEW)
    home = session.scalars(select(Dwelling).where(Dwelling.reference == "L-NEUF")).one()
    make_person(session, dwelling=home)
    made, brought = home.id, from_file.id
    session.commit()
    refused = client.post(f"/homes/{made}/back")
    assert refused.status_code == 409 and "it stays" in refused.text
    assert client.post(f"/homes/{brought}/back").status_code == 404
    assert session.scalar(select(func.count()).select_from(Dwelling)) == 2


def test_what_is_wrong_is_told_field_by_field_and_nothing_is_kept(
    client_as: SignIn, session: Session
) -> None:
    make_dwelling(session, reference="L-TAKEN")
    elsewhere = find_territory(session, "Sud")
    make_residence(session, reference="R-SUD", territory_id=elsewhere.id)
    north = find_territory(session, "Nord").id
    session.commit()
    client = client_as("coordinator", territory_id=north)
    for wrong, field in (
        ({"reference": ""}, "reference"),
        ({"reference": "L-TAKEN"}, "reference"),
        ({"postcode": "6000"}, "postcode"),
        ({"city": ""}, "city"),
        ({"floor": "third"}, "floor"),
        ({"surface": "-4"}, "surface"),
        ({"has_bath": "perhaps"}, "has_bath"),
        ({"residence_reference": "R-SUD"}, "residence_reference"),
    ):
        answer = client.post("/homes/new", data=NEW | wrong)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text, field
    assert session.scalar(select(func.count()).select_from(Dwelling)) == 1


def test_details_are_corrected_and_taken_back_on_the_page(
    client_as: SignIn, session: Session
) -> None:
    home = make_dwelling(session, floor=2, rooms=3, surface=62.5)
    home_id = home.id
    session.commit()
    client = client_as("technician", language="en")
    address = f"/homes/{home_id}"
    same = {"floor": "2", "rooms": "3", "surface": "62.5", "has_lift": "no"}
    assert client.post(f"{address}/details", data=same).status_code == 409
    typed = same | {"floor": "-1", "has_lift": "yes", "door": "B12"}
    page = client.post(f"{address}/details", data=typed, follow_redirects=True).text
    assert "3 changes by hand" in page
    session.refresh(home)
    assert (home.floor, home.door, home.residence.has_lift) == (-1, "B12", True)
    session.rollback()
    for path in re.findall(r'action="(/homes/[^"]+/back)"', page):
        assert client.post(path).status_code == 302
    session.expire_all()
    assert (home.floor, home.door, home.residence.has_lift) == (2, None, False)
    session.rollback()
    wrong = client.post(f"{address}/details", data=same | {"rooms": "99"})
    assert wrong.status_code == 422 and 'id="rooms-error"' in wrong.text


def test_no_later_file_replaces_what_was_corrected_until_it_is_taken_back(
    client_as: SignIn, session: Session
) -> None:
    load(
        session,
        "batiment;commune;code_postal;numero;voie;ascenseur\nB1;Creil;60100;35;Rue Haute;0\n",
        "logement;batiment;etage;pieces\nL1;B1;3;3\n",
    )
    home = session.scalars(select(Dwelling)).one()
    address = f"/homes/{home.id}"
    session.commit()
    client = client_as("coordinator")
    typed = {"floor": "5", "rooms": "3", "has_lift": "yes"}
    assert client.post(f"{address}/details", data=typed).status_code == 302
    flat = "logement;batiment;etage;pieces\nL1;B1;3;4\n"
    building = "batiment;commune;code_postal;numero;voie;ascenseur\nB1;Creil;60100;35;Rue Haute;0\n"
    told = [(one.field, one.code) for one in plan_of(session, flat).warnings]
    assert ("floor", "corrected_by_hand") in told
    load(session, building, flat)
    session.expire_all()
    assert (home.floor, home.rooms, home.residence.has_lift) == (5, 4, True)
    session.commit()
    page = client.get(address).text
    for path in re.findall(r'action="(/homes/[^"]+/back)"', page):
        assert client.post(path).status_code == 302
    load(session, building, flat)
    session.expire_all()
    assert (home.floor, home.residence.has_lift) == (3, False)


def test_a_dwelling_that_is_no_more_is_no_more_counted_on_the_map(
    client_as: SignIn, session: Session
) -> None:
    make_residence(session, reference="R-1", h3=0x8C1FB4664D601FF)
    rebuild_map(session)
    session.commit()
    client = client_as("coordinator")
    client.post("/homes/new", data=NEW | {"residence_reference": "R-1"})
    home = session.scalars(select(Dwelling.id)).one()
    assert session.scalars(select(MapPoint.dwelling_id)).all() == [home]
    session.rollback()
    assert client.post(f"/homes/{home}/back").status_code == 302
    assert session.scalars(select(MapPoint)).all() == []
    assert sum(session.scalars(select(MapCell.dwellings))) == 0


def test_a_protected_home_is_not_corrected_nor_by_whom_it_is_not_to_be(
    client_as: SignIn, session: Session
) -> None:
    home = make_dwelling(session)
    person = make_person(session, dwelling=home)
    address, typed = f"/homes/{home.id}", {"floor": "7"}
    session.commit()
    for role in ("social_worker", "manager", "partner_coordinator", "visitor", "administrator"):
        client = client_as(role)
        assert client.get("/homes/new").status_code == 403
        assert client.post("/homes/new", data=NEW).status_code == 403
        assert client.post(f"{address}/details", data=typed).status_code == 403
    protect(session, person, by=make_user(session).id, now=NOW)
    session.commit()
    client = client_as("coordinator")
    for path in ("details", "back"):
        assert client.post(f"{address}/{path}", data=typed).status_code == 404
