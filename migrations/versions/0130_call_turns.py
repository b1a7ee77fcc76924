"""who is being called just now, by whom.

Revision: 0130
Follows: 0125
"""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0125"
branch_labels = None
depends_on = None

BELONGS = {
    "person_id": "person",
    "case_id": "case_file",
    "dwelling_id": "dwelling",
    "caller_id": "user_account",
}


def upgrade() -> None:
    op.create_table(
        "call_turn",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("aside", sa.Boolean(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_call_turn_{name}")
            for name, to in BELONGS.items()
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_call_turn"),
    )
    for name in list(BELONGS)[1:]:
        op.create_index(f"ix_call_turn_{name}", "call_turn", [name])


def downgrade() -> None:
    op.drop_table("call_turn")
