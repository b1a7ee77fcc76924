"""Adaptations on their pages: asked for, listed, moved on, decided, told where they belong."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_person, make_user, make_viewer
from tests.visits.adapting import NO_VISIT, fund
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.moving import move_file
from visits.models.adaptations import AdaptationFile, Step
from visits.models.people import AccessEvent, Person

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
SHOWER = {
    "code": "shower", "asked": "phone", "asked_on": "2026-03-02",
    "wish": "Voudrait se laver seule.",
}  # fmt: skip
REFUSED = {
    "outcome": "refused", "reason": "load_bearing", "instead": "aid", "built_how": "not_yet",
    "explanation": "Le mur porte l’immeuble.", "instead_aid": "Un siège de bain pivotant.",
}  # fmt: skip


@pytest.fixture
def person(session: Session) -> Person:
    found = make_person(session, last_name="MOREL")
    make_case(session, by=make_user(session), person=found)
    session.commit()
    return found


@pytest.fixture
def file(session: Session, person: Person) -> AdaptationFile:
    """A shower that waits for its decision."""
    viewer = make_viewer(make_user(session))
    case = make_case(session, by=make_user(session))
    assert case.dwelling is not None
    said = Request("shower", "letter", NOW.date(), "Une douche.")
    opened = open_by_hand(session, case.person, case.dwelling, said, viewer=viewer, now=NOW)
    for step in (Step.ELIGIBILITY, Step.FUNDING, Step.DECISION):
        if step is Step.DECISION:
            fund(session, opened, viewer=viewer, now=NOW)
        move_file(
            session,
            opened,
            step,
            turn=opened.turn,
            said=NO_VISIT,
            priority="first",
            viewer=viewer,
            now=NOW,
        )
    session.commit()
    return opened


def step_of(session: Session, file: AdaptationFile) -> str:
    session.rollback()
    step = session.scalars(select(AdaptationFile.step).where(AdaptationFile.id == file.id)).one()
    session.rollback()
    return step


def test_what_is_asked_by_phone_is_opened_and_stands_everywhere(
    client_as: SignIn, session: Session, person: Person
) -> None:
    page, hers = f"/adaptations/new/{person.id}", f"/people/{person.id}"
    home = person.occupancies[0].tenancy.dwelling_id
    session.rollback()
    client = client_as("coordinator")
    assert page in client.get(hers).text
    told = client.post(page, data=SHOWER, follow_redirects=True).text
    assert "MOREL" in told
    assert SHOWER["wish"] in told
    assert "Demande à accuser réception" in told
    reference = re.findall(r"AD-[0-9A-F]{8}", told)[0]
    for address in ("/adaptations/", hers, f"/homes/{home}", f"{hers}?kind=adaptation"):
        assert reference in client.get(address).text, address
    again = client.post(page, data=SHOWER)
    assert again.status_code == 422
    assert "le dossier est ouvert" in again.text


def test_what_is_missing_is_told_field_by_field_and_nothing_typed_is_lost(
    client_as: SignIn, session: Session, person: Person
) -> None:
    client = client_as("coordinator")
    page = f"/adaptations/new/{person.id}"
    session.rollback()
    refused = client.post(page, data=SHOWER | {"code": "", "asked_on": "2026-02-30"})
    assert refused.status_code == 422
    assert SHOWER["wish"] in refused.text
    assert 'id="asked_on-error"' in refused.text
    refused = client.post(page, data=SHOWER | {"code": ""})
    assert 'id="code-error"' in refused.text


def test_a_file_moves_on_and_its_last_step_is_taken_back(
    client_as: SignIn, session: Session, person: Person
) -> None:
    client = client_as("social_worker")
    session.rollback()
    address = client.post(f"/adaptations/new/{person.id}", data=SHOWER).location
    moved = client.post(address, data={"turn": "0", "step": "eligibility"}, follow_redirects=True)
    assert "Éligibilité et priorité" in moved.text
    refused = client.post(address, data={"turn": "1", "step": "visit", "said": "Vu au téléphone."})
    assert refused.status_code == 422
    assert 'id="priority-error"' in refused.text
    assert "Vu au téléphone." in refused.text
    assert client.post(address, data={"turn": "0", "step": "visit"}).status_code == 409
    assert client.post(address, data={"turn": "1", "step": "nowhere"}).status_code == 422
    back = client.post(f"{address}/back", data={"turn": "1"}, follow_redirects=True)
    assert "Annulé le" in back.text
    assert client.post(f"{address}/back", data={"turn": "2"}).status_code == 409


def test_a_refusal_without_an_alternative_is_not_saved_and_keeps_what_was_typed(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    client, address = client_as("coordinator"), f"/adaptations/{file.id}/decision"
    turn = {"turn": str(file.turn)}
    session.rollback()
    refused = client.post(address, data=REFUSED | turn | {"instead": []})
    assert refused.status_code == 422
    assert 'id="instead-error"' in refused.text
    assert REFUSED["explanation"] in refused.text
    assert step_of(session, file) == "decision"
    told = client.post(address, data=REFUSED | turn, follow_redirects=True).text
    assert REFUSED["instead_aid"] in told
    assert "Le locataire demande un réexamen" in told
    assert step_of(session, file) == "refused"


def test_of_two_decisions_at_once_the_second_is_refused_in_words(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    client, address = client_as("coordinator"), f"/adaptations/{file.id}/decision"
    turn = {"turn": str(file.turn)}
    session.rollback()
    assert client.post(address, data=turn | {"outcome": "granted"}).status_code == 302
    second = client.post(address, data=REFUSED | turn)
    assert second.status_code == 409
    assert "en a décidé pendant que vous lisiez" in second.text
    assert step_of(session, file) == "agreement"


def test_who_may_not_decide_neither_decides_nor_takes_a_decision_back(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    turn = {"turn": str(file.turn)}
    session.rollback()
    address = f"/adaptations/{file.id}"
    helper = client_as("social_worker")
    assert "/decision" not in helper.get(address).text
    assert helper.post(f"{address}/decision", data=turn | {"outcome": "granted"}).status_code == 403
    decides = client_as("coordinator")
    decides.post(f"{address}/decision", data=turn | {"outcome": "granted"})
    later = {"turn": str(int(turn["turn"]) + 1)}
    helper = client_as("social_worker")
    assert f"{address}/back" not in helper.get(address).text
    assert helper.post(f"{address}/back", data=later).status_code == 403
    assert step_of(session, file) == "agreement"


def test_the_list_is_saved_as_a_file_with_the_filters_of_the_page(
    client_as: SignIn, session: Session, person: Person, file: AdaptationFile
) -> None:
    client = client_as("coordinator")
    reference = file.reference
    session.rollback()
    asked = client.post(f"/adaptations/new/{person.id}", data=SHOWER).location
    assert asked
    page = client.get("/adaptations/?step=decision&priority=first").text
    assert reference in page
    assert "MOREL" not in page
    saved = client.get("/adaptations/adaptations.csv?step=decision&priority=first").text
    assert reference in saved
    assert "MOREL" not in saved
    assert "MOREL" in client.get("/adaptations/adaptations.csv").text
    session.rollback()
    whats = set(session.scalars(select(AccessEvent.what)))
    session.rollback()
    assert {"adaptations", "adaptation_open"} <= whats
