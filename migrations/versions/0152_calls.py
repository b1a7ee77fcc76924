"""no contact in one programme alone; the interpreter of a case; what is asked of visits.

Revision: 0152
Follows: 0151
"""

import sqlalchemy as sa
from alembic import op

revision = "0152"
down_revision = "0151"
branch_labels = None
depends_on = None

BELONGS = {
    "case_id": "case_file",
    "attempt_id": "contact_attempt",
    "noted_by_id": "user_account",
    "withdrawn_by_id": "user_account",
}
STANDS = sa.text("withdrawn_at IS NULL")


def _stand_once(columns: list[str]) -> None:
    op.create_index(
        "uq_call_wish_standing", "call_wish", columns, unique=True,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip


def upgrade() -> None:
    op.add_column(
        "call_wish",
        sa.Column("programme", sa.String(length=40), nullable=False, server_default=""),
    )
    op.drop_index("uq_call_wish_standing", "call_wish")
    _stand_once(["person_id", "kind", "programme"])
    op.create_table(
        "language_help",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.LargeBinary(), nullable=False),
        sa.Column("booked_for", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_language_help_{name}")
            for name, to in BELONGS.items()
        ),
        sa.PrimaryKeyConstraint("id", name="pk_language_help"),
    )
    op.create_index(
        "uq_language_help_standing", "language_help", ["case_id"], unique=True,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip
    for name in ("case_id", "attempt_id"):
        op.create_index(f"ix_language_help_{name}", "language_help", [name])


    op.create_table(
        "visit_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_visit_wish_{name}")
            for name, to in BELONGS.items()
            if name != "attempt_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visit_wish"),
    )
    op.create_index(
        "uq_visit_wish_standing", "visit_wish", ["case_id"], unique=True,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip
    op.create_index("ix_visit_wish_case_id", "visit_wish", ["case_id"])


def downgrade() -> None:
    op.drop_table("visit_wish")
    op.drop_table("language_help")
    op.execute("DELETE FROM call_wish WHERE kind = 'no_programme'")
    op.drop_index("uq_call_wish_standing", "call_wish")
    _stand_once(["person_id", "kind"])
    op.drop_column("call_wish", "programme")
