"""whether somebody lives alone, as she says it.

Revision: 0175
Follows: 0174
"""

import sqlalchemy as sa
from alembic import op

revision = "0175"
down_revision = "0174"
branch_labels = None
depends_on = None

TABLE = "alone_said"
POINTING = {
    "tenancy_id": "tenancy",
    "person_id": "person",
    "noted_by_id": "user_account",
    "taken_back_by_id": "user_account",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name == "taken_back_by_id") for name in POINTING),
        sa.Column("before", sa.Boolean(), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{TABLE}_{name}")
            for name, table in POINTING.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
    )
    for name in ("tenancy_id", "person_id"):
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name])


def downgrade() -> None:
    op.drop_table(TABLE)
