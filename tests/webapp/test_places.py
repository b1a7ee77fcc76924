"""Places of a residence on its page: added, changed, withdrawn, put back; who may not, does not."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_dwelling
from visits.models.accounts import Role
from visits.models.portfolio import Dwelling
from visits.models.stays import Place

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
TODAY = NOW.date().isoformat()
ROOM = {
    "kind": "room",
    "name": "Chambre 1",
    "contract": "once",
    "months": "12",
    "fee": "412,50",
    "since_on": TODAY,
}


@pytest.fixture
def home(session: Session) -> Dwelling:
    made = make_dwelling(session, reference="L-FOYER", floor=0)
    session.commit()
    return made


def only_place(session: Session) -> tuple[str, int]:
    """Give the place there is: where its page stands, and its turn."""
    session.expire_all()
    place = session.scalars(select(Place)).one()
    found = f"/stays/places/{place.id}", place.turn
    session.rollback()
    return found


def test_a_place_is_added_changed_withdrawn_and_put_back_on_the_pages(
    client_as: SignIn, home: Dwelling, session: Session
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    residence, dwelling = f"/stays/places/of/{home.residence_id}", str(home.id)
    session.rollback()
    assert residence in client.get(f"/homes/residences/{residence[-36:]}").text
    assert "No place here" in client.get(residence).text
    assert client.post(residence, data=ROOM | {"dwelling": dwelling}).status_code == 302
    listed = client.get(residence).text
    assert "1 place to stay in" in listed and "12 months, renewable once" in listed
    page, turn = only_place(session)
    assert "€412.50" in client.get(page).text
    changed = ROOM | {"name": "Chambre bleue", "fee": "430", "turn": turn}
    assert client.post(page, data=changed).status_code == 302
    late = client.post(page, data=changed)
    assert late.status_code == 409 and "Somebody changed this place" in late.text
    turn = only_place(session)[1]
    assert client.post(f"{page}/withdraw", data={"turn": turn, "why": ""}).status_code == 422
    said = client.post(f"{page}/withdraw", data={"turn": turn, "why": "Bureau"})
    assert said.status_code == 302 and "Bureau" in client.get(page).text
    assert "0 places to stay in" in client.get(residence).text
    assert "Chambre bleue" in client.get(f"{residence}?state=withdrawn").text
    turn = only_place(session)[1]
    assert client.post(f"{page}/back", data={"turn": turn}).status_code == 302
    assert "1 place to stay in" in client.get(residence).text


def test_what_was_typed_wrong_comes_back_in_the_form_with_why(
    client_as: SignIn, home: Dwelling, session: Session
) -> None:
    client = client_as(Role.COORDINATOR, language="fr")
    residence, dwelling = f"/stays/places/of/{home.residence_id}", str(home.id)
    session.rollback()
    for wrong, field in (
        ({"dwelling": ""}, "dwelling"),
        ({"kind": "castle"}, "kind"),
        ({"months": "douze"}, "months"),
        ({"fee": "cher"}, "fee"),
        ({"since_on": "hier"}, "since_on"),
    ):
        answer = client.post(residence, data=ROOM | {"dwelling": dwelling} | wrong)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text, field
        assert 'value="Chambre 1"' in answer.text
    elsewhere = make_dwelling(session, reference="L-AILLEURS").id
    session.commit()
    answer = client.post(residence, data=ROOM | {"dwelling": str(elsewhere)})
    assert answer.status_code == 422 and 'id="dwelling-error"' in answer.text
    client.post(residence, data=ROOM | {"dwelling": dwelling})
    again = client.post(residence, data=ROOM | {"dwelling": dwelling})
    assert again.status_code == 409 and "porte déjà ce nom" in again.text


def test_whoever_sees_homes_reads_places_and_whoever_edits_them_alone_changes_one(
    client_as: SignIn, home: Dwelling, session: Session
) -> None:
    residence, dwelling = f"/stays/places/of/{home.residence_id}", str(home.id)
    session.rollback()
    for role in (Role.SOCIAL_WORKER, Role.MANAGER):
        client = client_as(role, language="en")
        assert "Add a place" not in client.get(residence).text
        assert client.post(residence, data=ROOM | {"dwelling": dwelling}).status_code == 403
    assert client_as(Role.PARTNER_COORDINATOR).get(residence).status_code == 404
