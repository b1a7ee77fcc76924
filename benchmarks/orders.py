"""Lists and boards of 200,000 work orders, of which one in fifteen is open still."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.bench import Bench
from benchmarks.databases import Database, tidy_up
from benchmarks.figures import Figure, figure
from benchmarks.lists import ROUNDS, office_on, page_times, signed_in
from diagnostics.codes import TRADES
from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.models.accounts import Organisation, OrganisationKind, Role, Territory
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import HoldWhy, Severity, WorkOrder, WorkOrderState

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ORDERS, HOMES, HOUSES, AGENCIES, CONTRACTORS = 200_000, 13_000, 500, 5, 8
YEARS, OPEN, OF_SOMEBODY, GIVEN = 4, 1 / 15, 0.6, 0.5
BATCH = 20_000
EMAIL = "te@palier.example"
PAGES = (
    "", "?state=all", "?state=late", "?view=board", "?view=board&state=all",
    "?trade=plumbing&severity=U2", "?state=done&sort=opened&desc=1", "?state=all&sort=city",
    "?q=martin", "?state=all&page=2000",
)  # fmt: skip
S = WorkOrderState
STILL_OPEN = (S.OPEN, S.ACKNOWLEDGED, S.PLANNED, S.STARTED, S.ON_HOLD, S.REFUSED)
CLOSED = (S.DONE, S.CHECKED, S.CANCELLED)
Row = dict[str, Any]


def measure_orders(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of a page of the list and of the board, as the technical service opens them."""
    for kind in Database:
        with office_on(bench, kind) as (app, house):
            with house.sessions.begin() as session:
                write_orders(session, Random(11), ORDERS)
            tidy_up(house.engine)
            client = signed_in(app, EMAIL)
            for page in PAGES:
                paths = [f"/work-orders/{page}"] * ROUNDS
                what = f"orders, {ORDERS:,}: {page or 'open'}"
                yield figure(what, page_times(client, paths), unit="ms", database=kind)


def write_orders(session: Session, rng: Random, orders: int) -> None:
    """Write residences of five agencies with their homes, a tenant each, and orders of years."""
    office = find_organisation(session, "Office", OrganisationKind.LANDLORD)
    new = NewUser(EMAIL, "Tom Technique", Role.TECHNICIAN, "none")
    by = add_user(session, new, organisation=office, now=NOW)
    session.flush()
    agencies = [{"id": _id(rng), "name": f"Agence {at}"} for at in range(AGENCIES)]
    done_by = [
        {"id": _id(rng), "name": f"Entreprise {at}", "kind": OrganisationKind.PARTNER}
        for at in range(CONTRACTORS)
    ]
    houses = [_house(rng, at, office.id, rng.choice(agencies)["id"]) for at in range(HOUSES)]
    homes = [_home(rng, at, office.id, houses[at % HOUSES]["id"]) for at in range(HOMES)]
    people = [_person(rng, at, office.id) for at in range(HOMES)]
    for table, rows in (
        (Territory, agencies), (Organisation, done_by), (Residence, houses), (Dwelling, homes),
        (Person, people),
    ):  # fmt: skip
        _write(session, table, rows)
    for start in range(0, orders, BATCH):
        numbers = range(start, min(start + BATCH, orders))
        _write(
            session, WorkOrder, [_order(rng, at, homes, people, done_by, by.id) for at in numbers]
        )


def _write(session: Session, model: Any, rows: list[Row]) -> None:
    session.execute(insert(model.__table__), rows)


def _id(rng: Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _house(rng: Random, at: int, landlord: uuid.UUID, agency: uuid.UUID) -> Row:
    return {
        "id": _id(rng), "landlord_id": landlord, "reference": f"B{at}", "address": f"{at} rue",
        "city": f"Ville {at % 40}", "postcode": "60000", "insee": "60057",
        "address_key": f"{at} rue", "territory_id": agency,
    }  # fmt: skip


def _home(rng: Random, at: int, landlord: uuid.UUID, house: uuid.UUID) -> Row:
    reference = f"L{at}"
    return {"id": _id(rng), "landlord_id": landlord, "residence_id": house, "reference": reference}


def _person(rng: Random, at: int, landlord: uuid.UUID) -> Row:
    last = rng.choice(("MARTIN", "BERNARD", "PETIT", "LEROY", "MOREL")) + str(at % 97)
    return {
        "id": _id(rng), "landlord_id": landlord, "last_name": last, "first_name": "Ada",
        "name_key": f"ada {last.lower()}", "protected": False, "do_not_contact": False,
    }  # fmt: skip


def _order(
    rng: Random, at: int, homes: list[Row], people: list[Row], done_by: list[Row], by: uuid.UUID
) -> Row:
    """Write an order of a home, of who lives there or of nobody; what is open is of late."""
    number, is_open = rng.randrange(len(homes)), rng.random() < OPEN
    state = rng.choice(STILL_OPEN if is_open else CLOSED)
    opened = NOW - timedelta(minutes=rng.randrange((60 if is_open else 365 * YEARS) * 1440))
    return {
        "id": _id(rng), "reference": f"BT-{at}", "dwelling_id": homes[number]["id"],
        "person_id": people[number]["id"] if rng.random() < OF_SOMEBODY else None,
        "opened_by_id": by, "trade": rng.choice(list(TRADES)), "description": "Fuite",
        "severity": rng.choices(tuple(Severity), (1, 3, 40, 40, 16))[0], "state": state,
        "opened_at": opened, "due_at": opened + timedelta(days=rng.choice((1, 5, 30, 90))),
        "closed_at": None if is_open else opened + timedelta(days=rng.randrange(1, 60)),
        "given_to_id": rng.choice(done_by)["id"] if rng.random() < GIVEN else None,
        "planned_on": NOW.date() if state is S.PLANNED else None,
        "hold_why": HoldWhy.PART if state is S.ON_HOLD else None,
        "hold_until": NOW.date() if state is S.ON_HOLD else None,
    }  # fmt: skip
