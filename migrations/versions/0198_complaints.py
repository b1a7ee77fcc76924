"""complaints of who stays in a place.

Revision: 0198
Follows: 0190
"""

import sqlalchemy as sa
from alembic import op

revision = "0198"
down_revision = "0190"
branch_labels = None
depends_on = None

TABLE = "complaint"
POINTING = {
    "stay_id": "stay",
    "owner_id": "user_account",
    "answered_by_id": "user_account",
    "noted_by_id": "user_account",
    "withdrawn_by_id": "user_account",
}
WHOLE = (
    "(answered_on IS NULL) = (answered_by_id IS NULL)"
    " AND (answered_on IS NULL) = (answer IS NULL)"
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{TABLE}_{name}")
            for name, table in POINTING.items()
        ),
        sa.CheckConstraint(WHOLE, name=f"ck_{TABLE}_answered_whole"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
    )
    for name in ("stay_id", "due_on"):
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name])


def downgrade() -> None:
    op.drop_table(TABLE)
