"""roles are changed by hand, and what one act noted of several persons belongs together.

Revision: 0049
Follows: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0046"
branch_labels = None
depends_on = None

POINTING = (
    ("occupancy_id", "occupancy"),
    ("noted_by_id", "user_account"),
    ("taken_back_by_id", "user_account"),
)


def upgrade() -> None:
    op.create_table(
        "role_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name == "taken_back_by_id") for name, _ in POINTING),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_role_change_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_role_change"),
    )
    op.create_index("ix_role_change_occupancy_id", "role_change", ["occupancy_id"], unique=False)
    with op.batch_alter_table("life_event") as batch_op:
        batch_op.add_column(sa.Column("part_of_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            "fk_life_event_part_of_id", "life_event", ["part_of_id"], ["id"]
        )
        batch_op.create_index("ix_life_event_part_of_id", ["part_of_id"], unique=False)


def downgrade() -> None:
    # Who left stays gone; the version before has no word for who stayed. Her roles stay as they are.
    connection = op.get_bind()
    parts = sa.text("SELECT DISTINCT part_of_id FROM life_event WHERE part_of_id IS NOT NULL")
    whole = [{"id": one} for (one,) in connection.execute(parts)]
    op.execute("UPDATE life_event SET part_of_id = NULL")
    if whole:
        connection.execute(sa.text("DELETE FROM life_event WHERE id = :id"), whole)
    with op.batch_alter_table("life_event") as batch_op:
        batch_op.drop_index("ix_life_event_part_of_id")
        batch_op.drop_constraint("fk_life_event_part_of_id", type_="foreignkey")
        batch_op.drop_column("part_of_id")
    op.drop_table("role_change")
