"""collective sessions have attendance: who is enrolled, who came, or how many.

Revision: 0116
Follows: 0114
"""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_by_id", sa.Uuid(), nullable=False),
        sa.Column("presence", sa.String(length=32), nullable=True),
        sa.Column("presence_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("presence_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *_keys(
            "session_enrolment",
            session_id="collective_session",
            person_id="person",
            enrolled_by_id="user_account",
            presence_by_id="user_account",
            withdrawn_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_enrolment"),
    )
    for column in ("session_id", "person_id"):
        op.create_index(f"ix_session_enrolment_{column}", "session_enrolment", [column])
    op.create_table(
        "session_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *_keys(
            "session_count",
            session_id="collective_session",
            noted_by_id="user_account",
            withdrawn_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_count"),
    )
    op.create_index("ix_session_count_session_id", "session_count", ["session_id"])
    op.create_index(
        "uq_session_count_standing",
        "session_count",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _keys(table: str, **to: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
        for name, other in to.items()
    ]


def downgrade() -> None:
    op.drop_table("session_count")
    op.drop_table("session_enrolment")
