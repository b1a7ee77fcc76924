"""Who goes to look before an adaptation and what came of asking after it, on their pages."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_person, make_user, make_viewer
from tests.visits.adapting import NO_VISIT
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.moving import move_file
from visits.adaptations.to_do import keep_to_do
from visits.models.accounts import Role
from visits.models.adaptations import AdaptationFile, AdaptationTask, Step
from visits.models.cases import CaseState, Task
from visits.models.works import WorkOrder
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
LOOK = {"trade": "plumbing", "place": "bathroom", "description": "Relever les cotes."}


@pytest.fixture
def file(session: Session) -> AdaptationFile:
    """A shower that waits for somebody to look at the home."""
    by = make_user(session)
    case = make_case(session, by=by, state=CaseState.AGREED)
    assert case.dwelling is not None
    said = Request("shower", "letter", NOW.date())
    viewer = make_viewer(by)
    opened = open_by_hand(session, case.person, case.dwelling, said, viewer=viewer, now=NOW)
    for step in (Step.ELIGIBILITY, Step.VISIT):
        move_file(session, opened, step, turn=opened.turn, priority="next", viewer=viewer, now=NOW)
    session.commit()
    return opened


def received(session: Session, file: AdaptationFile) -> None:
    """Let a file be where its works were received."""
    file.step, file.due_on = Step.FIRST_FOLLOW_UP, NOW.date()
    keep_to_do(session, file, by=None, now=NOW)
    session.commit()


def test_a_technician_is_sent_by_an_order_that_stands_with_the_visit(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    page, turn = f"/adaptations/{file.id}", str(file.turn)
    session.rollback()
    client = client_as("coordinator")
    shown = client.get(page).text
    assert "Qui va voir sur place" in shown
    assert "Envoyer un technicien" in shown
    assert client.post(f"{page}/works", data=LOOK).status_code == 302
    order = session.scalars(select(WorkOrder)).one()
    assert order.description == LOOK["description"]
    reference = order.reference
    session.rollback()
    shown = client.get(page).text
    assert reference in shown
    stopped = client.post(page, data={"turn": turn, "step": "funding", "said": NO_VISIT})
    assert stopped.status_code == 422
    assert "doit encore passer" in stopped.text
    why = {"turn": turn, "step": "withdrawn", "said": "N’en veut plus."}
    told = client.post(page, data=why, follow_redirects=True).text
    assert "annulez ce passage" in told


def test_who_plans_no_visits_is_told_who_does_and_says_why_nobody_goes(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    page, turn = f"/adaptations/{file.id}", str(file.turn)
    session.rollback()
    client = client_as("social_worker")
    shown = client.get(page).text
    assert "parmi les visites à planifier" in shown
    assert "#plan" not in shown
    bare = client.post(page, data={"turn": turn, "step": "funding"})
    assert bare.status_code == 422
    assert "Personne n’est passé" in bare.text
    went = client.post(page, data={"turn": turn, "step": "funding", "said": NO_VISIT})
    assert went.status_code == 302


def test_what_is_to_do_leads_to_the_file_and_is_not_closed_beside_it(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    received(session, file)
    task = session.scalars(
        select(Task).join(AdaptationTask).where(AdaptationTask.step == Step.FIRST_FOLLOW_UP)
    ).one()
    page, case_id, task_id = f"/adaptations/{file.id}", task.case_id, task.id
    named = f"Suivi à 1 mois · {file.reference}"
    session.rollback()
    helper = client_as("social_worker")
    listed = helper.get("/tasks/").text
    assert named in listed
    assert page in listed
    assert f"/tasks/{task_id}/done" not in listed
    assert helper.post(f"/tasks/{task_id}/done", data={"why": "Fait"}).status_code == 404
    client = client_as("coordinator")
    case = client.get(f"/cases/{case_id}").text
    assert page in case
    assert f"/cases/{case_id}/tasks/{task_id}" not in case
    closed = client.post(f"/cases/{case_id}/tasks/{task_id}", data={"state": "done", "why": "Fait"})
    assert closed.status_code in (404, 409)


def test_what_came_of_a_follow_up_is_noted_once_and_says_what_to_open(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    received(session, file)
    page, turn = f"/adaptations/{file.id}", str(file.turn)
    session.rollback()
    client = client_as("coordinator")
    said = {"turn": turn, "used": "partly", "holds": "no", "needed": "Une barre.", "said": "Bouge."}
    told = client.post(f"{page}/follow-up", data=said, follow_redirects=True)
    for words in ("Il reste quelque chose à faire", "Une barre.", "Bouge.", "/work-orders/new/"):
        assert words in told.text, words
    again = client.post(f"{page}/follow-up", data=said)
    assert again.status_code == 409
    back = client.post(f"{page}/back", data={"turn": str(int(turn) + 1)}, follow_redirects=True)
    assert "Annulé le" in back.text


def test_who_has_no_case_is_told_so_and_put_in_the_one_she_has_later(
    client_as: SignIn, session: Session
) -> None:
    by, person = make_user(session), make_person(session)
    home, viewer = person.occupancies[0].tenancy.dwelling, make_viewer(by)
    said = Request("shower", "letter", NOW.date())
    file = open_by_hand(session, person, home, said, viewer=viewer, now=NOW)
    for step in (Step.ELIGIBILITY, Step.VISIT):
        move_file(session, file, step, turn=file.turn, priority="next", viewer=viewer, now=NOW)
    session.commit()
    page, person_id = f"/adaptations/{file.id}", person.id
    session.rollback()
    client = client_as("coordinator")
    assert "pas de dossier ouvert" in client.get(page).text
    assert client.post(f"{page}/to-do").status_code == 409
    case = make_case(session, by=session.get_one(type(by), by.id), person=person)
    assert case.person_id == person_id
    session.commit()
    assert f"{page}/to-do" in client.get(page).text
    shown = client.post(f"{page}/to-do", follow_redirects=True).text
    assert "C’est inscrit à faire" in shown
    assert f"{page}/to-do" not in shown


def test_of_whom_one_may_not_see_nothing_is_noted_nor_told(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    received(session, file)
    protect(session, file.person, by=make_user(session).id, now=NOW)
    session.commit()
    page, reference, turn = f"/adaptations/{file.id}", file.reference, str(file.turn)
    session.rollback()
    client = client_as("coordinator")
    said = {"turn": turn, "used": "yes", "holds": "yes"}
    assert client.post(f"{page}/follow-up", data=said).status_code == 404
    assert client.post(f"{page}/to-do").status_code == 404
    assert reference not in client.get("/tasks/?state=open_all").text
    for role in (Role.VISITOR, Role.TECHNICIAN, Role.PARTNER_COORDINATOR, Role.MANAGER):
        stranger = client_as(role)
        assert stranger.post(f"{page}/follow-up", data=said).status_code == 403
        assert stranger.post(f"{page}/to-do").status_code == 403
