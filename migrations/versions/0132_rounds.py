"""Rounds: proposals, their stops, and what was left out.

Revision: 0132
Follows: 0131
"""

import sqlalchemy as sa
from alembic import op

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=True),
        sa.Column("visitors", sa.JSON(), nullable=False),
        sa.Column("moves_planned", sa.Boolean(), nullable=False),
        sa.Column("same_visitor", sa.Boolean(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("visitor_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("travel", sa.JSON(), nullable=True),
        sa.Column("days", sa.JSON(), nullable=True),
        *_keys("round_proposal", asked_by_id="user_account", landlord_id="organisation"),
    )
    op.create_index("ix_round_proposal_state", "round_proposal", ["state", "asked_at"])
    op.create_index("ix_round_proposal_asked_by_id", "round_proposal", ["asked_by_id", "asked_at"])
    op.create_table(
        "round_stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drive", sa.Integer(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("start_was", sa.DateTime(timezone=True), nullable=True),
        *_keys(
            "round_stop",
            proposal_id="round_proposal",
            visitor_id="user_account",
            case_id="case_file",
            task_id="task",
            visit_id="visit",
        ),
    )
    op.create_index("ix_round_stop_proposal_id", "round_stop", ["proposal_id", "start_at"])
    op.create_index("ix_round_stop_case_id", "round_stop", ["case_id"])
    op.create_index("ix_round_stop_visit_id", "round_stop", ["visit_id"])
    op.create_table(
        "round_left_out",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        *_keys("round_left_out", proposal_id="round_proposal", case_id="case_file"),
    )
    op.create_index("ix_round_left_out_proposal_id", "round_left_out", ["proposal_id"])
    op.create_index("ix_round_left_out_case_id", "round_left_out", ["case_id"])


def downgrade() -> None:
    for table in ("round_left_out", "round_stop", "round_proposal"):
        op.drop_table(table)


def _keys(table: str, **belongs: str) -> list[sa.Constraint]:
    own = sa.PrimaryKeyConstraint("id", name=f"pk_{table}")
    return [
        own,
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
            for name, to in belongs.items()
        ),
    ]
