"""unclaimed: what a tablet hands in as it is, corrections, orders of several findings or no home.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handed_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("visit_said", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.String(length=100), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_reason", sa.LargeBinary(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["user_account.id"], name="fk_handed_in_sent_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name="fk_handed_in_closed_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_handed_in_submission_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handed_in"),
        sa.UniqueConstraint(
            "sent_by_id", "kind", "item_id", "sha256",
            name="uq_handed_in_sent_by_id_kind_item_id_sha256",
        ),
    )  # fmt: skip
    op.create_index("ix_handed_in_closed_at", "handed_in", ["closed_at"])
    op.create_table(
        "handed_in_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handed_in_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["handed_in_id"], ["handed_in.id"], name="fk_handed_in_file_handed_in_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handed_in_file"),
        sa.UniqueConstraint(
            "handed_in_id", "name", "sha256", name="uq_handed_in_file_handed_in_id_name_sha256"
        ),
    )
    op.add_column("submission", sa.Column("corrects", sa.String(length=100), nullable=True))
    op.create_index("ix_submission_corrects", "submission", ["corrects"])
    # Nothing points to an order yet, so SQLite may make the table anew.
    with op.batch_alter_table("work_order") as batch:
        batch.alter_column("dwelling_id", existing_type=sa.Uuid(), nullable=True)
        batch.alter_column("person_id", existing_type=sa.Uuid(), nullable=True)
    op.create_table(
        "work_order_finding",
        sa.Column("consequence_id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consequence_id"], ["consequence.id"], name="fk_work_order_finding_consequence_id"
        ),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name="fk_work_order_finding_work_order_id"
        ),
        sa.PrimaryKeyConstraint("consequence_id", name="pk_work_order_finding"),
    )
    op.create_index("ix_work_order_finding_work_order_id", "work_order_finding", ["work_order_id"])
    op.execute(
        "INSERT INTO work_order_finding (consequence_id, work_order_id)"
        " SELECT consequence_id, id FROM work_order"
    )


def downgrade() -> None:
    op.drop_table("work_order_finding")
    # An order of no known home cannot be said in the shape of before.
    op.execute("DELETE FROM work_order WHERE dwelling_id IS NULL OR person_id IS NULL")
    with op.batch_alter_table("work_order") as batch:
        batch.alter_column("dwelling_id", existing_type=sa.Uuid(), nullable=False)
        batch.alter_column("person_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_index("ix_submission_corrects", "submission")
    op.drop_column("submission", "corrects")
    op.drop_table("handed_in_file")
    op.drop_table("handed_in")
