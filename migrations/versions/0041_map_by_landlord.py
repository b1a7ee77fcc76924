"""the map's rows and counts say whose dwellings they count, mandates whose tenants they open.

Revision: 0041
Follows: 0045
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0045"
branch_labels = None
depends_on = None

RESOLUTIONS, PARENT_STEP = range(2, 9), 3
MICRO = 1_000_000
BATCH = 5_000
KEY = ("resolution", "programme", "parent", "cell", "territory", "status", "risk", "works")
MEASURES = ("dwellings", "open_works", "lat_sum", "lon_sum")
TEXTS = {"programme": 40, "landlord": 36, "territory": 36, "status": 20}
point = sa.table(
    "map_point", sa.column("dwelling_id", sa.Uuid()), sa.column("landlord_id", sa.Uuid()),
    sa.column("territory_id", sa.Uuid()),
    *map(sa.column, ("programme", "status", "risk", "open_works", "lat", "lon", "h3")),
)  # fmt: skip
dwelling = sa.table("dwelling", sa.column("id", sa.Uuid()), sa.column("landlord_id", sa.Uuid()))


mandate = sa.table("mandate", sa.column("landlord_id", sa.Uuid()))
# As what was there before landlords was given to one of them.
OF_MOST = sa.text(
    "SELECT organisation.id FROM organisation"
    " LEFT JOIN user_account ON user_account.organisation_id = organisation.id"
    " WHERE organisation.kind = 'landlord' GROUP BY organisation.id"
    " ORDER BY count(user_account.id) DESC, organisation.id LIMIT 1"
).columns(id=sa.Uuid())


def upgrade() -> None:
    op.add_column("mandate", sa.Column("landlord_id", sa.Uuid(), nullable=True))
    op.execute(mandate.update().values(landlord_id=op.get_bind().scalar(OF_MOST)))
    with op.batch_alter_table("mandate") as batch_op:
        batch_op.alter_column("landlord_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.create_foreign_key(
            "fk_mandate_landlord_id", "organisation", ["landlord_id"], ["id"]
        )
    op.add_column("map_point", sa.Column("landlord_id", sa.Uuid(), nullable=True))
    whose = sa.select(dwelling.c.landlord_id).where(dwelling.c.id == point.c.dwelling_id)
    op.execute(point.update().values(landlord_id=whose.scalar_subquery()))
    with op.batch_alter_table("map_point") as batch_op:
        batch_op.alter_column("landlord_id", existing_type=sa.Uuid(), nullable=False)
    _count_anew(("landlord",))


def downgrade() -> None:
    op.execute("UPDATE organisation SET kind = 'partner' WHERE kind = 'platform'")
    tenants = sa.text("SELECT count(DISTINCT landlord_id) FROM person")
    if op.get_bind().scalar(tenants) > 1:
        raise RuntimeError(
            "There are tenants of several landlords: the version before would let each one's people see the"
            " tenants of all. Keep those of one, or stay with this version."
        )
    with op.batch_alter_table("mandate") as batch_op:
        batch_op.drop_constraint("fk_mandate_landlord_id", type_="foreignkey")
        batch_op.drop_column("landlord_id")
    _count_anew(())
    with op.batch_alter_table("map_point") as batch_op:
        batch_op.drop_column("landlord_id")


def _count_anew(more: tuple[str, ...]) -> None:
    """Make the counts of cells from the rows of dwellings, by these names more than by the others.

    A table whose key changes is made anew; its rows follow from the others.
    """
    op.drop_table("map_cell")
    names = (*KEY[:4], *more, *KEY[4:])
    cell = op.create_table(
        "map_cell",
        *(_column(name) for name in (*names, *MEASURES)),
        sa.PrimaryKeyConstraint(*names, name="pk_map_cell"),
    )
    connection = op.get_bind()
    counted: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0] * len(MEASURES))
    columns = [point.c[one.name] for one in point.c if one.name != "landlord_id" or more]
    for row in connection.execute(sa.select(*columns)):
        values = {
            "programme": row.programme, "territory": str(row.territory_id or ""),
            "status": row.status, "risk": row.risk, "works": int(row.open_works > 0),
            **{name: str(row.landlord_id) for name in more},
        }  # fmt: skip
        amounts = (1, row.open_works, round(row.lat * MICRO), round(row.lon * MICRO))
        for resolution in RESOLUTIONS:
            values["resolution"] = resolution
            values["parent"] = _parent(row.h3, max(resolution - PARENT_STEP, 0))
            values["cell"] = _parent(row.h3, resolution)
            sums = counted[tuple(values[name] for name in names)]
            for place, amount in enumerate(amounts):
                sums[place] += amount
    rows = [
        dict(zip((*names, *MEASURES), (*key, *sums), strict=True)) for key, sums in counted.items()
    ]
    for start in range(0, len(rows), BATCH):
        connection.execute(cell.insert(), rows[start : start + BATCH])


def _column(name: str) -> sa.Column[object]:
    if name in TEXTS:
        return sa.Column(name, sa.String(length=TEXTS[name]), nullable=False)
    if name in ("parent", "cell", "lat_sum", "lon_sum"):
        return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)
    small = name in ("resolution", "risk", "works")
    kind = sa.SmallInteger() if small else sa.Integer()
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def _parent(cell: int, resolution: int) -> int:
    """Give the H3 cell of a coarser resolution: its digits beyond are all ones."""
    mask = (1 << (3 * (15 - resolution))) - 1
    return (cell & ~(0b1111 << 52)) | (resolution << 52) | mask
