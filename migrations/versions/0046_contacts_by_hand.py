"""contacts of a household may be noted by hand, and end.

Revision: 0046
Follows: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0039"
branch_labels = None
depends_on = None

BY = ("noted_by_id", "ended_by_id")


def upgrade() -> None:
    with op.batch_alter_table("household_contact") as batch_op:
        for name in ("noted_at", "ended_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in BY:
            batch_op.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(
                f"fk_household_contact_{name}", "user_account", [name], ["id"]
            )


def downgrade() -> None:
    # The version before knows no end: whoever ended would stand again.
    op.execute("DELETE FROM household_contact WHERE ended_at IS NOT NULL")
    with op.batch_alter_table("household_contact") as batch_op:
        for name in BY:
            batch_op.drop_constraint(f"fk_household_contact_{name}", type_="foreignkey")
            batch_op.drop_column(name)
        for name in ("noted_at", "ended_at"):
            batch_op.drop_column(name)
