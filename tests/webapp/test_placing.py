"""Residences without a place: asked of a geocoder that answers on this machine, placed, listed."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.maps.test_geocoding import Addok, addok, feature
from visits.accounts.accounts import find_territory
from visits.models.homes import Placing
from visits.models.map import MapPoint
from visits.models.portfolio import Residence
from visits.people.protection import protect
from visits.portfolio.new_address import AddressSaid, correct_address
from webapp.commands.jobs import JOBS, run_job
from webapp.commands.placing import place_residences
from webapp.frame.transaction import House

SignIn = Callable[..., FlaskClient]
__all__ = ["addok"]
FOUND = {"label": "8 rue des Essais 60000 Beauvais", "postcode": "60000", "citycode": "60057"}


@pytest.fixture
def house(app: Flask, addok: Addok) -> House:
    """A deployment whose geocoder stands on this machine."""
    kept: House = app.extensions["palier"]
    return replace(kept, settings=replace(kept.settings, geocoder=addok.address))


def unknown(session: Session, address: str = "8 rue des Essais", **more: object) -> uuid.UUID:
    """Make a residence with a dwelling, of which nobody says where it is."""
    residence = make_residence(
        session, address=address, address_key=address, postcode="60000", city="Beauvais",
        lat=None, lon=None, h3=None, **more,
    )  # fmt: skip
    make_dwelling(session, residence=residence)
    session.commit()
    return residence.id


def ask(house: House, **more: object) -> dict[str, int]:
    """Ask for what is to be placed."""
    asked: dict[str, int] = place_residences(house, now=NOW, a_second=1000, **more)  # type: ignore[arg-type]
    return asked


def test_what_is_found_is_on_the_map_with_its_quality_and_what_is_not_is_asked_once(
    house: House, session: Session, addok: Addok
) -> None:
    known = make_dwelling(session).residence_id
    here = unknown(session)
    session.rollback()
    addok.body = addok.collection([feature(**FOUND, lat=49.61, lon=2.08, score=0.91)])
    job = next(one for one in JOBS if one.name == "place_residences")
    assert run_job(house, job)
    assert [one["q"] for one in addok.queries] == [["8 rue des Essais 60000 Beauvais"]]
    placed = session.get_one(Residence, here)
    assert (placed.lat, placed.lon) == (49.61, 2.08)
    row = session.get_one(Placing, here)
    assert (row.doubt, row.score, row.kind) == (None, 0.91, "housenumber")
    assert session.scalars(select(MapPoint.lat).where(MapPoint.lat == 49.61)).all() == [49.61]
    assert session.get(Placing, known) is None
    session.rollback()
    addok.body = addok.collection([])
    there = unknown(session, "1 impasse Perdue")
    assert ask(house) == {"touched": 0, "in_doubt": 1, "silent": 0}
    assert ask(house) == {"touched": 0, "in_doubt": 0, "silent": 0}
    assert session.get_one(Placing, there).doubt == "no_answer"
    # Corrected by hand, it is another address: asked again, and kept from what came for the old.
    said = AddressSaid("2 impasse Trouvée", "60000", "Beauvais")
    by = make_viewer(make_user(session))
    correct_address(session, session.get_one(Residence, there), said, viewer=by, now=NOW)
    session.commit()
    addok.body = addok.collection([feature(**FOUND, lat=49.44, lon=2.09)])
    assert ask(house)["touched"] == 1
    assert session.get_one(Residence, there).lat == 49.44


def test_a_silent_server_is_left_in_peace_and_asked_again_after_an_hour(
    house: House, session: Session, addok: Addok
) -> None:
    for number in range(5):
        unknown(session, f"{number} rue du Silence")
    addok.status = 429
    assert ask(house) == {"touched": 0, "in_doubt": 0, "silent": 3}
    assert len(addok.queries) == 3
    addok.status = 200
    addok.body = addok.collection([feature(**FOUND)])
    assert ask(house)["touched"] == 2  # those that nobody asked for
    assert place_residences(house, now=NOW + timedelta(hours=1), a_second=1000)["touched"] == 3


def test_no_more_are_asked_for_than_is_said_and_none_where_nobody_is_to_be_asked(
    house: House, session: Session, addok: Addok
) -> None:
    for number in range(3):
        unknown(session, f"{number} rue du Plafond")
    nobody = replace(house, settings=replace(house.settings, geocoder="none"))
    assert ask(nobody) == {"touched": 0, "in_doubt": 0, "silent": 0}
    assert addok.queries == []
    assert ask(house, most=2)["in_doubt"] == 2


def test_the_address_of_a_hidden_home_is_told_to_nobody_outside(
    house: House, session: Session, addok: Addok
) -> None:
    unknown(session)
    nowhere = make_residence(session, lat=None, lon=None, h3=None)
    dwelling = make_dwelling(session, residence=nowhere)
    person = make_person(session, dwelling=dwelling)
    protect(session, person, by=make_user(session).id, now=NOW)
    session.commit()
    ask(house)
    assert len(addok.queries) == 1
    assert session.get(Placing, nowhere.id) is None


def test_what_is_on_no_map_is_listed_with_why_placed_by_hand_and_asked_for_again(
    house: House, session: Session, addok: Addok, client_as: SignIn
) -> None:
    north = find_territory(session, "Nord").id
    south = find_territory(session, "Sud").id
    here, there = (
        unknown(session, territory_id=north),
        unknown(session, "5 sud", territory_id=south),
    )
    session.rollback()
    ask(house)
    client = client_as("coordinator", territory_id=north)
    assert "/homes/unplaced/" in client.get("/map/").text
    listed = client.get("/homes/unplaced/").text
    assert str(here) in listed and str(there) not in listed
    assert "cette adresse n’est pas connue" in listed
    assert client_as("manager").get("/homes/unplaced/").status_code == 403
    assert "cette adresse n’est pas connue" in client.get(f"/homes/residences/{here}").text
    client.post("/homes/unplaced/again", data={"residence": [here, there]})
    assert session.scalars(select(Placing.residence_id).order_by(Placing.residence_id)).all() == [
        there
    ]
    session.rollback()
    assert client.post("/homes/unplaced/again", data={"residence": "x"}).status_code == 400
    addok.body = addok.collection([feature(**FOUND, score=0.8)])
    assert ask(house)["touched"] == 1
    shown = client.get(f"/homes/residences/{here}").text
    assert "trouvée par son adresse" in shown
    by_hand = {
        "address": "8 rue des Essais", "postcode": "60000", "city": "Beauvais", "lat": "49,5",
        "lon": "2,1",
    }  # fmt: skip
    client.post(f"/homes/residences/{here}/address", data=by_hand)
    assert "trouvée par son adresse" not in client.get(f"/homes/residences/{here}").text
    assert session.get_one(Residence, here).lat == 49.5
