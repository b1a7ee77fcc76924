"""Whose something to do is, on the page of its case and in the list; who holds it notes it."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from visits.accounts.accounts import find_territory
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.paths import begin_path
from visits.cases.tasks import make_task
from visits.choosing.opening import open_by_hand
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role, User
from visits.models.cases import Case, Task, TaskKind, TaskState
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


def grant(session: Session, to: User, *rights: Right, programme: str = "seniors") -> Mandate:
    today = today_in_paris(NOW)
    said = MandateSaid(to.organisation_id, programme, None, frozenset(rights), today, None)
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


class Held:
    """A path in somebody's case, its first step held by the referent, the second by the office."""

    def __init__(self, session: Session, client_as: SignIn) -> None:
        self.session, self.client_as = session, client_as
        publish_shipped_programmes(session, now=NOW)
        self.office = make_user(session)
        home = make_dwelling(session, residence=make_residence(session))
        her = make_person(session, dwelling=home, last_name="SUIVIE")
        self.case, _fit = open_by_hand(
            session, her, "reinforced_support", motive="Impayés", viewer=make_viewer(self.office),
            now=NOW,
        )  # fmt: skip
        self.first = begin_path(
            session, self.case, "handover", viewer=make_viewer(self.office), now=NOW
        )
        session.commit()

    def sign_in(self, role: Role, **said: object) -> FlaskClient:
        self.session.commit()
        return self.client_as(role, language="en", **said)

    def review(self, owner: object, kind: TaskKind = TaskKind.REVIEW) -> uuid.UUID:
        made = make_task(
            self.session, self.case, kind, what="Bilan", due_on=today_in_paris(NOW),
            owner=str(owner), viewer=make_viewer(self.office), now=NOW,
        )  # fmt: skip
        self.session.commit()
        return made.id

    def state(self, task_id: uuid.UUID) -> TaskState:
        self.session.expire_all()
        found = self.session.get_one(Task, task_id).state
        self.session.rollback()
        return found


@pytest.fixture
def held(session: Session, client_as: SignIn) -> Held:
    return Held(session, client_as)


def test_a_social_worker_notes_the_step_she_holds_and_takes_it_back(held: Held) -> None:
    hers = held.sign_in(Role.SOCIAL_WORKER)
    her: User = hers.user  # type: ignore[attr-defined]
    step, person = held.first.id, f"/people/{held.case.person_id}"
    done = f"/tasks/{step}/done"
    # She sees the person; what others hold is not for her to note, nor to read.
    assert hers.get(f"/cases/{held.case.id}").status_code == 403
    assert (hers.post(done).status_code, held.state(step)) == (404, TaskState.OPEN)
    assert "SUIVIE" not in hers.get("/tasks/?state=all").text
    assert "Say that it is done" not in hers.get(person).text
    held.session.get_one(Case, held.case.id).referent_id = her.id
    held.session.commit()
    assert "Say that it is done" in hers.get(person).text
    listed = hers.get("/tasks/?state=open_all").text
    assert done in listed and re.findall(r"<dd>(\d+)", listed) == ["1", "0", "0", "1"]
    assert "SUIVIE" in hers.get("/tasks/tasks.csv?state=open_all").text
    status, shown = post(hers, f"{done}?state=open_all")
    assert (status, "Noted." in shown, held.state(step)) == (200, True, TaskState.DONE)
    # The next step is the referent's too; the one after it the office's.
    [second] = re.findall(r"/tasks/([0-9a-f-]+)/done", shown)
    assert post(hers, f"/tasks/{second}/done")[0] == 200
    assert "/done" not in hers.get("/tasks/?state=open_all").text
    assert f"/tasks/{step}/back" in hers.get("/tasks/?state=done").text
    assert (post(hers, f"/tasks/{step}/back")[0], held.state(step)) == (200, TaskState.OPEN)
    assert post(hers, f"/tasks/{second}/back")[0] == 409


def test_whoever_holds_it_by_role_by_name_or_in_her_organisation_notes_it(held: Held) -> None:
    hers = held.sign_in(Role.SOCIAL_WORKER)
    her: User = hers.user  # type: ignore[attr-defined]
    for owner in ("social_worker", her.id, her.organisation_id):
        task = held.review(owner)
        assert post(hers, f"/tasks/{task}/done")[0] == 200, owner
        assert held.state(task) is TaskState.DONE
    others = make_user(held.session, role=Role.PARTNER_COORDINATOR, organisation="Cap Nord")
    grant(held.session, others, Right.CALL, programme="reinforced_support")
    for owner in ("visitor", "coordinator", held.office.id, others.organisation_id):
        task = held.review(owner)
        assert (hers.post(f"/tasks/{task}/done").status_code) == 404, owner
    call = held.review(her.id, TaskKind.CALL)
    status, shown = post(hers, f"/tasks/{call}/done", why="")
    assert (status, f'id="held-{call}-why-error"' in shown) == (422, True)
    assert post(hers, f"/tasks/{call}/done", why="Elle va mieux")[0] == 200
    # One of another area sees neither the case nor what its organisation has to do there.
    elsewhere = find_territory(held.session, "Sud").id
    far = held.sign_in(Role.SOCIAL_WORKER, territory_id=elsewhere)
    task = held.review("social_worker")
    assert far.post(f"/tasks/{task}/done").status_code == 404
    assert "SUIVIE" not in far.get("/tasks/?state=all").text


def test_a_partner_that_may_only_call_notes_what_is_its_own_on_the_page_of_the_case(
    held: Held,
) -> None:
    theirs = held.sign_in(Role.PARTNER_COORDINATOR, organisation="Cap Nord")
    partner: User = theirs.user  # type: ignore[attr-defined]
    grant(held.session, partner, Right.CALL, programme="reinforced_support")
    page, step = f"/cases/{held.case.id}", held.first.id
    held.session.commit()
    assert "It is done" not in theirs.get(page).text
    assert theirs.post(f"/tasks/{step}/done").status_code == 404
    office = held.sign_in(Role.COORDINATOR)
    given = {"task": step, "owner": partner.organisation_id}
    assert post(office, f"{page}/tasks/give", **given)[0] == 200
    shown = theirs.get(page).text
    assert "It is done" in shown and "Say whose it is to do" not in shown
    status, shown = post(theirs, f"/tasks/{step}/done", **{"from": "case"})
    assert (status, "done on" in shown, "To do again" in shown) == (200, True, True)
    assert post(theirs, f"/tasks/{step}/back", **{"from": "case"})[0] == 200
    assert held.state(step) is TaskState.OPEN


def test_a_visitor_notes_what_she_holds_where_she_visits_and_nowhere_else(held: Held) -> None:
    hers = held.sign_in(Role.VISITOR)
    task = held.review("visitor")
    assert hers.post(f"/tasks/{task}/done").status_code == 404
    assert "SUIVIE" not in hers.get("/tasks/?state=all").text
    visitor = held.session.get_one(User, hers.user.id)  # type: ignore[attr-defined]
    visit = make_visit(held.session, case=held.case, visitor=visitor)
    held.session.commit()
    assert "SUIVIE" in hers.get("/tasks/").text
    assert post(hers, f"/tasks/{task}/done")[0] == 200
    due = Task(
        case_id=held.case.id, landlord_id=held.case.landlord_id, kind=TaskKind.VISIT,
        owner_role="visitor", visit_id=visit.id, not_before=NOW.date(), due_on=NOW.date(),
        made_at=NOW,
    )  # fmt: skip
    held.session.add(due)
    held.session.commit()
    assert hers.post(f"/tasks/{due.id}/done").status_code == 404  # by visiting


def test_whoever_decides_without_planning_is_not_asked_whose_anything_is(
    client_as: SignIn, session: Session, case: Case
) -> None:
    theirs = client_as(Role.PARTNER_COORDINATOR, organisation="Cap Nord", language="en")
    grant(session, theirs.user, Right.DECIDE)  # type: ignore[attr-defined]
    session.commit()
    page = theirs.get(f"/cases/{case.id}").text
    assert "Put somebody else in charge" in page
    assert "Note something to do" not in page
    assert theirs.post(f"/cases/{case.id}/tasks/give").status_code == 404


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
