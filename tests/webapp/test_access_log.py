"""Each answer that shows a person leaves a line in the access log, found by person."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_due,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
    promised,
)
from tests.submissions import FALLS, fill, home_visit
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role, User
from visits.models.cases import CaseState
from visits.models.people import AccessedPerson, AccessEvent, AccessKind, Person
from visits.models.visits import SubmissionFile, Visit, VisitState
from visits.models.works import WorkOrder
from visits.portfolio import upload_file
from webapp.access.auth import declared_action
from webapp.words import words_of

SignIn = Callable[..., FlaskClient]
NAME = "ZAKHAROVA"
OFFICE = (
    Role.COORDINATOR, Role.PARTNER_COORDINATOR, Role.TECHNICIAN, Role.MANAGER,
    Role.SOCIAL_WORKER, Role.ADMINISTRATOR,
)  # fmt: skip
# What is known to show her to somebody: were one missing, the walk would have gone past it.
SHOWING = {
    "home.index", "people.index", "people.show", "cases.index", "cases.show",
    "appointments.diary", "follow_ups.index", "follow_ups.show", "visits.index", "visits.show",
    "work_orders.show", "targeting.show", "comparisons.show",
    "imports.show", "tablet_day.day",
}  # fmt: skip
# She can be told from these without her name: by her door, her photo, her answers.
ABOUT_HER = {"visits.file", "savings.show", "funding.show", "work_orders.index"}
MARRIED = f"""locataire;logement;nom;prenom;naissance;numero;voie;code postal;commune
ZK1;L-ZK;{NAME};Olga;1940-01-01;3;Rue Haute;60000;Beauvais
"""


@dataclass(frozen=True)
class Known:
    """A person who shows wherever somebody can show, and what the addresses need."""

    id: uuid.UUID
    ids: dict[str, Any]
    visitor: User
    token: str


@pytest.fixture
def known(app: Flask, session: Session, now: datetime) -> Known:
    publish_form(session, home_visit(), by=None, now=now)
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR, organisation="Relais")
    colleague = make_user(session, role=Role.VISITOR, organisation="Relais")
    residence = make_residence(session)
    dwelling = make_dwelling(session, residence=residence, reference="L-ZK")
    person = make_person(
        session, dwelling=dwelling, last_name=NAME, first_name="Nina", reference="ZK1"
    )
    case = make_case(session, by=by, person=person, dwelling=dwelling)
    earlier = make_visit(session, case=case, visitor=colleague, start_at=now - timedelta(days=20))
    visit = make_visit(session, case=case, visitor=visitor)
    sent = [_send(app, session, one, now=now) for one in (earlier, visit)]
    case.state = CaseState.TO_CALL
    visit.state = VisitState.PLANNED
    file = upload_file(session, data=MARRIED.encode(), file_name="f.csv", user_id=by.id, now=now)
    for promise in session.scalars(promised()):
        make_due(promise, now.date() - timedelta(days=1))
    _, token = add_device(session, visitor, name="t", now=now)
    ids = {
        "person_id": person.id, "case_id": case.id, "visit_id": visit.id,
        "order_id": session.scalars(select(WorkOrder.id).limit(1)).one(),
        "task_id": session.scalars(promised().limit(1)).one().id,
        "file_id": session.scalars(
            select(SubmissionFile.id).where(SubmissionFile.submission_id == sent[1])
        ).one(),
        "left_id": sent[0], "right_id": sent[1], "import_id": file.id, "code": "seniors",
        "user_id": by.id, "submission_id": sent[1], "name": "water_price",
    }  # fmt: skip
    session.commit()
    return Known(person.id, ids, visitor, token)


def _send(app: Flask, session: Session, visit: Visit, *, now: datetime) -> uuid.UUID:
    own = str(uuid.uuid4())
    xml = re.sub(rb"uuid:[0-9a-f-]{36}", f"uuid:{own}".encode(), fill(FALLS | {"gas_smell": "yes"}))
    submission = record_submission(
        session, app.extensions["palier"].store, xml=xml,
        files=[SentFile("a.jpg", "image/jpeg", b"x")], now=now, visit_id=visit.id,
        viewer=make_viewer(session.get_one(User, visit.visitor_id)),
    )  # fmt: skip
    return submission.id


def addresses(app: Flask, known: Known) -> Iterator[tuple[str, str]]:
    """Give every address that can be read, filled with what is about her."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if "GET" not in (rule.methods or set()) or declared_action(app, rule.endpoint) is True:
            continue
        path = re.sub(
            r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda m: str(known.ids.get(m[1], "1")), rule.rule
        )
        asked = {
            "people.index": f"?q={NAME}", "targeting.show": "?enrolled=all",
            "appointments.diary": f"?day=2026-03-10&visitor_id={known.visitor.id}",
        }.get(rule.endpoint, "")  # fmt: skip
        yield rule.endpoint, path + asked


def read_of(session: Session, person_id: uuid.UUID) -> int:
    statement = (
        select(func.count(AccessEvent.id))
        .join(AccessedPerson, AccessEvent.id == AccessedPerson.event_id)
        .where(AccessedPerson.person_id == person_id, AccessEvent.kind == AccessKind.READ)
    )
    lines = session.scalar(statement) or 0
    session.rollback()  # on SQLite nobody could write meanwhile
    return lines


@pytest.mark.slow
@pytest.mark.one_database
def test_every_page_that_shows_a_person_leaves_a_line_about_her(
    app: Flask, client_as: SignIn, session: Session, known: Known
) -> None:
    clients = [client_as(role, organisation="Relais") for role in OFFICE]
    tablet = app.test_client()
    tablet.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {known.token}"
    showed, silent = set(), set()
    for client in (*clients, tablet):
        for endpoint, path in addresses(app, known):
            before = read_of(session, known.id)
            answer = client.get(path)
            if answer.status_code != 200:
                continue
            said = answer.get_data(as_text=True) if answer.mimetype.startswith(
                ("text/", "application/json", "application/geo")
            ) else ""  # fmt: skip
            if NAME not in said and endpoint not in ABOUT_HER:
                continue
            showed.add(endpoint)
            if read_of(session, known.id) != before + 1:
                silent.add((endpoint, path))
    assert silent == set()
    assert showed >= SHOWING


def test_a_list_leaves_one_line_for_all_whom_it_shows(client_as: SignIn, session: Session) -> None:
    by = make_user(session)
    shown = {make_case(session, by=by).person_id for _ in range(3)}
    make_case(session, by=by, state=CaseState.VISITED)
    session.commit()
    client = client_as("coordinator")
    client.get("/cases/")
    session.rollback()
    line = session.scalars(select(AccessEvent)).one()
    assert (line.what, line.user_id) == ("calls", client.user.id)  # type: ignore[attr-defined]
    assert set(session.scalars(select(AccessedPerson.person_id))) == shown


def test_a_page_that_shows_nobody_leaves_no_line(client_as: SignIn, session: Session) -> None:
    for path in ("/cases/", "/people/?q=nobody", "/follow-ups/", "/visits/", "/"):
        assert client_as("coordinator").get(path).status_code == 200
    assert session.scalars(select(AccessEvent)).all() == []


def test_a_page_is_not_sent_when_its_line_cannot_be_written(
    app: Flask, client_as: SignIn, session: Session, known: Known
) -> None:
    client, session_maker = client_as("coordinator"), app.extensions["palier"].sessions
    event.listen(session_maker, "before_commit", _fail)
    try:
        answer = client.get("/cases/")
    finally:
        event.remove(session_maker, "before_commit", _fail)
    assert answer.status_code == 500
    assert NAME not in answer.text


def _fail(_session: Session) -> None:
    raise OSError("the disk is full")


def test_what_a_visitor_sent_lately_is_not_taken_for_what_her_tablet_carries(
    app: Flask, session: Session, known: Known
) -> None:
    visit = session.get_one(Visit, known.ids["visit_id"])
    visit.planned_start_at = visit.planned_end_at = visit.planned_start_at - timedelta(days=10)
    session.commit()
    bearer = {"Authorization": f"Bearer {known.token}"}
    assert NAME in app.test_client().get("/api/tablet/day", headers=bearer).text
    reads = select(AccessEvent.what).where(AccessEvent.kind == AccessKind.READ)
    assert session.scalars(reads).all() == ["tablet_sent"]


def test_every_page_of_the_log_has_its_words(app: Flask) -> None:
    office = Path(__file__).parents[2] / "webapp" / "office"
    codes = {
        code
        for place in office.rglob("*.py")
        for code in re.findall(r'showing\("(\w+)"\)', place.read_text())
    }
    assert len(codes) > 12
    with app.app_context():
        assert codes | {"tablet_sent"} <= words_of("accessed").keys()


def test_a_person_looked_at_in_a_list_reads_so_on_her_page(
    client_as: SignIn, session: Session, known: Known
) -> None:
    client = client_as("coordinator", name="Camille Lecomte")
    client.get("/cases/")
    text = client.get(f"/people/{known.id}").get_data(as_text=True)
    assert "Camille Lecomte" in text
    assert session.get_one(Person, known.id).last_name == NAME
