"""what somebody asked of calls: at which hours, not before a day, or none by phone.

Revision: 0131
Follows: 0130
"""

import sqlalchemy as sa
from alembic import op

revision = "0131"
down_revision = "0130"
branch_labels = None
depends_on = None

BELONGS = {
    "person_id": "person",
    "noted_by_id": "user_account",
    "withdrawn_by_id": "user_account",
}
STANDS = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "call_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("from_hour", sa.Integer(), nullable=True),
        sa.Column("to_hour", sa.Integer(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_call_wish_{name}")
            for name, to in BELONGS.items()
        ),
        sa.PrimaryKeyConstraint("id", name="pk_call_wish"),
        sa.CheckConstraint("from_hour < to_hour", name="ck_call_wish_hours_in_order"),
    )
    op.create_index(
        "uq_call_wish_standing", "call_wish", ["person_id", "kind"], unique=True,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip
    op.create_index("ix_call_wish_person_id", "call_wish", ["person_id"])


def downgrade() -> None:
    op.drop_table("call_wish")
