"""what happened in a person's life, with how things stood before.

Revision: 0026
Follows: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0028"
branch_labels = None
depends_on = None

POINTING = (
    ("person_id", "person"),
    ("dwelling_id", "dwelling"),
    ("attempt_id", "contact_attempt"),
    ("noted_by_id", "user_account"),
    ("taken_back_by_id", "user_account"),
)


def upgrade() -> None:
    op.create_table(
        "life_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name != "person_id") for name, _ in POINTING),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=32), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("undo", sa.LargeBinary(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_life_event_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_life_event"),
        sa.UniqueConstraint("attempt_id", name="uq_life_event_attempt_id"),
    )
    for name in ("person_id", "dwelling_id"):
        op.create_index(f"ix_life_event_{name}", "life_event", [name], unique=False)


def downgrade() -> None:
    # What an event did stays done; only taking it back is no longer possible.
    for name in ("dwelling_id", "person_id"):
        op.drop_index(f"ix_life_event_{name}", table_name="life_event")
    op.drop_table("life_event")
