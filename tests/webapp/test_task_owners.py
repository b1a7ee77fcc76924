"""Whose something to do is, on the page of its case and in the list; who holds it notes it."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role, User
from visits.models.cases import Case, Task
from visits.models.mandates import Mandate, Right
from visits.programmes.published import publish_shipped_programmes

SignIn = Callable[..., FlaskClient]
TYPED = {"kind": "review", "due_on": "2026-03-10"}


@pytest.fixture
def case(session: Session) -> Case:
    publish_shipped_programmes(session, now=NOW)
    made = make_case(session, by=make_user(session))
    session.commit()
    return made


def grant(session: Session, to: User, *rights: Right) -> Mandate:
    said = MandateSaid(
        to.organisation_id, "seniors", None, frozenset(rights), today_in_paris(NOW), None
    )
    return grant_mandate(session, said, by=make_user(session).id, now=NOW)


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, answer.text


def the_task(session: Session) -> uuid.UUID:
    found = session.scalars(select(Task.id)).one()
    session.rollback()
    return found


def test_something_to_do_is_given_to_an_organisation_that_finds_it_and_is_told_when_it_left(
    client_as: SignIn, session: Session, case: Case
) -> None:
    office, path = client_as("coordinator", language="en"), f"/cases/{case.id}"
    theirs = client_as(Role.PARTNER_COORDINATOR, organisation="Cap Nord", language="en")
    partner: User = theirs.user  # type: ignore[attr-defined]
    stranger = make_user(session, role=Role.PARTNER_COORDINATOR, organisation="Cap Sud")
    mandate = grant(session, partner, Right.CALL)
    session.commit()
    page = office.get(path).text
    assert "Cap Nord</option>" in page and "Cap Sud" not in page
    status, shown = post(
        office, f"{path}/tasks", **TYPED, what="Point", owner=stranger.organisation_id
    )
    assert (status, "has no mandate for this programme" in shown) == (422, True)
    status, shown = post(
        office, f"{path}/tasks", **TYPED, what="Point", owner=partner.organisation_id
    )
    assert (status, "Cap Nord · " in shown) == (200, True)
    mine = f"owner={partner.organisation_id}"
    listed = theirs.get(f"/tasks/?{mine}").text
    assert f'<option value="{partner.organisation_id}" selected>My organisation' in listed
    assert "<td>Cap Nord</td>" in listed and re.findall(r"<dd>(\d+)", listed)[0] == "1"
    assert theirs.get(f"/tasks/tasks.csv?{mine}").text.splitlines()[1].split(";")[6] == "Cap Nord"
    assert "Cap Nord" in office.get(f"/people/{case.person_id}").text
    assert "Point" not in office.get("/tasks/?owner=left").text

    session.get_one(Mandate, mandate.id).ended_at = NOW
    session.commit()
    gone = "Cap Nord, no longer here"
    pages = (path, f"/people/{case.person_id}", "/tasks/?owner=left", "/tasks/tasks.csv?owner=left")
    for one in pages:
        assert gone in office.get(one).text, one
    for one in ("/tasks/?state=all", f"/tasks/tasks.csv?{mine}"):
        assert "Point" not in theirs.get(one).text
    task = the_task(session)
    status, shown = post(office, f"{path}/tasks/give", task=task, owner=partner.organisation_id)
    assert (status, 'id="give-owner-error"' in shown) == (422, True)
    status, shown = post(office, f"{path}/tasks/give", task="", owner="visitor")
    assert (status, 'id="give-task-error"' in shown) == (422, True)
    status, shown = post(office, f"{path}/tasks/give", task=task, owner="visitor")
    assert (status, "Visitor · " in shown, gone in shown) == (200, True, False)
    assert post(office, f"{path}/tasks/give", task=task, owner="visitor")[0] == 409
    other = make_case(session, by=make_user(session)).id
    session.commit()
    assert post(office, f"/cases/{other}/tasks/give", task=task, owner="")[0] == 404


def test_the_page_of_a_case_works_out_once_to_whom_it_may_be_given(
    client_as: SignIn, session: Session, engine: Engine, case: Case
) -> None:
    office, asked = client_as("coordinator"), []
    office.get(f"/cases/{case.id}")

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    office.get(f"/cases/{case.id}")
    event.remove(engine, "before_cursor_execute", note)
    every = [one for one in asked if "FROM organisation ORDER BY organisation.name" in one]
    assert len(every) == 1
