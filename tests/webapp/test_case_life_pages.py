"""A case's life on its page, and the list of what is to do."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_dwelling, make_person, make_user, make_visit
from visits.cases.coming import make_for
from visits.models.accounts import Role, User
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.visits import Visit, VisitState
from visits.programmes.published import version_of

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def case(session: Session) -> Case:
    """Somebody who agreed to be visited each week."""
    version = version_of(session, "isolated_tenants")
    made = make_case(
        session, by=make_user(session), programme=version.code, programme_version_id=version.id,
        state=CaseState.AGREED,
    )  # fmt: skip
    make_for(session, [made], now=NOW)
    session.commit()
    return made


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_case_nobody_scored_says_so_and_gets_its_points_on_its_page(
    client_as: SignIn, session: Session, case: Case
) -> None:
    case.score, case.reasons, case.scored_at = 0, [], None
    session.commit()
    client, path = client_as("coordinator", language="en"), f"/cases/{case.id}"
    listed = f"/cases/?programme={case.programme}&state=all"
    assert "not scored" in client.get(listed).text
    assert "Not scored" in client.get(path).text
    status, shown = post(client, f"{path}/points")
    assert (status, "This case has its points." in shown, "of 100 on" in shown) == (200, True, True)
    assert "not scored" not in client.get(listed).text
    status, _shown = post(client, f"{path}/points")
    assert status == 409


def test_a_pause_leads_to_what_her_other_cases_have_planned_in_those_days(
    client_as: SignIn, session: Session, case: Case
) -> None:
    by = make_user(session)
    other = make_case(session, by=by, person=case.person)
    make_visit(session, case=other, visitor=by, start_at=NOW + timedelta(days=2))
    session.commit()
    client, path = client_as("coordinator", language="en"), f"/cases/{case.id}"
    said = {"from_on": "2026-03-10", "until_on": "2026-03-20", "why": "in_hospital"}
    before = client.get(path).text
    status, shown = post(client, f"{path}/pauses", **said)
    assert status == 200
    told = "visits of her other cases are planned"
    assert (told in before, told in shown) == (False, True)
    assert f'href="/cases/{other.id}"' in shown.split(told)[1]


def test_who_died_or_moved_is_called_so_wherever_her_case_stands(
    client_as: SignIn, session: Session, case: Case
) -> None:
    case.closed_on, case.outcome, case.state = NOW.date(), "dead", CaseState.NOT_ELIGIBLE
    session.commit()
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    head = client.get(path).text.split("page-head")[1].split("</h2>")[0]
    assert "Décès" in head and "Non concerné" not in head
    case.state = CaseState.VISITED
    session.commit()
    head = client.get(path).text.split("page-head")[1].split("</h2>")[0]
    assert "Décès" in head and "Visite faite" in head


def test_a_case_is_closed_and_opened_again_on_its_page(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    status, shown = post(client, f"{path}/close", ending="nonsense", on="2026-03-10")
    assert (status, "end-ending-error" in shown) == (422, True)
    status, shown = post(client, f"{path}/close", ending="linked", on="2026-03-10", note="Club")
    assert status == 200
    assert "Lien retrouvé, passage de relais fait" in shown
    assert "Club" in shown
    assert "Noter une pause" not in shown
    status, shown = post(client, f"{path}/close", ending="linked", on="2026-03-10")
    assert (status, "Ce dossier est clos." in shown) == (409, True)
    status, shown = post(client, f"{path}/reopen")
    assert (status, "Le dossier est rouvert" in shown, "Clore le dossier" in shown) == (
        200,
        True,
        True,
    )


def test_whoever_came_last_is_proposed_for_the_next_visit(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    before, last, _ = (make_user(session, role=Role.VISITOR) for _ in range(3))
    for days, visitor in ((14, before), (7, last)):
        make_visit(
            session, case=case, visitor=visitor, start_at=NOW - timedelta(days=days),
            state=VisitState.DONE,
        )  # fmt: skip
    case.state = CaseState.AGREED
    ids = before.id, last.id
    session.commit()
    shown = client.get(path).get_data(as_text=True)
    assert re.search(rf'value="{ids[1]}" selected', shown)
    assert not re.search(rf'value="{ids[0]}" selected', shown)


def test_weekly_visits_are_planned_ahead_one_after_the_other(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    visitor = make_user(session, role=Role.VISITOR).id
    session.commit()
    typed = {"visitor_id": visitor, "time": "10:00", "minutes": "45"}
    post(client, f"{path}/visits", day="2026-03-12", **typed)
    shown = client.get(path).get_data(as_text=True)
    assert "Prévoir une autre visite" in shown
    assert 'id="plan-minutes"' in client.get(f"{path}?another=1").get_data(as_text=True)
    post(client, f"{path}/visits", day="2026-03-19", **typed)
    session.expire_all()
    planned = session.scalars(select(Visit).order_by(Visit.planned_start_at, Visit.id)).all()
    answered = session.scalars(
        select(Task.visit_id).where(Task.kind == "visit").order_by(Task.due_on, Task.id)
    ).all()
    assert [one.kind for one in planned] == ["weekly", "weekly"]
    first, second = (one.id for one in planned)
    assert answered[:2] == [first, second]
    session.rollback()
    shown = client.get(f"{path}?visit={second}").get_data(as_text=True)
    assert f"visits/{second}/move" in shown
    assert f"visits/{first}/move" not in shown


def test_a_call_answers_the_call_that_is_due_and_gives_it_back(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    number = case.id
    assert 'value="well"' not in client.get(path).get_data(as_text=True)
    post(client, f"{path}/tasks", kind="call", what="Demander si ça va", due_on="2026-03-10")
    task = session.scalars(select(Task.id).where(Task.kind == TaskKind.CALL)).one()
    session.rollback()
    shown = client.get(path).get_data(as_text=True)
    assert 'value="well"' in shown
    assert f'name="answers" value="{task}"' in shown

    def state() -> TaskState:
        found = session.scalars(select(Task.state).where(Task.id == task)).one()
        session.rollback()
        return found

    said = {"disposition": "well", "channel": "phone", "attempts": "0", "offered": "yes"}
    status, shown = post(client, f"{path}/calls", **said, answers=task)
    assert (status, "Jointe : tout va bien" in shown) == (200, True)
    assert state() is TaskState.DONE
    attempt = session.scalars(
        select(ContactAttempt.id).where(ContactAttempt.case_id == number)
    ).one()
    session.rollback()
    status, _ = post(client, f"{path}/attempts/{attempt}/back", reason="Ce n’était pas elle")
    assert (status, state()) == (200, TaskState.OPEN)


def test_a_pause_over_a_planned_visit_asks_what_becomes_of_it(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    visitor = make_user(session, role=Role.VISITOR).id
    session.commit()
    typed = {"visitor_id": visitor, "time": "10:00", "minutes": "45"}
    _, shown = post(client, f"{path}/visits", day="2026-03-19", **typed)
    assert "C’est après le jour prévu" in shown
    assert "une visite est prévue, après" in shown
    days = {"from_on": "2026-03-10", "until_on": "2026-03-20", "why": "Hôpital"}
    status, shown = post(client, f"{path}/pauses", **days)
    assert (status, "Annuler : " in shown) == (422, True)
    asked = re.search(r'name="asked" value="([^"]+)"', shown)
    number = re.search(r'name="called_off" value="([^"]+)"', shown)
    assert asked and number
    status, shown = post(client, f"{path}/pauses", **days, asked=asked[1], called_off=number[1])
    assert (status, "en pause jusqu’au 20" in shown) == (200, True)
    assert "tombait pendant une pause" in shown
    listed = client.get("/cases/?programme=isolated_tenants&state=paused").get_data(as_text=True)
    assert "en pause jusqu’au 20" in listed
    status, shown = post(client, f"{path}/visits", day="2026-03-18", **typed)
    assert (status, "en pause jusqu’au 20" in shown) == (422, True)
    assert "insists" in shown


def test_in_hospital_over_a_planned_visit_asks_what_becomes_of_it_in_the_call_s_own_form(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    visitor = make_user(session, role=Role.VISITOR).id
    session.commit()
    typed = {"visitor_id": visitor, "time": "10:00", "minutes": "45"}
    post(client, f"{path}/visits", day="2026-03-16", **typed)
    call = {
        "disposition": "in_hospital", "channel": "phone", "day": "2026-03-17", "time": "10:00",
        "pause": "yes",
    }  # fmt: skip
    status, shown = post(client, f"{path}/calls", **call)
    assert (status, "call-visits-error" in shown) == (422, True)
    asked = re.search(r'name="asked" value="([^"]+)"', shown)
    number = re.search(r'name="called_off" value="([^"]+)" id="call-', shown)
    assert asked and number
    status, shown = post(client, f"{path}/calls", **{**call, "day": "2026-03-18"}, asked=asked[1])
    assert (status, "call-visits-error" in shown) == (422, True)  # of other days nobody said
    status, shown = post(client, f"{path}/calls", **call, asked=asked[1], called_off=number[1])
    assert (status, "en pause jusqu’au 16" in shown) == (200, True)
    assert "Annulée" in shown
    noted = shown.partition("/pauses/")[2].partition("/")[0]
    status, shown = post(client, f"{path}/pauses/{noted}/end")
    assert (status, "De nouveau prévue" in shown) == (200, True)


def test_a_pause_takes_what_is_due_and_gives_it_back(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    days = {"from_on": "2026-03-10", "until_on": "2026-03-30"}
    status, shown = post(client, f"{path}/pauses", why="", **days)
    assert (status, "pause-why-error" in shown) == (422, True)
    status, shown = post(client, f"{path}/pauses", why="Chez sa fille", **days)
    assert (status, "Chez sa fille" in shown) == (200, True)
    assert "tombait pendant une pause" in shown
    noted = shown.partition("/pauses/")[2].partition("/")[0]
    status, shown = post(client, f"{path}/pauses/{noted}/end")
    assert (status, "Chez sa fille" in shown) == (200, False)
    assert "tombait pendant une pause" not in shown


def test_something_to_do_is_noted_listed_saved_done_and_to_do_again(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator"), f"/cases/{case.id}"
    typed = {"kind": "call", "what": "=Appeler le médecin", "due_on": "2026-03-10"}
    status, shown = post(client, f"{path}/tasks", **typed, owner="nobody")
    assert (status, "task-owner-error" in shown) == (422, True)
    assert post(client, f"{path}/tasks", **typed, owner="social_worker")[0] == 200
    task = session.scalars(select(Task.id).where(Task.cadence.is_(None))).one()
    session.rollback()
    listed = client.get("/tasks/?kind=call").get_data(as_text=True)
    assert "=Appeler le médecin" in listed
    assert "Visite de la semaine" not in listed
    saved = client.get("/tasks/tasks.csv?kind=call").get_data(as_text=True)
    assert "'=Appeler le médecin" in saved
    theirs = client.get("/tasks/?owner=social_worker").get_data(as_text=True)
    assert "=Appeler le médecin" in theirs and "Visite de la semaine" not in theirs
    assert "=Appeler" not in client.get("/tasks/?owner=visitor").get_data(as_text=True)
    assert saved.splitlines()[1].split(";")[6] == "Travail social"
    status, shown = post(client, f"{path}/tasks/{task}/close", state="impossible", why="")
    assert (status, f"task-{task}-why-error" in shown) == (422, True)
    assert post(client, f"{path}/tasks/{task}/close", state="done", why="Il rappelle")[0] == 200
    assert "Appeler le" not in client.get("/tasks/?kind=call").get_data(as_text=True)
    assert post(client, f"{path}/tasks/{task}/reopen")[0] == 200
    session.expire_all()
    assert session.get_one(Task, task).state is TaskState.OPEN


def test_something_to_do_is_given_to_somebody_by_name_who_finds_it(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator", language="en"), f"/cases/{case.id}"
    hers, another = (make_user(session, role=Role.SOCIAL_WORKER) for _ in range(2))
    plumber = make_user(session, role=Role.CONTRACTOR, organisation="Plomberie")
    session.commit()
    typed = {"kind": "call", "what": "Rappeler la mairie", "due_on": "2026-03-10"}
    status, shown = post(client, f"{path}/tasks", **typed, owner=plumber.id)
    assert (status, "task-owner-error" in shown) == (422, True)
    status, shown = post(client, f"{path}/tasks", **typed, owner=hers.id)
    assert (status, f"{hers.name} · " in shown) == (200, True)

    def told_to(user: User) -> str:
        return client.get(f"/tasks/tasks.csv?owner={user.id}").text

    assert told_to(hers).splitlines()[1].split(";")[6] == hers.name
    assert "Rappeler" not in told_to(another)
    assert f"{hers.name}</td>" in client.get("/tasks/?kind=call").text
    assert hers.name in client.get(f"/people/{case.person_id}").text
    assert post(client, f"{path}/tasks", **(typed | {"what": "Point"}), owner="referent")[0] == 200
    assert "Point" not in told_to(another)
    session.get_one(Case, case.id).referent_id = another.id
    session.commit()
    assert "Point" in told_to(another)
    assert "Point" not in told_to(hers)


def test_a_task_of_another_case_is_none_of_this_one(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client = client_as("coordinator")
    place = make_case(session, by=make_user(session)).id
    session.commit()
    task = session.scalars(select(Task.id).order_by(Task.due_on, Task.id)).first()
    session.rollback()
    assert task is not None
    path = f"/cases/{place}/tasks/{task}/close"
    assert client.post(path, data={"state": "done"}).status_code == 404


def test_an_address_of_before_leads_to_the_page_it_became(client_as: SignIn, case: Case) -> None:
    client = client_as("coordinator")
    answer = client.get(f"/enrolments/{case.id}?another=1")
    assert (answer.status_code, answer.location) == (308, f"/cases/{case.id}?another=1")
    odd = client.get("/enrolments/%C3%A9%FF")
    assert odd.headers["Link"].startswith("</cases/%C3%A9%EF%BF%BD>")


def test_a_protected_persons_tasks_are_in_no_figure_and_no_list(
    client_as: SignIn, session: Session, case: Case
) -> None:
    by = make_user(session)
    shut = make_case(session, by=by, person=make_person(session, protected=True))
    home = make_dwelling(session)
    former = make_case(session, by=by, dwelling=home, person=make_person(session))
    make_person(session, dwelling=home, protected=True)
    kept = make_case(session, by=by)
    for one in (shut, former, kept):
        session.add(
            Task(
                case_id=one.id, landlord_id=one.landlord_id, kind=TaskKind.CALL,
                not_before=NOW.date(), due_on=NOW.date(), made_at=NOW,
            )
        )  # fmt: skip
    session.commit()
    page = client_as(Role.COORDINATOR).get("/tasks/?kind=call").text
    assert str(kept.id) in page
    assert not any(str(one.id) in page for one in (shut, former))
    assert re.findall(r"<dd>(\d+)", page) == ["1", "0", "0", "1"]


def test_what_is_late_is_late_in_every_list(client_as: SignIn, session: Session) -> None:
    client, by = client_as(Role.COORDINATOR, language="en"), make_user(session)
    visitor = make_user(session, role=Role.VISITOR)
    version = version_of(session, "isolated_tenants")
    names, task_of = {}, {}
    for name, days, state in (
        ("TARD", -1, TaskState.OPEN), ("ALHEURE", 0, TaskState.OPEN), ("FAIT", -1, TaskState.DONE),
    ):  # fmt: skip
        person = make_person(session, last_name=name, phone="0344000000")
        case = make_case(
            session, by=by, person=person, programme=version.code, programme_version_id=version.id
        )
        on = NOW.date() + timedelta(days=days)
        visit = make_visit(session, case=case, visitor=visitor)
        task = Task(
            case_id=case.id, landlord_id=case.landlord_id, kind=TaskKind.VISIT, visit_id=visit.id,
            not_before=on, due_on=on, state=state, made_at=NOW,
        )  # fmt: skip
        session.add(task)
        names[name], task_of[name] = case.id, task
    session.commit()
    lists = (f"/cases/?programme={version.code}&state=all", "/visits/", "/support/")
    for path in lists:
        rows = client.get(path).text.split("<tr>")
        told = {name: [row for row in rows if name in row] for name in names}
        assert {name: "late</span>" in row for name, (row,) in told.items()} == {
            "TARD": True, "ALHEURE": False, "FAIT": False,
        }, path  # fmt: skip
    call = task_of["TARD"]
    call.kind, call.visit_id = TaskKind.CALL, None
    session.commit()
    why_now = client.get(f"/desk/{names['TARD']}").text.partition("Why now")[2].partition("</ul>")
    assert "late</span>" in why_now[0]


def test_a_longer_list_asks_no_more_of_the_database(
    client_as: SignIn, session: Session, engine: Engine
) -> None:
    client, asked = client_as(Role.COORDINATOR), []

    def note(*told: object) -> None:
        asked.append(told)

    def list_with(number: int) -> int:
        for _ in range(number):
            case = make_case(session, by=make_user(session))
            case.programme_version_id = version_of(session, "seniors").id
            make_for(session, [case], now=NOW)
        session.commit()
        client.get("/tasks/?state=open_all")
        asked.clear()
        assert client.get("/tasks/?state=open_all").status_code == 200
        return len(asked)

    event.listen(engine, "before_cursor_execute", note)
    few, many = list_with(2), list_with(12)
    event.remove(engine, "before_cursor_execute", note)
    assert few == many


def test_a_partner_without_a_mandate_sees_nothing_to_do(client_as: SignIn, case: Case) -> None:
    client = client_as("partner_coordinator")
    listed = client.get("/tasks/?state=all").get_data(as_text=True)
    assert str(case.id) not in listed
    assert client.post(f"/cases/{case.id}/reopen").status_code == 403
