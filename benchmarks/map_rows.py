"""The map's rows drawn at once, by the database: what `rebuild_map` does for a large stock."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, insert, literal, select, text
from sqlalchemy.orm import Session

from maps.cells import LEVELS_UP
from visits.mapping.points import COARSEST, FINEST, KEY_NAMES, MEASURES, MICRO
from visits.models.cases import Case
from visits.models.map import ANY_PROGRAMME, MapCell, MapPoint
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import OPEN_STATES, WorkOrder

BATCH = 20_000
POINT_COLUMNS = ("dwelling_id", "programme", "landlord_id", "territory_id", "status", "risk",
                 "open_works", "lat", "lon", "h3")  # fmt: skip


def draw_map(session: Session) -> None:
    """Write the map's rows of a stock where nobody is protected or enrolled twice."""
    _draw_points(session)
    for resolution in range(COARSEST, FINEST + 1):
        rows = list(_cells(session, resolution))
        for start in range(0, len(rows), BATCH):
            session.execute(insert(MapCell.__table__), rows[start : start + BATCH])  # type: ignore[arg-type]


def list_cells(session: Session) -> list[tuple[Any, ...]]:
    """List the counts in one order, to compare."""
    table = MapCell.__table__
    columns = [table.c[name] for name in KEY_NAMES + MEASURES]
    return [tuple(row) for row in session.execute(select(*columns).order_by(*columns))]


def _draw_points(session: Session) -> None:
    works = (
        select(func.count())
        .where(WorkOrder.dwelling_id == Dwelling.id, WorkOrder.state.in_(OPEN_STATES))
        .scalar_subquery()
    )
    place = (Dwelling.landlord_id, Residence.territory_id)
    after = (works, Residence.lat, Residence.lon, Residence.h3)
    status, risk = func.coalesce(Case.state, ""), func.coalesce(Case.risk, 0)
    everywhere = (
        select(Dwelling.id, literal(ANY_PROGRAMME), *place, status, risk, *after)
        .join(Dwelling.residence)
        .outerjoin(Case, Case.dwelling_id == Dwelling.id)
    )
    enrolled = (
        select(Dwelling.id, Case.programme, *place, Case.state, Case.risk, *after)
        .join(Dwelling.residence)
        .join(Case, Case.dwelling_id == Dwelling.id)
    )
    for rows in (everywhere, enrolled):
        session.execute(insert(MapPoint).from_select(POINT_COLUMNS, rows))


def _cells(session: Session, resolution: int) -> Iterator[dict[str, Any]]:
    parent = _parent(max(resolution - LEVELS_UP, 0))
    works = cast(MapPoint.open_works > 0, BigInteger)
    key = (MapPoint.programme, parent, _parent(resolution), MapPoint.landlord_id,
           MapPoint.territory_id, MapPoint.status, MapPoint.risk, works)  # fmt: skip
    sums = (func.count(), func.sum(MapPoint.open_works), _micro(MapPoint.lat), _micro(MapPoint.lon))
    # Grouped by place in the list: the database would not take two equal parameters for one.
    statement = select(*key, *sums).group_by(*(text(str(place + 1)) for place in range(len(key))))
    for programme, above, cell, landlord, territory, *rest in session.execute(statement):
        place = (str(landlord), str(territory or ""))
        values = (resolution, programme, above, cell, *place, *map(_plain, rest))
        yield dict(zip(KEY_NAMES + MEASURES, values, strict=True))


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)


def _micro(degrees: Any) -> ColumnElement[int]:
    return func.sum(cast(func.round(degrees * MICRO), BigInteger))


def _parent(resolution: int) -> ColumnElement[int]:
    """Give the cell of a resolution that a dwelling counts in, as `maps.cells.parent` does."""
    blank, filled = ~(0xF << 52), (resolution << 52) | ((1 << (3 * (15 - resolution))) - 1)
    return MapPoint.h3.bitwise_and(literal(blank, BigInteger)).bitwise_or(
        literal(filled, BigInteger)
    )
