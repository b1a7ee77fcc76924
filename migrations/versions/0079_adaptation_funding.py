"""adaptations have quotes and payers, and the work orders given for them.

Revision: 0079
Follows: 0078
"""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _quotes()
    _notes()
    op.create_table(
        "adaptation_order",
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        *_pointing("adaptation_order", work_order_id="work_order", file_id="adaptation_file"),
        sa.PrimaryKeyConstraint("work_order_id", name="pk_adaptation_order"),
    )
    op.create_index("ix_adaptation_order_file_id", "adaptation_order", ["file_id"])


def _quotes() -> None:
    op.create_table(
        "adaptation_quote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("company", sa.String(length=100), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        *_noted(),
        *_pointing("adaptation_quote", file_id="adaptation_file", **BY),
        sa.PrimaryKeyConstraint("id", name="pk_adaptation_quote"),
    )
    op.create_index("ix_adaptation_quote_file_id", "adaptation_quote", ["file_id"])


def _notes() -> None:
    op.create_table(
        "funding_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("payer", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("invoice", sa.String(length=60), nullable=True),
        *_noted(),
        *_pointing("funding_note", file_id="adaptation_file", **BY),
        sa.PrimaryKeyConstraint("id", name="pk_funding_note"),
    )
    op.create_index("ix_funding_note_file_id", "funding_note", ["file_id"])


BY = {"noted_by_id": "user_account", "withdrawn_by_id": "user_account"}


def _noted() -> list[sa.Column[object]]:
    return [
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
    ]


def _pointing(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
        for name, to in columns.items()
    ]


def downgrade() -> None:
    # What was asked of payers is nothing the version before could show.
    for table in ("adaptation_order", "funding_note", "adaptation_quote"):
        op.drop_table(table)
