"""that homes which tell of one trade have each a cause of their own: not proposed as one order.

Revision: 0159
Follows: 0158
"""

import sqlalchemy as sa
from alembic import op

revision = "0159"
down_revision = "0158"
branch_labels = None
depends_on = None

TABLE = "own_causes"
TO = {"residence_id": "residence", "noted_by_id": "user_account", "withdrawn_by_id": "user_account"}
STANDS = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("residence_id", sa.Uuid(), nullable=False),
        sa.Column("trade", sa.String(64), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{TABLE}_{name}")
            for name, other in TO.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
    )
    op.create_index(
        f"uq_{TABLE}_standing", TABLE, ["residence_id", "trade"], unique=True,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table(TABLE)
