"""who goes along on a visit for two, and in rounds that are proposed.

Revision: 0190
Follows: 0187
"""

import sqlalchemy as sa
from alembic import op

revision = "0190"
down_revision = "0187"
branch_labels = None
depends_on = None

NAME = "second_visitor_id"
INDEX = "ix_visit_second_visitor_id"
SOME = sa.text(f"{NAME} IS NOT NULL")
DRIVEN = ("second_drive", "second_metres")


def upgrade() -> None:
    for table in ("visit", "round_stop"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column(NAME, sa.Uuid(), nullable=True))
            changed.create_foreign_key(f"fk_{table}_{NAME}", "user_account", [NAME], ["id"])
    op.create_index(
        INDEX, "visit", [NAME, "planned_start_at"], sqlite_where=SOME, postgresql_where=SOME
    )
    for name in DRIVEN:
        op.add_column("round_stop", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in DRIVEN:
        op.drop_column("round_stop", name)
    op.drop_index(INDEX, table_name="visit")
    for table in ("visit", "round_stop"):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(f"fk_{table}_{NAME}", type_="foreignkey")
            changed.drop_column(NAME)
