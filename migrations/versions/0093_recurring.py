"""Works that come again, and templates of orders.

Revision: 0093
Follows: 0092
"""

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OF_ORDER = "fk_work_order_recurring_id"


def upgrade() -> None:
    pointing = (
        ("dwelling_id", "dwelling"),
        ("residence_id", "residence"),
        ("noted_by_id", "user_account"),
        ("changed_by_id", "user_account"),
    )
    op.create_table(
        "recurring_work",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
        sa.Column("residence_id", sa.Uuid(), nullable=True),
        sa.Column("trade", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=True),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column("description", sa.LargeBinary(), nullable=False),
        sa.Column("access", sa.LargeBinary(), nullable=True),
        sa.Column("every_months", sa.Integer(), nullable=False),
        sa.Column("counted_from", sa.String(length=32), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(dwelling_id IS NULL) <> (residence_id IS NULL)", name="ck_recurring_work_one_place"
        ),
        *(_points("recurring_work", name, table) for name, table in pointing),
        sa.PrimaryKeyConstraint("id", name="pk_recurring_work"),
    )
    for name in ("dwelling_id", "residence_id", "next_on"):
        op.create_index(f"ix_recurring_work_{name}", "recurring_work", [name])
    pointing = (
        ("organisation_id", "organisation"),
        ("kept_by_id", "user_account"),
        ("withdrawn_by_id", "user_account"),
    )
    op.create_table(
        "order_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("trade", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=True),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column("description", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("kept_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *(_points("order_template", name, table) for name, table in pointing),
        sa.PrimaryKeyConstraint("id", name="pk_order_template"),
    )
    op.create_index("ix_order_template_organisation_id", "order_template", ["organisation_id"])
    with op.batch_alter_table("work_order") as table:
        table.add_column(sa.Column("recurring_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("recurring_for", sa.Date(), nullable=True))
        table.create_foreign_key(OF_ORDER, "recurring_work", ["recurring_id"], ["id"])
        table.create_unique_constraint(
            "uq_work_order_recurring_id_recurring_for", ["recurring_id", "recurring_for"]
        )


def _points(of: str, name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{of}_{name}")


def downgrade() -> None:
    with op.batch_alter_table("work_order") as table:
        table.drop_constraint("uq_work_order_recurring_id_recurring_for", type_="unique")
        table.drop_constraint(OF_ORDER, type_="foreignkey")
        table.drop_column("recurring_for")
        table.drop_column("recurring_id")
    op.drop_table("order_template")
    op.drop_table("recurring_work")
