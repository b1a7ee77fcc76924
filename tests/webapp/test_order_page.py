"""The page of a work order: where it may go, what must be said, what happened, taken back."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_residence
from visits.models.portfolio import Dwelling

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
LEAK = {
    "trade": "plumbing", "place": "kitchen", "severity": "U2", "came_from": "tenant",
    "description": "Le robinet de l’évier ne ferme plus.",
}  # fmt: skip


@pytest.fixture
def home(session: Session) -> Dwelling:
    dwelling = make_dwelling(session, residence=make_residence(session), reference="L-ESSAI")
    make_person(session, dwelling=dwelling, last_name="VERMEULEN")
    session.commit()
    return dwelling


@pytest.fixture
def page(client_as: SignIn, session: Session, home: Dwelling) -> str:
    """Open an order; gives the address of its page."""
    new = f"/work-orders/new/dwelling/{home.id}"
    session.rollback()
    opened = client_as("technician").post(new, data=LEAK)
    assert opened.status_code == 302
    return opened.headers["Location"]


def test_an_order_is_planned_done_and_checked_and_its_history_says_who_and_what(
    client_as: SignIn, page: str
) -> None:
    client = client_as("technician")
    assert 'value="acknowledged"' in client.get(page).text
    assert client.post(page, data={"state": "acknowledged"}).status_code == 302
    plan = {"state": "planned", "planned_on": "2099-01-01", "planned_part": "morning"}
    refused = client.post(page, data=plan | {"note": "Le gardien a la clé"})
    assert refused.status_code == 422
    assert "planned-planned_on-error" in refused.text and "Le gardien a la clé" in refused.text
    assert client.post(page, data=plan | {"planned_on": "31/12"}).status_code == 422
    done = {"state": "done", "note": "Joint changé"}
    assert client.post(page, data=done).status_code == 302
    checked = {"state": "checked", "checked_how": "phone", "tenant_score": "5", "note": "Contente"}
    assert client.post(page, data=checked | {"tenant_score": "²"}).status_code == 422
    told = client.post(page, data=checked, follow_redirects=True).text
    for said in ("Pris en charge", "Joint changé", "Contente", "note 5 sur 5"):
        assert said in told, said
    assert client.post(page, data={"state": "nonsense"}).status_code == 422


def test_only_the_latest_step_has_a_button_to_take_it_back(client_as: SignIn, page: str) -> None:
    client, reads = client_as("technician"), client_as("coordinator")
    client.post(page, data={"state": "started"})
    client.post(page, data={"state": "done", "note": "Joint changé"})
    shown = client.get(page).text
    (back,) = re.findall(r'action="([^"]*/steps/[^"]*/back)"', shown)
    assert back not in reads.get(page).text
    assert reads.post(back).status_code == 403
    told = client.post(back, follow_redirects=True).text
    assert "annulée par" in told and 'value="done"' in told
    assert client.post(back).status_code == 409


def test_what_was_decided_on_a_page_of_before_is_kept_from_what_was_done_since(
    client_as: SignIn, page: str
) -> None:
    client, other = client_as("technician"), client_as("coordinator")
    turn = re.findall(r'name="turn" value="(\d+)"', client.get(page).text)[0]
    plan = {"state": "planned", "planned_part": "morning", "note": "Convenu avec le gardien"}
    first = client.post(page, data=plan | {"planned_on": "2026-12-10", "turn": turn})
    assert first.status_code == 302
    late = client.post(page, data=plan | {"planned_on": "2026-12-15", "turn": turn})
    assert late.status_code == 409
    assert "Convenu avec le gardien" in late.text and f'href="{page}"' in late.text
    assert "15/12/2026" not in other.get(page).text
    assert client.post(f"{page}/cost", data={"cost": "12", "turn": turn}).status_code == 409
    (turn,) = set(re.findall(r'name="turn" value="(\d+)"', client.get(page).text))
    again = client.post(page, data=plan | {"planned_on": "2026-12-15", "turn": turn})
    assert again.status_code == 302
