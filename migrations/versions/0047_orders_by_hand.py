"""work orders without a visit: of a dwelling or a residence, opened by hand.

Revision: 0047
Follows: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0049"
branch_labels = None
depends_on = None

KEYS = (("residence_id", "residence"), ("opened_by_id", "user_account"))
WORDS = ("came_from", "place")
CHECKS = {
    "one_place": "dwelling_id IS NULL OR residence_id IS NULL",
    "opened_somehow": "consequence_id IS NOT NULL OR opened_by_id IS NOT NULL",
}


def upgrade() -> None:
    with op.batch_alter_table("work_order") as batch_op:
        for column, table in KEYS:
            batch_op.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(f"fk_work_order_{column}", table, [column], ["id"])
        for name in WORDS:
            batch_op.add_column(sa.Column(name, sa.String(length=32), nullable=True))
        batch_op.alter_column("consequence_id", existing_type=sa.Uuid(), nullable=True)
        for name, rule in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_work_order_{name}"), rule)
    op.create_index("ix_work_order_residence_id", "work_order", ["residence_id"], unique=False)


def downgrade() -> None:
    # The version before knows no order that no visit called for.
    op.execute("DELETE FROM work_order WHERE consequence_id IS NULL")
    op.drop_index("ix_work_order_residence_id", "work_order")
    with op.batch_alter_table("work_order") as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_work_order_{name}"), type_="check")
        batch_op.alter_column("consequence_id", existing_type=sa.Uuid(), nullable=False)
        for column, _table in KEYS:
            batch_op.drop_constraint(f"fk_work_order_{column}", type_="foreignkey")
        for column in ("residence_id", "opened_by_id", *WORDS):
            batch_op.drop_column(column)
