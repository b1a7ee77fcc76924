"""What the map reads, kept true: a row per dwelling and programme, and their counts per cell."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, Uuid, bindparam, delete, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from maps.cells import LEVELS_UP, parent
from visits.models.cases import Case
from visits.models.map import ANY_PROGRAMME, MapCell, MapPoint
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.works import OPEN_STATES, WorkOrder
from visits.sight.reach import hidden_homes

FINEST, COARSEST = 8, 2  # resolutions kept; finer ones barely compress
BATCH = 500
MICRO = 1_000_000  # positions are summed in millionths of a degree

POINTS = cast(Table, MapPoint.__table__)
_GONE = delete(POINTS).where(
    POINTS.c.dwelling_id == bindparam("old_dwelling"),
    POINTS.c.programme == bindparam("old_programme"),
)
# Made once: they are asked with each submission, call and visit planned.
_IDS = bindparam("ids", expanding=True, type_=Uuid())
_KNOWN = select(*POINTS.c).where(POINTS.c.dwelling_id.in_(_IDS))
_PLACES = (
    select(Dwelling.id, Dwelling.landlord_id, Residence.territory_id)
    .add_columns(Residence.lat, Residence.lon, Residence.h3)
    .join(Dwelling.residence)
    .where(Dwelling.id.in_(_IDS), Residence.h3.is_not(None), Residence.lat.is_not(None))
    .where(Dwelling.id.not_in(hidden_homes()))
)
_OPEN_WORKS = (
    select(WorkOrder.dwelling_id, func.count())
    .outerjoin(WorkOrder.person)
    .where(WorkOrder.dwelling_id.in_(_IDS), WorkOrder.state.in_(OPEN_STATES))
    .where(or_(WorkOrder.person_id.is_(None), Person.protected.is_(False)))
    .group_by(WorkOrder.dwelling_id)
)
_CASES = (
    select(Case.dwelling_id, Case.programme, Case.state, Case.risk)
    .join(Case.person)
    .where(Case.dwelling_id.in_(_IDS), Person.protected.is_(False))
    .order_by(Case.opened_at, Case.score, Case.id)
)

Key = tuple[int, str, int, int, str, str, str, int, int]
KEY_NAMES = (
    "resolution", "programme", "parent", "cell", "landlord", "territory", "status", "risk", "works",
)  # fmt: skip
MEASURES = ("dwellings", "open_works", "lat_sum", "lon_sum")
Deltas = dict[Key, list[int]]


@dataclass(frozen=True)
class _Place:
    """Where a dwelling stands."""

    dwelling_id: uuid.UUID
    landlord_id: uuid.UUID
    territory_id: uuid.UUID | None
    lat: float
    lon: float
    h3: int


def refresh_map(session: Session, dwelling_ids: Iterable[uuid.UUID | None]) -> None:
    """Bring the map's rows of these dwellings up to date, and the counts by the difference.

    None stands for a case without a dwelling, which is nowhere on the map.
    """
    ids = sorted({one for one in dwelling_ids if one is not None})
    session.flush()
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        _refresh_batch(session, some, lambda some=some: _points_of(session, some))  # type: ignore[misc]


def leave_map(session: Session, dwelling_id: uuid.UUID) -> None:
    """Take a dwelling that is to be no more off the map, and out of its counts."""
    session.flush()
    _refresh_batch(session, [dwelling_id], list)


def refresh_map_of_person(session: Session, person_id: uuid.UUID) -> None:
    """Bring the map up to date for the dwellings a person is enrolled or lives in."""
    enrolled = select(Case.dwelling_id).where(Case.person_id == person_id)
    lives = (
        select(Tenancy.dwelling_id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person_id)
    )
    session.flush()
    refresh_map(session, [*session.scalars(enrolled), *session.scalars(lives)])


def rebuild_map(session: Session) -> int:
    """Make the map's rows and counts anew; gives the number of dwellings on it."""
    session.flush()
    session.execute(delete(MapPoint))
    session.execute(delete(MapCell))
    located = select(Dwelling.id).join(Dwelling.residence).where(Residence.h3.is_not(None))
    ids = list(session.scalars(located))
    deltas: Deltas = defaultdict(lambda: [0] * len(MEASURES))
    for start in range(0, len(ids), BATCH):
        points = _points_of(session, ids[start : start + BATCH])
        if points:
            session.execute(insert(MapPoint), points)
        _count(deltas, points, 1)
    _add_to_cells(session, deltas)
    return len(ids)


def _refresh_batch(
    session: Session,
    ids: Sequence[uuid.UUID],
    points: Callable[[], list[dict[str, Any]]],
) -> None:
    _wait_for_turn(session, ids)
    before = [dict(row) for row in session.execute(_KNOWN, {"ids": ids}).mappings()]
    after = points()
    old, new = _by_key(before), _by_key(after)
    changed = [row for key, row in new.items() if old.get(key) != row]
    gone = [key for key in old if key not in new]
    deltas: Deltas = defaultdict(lambda: [0] * len(MEASURES))
    _count(deltas, [old[key] for key in gone], -1)
    _count(deltas, [old[key] for key in map(_point_key, changed) if key in old], -1)
    _count(deltas, changed, 1)
    if gone:
        keys = [dict(zip(("old_dwelling", "old_programme"), key, strict=True)) for key in gone]
        session.connection().execute(_GONE, keys)
    if changed:
        _write_points(session, changed)
    _add_to_cells(session, deltas)


def _point_key(row: Mapping[str, Any]) -> tuple[uuid.UUID, str]:
    return row["dwelling_id"], row["programme"]


def _by_key(rows: Iterable[dict[str, Any]]) -> dict[tuple[uuid.UUID, str], dict[str, Any]]:
    return {_point_key(row): row for row in rows}


def _write_points(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    statement = _insert_of(session)(POINTS)
    names = [column.name for column in POINTS.columns if not column.primary_key]
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(POINTS.primary_key),
            set_={name: statement.excluded[name] for name in names},
        ),
        rows,
    )


def _insert_of(session: Session) -> Any:
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert


def _wait_for_turn(session: Session, ids: Sequence[uuid.UUID]) -> None:
    # Two transactions about one dwelling would both take away the counts of its old row; SQLite has
    # one writer at a time.
    if session.get_bind().dialect.name == "sqlite":
        return
    dwellings = select(Dwelling.id).where(Dwelling.id.in_(ids)).order_by(Dwelling.id)
    session.execute(dwellings.with_for_update(key_share=True))


def _points_of(session: Session, ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    places = session.execute(_PLACES, {"ids": ids}).all()
    if not places:
        return []
    works = _open_works(session, ids)
    cases = _cases(session, ids)
    rows = []
    for place in (_Place(*row) for row in places):
        of_dwelling = cases.get(place.dwelling_id, [])
        latest = of_dwelling[-1].state if of_dwelling else ""
        worst = max((case.risk for case in of_dwelling), default=0)
        open_works = works.get(place.dwelling_id, 0)
        rows.append(_row(place, ANY_PROGRAMME, str(latest), worst, open_works))
        by_programme = {case.programme: case for case in of_dwelling}
        for programme, case in by_programme.items():
            rows.append(_row(place, programme, str(case.state), case.risk, open_works))
    return rows


def _row(place: _Place, programme: str, status: str, risk: int, open_works: int) -> dict[str, Any]:
    return {
        "dwelling_id": place.dwelling_id,
        "programme": programme,
        "landlord_id": place.landlord_id,
        "territory_id": place.territory_id,
        "status": status,
        "risk": risk,
        "open_works": open_works,
        "lat": place.lat,
        "lon": place.lon,
        "h3": place.h3,
    }


def _open_works(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    found = session.execute(_OPEN_WORKS, {"ids": ids})
    return {dwelling_id: count for dwelling_id, count in found if dwelling_id is not None}


def _cases(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = {}
    for case in session.execute(_CASES, {"ids": ids}):
        found.setdefault(case.dwelling_id, []).append(case)
    return found


def _count(deltas: Deltas, points: Iterable[Any], sign: int) -> None:
    for point in points:
        lat, lon = round(point["lat"] * MICRO), round(point["lon"] * MICRO)
        amounts = (1, point["open_works"], lat, lon)
        for resolution in range(COARSEST, FINEST + 1):
            counted = deltas[_key(point, resolution)]
            for measure, amount in enumerate(amounts):
                counted[measure] += sign * amount


def _key(point: Any, resolution: int) -> Key:
    return (
        resolution,
        point["programme"],
        parent(point["h3"], max(resolution - LEVELS_UP, 0)),
        parent(point["h3"], resolution),
        str(point["landlord_id"]),
        str(point["territory_id"] or ""),
        point["status"],
        point["risk"],
        int(point["open_works"] > 0),
    )


def _add_to_cells(session: Session, deltas: Deltas) -> None:
    # In one order everywhere: two transactions that meet wait for each other, never in a ring.
    moved = [
        dict(zip(KEY_NAMES + MEASURES, key + tuple(amounts), strict=True))
        for key, amounts in sorted(deltas.items())
        if any(amounts)
    ]
    if not moved:
        return
    statement = _insert_of(session)(MapCell)
    table, new = MapCell.__table__, statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={name: table.c[name] + new[name] for name in MEASURES},
        ),
        moved,
    )
    emptied = [{f"old_{name}": row[name] for name in KEY_NAMES} for row in moved if _shrinks(row)]
    if emptied:
        of_key = (table.c[name] == bindparam(f"old_{name}") for name in KEY_NAMES)
        nothing_left = delete(MapCell).where(table.c.dwellings == 0, *of_key)
        session.connection().execute(nothing_left, emptied)


def _shrinks(row: dict[str, Any]) -> bool:
    return bool(row["dwellings"] < 0)
