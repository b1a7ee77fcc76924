"""Follow-ups: listed by when they are due, closed with what came of them."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.factories import NOW, make_due, make_mandate, promised
from tests.submissions import FALLS
from tests.webapp.test_visits_pages import Home
from visits.models.accounts import Role
from visits.models.cases import Case, Task, TaskState
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
DAY = timedelta(days=1)


@pytest.fixture
def home(app: Flask) -> Home:
    """A visit that called for follow-ups; the first one is due."""
    home = Home(app)
    home.send(FALLS)
    with home.house.sessions.begin() as session:
        first = session.scalars(promised()).first()
        assert first is not None
        make_due(first, NOW.date() - timedelta(days=1))
    return home


def due(home: Home) -> Task:
    promise: Task = home.look(promised())
    return promise


def test_those_due_first_stand_at_the_top(home: Home, client_as: SignIn, session: Session) -> None:
    page = client_as(Role.SOCIAL_WORKER).get("/follow-ups/").text
    links = [f"/follow-ups/{promise.id}" for promise in session.scalars(promised())]
    places = [page.index(link) for link in links]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=due", True),
        ("state=done", False),
        ("q=vermeulen", True),
        ("q=nobody", False),
        ("programme=other", False),
        ("state=nonsense", True),
    ],
)
def test_filters_narrow_the_list(home: Home, client_as: SignIn, query: str, shown: bool) -> None:
    page = client_as(Role.COORDINATOR).get(f"/follow-ups/?{query}").text
    assert ("VERMEULEN" in page) is shown


def test_a_follow_up_is_closed_with_a_note(home: Home, client_as: SignIn) -> None:
    url = f"/follow-ups/{due(home).id}"
    client = client_as(Role.SOCIAL_WORKER)
    assert client.get(url).status_code == 200
    empty = client.post(url, data={"why": " "})
    assert empty.status_code == 422 and "why-error" in empty.text
    assert client.post(url, data={"why": "Va bien, pas de chute"}).status_code == 302
    assert due(home).state is TaskState.DONE
    assert "Va bien, pas de chute" in client.get(url).text
    assert client.post(url, data={"why": "encore"}).status_code == 409


def test_a_protected_person_is_in_no_list_of_others(home: Home, client_as: SignIn) -> None:
    with home.house.sessions.begin() as writing:
        person = writing.get_one(type(home.person), home.person.id)
        protect(writing, person, by=home.coordinator.id, now=NOW)
    client = client_as(Role.SOCIAL_WORKER)
    assert "VERMEULEN" not in client.get("/follow-ups/").text
    assert client.get(f"/follow-ups/{due(home).id}").status_code == 404


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.MANAGER, Role.VISITOR])
def test_others_may_not_see_follow_ups(client_as: SignIn, role: Role) -> None:
    assert client_as(role).get("/follow-ups/").status_code == 403


def test_no_follow_up_says_where_they_come_from(client_as: SignIn) -> None:
    assert "empty-state" in client_as(Role.COORDINATOR).get("/follow-ups/").text


@pytest.mark.parametrize(
    ("language", "today", "later", "stale"),
    [
        ("fr", "Appeler aujourd’hui", "Appeler le 10 septembre 2026", "dans six mois"),
        ("en", "Call today", "Call on 10 September 2026", "in six months"),
    ],
)
def test_a_follow_up_reads_as_of_today(
    home: Home, client_as: SignIn, language: str, today: str, later: str, stale: str
) -> None:
    client = client_as(Role.SOCIAL_WORKER, language=language)
    with home.house.sessions.begin() as session:
        call = session.scalars(promised().where(Task.due_on > NOW.date() + 100 * DAY)).one()
        make_due(call, NOW.date() + 184 * DAY)
        url = f"/follow-ups/{call.id}"
    pages = ("/follow-ups/", url, f"/people/{home.person.id}")
    for page in pages:
        assert later in client.get(page).text
    with home.house.sessions.begin() as session:
        session.execute(update(Task).values(not_before=NOW.date(), due_on=NOW.date()))
    for page in pages:
        said = client.get(page).text
        assert today in said and stale not in said


def test_causes_are_told_in_the_reader_s_language(home: Home, client_as: SignIn) -> None:
    url = f"/follow-ups/{due(home).id}"
    english = client_as(Role.SOCIAL_WORKER, language="en").get(url).text
    assert "Have you had a fall in the last twelve months?" in english
    assert "Avez-vous fait une chute" not in english
    assert "Avez-vous fait une chute" in client_as(Role.SOCIAL_WORKER).get(url).text


def test_what_answers_promised_is_told_to_those_who_follow_it_up_alone(
    home: Home, client_as: SignIn
) -> None:
    case_id = due(home).case_id
    with home.house.sessions.begin() as session:
        make_mandate(session, home.visitor)
    pages = ("/tasks/?state=open_all", "/tasks/tasks.csv?state=open_all", f"/cases/{case_id}")
    for role, told in ((Role.COORDINATOR, True), (Role.PARTNER_COORDINATOR, False)):
        client = client_as(role)
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200 and "VERMEULEN" in answer.text
            assert ("avis médical" in answer.text) is told, (role, page)


def test_a_follow_up_that_was_closed_is_opened_again(home: Home, client_as: SignIn) -> None:
    url = f"/follow-ups/{due(home).id}"
    client = client_as(Role.SOCIAL_WORKER)
    assert client.post(f"{url}/reopen").status_code == 409
    wrong = client.post(url, data={"why": "Refuse", "state": "lapsed"})
    assert wrong.status_code == 422 and "state-error" in wrong.text
    closed = {"why": "A déménagé sans laisser d’adresse", "state": "impossible"}
    assert client.post(url, data=closed).status_code == 302
    assert due(home).state is TaskState.IMPOSSIBLE
    assert client.post(f"{url}/reopen").status_code == 302
    assert (due(home).state, due(home).why) == (TaskState.OPEN, None)


def test_the_load_of_each_referent_is_what_her_list_lists(
    home: Home, client_as: SignIn, session: Session
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    task = due(home)
    nobody = "/follow-ups/?state=due&referent=nobody"
    assert nobody in unescape(client.get("/follow-ups/").text)
    assert "VERMEULEN" in client.get(nobody).text
    with home.house.sessions.begin() as writing:
        writing.get_one(Case, task.case_id).referent_id = home.coordinator.id
    page = unescape(client.get("/follow-ups/").text)
    hers = f"/follow-ups/?state=late&referent={home.coordinator.id}"
    assert home.coordinator.name in page and hers in page and nobody not in page
    assert f'{hers}">1<' in page.replace(" ", "")
    assert "1 follow-up" in client.get(hers).text
    assert f"/follow-ups/{task.id}" in client.get(hers).text
    for other in ("nobody", "strange", str(home.visitor.id)):
        assert "empty-state" in client.get(f"/follow-ups/?referent={other}").text
    with home.house.sessions.begin() as writing:
        protect(writing, writing.get_one(Case, task.case_id).person, by=home.visitor.id, now=NOW)
    assert hers not in unescape(client.get("/follow-ups/").text)
