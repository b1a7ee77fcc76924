"""two files that may be one person's are found ahead, and told apart by somebody who knows.

Revision: 0057
Follows: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

POINTING = (
    ("one_id", "person"),
    ("other_id", "person"),
    ("told_apart_by_id", "user_account"),
)


def upgrade() -> None:
    op.create_table(
        "likely_double",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Uuid(), nullable=name == "told_apart_by_id")
            for name, _ in POINTING
        ),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("same_birth", "same_home", "same_phone")
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_apart_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_likely_double_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_likely_double"),
        sa.UniqueConstraint("one_id", "other_id", name="uq_likely_double_one_id_other_id"),
    )
    op.create_index("ix_likely_double_other_id", "likely_double", ["other_id"], unique=False)


def downgrade() -> None:
    # They are found anew; that two were told apart is forgotten.
    op.drop_table("likely_double")
