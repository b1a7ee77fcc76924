"""messages of works in a home, and the kinds of messages that a landlord does not send.

Revision: 0167
Follows: 0166
"""

import sqlalchemy as sa
from alembic import op

revision = "0167"
down_revision = "0166"
branch_labels = None
depends_on = None

MESSAGE, OFF, ORDER = "message", "message_kind_off", "work_order"
BEFORE, SINCE = "ck_message_person_by_case", "ck_message_person_by_one_cause"
STANDS = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table(MESSAGE) as message:
        message.drop_constraint(BEFORE, type_="check")
        message.add_column(sa.Column("work_order_id", sa.Uuid(), nullable=True))
        message.create_foreign_key("fk_message_work_order_id", ORDER, ["work_order_id"], ["id"])
        message.create_check_constraint(
            SINCE, "person_id IS NULL OR (case_id IS NULL) <> (work_order_id IS NULL)"
        )
        message.create_index("ix_message_work_order_id", ["work_order_id"])
    op.create_table(
        OFF,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{OFF}_{name}")
            for name, other in (
                ("landlord_id", "organisation"),
                ("noted_by_id", "user_account"),
                ("withdrawn_by_id", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{OFF}"),
    )
    op.create_index(
        f"uq_{OFF}_standing",
        OFF,
        ["landlord_id", "kind"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    op.drop_table(OFF)
    op.execute(f"DELETE FROM {MESSAGE} WHERE work_order_id IS NOT NULL")  # noqa: S608
    with op.batch_alter_table(MESSAGE) as message:
        message.drop_index("ix_message_work_order_id")
        message.drop_constraint(SINCE, type_="check")
        message.drop_constraint("fk_message_work_order_id", type_="foreignkey")
        message.drop_column("work_order_id")
        message.create_check_constraint(BEFORE, "person_id IS NULL OR case_id IS NOT NULL")
