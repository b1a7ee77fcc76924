"""work orders that one technician of our own service does.

Revision: 0168
Follows: 0167
"""

import sqlalchemy as sa
from alembic import op

revision = "0168"
down_revision = "0167"
branch_labels = None
depends_on = None

TABLES = ("work_order", "work_order_event")
NAME = "assigned_to_id"
INDEX = f"ix_work_order_{NAME}"


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column(NAME, sa.Uuid(), nullable=True))
            changed.create_foreign_key(f"fk_{table}_{NAME}", "user_account", [NAME], ["id"])
    some = sa.text(f"{NAME} IS NOT NULL")
    op.create_index(INDEX, "work_order", [NAME], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="work_order")
    op.execute("DELETE FROM work_order_event WHERE what IN ('assigned', 'unassigned')")
    for table in TABLES:
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(f"fk_{table}_{NAME}", type_="foreignkey")
            changed.drop_column(NAME)
