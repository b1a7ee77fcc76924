"""two files of one person become one, and may be two again.

Revision: 0038
Follows: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0043"
branch_labels = None
depends_on = None

POINTING = (
    ("kept_id", "person"),
    ("other_id", "person"),
    ("made_by_id", "user_account"),
    ("undone_by_id", "user_account"),
)


def upgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            "fk_person_merged_into_id", "person", ["merged_into_id"], ["id"]
        )
    op.create_index("ix_person_merged_into_id", "person", ["merged_into_id"], unique=False)
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name == "undone_by_id") for name, _ in POINTING),
        sa.Column("moved", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_person_merge_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person_merge"),
    )
    for name in ("kept_id", "other_id"):
        op.create_index(f"ix_person_merge_{name}", "person_merge", [name], unique=False)


def downgrade() -> None:
    # What was merged stays merged: the empty files are seen again, by their names alone.
    op.drop_table("person_merge")
    op.drop_index("ix_person_merged_into_id", table_name="person")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_constraint("fk_person_merged_into_id", type_="foreignkey")
        batch_op.drop_column("merged_into_id")
