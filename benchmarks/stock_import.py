"""The landlord's files: read, examined, written."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from sqlalchemy.orm import Session

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.figures import Better, Figure, figure, timed
from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.models.accounts import OrganisationKind, Role
from visits.portfolio import (
    ImportPlan,
    apply_plan,
    examine_import,
    find_import,
    upload_file,
)
from webapp.demo.people import make_seniors
from webapp.demo.sheets import as_typed, dwellings_file, residences_file, tenants_file
from webapp.demo.size import Size
from webapp.demo.stock import make_stock
from webapp.demo.towns import read_towns
from webapp.frame.transaction import House, open_house

ROUNDS = 3
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
STEPS = ("read", "examine", "apply", "examine again, nothing new")


@dataclass(frozen=True)
class File:
    """A file of the landlord's; `rows` without title, heading and total."""

    name: str
    rows: int
    data: bytes


def measure_imports(bench: Bench) -> Iterator[Figure]:
    """Rows a second of a dwellings and a tenants file, step by step."""
    files = make_files(Size())
    for kind in Database:
        rounds = [_round(bench, kind, files) for _ in range(1 + ROUNDS)][1:]
        for file in files[1:]:
            for step in STEPS:
                yield figure(
                    f"{file.rows:,} {file.name}: {step}",
                    [file.rows / seconds[file.name][step] for seconds in rounds],
                    unit="rows/s",
                    better=Better.MORE,
                    database=kind,
                )


def make_files(size: Size) -> tuple[File, File, File]:
    """Make the files of an invented landlord: buildings, dwellings, tenants."""
    rng = Random(7)
    homes = make_stock(rng, read_towns(), size)
    seniors = make_seniors(rng, homes, size, today=NOW.date())
    tenants = tenants_file(as_typed(seniors), edited_on=NOW.date())
    buildings = len({home.building for home in homes})
    return (
        File("buildings", buildings, residences_file(homes)),
        File("dwellings", len(homes), dwellings_file(homes)),
        File("tenants", len(seniors), tenants),
    )


def _round(bench: Bench, kind: Database, files: tuple[File, ...]) -> dict[str, dict[str, float]]:
    with bench.databases.deployment(kind) as settings:
        house = open_house(settings)
        user_id = _add_coordinator(house)
        seconds = {file.name: _import(house, file, user_id) for file in files}
        house.engine.dispose()
    return seconds


def _add_coordinator(house: House) -> uuid.UUID:
    with house.sessions.begin() as session:
        place = find_organisation(session, "Office", OrganisationKind.LANDLORD)
        new = NewUser("ana@palier.example", "Ana", Role.COORDINATOR, "no password")
        return add_user(session, new, organisation=place, now=NOW).id


def _import(house: House, file: File, user_id: uuid.UUID) -> dict[str, float]:
    """Import a file as its page does, one transaction a step; gives the seconds of each."""
    with timed() as reading, house.sessions.begin() as session:
        upload_id = upload_file(
            session, data=file.data, file_name=f"{file.name}.csv", user_id=user_id, now=NOW
        ).id
    with house.sessions() as session:
        examining, writing = _examine_and_apply(session, upload_id)
    with house.sessions() as session:
        again, _ = _examine(session, upload_id)
    return dict(zip(STEPS, (reading.seconds, examining, writing, again), strict=True))


def _examine_and_apply(session: Session, upload_id: uuid.UUID) -> tuple[float, float]:
    examining, plan = _examine(session, upload_id)
    with timed() as writing:
        apply_plan(session, plan)
        session.commit()
    return examining, writing.seconds


def _examine(session: Session, upload_id: uuid.UUID) -> tuple[float, ImportPlan]:
    kept = find_import(session, upload_id)
    with timed() as watch:
        plan = examine_import(session, upload_id, kind=kept.kind, mapping=kept.mapping, now=NOW)
    return watch.seconds, plan
