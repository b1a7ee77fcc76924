"""Each answer that shows a person leaves a line in the access log, found by person."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import FALLS, fill, home_visit
from tests.walk import endpoint_of
from tests.webapp.reader import Reader
from tests.webapp.world import NORTH, OFFICE, SignIn, World
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role, User
from visits.models.cases import CaseState
from visits.models.people import AccessedPerson, AccessEvent, AccessKind, Person
from visits.models.visits import Visit, VisitState
from webapp.words import words_of

pytestmark = pytest.mark.both_databases

NAME = "ZAKHAROVA"
# What is known to show somebody: were one missing, the walk would have gone past it.
SHOWING = {
    "home.index", "people.index", "people.show", "cases.index", "cases.show",
    "appointments.diary", "follow_ups.index", "follow_ups.show", "visits.index", "visits.show",
    "work_orders.show", "targeting.show", "comparisons.show", "tablet_day.day",
    "admissions.index", "stays.index", "group_sessions.show", "ordered.show", "home_needs.show",
    "imports.show", "transfers.index", "autonomy.show", "medical.show", "by_phone.show",
    "own_wishes.paper", "messages.export",
}  # fmt: skip
SHOWN_TO = {Role.COORDINATOR: SHOWING - {"tablet_day.day"}, Role.VISITOR: {"tablet_day.day"}}
# She can be told from these without her name: by her photo, by her door.
ABOUT_HER = {"visits.file": "", "work_orders.index": "L-EN-VUE"}
# What the world has somebody write of a place, of works in it, by a form that knows no file, and
# the lines of a landlord's file: her name stands there too, though nobody's file is read.
OF_NOBODY = re.compile(r"(?:Boulangerie|Chambre|Fuite chez|En panne|Plan pour) VISIBLE")
AS_BROUGHT, BROUGHT = ("referral_requests.", "import_lines."), re.compile("VISIBLE")
# All there is of a list, and whom a search finds.
EVERYTHING, SEARCHED = "state=all&enrolled=all", "day=2026-03-10&q=itoye"
OF_THE_OFFICE = (Role.COORDINATOR, Role.TECHNICIAN, Role.MANAGER, Role.SOCIAL_WORKER)
# What would change of her is told by name.
CHANGED = (
    "Code locataire;Logement;Nom;Prénom;Né(e) le\nTIERS-1;L-EN-VUE;VISIBLE;Odette;17/05/1941\n"
)


@dataclass(frozen=True)
class Known:
    """A person to call, with a visit that was made, and the token of who made it."""

    id: uuid.UUID
    visit_id: uuid.UUID
    token: str


@pytest.fixture
def known(app: Flask, session: Session, now: datetime) -> Known:
    publish_form(session, home_visit(), by=None, now=now)
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR, organisation="Relais")
    dwelling = make_dwelling(session)
    person = make_person(session, dwelling=dwelling, last_name=NAME, first_name="Nina")
    case = make_case(session, by=by, person=person, dwelling=dwelling)
    visit = make_visit(session, case=case, visitor=visitor)
    record_submission(
        session, app.extensions["palier"].store, xml=fill(FALLS),
        files=[SentFile("a.jpg", "image/jpeg", b"x")], now=now, visit_id=visit.id,
        viewer=make_viewer(visitor),
    )  # fmt: skip
    case.state, visit.state = CaseState.TO_CALL, VisitState.PLANNED
    _, token = add_device(session, visitor, name="t", now=now)
    session.commit()
    return Known(person.id, visit.id, token)


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    world = World(app, session)
    world.settle(
        world.known, by=world.office, territory=NORTH, visitor=world.visitor, tag="EN-VUE",
        last_name="VISIBLE", first_name="Odile", reference="TIERS-1",
    )  # fmt: skip
    world.write_twice(territory=NORTH)
    session.commit()
    return world


@pytest.mark.slow
@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("role", list(Role))
def test_every_page_that_shows_somebody_leaves_one_line_about_her(
    app: Flask, client_as: SignIn, world: World, role: Role
) -> None:
    session, asked = world.session, (EVERYTHING, f"{SEARCHED}&visitor_id={world.visitor.id}")
    client = client_as(role, organisation=OFFICE if role in OF_THE_OFFICE else "Association")
    user: User = client.user  # type: ignore[attr-defined]
    token = add_device(session, user, name="T", now=NOW)[1] if role is Role.VISITOR else None
    people = {one.id: one.last_name for one in session.scalars(select(Person))}
    if role is Role.VISITOR:
        session.execute(update(Visit).values(visitor_id=user.id))
    world.known.note(import_id=world.bring(user, "own.csv", CHANGED))
    session.commit()
    reader = Reader(app, client, token)
    showed, silent, often = set[str](), set[str](), set[str]()
    for address, _queries in reader.addresses(world.known):
        page = endpoint_of(app, address)
        for query in asked:
            status, text = reader.look(f"{address}?{query}")
            read, lines = _read(app, people)
            if status != 200:
                break
            said = (BROUGHT if page.startswith(AS_BROUGHT) else OF_NOBODY).sub("", text)
            named = {name for name in people.values() if name in said}
            showed |= {page for _ in named}
            about_her = query is EVERYTHING and page in ABOUT_HER and ABOUT_HER[page] in text
            if named - read or (about_her and not read):
                silent.add(address)
            if lines > 1:
                often.add(address)
    assert silent == set()
    assert often == set()
    assert showed >= SHOWN_TO.get(role, set())


def _read(app: Flask, people: dict[uuid.UUID, str]) -> tuple[set[str], int]:
    """Tell who was read since it was last asked, and in how many lines."""
    with app.extensions["palier"].sessions.begin() as session:
        lines = session.execute(
            select(AccessEvent.id, AccessedPerson.person_id)
            .join(AccessedPerson, AccessedPerson.event_id == AccessEvent.id)
            .where(AccessEvent.kind == AccessKind.READ)
        ).all()
        session.execute(delete(AccessEvent))
    return {people[person_id] for _, person_id in lines}, len({line for line, _ in lines})


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
    visit = session.get_one(Visit, known.visit_id)
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
