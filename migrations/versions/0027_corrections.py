"""what was corrected by hand of a person, which no later file replaces.

Revision: 0027
Follows: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0030"
branch_labels = None
depends_on = None

POINTING = (
    ("person_id", "person"),
    ("noted_by_id", "user_account"),
    ("taken_back_by_id", "user_account"),
)


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name == "taken_back_by_id") for name, _ in POINTING),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_correction_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_person_id", "correction", ["person_id"], unique=False)


def downgrade() -> None:
    # What was corrected stays as it is; a later file may replace it again.
    op.drop_index("ix_correction_person_id", table_name="correction")
    op.drop_table("correction")
