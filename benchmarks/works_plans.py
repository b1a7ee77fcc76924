"""Works chosen for a budget: 5,000 of them, from the orders to the plan that is kept."""

import logging
import time as clock
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.figures import Figure, figure
from benchmarks.lists import office_app
from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.ground.db import new_id
from visits.models.accounts import OrganisationKind, Role
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.works import Severity, WorkOrder, WorkOrderState
from visits.sight import Reach, Viewer
from visits.works_plan.candidates import Eyes
from visits.works_plan.plans import PlanSaid, find_plan, gather, keep, make_plan
from visits.works_plan.solving import solve
from webapp.frame.transaction import House

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
WORKS, HOUSES = 5_000, 200
SAID = PlanSaid("Budget", "people", "300000")


def measure_works_plans(bench: Bench) -> Iterator[Figure]:
    """Milliseconds from asking to a plan that is kept."""
    for kind in Database:
        with bench.databases.deployment(kind) as settings:
            app = office_app(settings.database_url)
            house: House = app.extensions["palier"]
            logging.disable(logging.WARNING)
            try:
                viewer = _write(house)
                yield figure(
                    "works plan: 5,000 works", [_plan(house, viewer)], unit="ms", database=kind
                )
            finally:
                logging.disable(logging.NOTSET)
                house.engine.dispose()


def _plan(house: House, viewer: Viewer) -> float:
    began = clock.perf_counter()
    eyes = Eyes(viewer, viewer)
    with house.sessions.begin() as session:
        plan_id = make_plan(session, SAID, viewer=viewer, now=NOW).id
    with house.sessions() as session:
        problem = gather(session, find_plan(session, viewer, plan_id), eyes, now=NOW)
    solution = solve(problem)
    with house.sessions.begin() as session:
        plan = find_plan(session, viewer, plan_id, to_change=True)
        keep(session, plan, problem, solution, now=NOW)
    assert len(problem.works) == WORKS and solution.taken
    return (clock.perf_counter() - began) * 1_000


def _write(house: House) -> Viewer:
    """Write houses of 25 homes, and works that serve one of them or the whole house."""
    rng = Random(7)
    with house.sessions.begin() as session:
        office = find_organisation(session, "Office", OrganisationKind.LANDLORD)
        new = NewUser("ma@palier.example", "Ada Gestion", Role.MANAGER, "none")
        user = add_user(session, new, organisation=office, now=NOW)
        session.flush()
        houses = [_house(office.id, number) for number in range(HOUSES)]
        session.add_all(houses)
        homes = [_home(house, number) for house in houses for number in range(WORKS // HOUSES)]
        session.flush()
        session.add_all(homes)
        session.flush()
        lived_in = [home for home in homes for _ in range(rng.randint(1, 4))]
        people = [_person(office.id) for _ in lived_in]
        leases = [
            Tenancy(id=new_id(), dwelling_id=home.id, started_on=date(2020, 1, 1))
            for home in lived_in
        ]
        session.add_all([*people, *leases])
        session.flush()
        session.add_all(
            Occupancy(person_id=person.id, tenancy_id=lease.id)
            for person, lease in zip(people, leases, strict=True)
        )
        session.add_all(_order(home, rng, user.id) for home in homes)
        return Viewer(user.id, office.id, None, Reach.ALL)


def _house(landlord: uuid.UUID, number: int) -> Residence:
    return Residence(
        id=new_id(), landlord_id=landlord, reference=f"B{number}", address=f"{number} rue",
        city="Ville", postcode="60000", insee="60057", address_key=f"{number} rue",
    )  # fmt: skip


def _home(house: Residence, number: int) -> Dwelling:
    reference = f"{house.reference}-{number}"
    return Dwelling(
        id=new_id(), residence_id=house.id, landlord_id=house.landlord_id, reference=reference
    )


def _person(landlord: uuid.UUID) -> Person:
    return Person(id=new_id(), first_name="A", last_name="B", name_key="b a", landlord_id=landlord)


def _order(home: Dwelling, rng: Random, by: uuid.UUID) -> WorkOrder:
    """Write an order of a home, or one in twenty of its whole house."""
    whole = rng.random() < 0.05
    return WorkOrder(
        reference=f"BT-{home.reference}", trade="plumbing", severity=Severity.P,
        dwelling_id=None if whole else home.id, residence_id=home.residence_id if whole else None,
        description="Fuite", state=WorkOrderState.OPEN, opened_at=NOW, opened_by_id=by,
        estimate_cents=rng.randint(5_000, 900_000),
    )  # fmt: skip
