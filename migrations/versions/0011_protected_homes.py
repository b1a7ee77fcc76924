"""protected homes: whoever lives with a protected person is protected, their home leaves the map.

Going back opens nobody's file again: who was protected for her own sake is not known any more.

Revision: 0011
Follows: 0010
"""

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# As the map counted when this was written.
RESOLUTIONS, PARENT_STEP, MICRO = range(2, 9), 3, 1_000_000

person = sa.table("person", sa.column("id", sa.Uuid()), sa.column("protected", sa.Boolean()))
occupancy = sa.table(
    "occupancy", sa.column("person_id", sa.Uuid()), sa.column("tenancy_id", sa.Uuid()),
    sa.column("ended_on"),
)  # fmt: skip
tenancy = sa.table(
    "tenancy", sa.column("id", sa.Uuid()), sa.column("dwelling_id", sa.Uuid()),
    sa.column("ended_on"),
)  # fmt: skip
named = sa.table(
    "named_access", sa.column("id", sa.Uuid()), sa.column("person_id", sa.Uuid()),
    sa.column("user_id", sa.Uuid()), sa.column("named_at", sa.DateTime(timezone=True)),
    sa.column("named_by_id", sa.Uuid()),
)  # fmt: skip
point = sa.table(
    "map_point", sa.column("dwelling_id", sa.Uuid()), sa.column("programme"),
    sa.column("territory_id", sa.Uuid()), sa.column("status"), sa.column("risk"),
    sa.column("open_works"), sa.column("lat"), sa.column("lon"), sa.column("h3"),
)  # fmt: skip
cell = sa.table(
    "map_cell", *map(sa.column, ("resolution", "programme", "parent", "cell", "territory",
    "status", "risk", "works", "dwellings", "open_works", "lat_sum", "lon_sum")),
)  # fmt: skip


def upgrade() -> None:
    op.create_index(
        "ix_person_protected",
        "person",
        ["protected"],
        sqlite_where=sa.text("protected IS 1"),
        postgresql_where=sa.text("protected IS true"),
    )
    connection = op.get_bind()
    living = (
        sa.select(tenancy.c.dwelling_id, occupancy.c.person_id)
        .join_from(occupancy, tenancy, tenancy.c.id == occupancy.c.tenancy_id)
        .where(occupancy.c.ended_on.is_(None), tenancy.c.ended_on.is_(None))
    ).subquery()
    closed = (
        sa.select(living.c.dwelling_id)
        .join_from(living, person, person.c.id == living.c.person_id)
        .where(person.c.protected.is_(True))
    )
    homes = list(connection.scalars(closed.distinct()))
    for home in homes:
        here = sa.select(living.c.person_id).where(living.c.dwelling_id == home)
        _protect(connection, set(connection.scalars(here)))
        _leave_map(connection, home)


def _protect(connection: Any, persons: set[uuid.UUID]) -> None:
    """Close all files of a home to all but those named for any of them."""
    is_open = person.c.id.in_(persons) & person.c.protected.is_(False)
    joined = set(connection.scalars(sa.select(person.c.id).where(is_open)))
    known = connection.execute(
        sa.select(named.c.user_id, named.c.named_by_id).where(named.c.person_id.in_(persons))
    ).all()
    connection.execute(person.update().where(person.c.id.in_(joined)).values(protected=True))
    now = datetime.now(UTC)
    for one in joined:
        of_hers = sa.select(named.c.user_id).where(named.c.person_id == one)
        already = set(connection.scalars(of_hers))
        for user_id, by in dict(tuple(row) for row in known).items():
            if user_id not in already:
                row = {"id": uuid.uuid4(), "person_id": one, "user_id": user_id}
                connection.execute(named.insert().values(row | {"named_at": now, "named_by_id": by}))


def _leave_map(connection: Any, home: uuid.UUID) -> None:
    """Take a dwelling off the map, and out of the counts of its cells."""
    points = connection.execute(sa.select(point).where(point.c.dwelling_id == home)).all()
    for one in points:
        for resolution in RESOLUTIONS:
            here = sa.and_(
                cell.c.resolution == resolution,
                cell.c.programme == one.programme,
                cell.c.parent == _parent(one.h3, max(resolution - PARENT_STEP, 0)),
                cell.c.cell == _parent(one.h3, resolution),
                cell.c.territory == str(one.territory_id or ""),
                cell.c.status == one.status,
                cell.c.risk == one.risk,
                cell.c.works == int(one.open_works > 0),
            )
            less = {
                "dwellings": cell.c.dwellings - 1,
                "open_works": cell.c.open_works - one.open_works,
                "lat_sum": cell.c.lat_sum - round(one.lat * MICRO),
                "lon_sum": cell.c.lon_sum - round(one.lon * MICRO),
            }
            connection.execute(cell.update().where(here).values(less))
            connection.execute(cell.delete().where(here, cell.c.dwellings == 0))
    connection.execute(point.delete().where(point.c.dwelling_id == home))


def _parent(h3: int, resolution: int) -> int:
    coarser = (h3 & ~(0xF << 52)) | (resolution << 52)
    return coarser | int((1 << (3 * (15 - resolution))) - 1)


def downgrade() -> None:
    op.drop_index("ix_person_protected", table_name="person")
