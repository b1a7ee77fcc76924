"""The page of her home and her needs: noted, withdrawn, what is offered, who opens it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from visits.homes.needs import needs_of
from visits.homes.traits import LEAVING, TraitSaid, note_trait
from visits.models.accounts import Role
from visits.models.people import Person
from visits.people.protection import protect
from visits.stays.places import PlaceSaid, add_place

SignIn = Callable[..., FlaskClient]
TODAY = NOW.date().isoformat()
SAID = {"source": "herself", "said_on": TODAY}


@pytest.fixture
def person(session: Session) -> Person:
    """Mme Morel, an adapted flat that is free on the ground floor, and a room upstairs."""
    house, viewer = make_residence(session, has_lift=False), make_viewer(make_user(session))
    low = make_dwelling(session, residence=house, floor=0, reference="BAS-01", rooms=2)
    for trait in ("shower", LEAVING):
        note_trait(session, low, TraitSaid(trait, 1, NOW.date()), viewer=viewer, now=NOW)
    high = make_dwelling(session, residence=house, floor=2, reference="HAUT-01")
    room = PlaceSaid("room", "Chambre 7", "once", 12, 342_00, NOW.date() - timedelta(days=9))
    add_place(session, high, room, viewer=viewer, now=NOW)
    person = make_person(session, last_name="MOREL")
    session.commit()
    return person


def test_what_she_needs_is_noted_compared_withdrawn_and_counts_again(
    client_as: SignIn, session: Session, person: Person
) -> None:
    client, page = client_as("coordinator", language="en"), f"/people/{person.id}/home"
    shown = client.get(page).text
    assert "Nobody asked yet" in shown and "BAS-01" in shown and "Chambre 7" in shown
    typed = {"how-reach": "must", "rooms": "3", "how-rooms": "wish", "rent": "400"}
    assert client.post(page, data=SAID | typed).status_code == 302
    shown = client.get(page).text
    assert "BAS-01" in shown and "Chambre 7" not in shown
    assert "1 misses a must and is never offered: Ground floor or lift (1)" in shown
    assert "3 rooms at least" in shown and "400 € a month at most" in shown
    hers = re.sub("<[^>]*>", "", client.get(f"/people/{person.id}").text)
    assert "must: Ground floor or lift" in hers
    entry = re.search(r'name="entry" value="([^"]+)"', shown)
    assert entry is not None
    gone = f"{page}/{entry[1]}/withdraw"
    refused = client.post(gone, data={"entry": entry[1], "why": " "})
    assert refused.status_code == 422 and 'id="why-error"' in refused.text
    # What stands is still filled in beside the refusal.
    assert re.search(r'id="rooms"[^>]*value="3"', refused.text)
    assert client.post(gone, data={"entry": entry[1], "why": "Sa sœur"}).status_code == 302
    assert "Chambre 7" in client.get(page).text
    assert client.post(f"{page}/{entry[1]}/back").status_code == 302
    assert "Chambre 7" not in client.get(page).text
    assert client.post(f"{page}/{entry[1]}/back").status_code == 409


def test_what_cannot_be_is_refused_and_nothing_that_was_typed_is_lost(
    client_as: SignIn, session: Session, person: Person
) -> None:
    client, page = client_as("social_worker", language="en"), f"/people/{person.id}/home"
    for wrong, field in (
        ({"rooms": "beaucoup"}, "rooms"),
        ({"rooms": "99"}, "rooms"),
        ({"how-floor": "must"}, "floor"),
        ({"how-shower": "moon"}, "shower"),
        ({"how-city": "wish"}, "city"),
        ({"said_on": "2027-01-01"}, "said_on"),
    ):
        typed = SAID | {"rent": "432", "how-rent": "must"} | wrong
        refused = client.post(page, data=typed)
        assert refused.status_code == 422, wrong
        assert f'id="{field}-error"' in refused.text and 'value="432"' in refused.text
    assert needs_of(session, person.id).said == ()


def test_a_wish_and_a_request_show_what_stands_and_drop_nothing_of_it(
    client_as: SignIn, session: Session, person: Person
) -> None:
    client = client_as("coordinator", language="en")
    typed = SAID | {"wheelchair": "yes", "how-grab_bars": "wish", "floor": "1"}
    assert client.post(f"/people/{person.id}/home", data=typed).status_code == 302
    for new in (f"/transfers/new/{person.id}", f"/admissions/new/{person.id}"):
        form = client.get(new).text
        assert re.search(r'name="wheelchair" value="yes" checked', form), new
        assert re.search(r'id="floor"[^>]*value="1"', form), new
        bars = form[form.index('id="how-grab_bars"') :]
        assert '<option value="wish" selected>' in bars[:400], new


def test_whoever_places_nobody_opens_no_such_page_and_the_hidden_stay_hidden(
    client_as: SignIn, session: Session, person: Person
) -> None:
    page = f"/people/{person.id}/home"
    for role in (Role.TECHNICIAN, Role.MANAGER, Role.FUNDER, Role.CONTRACTOR, Role.VISITOR):
        assert client_as(role).get(page).status_code == 403, role
    assert client_as(Role.PARTNER_COORDINATOR).get(page).status_code == 404
    protect(session, person, by=make_user(session).id, now=NOW)
    session.commit()
    assert client_as(Role.COORDINATOR).get(page).status_code == 404
