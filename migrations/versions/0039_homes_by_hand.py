"""what is noted of homes by hand, which no later file replaces.

Revision: 0039
Follows: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

POINTING = (
    ("dwelling_id", "dwelling"),
    ("residence_id", "residence"),
    ("noted_by_id", "user_account"),
    ("taken_back_by_id", "user_account"),
)


def upgrade() -> None:
    op.create_table(
        "home_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name != "noted_by_id") for name, _ in POINTING),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_home_change_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_home_change"),
    )
    for name in ("dwelling_id", "residence_id"):
        op.create_index(f"ix_home_change_{name}", "home_change", [name], unique=False)


def downgrade() -> None:
    # What was corrected stays as it is; a later file may replace it again.
    op.drop_table("home_change")
