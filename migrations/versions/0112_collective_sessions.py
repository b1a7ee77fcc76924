"""programmes have collective sessions: planned, held, cancelled.

Revision: 0112
Follows: 0111
"""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None

SESSION_INDEXES = (
    ("landlord_id", "starts_at"),
    ("programme", "starts_at"),
    ("residence_id",),
    ("held_by_id",),
    ("series_id",),
)


def upgrade() -> None:
    op.create_table(
        "collective_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("residence_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("held_by_id", sa.Uuid(), nullable=True),
        sa.Column("held_by_name", sa.String(length=120), nullable=True),
        sa.Column("cost_cents", sa.Integer(), nullable=True),
        sa.Column("payer", sa.String(length=120), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(residence_id IS NULL) <> (place IS NULL)", name="ck_collective_session_one_place"
        ),
        sa.CheckConstraint(
            "(held_by_id IS NULL) <> (held_by_name IS NULL)",
            name="ck_collective_session_one_holder",
        ),
        *_keys(
            "collective_session",
            landlord_id="organisation",
            residence_id="residence",
            held_by_id="organisation",
            planned_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_collective_session"),
    )
    for columns in SESSION_INDEXES:
        name = f"ix_collective_session_{'_'.join(columns)}"
        op.create_index(name, "collective_session", list(columns))
    op.create_table(
        "session_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Uuid(), nullable=True),
        *_keys(
            "session_move",
            session_id="collective_session",
            by_id="user_account",
            taken_back_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_move"),
    )
    op.create_index("ix_session_move_session_id", "session_move", ["session_id"])


def _keys(table: str, **to: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
        for name, other in to.items()
    ]


def downgrade() -> None:
    op.drop_table("session_move")
    op.drop_table("collective_session")
