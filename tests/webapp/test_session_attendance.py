"""Who is expected at a collective session and who came, or how many; and what came of all."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_person, make_user
from tests.webapp.test_group_sessions import mandate
from visits.life.merging import Chosen, merge_persons
from visits.models.cases import Case
from visits.models.mandates import Right
from visits.models.people import AccessedPerson, AccessEvent, Person
from visits.models.sessions import CollectiveSession, SessionCount, SessionEnrolment
from visits.people.protection import protect
from visits.sessions.planning import SessionSaid, plan_session
from visits.sight import Reach, Viewer

SignIn = Callable[..., FlaskClient]


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def client(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


def plan(session: Session, **said: Any) -> CollectiveSession:
    by = make_user(session)
    viewer = Viewer(by.id, by.organisation_id, None, Reach.ALL)
    given = {
        "title": "Atelier équilibre", "kind": "workshop", "starts_at": NOW - timedelta(hours=3),
        "minutes": "120", "place": "Salle Jean-Moulin", "capacity": "2", "held_by": "other",
        "held_by_name": "Gym douce", "cost": "90",
    }  # fmt: skip
    typed = SessionSaid(**(given | said))
    (one,) = plan_session(session, "seniors", typed, viewer=viewer, now=NOW)
    session.commit()
    return one


@pytest.fixture
def one(session: Session) -> CollectiveSession:
    return plan(session)


@pytest.fixture
def persons(session: Session) -> list[Person]:
    made = [make_person(session, last_name=name) for name in ("ABEILLE", "BOURDON", "CIGALE")]
    session.commit()
    return made


def enrol(client: FlaskClient, one: CollectiveSession, person: Person, **typed: Any) -> int:
    return post(client, f"/group-sessions/{one.id}/enrolments", person=person.id, **typed)[0]


def hold(client: FlaskClient, one: CollectiveSession) -> None:
    assert post(client, f"/group-sessions/{one.id}/state", act="hold", turn="0")[0] == 200


def enrolment(session: Session, person: Person) -> SessionEnrolment:
    hers = select(SessionEnrolment).where(SessionEnrolment.person_id == person.id)
    latest = hers.order_by(SessionEnrolment.id.desc()).limit(1)
    found = session.scalars(latest.execution_options(populate_existing=True)).one()
    session.commit()
    return found


def presence(
    client: FlaskClient, session: Session, one: CollectiveSession, turn: int, said: dict[str, str]
) -> tuple[int, str]:
    typed = {}
    for name, word in said.items():
        person = session.scalars(select(Person).where(Person.last_name == name)).one()
        typed[f"presence-{enrolment(session, person).id}"] = word
    return post(client, f"/group-sessions/{one.id}/presence", turn=turn, **typed)


def test_somebody_is_found_enrolled_and_taken_off_again(
    client: FlaskClient, session: Session, one: CollectiveSession, persons: list[Person]
) -> None:
    page = f"/group-sessions/{one.id}"
    assert "ABEILLE" in client.get(f"{page}?q=abeille").text
    assert enrol(client, one, persons[0]) == 200
    shown = client.get(page).text
    assert "ABEILLE" in shown and "1 of 2 seats taken" in shown
    assert enrol(client, one, persons[0]) == 409
    row = enrolment(session, persons[0])
    why = {f"why-{row.id}": "x" * 201}
    assert post(client, f"{page}/enrolments/{row.id}", act="withdraw", **why)[0] == 422
    why = {f"why-{row.id}": "Chez sa fille ce jour-là."}
    status, shown = post(client, f"{page}/enrolments/{row.id}", act="withdraw", **why)
    assert (status, "ABEILLE" in shown, "0 of 2" in shown) == (200, False, True)
    assert enrolment(session, persons[0]).withdrawn_why == "Chez sa fille ce jour-là."
    assert post(client, f"{page}/enrolments/{row.id}", act="withdraw")[0] == 404
    assert enrol(client, one, persons[0]) == 200


def test_no_more_are_enrolled_than_there_are_seats_but_one_may_wait(
    client: FlaskClient, session: Session, one: CollectiveSession, persons: list[Person]
) -> None:
    first, second, third = persons
    page = f"/group-sessions/{one.id}"
    assert [enrol(client, one, person) for person in persons] == [200, 200, 409]
    assert "Put on the waiting list" in client.get(f"{page}?q=cigale").text
    assert enrol(client, one, third, wait="yes") == 200
    assert "1 waits for a seat" in client.get(page).text
    waiting = f"{page}/enrolments/{enrolment(session, third).id}"
    assert post(client, waiting, act="seat")[0] == 409
    post(client, f"{page}/enrolments/{enrolment(session, first).id}", act="withdraw")
    assert post(client, waiting, act="seat")[0] == 200
    assert not enrolment(session, third).waiting
    assert post(client, waiting, act="seat")[0] == 409
    fewer = {
        "title": "Atelier", "kind": "workshop", "day": "2026-03-10", "time": "07:30",
        "minutes": "60", "place": "Ici", "capacity": "1", "held_by": "other",
        "held_by_name": "Gym douce", "turn": "0",
    }  # fmt: skip
    status, shown = post(client, f"{page}/edit", **fewer)
    assert (status, 'id="capacity-error"' in shown) == (422, True)


def test_who_came_is_noted_person_by_person_and_taken_back(
    client: FlaskClient, session: Session, one: CollectiveSession, persons: list[Person]
) -> None:
    page = f"/group-sessions/{one.id}"
    enrol(client, one, persons[0])
    enrol(client, one, persons[1])
    assert presence(client, session, one, 0, {"ABEILLE": "came"})[0] == 409  # not held yet
    hold(client, one)
    said = {"ABEILLE": "came", "BOURDON": "excused"}
    status, shown = presence(client, session, one, 1, said)
    assert (status, "1 came" in shown) == (200, True)
    assert presence(client, session, one, 1, {"ABEILLE": "absent"})[0] == 409  # read before
    assert presence(client, session, one, 2, {"ABEILLE": "perhaps"})[0] == 422
    row = enrolment(session, persons[0])
    assert post(client, f"{page}/enrolments/{row.id}", act="withdraw")[0] == 409
    # That it was held is taken back once nothing hangs on it any more.
    assert post(client, f"{page}/state", act="back", turn="2")[0] == 409
    assert presence(client, session, one, 2, {"ABEILLE": "", "BOURDON": ""})[0] == 200
    assert enrolment(session, persons[0]).presence is None
    assert post(client, f"{page}/state", act="back", turn="3")[0] == 200


def test_a_number_stands_instead_of_names_and_never_beside_them(
    client: FlaskClient, session: Session, one: CollectiveSession, persons: list[Person]
) -> None:
    path = f"/group-sessions/{one.id}/number"
    enrol(client, one, persons[0])
    assert post(client, path, came="2")[0] == 409  # not held yet
    hold(client, one)
    for wrong in ("", "-1", "3", "beaucoup", "99999"):
        status, shown = post(client, path, came=wrong)
        assert (status, 'id="came-error"' in shown) == (422, True), wrong
    status, shown = post(client, path, came="2")
    assert (status, "2 came, without names." in shown) == (200, True)
    assert post(client, path, came="1")[0] == 409
    assert presence(client, session, one, 1, {"ABEILLE": "came"})[0] == 409
    assert post(client, f"/group-sessions/{one.id}/state", act="back", turn="1")[0] == 409
    assert post(client, path, act="withdraw")[0] == 200
    assert post(client, path, act="withdraw")[0] == 409
    assert session.scalars(select(SessionCount.withdrawn_at)).one() is not None
    session.commit()
    assert presence(client, session, one, 1, {"ABEILLE": "came"})[0] == 200
    assert post(client, path, came="1")[0] == 409


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"born_on": date(2010, 3, 11)}, 409),
        ({"born_on": date(2010, 3, 10)}, 200),
        ({"born_on": None, "birth_year": 2011}, 409),
        ({"born_on": None, "birth_year": 2010}, 200),
        ({"died_on": date(2026, 3, 1)}, 409),
    ],
)
def test_nobody_under_sixteen_is_enrolled_nor_who_died(
    client: FlaskClient, session: Session, one: CollectiveSession, said: dict[str, Any], status: int
) -> None:
    person = make_person(session, **said)
    session.commit()
    assert enrol(client, one, person) == status


def test_nobody_is_enrolled_in_a_session_that_is_cancelled(
    client: FlaskClient, one: CollectiveSession, persons: list[Person]
) -> None:
    post(client, f"/group-sessions/{one.id}/state", act="cancel", why="Pluie", turn="0")
    assert enrol(client, one, persons[0]) == 409


def test_a_protected_person_is_in_no_list_count_or_full_of_whoever_may_not_see_her(
    client: FlaskClient, client_as: SignIn, session: Session, persons: list[Person]
) -> None:
    guardian = client_as("coordinator", language="en")
    one = plan(session, capacity="1")
    her, another, _third = persons
    enrol(guardian, one, her)
    protect(session, her, by=guardian.user.id, now=NOW)  # type: ignore[attr-defined]
    session.commit()
    page = f"/group-sessions/{one.id}"
    assert "ABEILLE" in guardian.get(page).text and "1 of 1" in guardian.get(page).text
    for path in (page, f"{page}?q=abeille", "/group-sessions/?state=all"):
        assert "ABEILLE" not in client.get(path).text.replace('value="abeille"', "")
    shown = client.get(f"{page}?q=bourdon").text
    assert "0 of 1 seats taken" in shown and "waiting list" not in shown
    row = enrolment(session, her)
    assert enrol(client, one, her) == 404
    assert post(client, f"{page}/enrolments/{row.id}", act="withdraw")[0] == 404
    assert enrol(client, one, another) == 200  # not "full"
    assert "More are enrolled than there are seats" in guardian.get(page).text
    assert "More are enrolled" not in client.get(page).text
    hold(client, one)
    assert presence(client, session, one, 1, {"ABEILLE": "came"})[0] == 404
    assert presence(guardian, session, one, 1, {"ABEILLE": "came"})[0] == 200
    assert "0 came" not in client.get(page).text and "1 came" not in client.get(page).text
    assert "1 came" in guardian.get(page).text


def test_an_enrolment_of_one_session_is_not_changed_from_another(
    client: FlaskClient, session: Session, one: CollectiveSession, persons: list[Person]
) -> None:
    other = plan(session, title="Un autre")
    enrol(client, one, persons[0])
    row = enrolment(session, persons[0])
    path = f"/group-sessions/{other.id}/enrolments/{row.id}"
    assert post(client, path, act="withdraw")[0] == 404
    hold(client, other)
    assert presence(client, session, other, 1, {"ABEILLE": "came"})[0] == 404
    nonsense = {"presence-nobody": "came", "turn": "1"}
    assert post(client, f"/group-sessions/{other.id}/presence", **nonsense)[0] == 404
    assert post(client, f"/group-sessions/{other.id}/enrolments", person="x")[0] == 404


def test_each_look_at_who_comes_is_logged(
    client: FlaskClient, session: Session, one: CollectiveSession, persons: list[Person]
) -> None:
    enrol(client, one, persons[0])
    client.get(f"/group-sessions/{one.id}")
    hers = select(AccessEvent.what).join(AccessedPerson, AccessedPerson.event_id == AccessEvent.id)
    said = session.scalars(hers.where(AccessedPerson.person_id == persons[0].id)).all()
    assert {"session_enrolled", "group_session"} <= set(said)


def test_a_session_stands_in_what_happened_to_whoever_was_enrolled(
    client: FlaskClient, session: Session, one: CollectiveSession, persons: list[Person]
) -> None:
    her = f"/people/{persons[0].id}?kind=session"
    assert "Atelier équilibre" not in client.get(her).text
    enrol(client, one, persons[0])
    assert "Atelier équilibre" in client.get(her).text
    hold(client, one)
    presence(client, session, one, 1, {"ABEILLE": "came"})
    assert "Present" in client.get(her).text
    assert session.scalars(select(Case)).all() == []  # it opens no case


def test_two_files_of_one_person_have_one_list_of_sessions(
    client: FlaskClient, session: Session, persons: list[Person]
) -> None:
    first, second = plan(session), plan(session, title="Un autre")
    kept, other, _third = persons
    for one, person in ((first, kept), (first, other), (second, other)):
        assert enrol(client, one, person) == 200
    by = make_user(session)
    viewer = Viewer(by.id, by.organisation_id, None, Reach.ALL)
    merge_persons(session, kept, other, Chosen(), viewer=viewer, now=NOW)
    session.commit()
    assert "1 of 2 seats taken" in client.get(f"/group-sessions/{first.id}").text
    assert "ABEILLE" in client.get(f"/group-sessions/{second.id}").text


def results(client: FlaskClient, asked: str = "") -> str:
    return client.get(f"/group-sessions/results/?{asked}").text


def test_results_are_counted_from_the_rows_with_their_basis(
    client: FlaskClient, session: Session, persons: list[Person]
) -> None:
    by_name = plan(session, capacity="3")
    by_number = plan(session, title="Numérique", minutes="60", capacity="10", cost="")
    unnoted = plan(session, title="Sans liste", minutes="30", cost="15,50")
    plan(session, title="À venir", starts_at=NOW + timedelta(days=3))
    plan(session, title="Avant", starts_at=NOW - timedelta(days=400))
    for person in persons:
        enrol(client, by_name, person)
    for one in (by_name, by_number, unnoted):
        hold(client, one)
    said = {"ABEILLE": "came", "BOURDON": "came", "CIGALE": "excused"}
    presence(client, session, by_name, 1, said)
    post(client, f"/group-sessions/{by_number.id}/number", came="7")
    shown = results(client)
    held = {
        name: session.scalar(text(sql))
        for name, sql in {
            "held": "SELECT count(*) FROM collective_session WHERE state = 'held'",
            "minutes": "SELECT sum(minutes) FROM collective_session WHERE state = 'held'",
            "named": "SELECT count(*) FROM session_enrolment WHERE presence = 'came'",
            "number": "SELECT sum(came) FROM session_count WHERE withdrawn_at IS NULL",
        }.items()
    }
    session.commit()
    assert held == {"held": 3, "minutes": 210, "named": 2, "number": 7}
    for figure in (
        "3.5 hours given",
        '<td class="num">9<div',  # attendances
        "in 2 of 3 sessions",
        '<td class="num">11</td>',  # person-hours: 2 of 2 h, 7 of 1 h
        "2 of 3",  # of who had a seat, by name
        "105.50",
        "of 2 of 3 sessions",
        "45.00",
        "90.00 / 2",
    ):
        assert figure in shown, figure
    listed = client.get("/group-sessions/?state=held&programme=seniors&from=2026-01-01").text
    assert "3 sessions" in listed
    assert "No session was held" in results(client, "from=2026-04-01")
    saved = client.get("/group-sessions/results/results.csv").text
    assert ";3;3,5;9;2;11,0;3;2;105,50;2;45,00" in saved


def test_few_are_not_told_to_whoever_may_not_read_names(
    client: FlaskClient, client_as: SignIn, session: Session, persons: list[Person]
) -> None:
    one = plan(session)
    enrol(client, one, persons[0])
    hold(client, one)
    presence(client, session, one, 1, {"ABEILLE": "came"})
    manager = client_as("manager", language="en")
    shown = results(manager)
    assert "fewer than 5" in shown and "€90.00 /" not in shown
    crowd = plan(session, title="Grande réunion", capacity="50")
    hold(client, crowd)
    post(client, f"/group-sessions/{crowd.id}/number", came="41")
    assert '<td class="num">40<div' in results(manager)
    assert manager.get("/group-sessions/").status_code == 403


def test_a_funder_is_told_of_sessions_and_of_few_persons_nothing(
    client: FlaskClient, client_as: SignIn, session: Session, persons: list[Person]
) -> None:
    mandate(session, "Fonds", Right.FIGURES)
    funder = client_as("funder", organisation="Fonds", language="en")
    make_case(session, by=make_user(session), person=persons[0])
    session.commit()
    for day in range(6):
        one = plan(session, starts_at=NOW - timedelta(days=day + 1))
        enrol(client, one, persons[0])
        hold(client, one)
        presence(client, session, one, 1, {"ABEILLE": "came"})

    def told() -> list[str]:
        shown = funder.get("/figures/?programme=seniors").text
        panel = shown[shown.index("Group sessions") :]
        return re.findall(r"<dd>(.*?)</dd>", panel)[:2]

    assert told() == ["5", "fewer than 5"]  # one person, six times
    crowd = plan(session, title="Grande réunion", capacity="50")
    hold(client, crowd)
    post(client, f"/group-sessions/{crowd.id}/number", came="21")
    assert told() == ["5", "25"]


def test_the_signature_sheet_names_who_has_a_seat_and_nobody_protected(
    client: FlaskClient, session: Session, persons: list[Person]
) -> None:
    one = plan(session, capacity="3")
    for person in persons:
        enrol(client, one, person)
    protect(session, persons[2], by=client.user.id, now=NOW)  # type: ignore[attr-defined]
    session.commit()
    path = f"/group-sessions/{one.id}/signatures.pdf"
    assert path in client.get(f"/group-sessions/{one.id}").text
    answer = client.get(path)
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    for word in ("Signature sheet: Atelier équilibre", "ABEILLE", "BOURDON", "Gym douce"):
        assert word in said
    assert "CIGALE" not in said
    hers = select(AccessEvent.id).where(AccessEvent.what == "signature_sheet")
    assert len(session.scalars(hers).all()) == 1
