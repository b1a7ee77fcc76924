"""commissions decide on adaptations: a day, an agenda, the minutes.

Revision: 0080
Follows: 0079
"""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        *_pointing(
            "commission",
            organisation_id="organisation",
            made_by_id="user_account",
            closed_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_commission"),
    )
    op.create_index("ix_commission_organisation_id", "commission", ["organisation_id"])
    op.create_table(
        "commission_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_by_id", sa.Uuid(), nullable=False),
        sa.Column("taken_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_off_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        *_pointing(
            "commission_item",
            commission_id="commission",
            file_id="adaptation_file",
            put_by_id="user_account",
            taken_off_by_id="user_account",
            decision_id="adaptation_decision",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_commission_item"),
        sa.UniqueConstraint("decision_id", name="uq_commission_item_decision_id"),
    )
    for name in ("commission_id", "file_id"):
        op.create_index(f"ix_commission_item_{name}", "commission_item", [name])


def _pointing(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
        for name, to in columns.items()
    ]


def downgrade() -> None:
    # Decisions stay; on whose agenda they were made is not kept before.
    op.drop_table("commission_item")
    op.drop_table("commission")
