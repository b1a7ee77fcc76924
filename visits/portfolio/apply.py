"""Write a plan in bulk, in the caller's transaction."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from visits.ground.statistics import look_anew
from visits.homes.corrections import ADDRESS
from visits.life.deaths import deaths_in_file
from visits.life.endings import Told
from visits.life.moves import arrivals_in_file, departures_in_file
from visits.mapping.points import refresh_map
from visits.models.accounts import Territory
from visits.models.homes import HomeChange
from visits.models.life import HowTold
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import WorkOrder
from visits.people.protection import protect_who_joined
from visits.portfolio.ledger import Ledger, Record, Shelf
from visits.portfolio.plan import Counts, ImportPlan
from visits.portfolio.to_come import keep
from visits.sight.reach import hidden_homes

BATCH = 1_000


def apply_plan(
    session: Session, plan: ImportPlan, *, by: uuid.UUID | None = None
) -> dict[str, Counts]:
    """Write what a plan says; gives its counts."""
    write_ledger(session, plan.ledger, by=by, now=plan.now)
    return plan.counts


def write_ledger(session: Session, ledger: Ledger, *, by: uuid.UUID | None, now: datetime) -> None:
    """Write what a ledger says, with what follows for cases, protection and the map."""
    session.flush()
    hidden_before = set(session.scalars(hidden_homes()))
    if ledger.new_territories:
        rows = [{"id": id, "name": name} for name, id in ledger.new_territories.items()]
        session.execute(insert(Territory), rows)
    for shelf in ledger.shelves:
        _insert(session, shelf)
        _update(session, shelf)
    _delete_residences(session, ledger)
    _count_anew(session, ledger)
    on_map = _dwellings_on_map(session, ledger) | _lead_on(session, ledger, by=by, now=now)
    # What was read before this moment may have changed underneath.
    session.expire_all()
    ledger.protected_too |= set(protect_who_joined(session, ledger.homes_joined(), now=now))
    on_map |= hidden_before ^ set(session.scalars(hidden_homes()))
    refresh_map(session, on_map)
    keep(session, ledger.to_come)


def _count_anew(session: Session, ledger: Ledger) -> None:
    """Let the database look at what it has just been given in bulk.

    It still takes the tables for empty, and who lives where is then read by comparing all with all.
    """
    written = sum(record.before is None for shelf in ledger.shelves for record in shelf)
    if written >= BATCH:
        look_anew(session, {shelf.table.name for shelf in ledger.shelves})


def _insert(session: Session, shelf: Shelf) -> None:
    rows = [record.values for record in shelf if record.before is None]
    for start in range(0, len(rows), BATCH):
        session.execute(insert(shelf.table), rows[start : start + BATCH])


def _update(session: Session, shelf: Shelf) -> None:
    """Write changed rows, those that change the same columns together."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for record in shelf:
        if changes := record.changes():
            row = {f"new_{name}": new for name, (_old, new) in changes.items()}
            groups[tuple(changes)].append({**row, "this_id": record.id})
    for names, rows in groups.items():
        statement = (
            update(shelf.table)
            .where(shelf.table.c.id == bindparam("this_id"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        session.connection().execute(statement, rows)


def _delete_residences(session: Session, ledger: Ledger) -> None:
    """Delete the residences whose homes all stand elsewhere."""
    shelf = ledger.residences
    gone = [record.id for record in shelf.records.values() if record.deleted and record.before]
    stands_in = {
        one.before["residence_id"]: one["residence_id"] for one in ledger.dwellings if one.before
    }
    for start in range(0, len(gone), BATCH):
        batch = set(gone[start : start + BATCH])
        batch -= _hand_on(session, batch, stands_in)
        session.execute(delete(shelf.table).where(shelf.table.c.id.in_(batch)))


def _hand_on(
    session: Session, gone: set[uuid.UUID], stands_in: Mapping[uuid.UUID, uuid.UUID]
) -> set[uuid.UUID]:
    """Let works and changes of residences go where their homes are; gives those without any.

    A corrected address was that of the residence alone: it is another one's nowhere.
    """
    left = set()
    addresses = update(HomeChange).where(HomeChange.field == ADDRESS)
    deleted = HomeChange.residence_id.in_(gone & stands_in.keys())
    session.execute(addresses.where(deleted).values(residence_id=None))
    for of_residence in (WorkOrder.residence_id, HomeChange.residence_id):
        hang = select(of_residence).where(of_residence.in_(gone)).distinct()
        for old in filter(None, session.scalars(hang).all()):
            if old not in stands_in:
                left.add(old)
                continue
            theirs = update(of_residence.class_).where(of_residence == old)
            session.execute(theirs.values(residence_id=stands_in[old]))
    return left


def _dwellings_on_map(session: Session, ledger: Ledger) -> set[uuid.UUID]:
    """Name the dwellings whose place on the map changes."""
    residences = ledger.residences.records
    moved = {
        dwelling.id
        for dwelling in ledger.dwellings
        if _residence_changes(dwelling) and _was_on_map(dwelling, residences)
    }
    placed = [
        record.id
        for record in ledger.residences
        if record.before and record.changes().keys() & {"h3", "lat", "lon", "territory_id"}
        if record.before["h3"] is not None or record["h3"] is not None
    ]
    for start in range(0, len(placed), BATCH):
        batch = placed[start : start + BATCH]
        moved |= set(session.scalars(select(Dwelling.id).where(Dwelling.residence_id.in_(batch))))
    return moved


def _residence_changes(dwelling: Record) -> bool:
    return dwelling.before is None or dwelling.before["residence_id"] != dwelling["residence_id"]


def _was_on_map(dwelling: Record, residences: dict[uuid.UUID, Record]) -> bool:
    ids = {dwelling["residence_id"], (dwelling.before or dwelling.values)["residence_id"]}
    return any(
        (record.before or record.values)["h3"] is not None or record["h3"] is not None
        for record in (residences[id] for id in ids)
    )


def _lead_on(
    session: Session, ledger: Ledger, *, by: uuid.UUID | None, now: datetime
) -> set[uuid.UUID | None]:
    """Let arrivals, deaths and departures have their consequences; gives the homes concerned."""
    told = Told(HowTold.IMPORT, by, now, late=True)
    known = {
        id: home for id, home in ledger.homes_joined().items() if ledger.persons.records[id].before
    }
    concerned = arrivals_in_file(session, known, told, on=ledger.days_joined())
    died = ledger.deaths()
    concerned |= deaths_in_file(session, died, told)
    gone = {one: left for one, left in ledger.departures().items() if one not in died}
    return concerned | departures_in_file(session, gone, told)


def residences_without_cell(session: Session, *, limit: int) -> list[Residence]:
    """List residences that have a position but no H3 cell yet."""
    statement = (
        select(Residence)
        .where(Residence.h3.is_(None), Residence.lat.is_not(None), Residence.lon.is_not(None))
        .order_by(Residence.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def set_cells(session: Session, cells: dict[uuid.UUID, int]) -> int:
    """Note the H3 cell of residences and put their dwellings on the map; gives how many."""
    ids = list(cells)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        session.connection().execute(
            update(Residence.__table__)  # type: ignore[arg-type]
            .where(Residence.__table__.c.id == bindparam("this_id"))
            .values(h3=bindparam("cell")),
            [{"this_id": id, "cell": cells[id]} for id in batch],
        )
        dwellings = select(Dwelling.id).where(Dwelling.residence_id.in_(batch))
        refresh_map(session, list(session.scalars(dwellings)))
    for residence in session.identity_map.values():
        if isinstance(residence, Residence) and residence.id in cells:
            session.expire(residence)
    return len(ids)
