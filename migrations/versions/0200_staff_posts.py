"""posts of a residence, as so much of a full time from a day on.

Revision: 0200
Follows: 0199
"""

import sqlalchemy as sa
from alembic import op

revision = "0200"
down_revision = "0199"
branch_labels = None
depends_on = None

TABLE = "staff_post"
POINTING = {
    "residence_id": "residence",
    "noted_by_id": "user_account",
    "withdrawn_by_id": "user_account",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("residence_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(100), nullable=False),
        sa.Column("hundredths", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{TABLE}_{name}")
            for name, table in POINTING.items()
        ),
        sa.CheckConstraint("until_on >= from_on", name=f"ck_{TABLE}_ends_after_it_began"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_residence_id", TABLE, ["residence_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
