"""what was validated on medical grounds, never why; how she lived is let go after 24 months.

Revision: 0158
Follows: 0157
"""

import sqlalchemy as sa
from alembic import op

revision = "0158"
down_revision = "0157"
branch_labels = None
depends_on = None

TABLE = "medical_validation"
TO = {"person_id": "person", "noted_by_id": "user_account", "withdrawn_by_id": "user_account"}


def upgrade() -> None:
    op.add_column("autonomy_note", sa.Column("erased_on", sa.Date(), nullable=True))
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.LargeBinary(), nullable=False),
        sa.Column("given_by", sa.LargeBinary(), nullable=False),
        sa.Column("giver", sa.LargeBinary(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
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
    op.create_index(f"ix_{TABLE}_person_id", TABLE, ["person_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_column("autonomy_note", "erased_on")
