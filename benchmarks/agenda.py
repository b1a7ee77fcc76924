"""The agenda: a week of twenty visitors, and the best hours among 280 of their days."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.figures import Figure, figure
from benchmarks.lists import office_on, page_times, signed_in
from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.agenda.availabilities import HoursSaid, note_hours
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.cases import Case, CaseState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Visit, VisitState
from visits.sight import Reach, Viewer
from webapp.access.setting_up import publish_what_ships

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
VISITORS, DAYS, HOURS = 20, 28, (8, 10, 12, 14)
TEN, ROUNDS = 10, 20
SLOTS = f"slots among {TEN * DAYS} visitor-days"


def measure_agenda(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of the week's page and of the page of slots, with four visits a day each."""
    for kind in Database:
        with office_on(bench, kind) as (app, house):
            with house.sessions.begin() as session:
                case_id = _write(session, VISITORS)
            client = signed_in(app, "co@palier.example")
            week = [f"/agenda/?view=week&day={today_in_paris(NOW)}"] * ROUNDS
            yield figure("agenda: week of 20 visitors", page_times(client, week), unit="ms",
                         database=kind)  # fmt: skip
            with house.sessions.begin() as session:
                for user in _visitors(session)[TEN:]:
                    user.active = False
            asked = [f"/cases/{case_id}/slots"] * ROUNDS
            yield figure(f"agenda: {SLOTS}", page_times(client, asked), unit="ms", database=kind)


def _visitors(session: Session) -> list[User]:
    found = select(User).where(User.role == Role.VISITOR).order_by(User.email, User.id)
    return list(session.scalars(found))


def _write(session: Session, visitors: int) -> uuid.UUID:
    """Write visitors with four visits a day, and give a case that waits for one."""
    rng = Random(3)
    publish_what_ships(session, now=NOW)
    office = find_organisation(session, "Office", OrganisationKind.LANDLORD)
    new = NewUser("co@palier.example", "Ana Coordination", Role.COORDINATOR, "none")
    boss = add_user(session, new, organisation=office, now=NOW)
    viewer = Viewer(boss.id, office.id, None, Reach.ALL)
    for number in range(visitors):
        new = NewUser(f"v{number:02}@palier.example", f"Visite {number:02}", Role.VISITOR, "none")
        visitor = add_user(session, new, organisation=office, now=NOW)
        session.flush()
        for weekday in range(5):
            said = HoursSaid(weekday, time(8, 30), time(18), date(2026, 1, 1))
            note_hours(session, visitor.id, said, viewer=viewer, now=NOW)
        for day in range(DAYS):
            start = NOW.replace(hour=0, minute=0) + timedelta(days=day)
            for hour in HOURS:
                _visit(session, rng, visitor, start + timedelta(hours=hour))
    session.flush()
    waiting = write_case(session, rng, CaseState.AGREED, boss.id)
    session.flush()
    return waiting.id


def write_case(session: Session, rng: Random, state: CaseState, boss_id: uuid.UUID) -> Case:
    """Write somebody with a home somewhere in the Oise, and her case."""
    office = find_organisation(session, "Office", OrganisationKind.LANDLORD)
    number = rng.randrange(10**9)
    residence = Residence(
        landlord_id=office.id, reference=f"R{number}", address=f"{number} rue", postcode="60000",
        city="Beauvais", address_key=f"{number} rue", lat=49.2 + rng.random() / 2,
        lon=2.0 + rng.random(),
    )  # fmt: skip
    session.add(residence)
    session.flush()
    dwelling = Dwelling(residence_id=residence.id, landlord_id=office.id, reference=f"L{number}")
    person = Person(
        landlord_id=office.id, first_name="Odette", last_name=f"N{number}",
        name_key=f"n{number} odette", reference=f"P{number}",
    )  # fmt: skip
    session.add_all([dwelling, person])
    session.flush()
    case = Case(
        person_id=person.id, landlord_id=office.id, programme="seniors", state=state,
        dwelling_id=dwelling.id, score=1, reasons=[], opened_at=NOW, opened_by_id=boss_id,
    )  # fmt: skip
    session.add(case)
    session.flush()
    return case


def _visit(session: Session, rng: Random, visitor: User, start_at: datetime) -> None:
    case = write_case(session, rng, CaseState.PLANNED, visitor.id)
    session.add(
        Visit(
            case_id=case.id, visitor_id=visitor.id, planned_start_at=start_at,
            planned_end_at=start_at + timedelta(hours=1), state=VisitState.PLANNED,
            planned_by_id=visitor.id, planned_at=NOW,
        )
    )  # fmt: skip
