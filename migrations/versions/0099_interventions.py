"""technicians bring back from their tablets what they did at an order.

Revision: 0099
Follows: 0096
"""

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0096"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_intervention",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("parts", sa.LargeBinary(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("hold_why", sa.String(length=32), nullable=True),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("unapplied", sa.String(length=400), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name="fk_work_intervention_work_order_id"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name="fk_work_intervention_by_id"),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["user_account.id"], name="fk_work_intervention_reviewed_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_work_intervention"),
    )
    op.create_index(
        "ix_work_intervention_work_order_id", "work_intervention", ["work_order_id"]
    )
    op.create_table(
        "work_intervention_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["work_intervention.id"],
            name="fk_work_intervention_file_intervention_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_work_intervention_file"),
    )
    for column in ("intervention_id", "sha256"):
        op.create_index(
            f"ix_work_intervention_file_{column}", "work_intervention_file", [column]
        )


def downgrade() -> None:
    op.drop_table("work_intervention_file")
    op.drop_table("work_intervention")
