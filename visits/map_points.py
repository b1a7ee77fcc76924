"""What the map reads, kept true: a row per dwelling and programme, and their counts per cell."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from visits.models.map import ANY_PROGRAMME, MapCell, MapPoint
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.programmes import Enrolment
from visits.models.works import OPEN_STATES, WorkOrder

FINEST, COARSEST = 8, 2  # resolutions kept; finer ones barely compress
PARENT_STEP = 3
BATCH = 500

Key = tuple[int, str, int, int, str, str, int]


def parent_cell(cell: int, resolution: int) -> int:
    """Give the H3 cell of `resolution` that holds `cell`, by the layout of H3's 64-bit index."""
    coarser = (cell & ~(0xF << 52)) | (resolution << 52)
    return coarser | ((1 << (3 * (15 - resolution))) - 1)


@dataclass(frozen=True)
class _Place:
    """Where a dwelling stands."""

    dwelling_id: uuid.UUID
    territory_id: uuid.UUID | None
    lat: float
    lon: float
    h3: int


def refresh_map(session: Session, dwelling_ids: Iterable[uuid.UUID]) -> None:
    """Bring the map's rows of these dwellings up to date, and the counts by the difference."""
    ids = sorted(set(dwelling_ids))
    session.flush()
    for start in range(0, len(ids), BATCH):
        _refresh_batch(session, ids[start : start + BATCH])


def refresh_map_of_person(session: Session, person_id: uuid.UUID) -> None:
    """Bring the map up to date for the dwellings a person is enrolled or lives in."""
    enrolled = select(Enrolment.dwelling_id).where(Enrolment.person_id == person_id)
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
    deltas: dict[tuple[Key, str], float] = defaultdict(float)
    for start in range(0, len(ids), BATCH):
        points = _points_of(session, ids[start : start + BATCH])
        if points:
            session.execute(insert(MapPoint), points)
        _count(deltas, points, 1)
    _add_to_cells(session, deltas)
    return len(ids)


def _refresh_batch(session: Session, ids: Sequence[uuid.UUID]) -> None:
    table = MapPoint.__table__
    before = session.execute(select(*table.c).where(MapPoint.dwelling_id.in_(ids))).mappings().all()
    after = _points_of(session, ids)
    deltas: dict[tuple[Key, str], float] = defaultdict(float)
    _count(deltas, before, -1)
    _count(deltas, after, 1)
    session.execute(delete(MapPoint).where(MapPoint.dwelling_id.in_(ids)))
    if after:
        session.execute(insert(MapPoint), after)
    _add_to_cells(session, deltas)


def _points_of(session: Session, ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    places = session.execute(
        select(Dwelling.id, Residence.territory_id, Residence.lat, Residence.lon, Residence.h3)
        .join(Dwelling.residence)
        .where(Dwelling.id.in_(ids), Residence.h3.is_not(None), Residence.lat.is_not(None))
    )
    works = _open_works(session, ids)
    enrolments = _enrolments(session, ids)
    rows = []
    for place in (_Place(*row._tuple()) for row in places):  # type: ignore[arg-type]
        of_dwelling = enrolments.get(place.dwelling_id, [])
        latest = of_dwelling[-1].state if of_dwelling else ""
        worst = max((enrolment.risk for enrolment in of_dwelling), default=0)
        open_works = works.get(place.dwelling_id, 0)
        rows.append(_row(place, ANY_PROGRAMME, str(latest), worst, open_works))
        by_programme = {enrolment.programme: enrolment for enrolment in of_dwelling}
        for programme, enrolment in by_programme.items():
            rows.append(_row(place, programme, str(enrolment.state), enrolment.risk, open_works))
    return rows


def _row(place: _Place, programme: str, status: str, risk: int, open_works: int) -> dict[str, Any]:
    return {
        "dwelling_id": place.dwelling_id,
        "programme": programme,
        "territory_id": place.territory_id,
        "status": status,
        "risk": risk,
        "open_works": open_works,
        "lat": place.lat,
        "lon": place.lon,
        "h3": place.h3,
    }


def _open_works(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    statement = (
        select(WorkOrder.dwelling_id, func.count())
        .join(WorkOrder.person)
        .where(WorkOrder.dwelling_id.in_(ids), WorkOrder.state.in_(OPEN_STATES))
        .where(Person.protected.is_(False))
        .group_by(WorkOrder.dwelling_id)
    )
    return {dwelling_id: count for dwelling_id, count in session.execute(statement)}


def _enrolments(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Enrolment]]:
    statement = (
        select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.dwelling_id.in_(ids), Person.protected.is_(False))
        .order_by(Enrolment.enrolled_at, Enrolment.score)
    )
    found: dict[uuid.UUID, list[Enrolment]] = {}
    for enrolment in session.scalars(statement):
        found.setdefault(enrolment.dwelling_id, []).append(enrolment)
    return found


def _count(deltas: dict[tuple[Key, str], float], points: Iterable[Any], sign: int) -> None:
    measures = ("dwellings", "open_works", "lat_sum", "lon_sum")
    for point in points:
        amounts = (1, point["open_works"], point["lat"], point["lon"])
        for resolution in range(COARSEST, FINEST + 1):
            key = _key(point, resolution)
            for measure, amount in zip(measures, amounts, strict=True):
                deltas[key, measure] += sign * amount


def _key(point: Any, resolution: int) -> Key:
    return (
        resolution,
        point["programme"],
        parent_cell(point["h3"], max(resolution - PARENT_STEP, 0)),
        parent_cell(point["h3"], resolution),
        str(point["territory_id"] or ""),
        point["status"],
        point["risk"],
    )


def _add_to_cells(session: Session, deltas: dict[tuple[Key, str], float]) -> None:
    names = ("resolution", "programme", "parent", "cell", "territory", "status", "risk")
    by_key: dict[Key, dict[str, Any]] = {}
    for (key, measure), amount in deltas.items():
        by_key.setdefault(key, dict(zip(names, key, strict=True)))[measure] = amount
    moved = [row for row in by_key.values() if _moves(row)]
    if not moved:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(MapCell)
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(MapCell.__table__.primary_key),
            set_={
                name: MapCell.__table__.c[name] + new[name]
                for name in ("dwellings", "open_works", "lat_sum", "lon_sum")
            },
        ),
        moved,
    )


def _moves(row: dict[str, Any]) -> bool:
    sums = abs(row["lat_sum"]) + abs(row["lon_sum"])
    return bool(row["dwellings"] or row["open_works"] or sums > 1e-9)
