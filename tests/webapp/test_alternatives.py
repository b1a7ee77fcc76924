"""Alternatives of a refusal on their pages: listed, opened with what is known, declined, undone."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user, make_viewer
from tests.visits.adapting import NO_VISIT, fund
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.moving import move_file
from visits.models.adaptations import AdaptationFile, Step

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
SEAT = "Un siège de bain pivotant, posé sous un mois."
INSTEAD = {"aid": SEAT, "transfer": "Un logement adapté en rez-de-chaussée."}


@pytest.fixture
def file(session: Session) -> AdaptationFile:
    """A shower that is refused, with a seat and a move instead."""
    user = make_user(session)
    viewer, case = make_viewer(user), make_case(session, by=user)
    assert case.dwelling is not None
    said = Request("shower", "letter", NOW.date(), "Une douche.")
    opened = open_by_hand(session, case.person, case.dwelling, said, viewer=viewer, now=NOW)
    for step in (Step.ELIGIBILITY, Step.FUNDING, Step.DECISION):
        if step is Step.DECISION:
            fund(session, opened, viewer=viewer, now=NOW)
        move_file(
            session, opened, step, turn=opened.turn, said=NO_VISIT, priority="first",
            viewer=viewer, now=NOW,
        )  # fmt: skip
    refused = Decided("refused", "load_bearing", "Le mur porte l’immeuble.", INSTEAD, "not_yet")
    decide(session, opened, refused, turn=opened.turn, viewer=viewer, now=NOW)
    session.commit()
    return opened


def page_of(client: FlaskClient, file_id: object, kind: str = "Une aide technique") -> str:
    """Give the page where the alternative of a kind is opened, as the file's page leads to it."""
    told = client.get(f"/adaptations/{file_id}").text
    links = re.findall(rf'href="(/adaptations/{file_id}/alternatives/[^"]+)"(.*?)</a>', told, re.S)
    return next(address for address, text in links if kind in text)


def test_the_tile_leads_to_the_list_and_the_file_to_an_order_filled_in(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    file_id, reference = file.id, file.reference
    session.rollback()
    client = client_as("coordinator")
    assert "/adaptations/?step=instead" in client.get("/").text
    assert reference in client.get("/adaptations/?step=instead").text
    assert reference not in client.get("/adaptations/?step=instead_late").text
    assert "31/03/2026" in client.get("/adaptations/adaptations.csv?step=instead").text
    page = page_of(client, file_id)
    form = client.get(page).text
    assert f">{SEAT}</textarea>" in form
    assert 'value="2026-03-31"' in form
    order = {"trade": "plumbing", "place": "bathroom", "description": SEAT}
    refused = client.post(f"{page}/order", data=order | {"trade": "", "due_on": "2026-03-31"})
    assert refused.status_code == 422
    assert 'id="trade-error"' in refused.text
    told = client.post(f"{page}/order", data=order | {"due_on": "2026-03-31"})
    assert told.location.endswith(f"/adaptations/{file_id}#offered")
    told = client.get(f"/adaptations/{file_id}").text
    assert re.search(r"WO-[0-9A-Z]+|BT-[0-9A-Z]+", told)
    again = client.post(f"{page}/order", data=order)
    assert again.status_code == 409
    assert "a déjà mené à quelque chose" in again.text
    assert reference in client.get("/adaptations/?step=instead").text  # the move waits


def test_what_is_to_do_in_her_case_or_declined_is_noted_and_undone(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    file_id, person_id = file.id, file.person_id
    session.rollback()
    client = client_as("social_worker")
    page = page_of(client, file_id)
    assert "/order" not in client.get(page).text
    assert client.post(f"{page}/order", data={}).status_code == 403
    refused = client.post(f"{page}/task", data={"what": SEAT, "due_on": "2026-02-30"})
    assert refused.status_code == 422
    assert 'id="due_on-error"' in refused.text
    assert (
        client.post(f"{page}/task", data={"what": SEAT, "due_on": "2026-03-31"}).status_code == 302
    )
    assert "À faire dans son dossier" in client.get(page).text
    page = page_of(client, file_id, "Une mutation")
    wish = f"/transfers/new/{person_id}?adaptation={file_id}"
    assert wish in client.get(page).text
    assert client.post(f"{page}/declined", data={"why": " "}).status_code == 422
    declined = client.post(f"{page}/declined", data={"why": "Reste ici."}, follow_redirects=True)
    assert "Reste ici." in declined.text
    assert client.post(f"{page}/back", follow_redirects=True).status_code == 200
    assert client.post(f"{page}/back").status_code == 409
    assert wish in client.get(page).text


def test_an_alternative_of_another_file_is_not_found(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    file_id = file.id
    session.rollback()
    client = client_as("coordinator")
    assert client.get(f"/adaptations/{file_id}/alternatives/{file_id}").status_code == 404
