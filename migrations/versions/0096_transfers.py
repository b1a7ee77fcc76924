"""persons may wish to move: wishes with needs, homes offered, what was answered.

Revision: 0096
Follows: 0095
"""

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("needs", sa.LargeBinary(), nullable=False),
        sa.Column("wish", sa.LargeBinary(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_why", sa.LargeBinary(), nullable=True),
        *_pointing(
            "transfer_wish",
            person_id="person",
            file_id="adaptation_file",
            opened_by_id="user_account",
            closed_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_transfer_wish"),
        sa.UniqueConstraint("reference", name="uq_transfer_wish_reference"),
    )
    op.create_index("ix_transfer_wish_person_id", "transfer_wish", ["person_id"])
    op.create_index("ix_transfer_wish_file_id", "transfer_wish", ["file_id"])
    op.create_index("ix_transfer_wish_state_asked_on", "transfer_wish", ["state", "asked_on"])
    op.create_table(
        "transfer_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *_pointing(
            "transfer_offer",
            wish_id="transfer_wish",
            dwelling_id="dwelling",
            offered_by_id="user_account",
            answered_by_id="user_account",
            withdrawn_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_transfer_offer"),
    )
    op.create_index("ix_transfer_offer_wish_id", "transfer_offer", ["wish_id"])
    op.create_index("ix_transfer_offer_dwelling_id", "transfer_offer", ["dwelling_id"])


def _pointing(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
        for name, to in columns.items()
    ]


def downgrade() -> None:
    op.drop_table("transfer_offer")
    op.drop_table("transfer_wish")
