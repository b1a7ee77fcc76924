"""Works chosen for a budget: 5,000 of them, from the orders to the plan that is kept."""

import logging
import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.figures import Figure, figure
from benchmarks.lists import office_app
from visits.accounts.accounts import NewUser, add_user, find_organisation
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
        problem = gather(session, find_plan(session, viewer, plan_id), eyes)
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
        for number in range(HOUSES):
            residence = Residence(
                landlord_id=office.id, reference=f"B{number}", address=f"{number} rue",
                city="Ville", postcode="60000", insee="60057", address_key=f"{number} rue",
            )  # fmt: skip
            session.add(residence)
            session.flush()
            for home in range(WORKS // HOUSES):
                dwelling = Dwelling(
                    residence_id=residence.id, landlord_id=office.id, reference=f"L{number}-{home}"
                )
                session.add(dwelling)
                session.flush()
                for _ in range(rng.randint(1, 4)):
                    person = Person(
                        first_name="A", last_name="B", name_key="b a", landlord_id=office.id
                    )
                    lease = Tenancy(dwelling_id=dwelling.id, started_on=date(2020, 1, 1))
                    session.add_all([person, lease])
                    session.flush()
                    session.add(Occupancy(person_id=person.id, tenancy_id=lease.id))
                whole = rng.random() < 0.05
                session.add(
                    WorkOrder(
                        reference=f"BT-{number}-{home}", trade="plumbing", severity=Severity.P,
                        dwelling_id=None if whole else dwelling.id,
                        residence_id=residence.id if whole else None,
                        description="Fuite", state=WorkOrderState.OPEN, opened_at=NOW,
                        opened_by_id=user.id, estimate_cents=rng.randint(5_000, 900_000),
                    )
                )  # fmt: skip
        return Viewer(user.id, office.id, None, Reach.ALL)
