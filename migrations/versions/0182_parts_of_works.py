"""parts of works come out of stock: which order took them, and which waits for one.

Revision: 0182
Follows: 0180
"""

import sqlalchemy as sa
from alembic import op

revision = "0182"
down_revision = "0180"
branch_labels = None
depends_on = None

MOVEMENT_INDEX, ORDER_INDEX = "ix_kit_movement_work_order_id", "ix_work_order_hold_article_id"


def upgrade() -> None:
    with op.batch_alter_table("kit_movement") as changed:
        changed.add_column(sa.Column("work_order_id", sa.Uuid(), nullable=True))
        changed.add_column(sa.Column("cents", sa.Integer(), nullable=True))
        changed.create_foreign_key(
            "fk_kit_movement_work_order_id", "work_order", ["work_order_id"], ["id"]
        )
    with op.batch_alter_table("work_order") as changed:
        changed.add_column(sa.Column("hold_article_id", sa.Uuid(), nullable=True))
        changed.add_column(sa.Column("hold_number", sa.Integer(), nullable=True))
        changed.create_foreign_key(
            "fk_work_order_hold_article_id", "kit_article", ["hold_article_id"], ["id"]
        )
    _index(MOVEMENT_INDEX, "kit_movement", "work_order_id")
    _index(ORDER_INDEX, "work_order", "hold_article_id")


def _index(name: str, table: str, column: str) -> None:
    some = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index(ORDER_INDEX, table_name="work_order")
    op.drop_index(MOVEMENT_INDEX, table_name="kit_movement")
    # The version before knows neither parts nor what became of them.
    op.execute("DELETE FROM work_order_event WHERE what IN ('part_used', 'part_back')")
    # Where an order waited for a part, steps say how that stood before: they are undone no more.
    waited = "SELECT work_order_id FROM work_order_event WHERE what = 'on_hold' AND score > 0"
    op.execute(
        f"UPDATE work_order_event SET before = NULL WHERE work_order_id IN ({waited})"  # noqa: S608
    )
    op.execute("UPDATE work_order_event SET score = NULL WHERE what = 'on_hold'")
    op.execute("DELETE FROM kit_movement WHERE item = 'part'")
    op.execute(
        "DELETE FROM kit_order WHERE article_id IN"
        " (SELECT id FROM kit_article WHERE item = 'part')"
    )
    with op.batch_alter_table("work_order") as changed:
        changed.drop_constraint("fk_work_order_hold_article_id", type_="foreignkey")
        changed.drop_column("hold_number")
        changed.drop_column("hold_article_id")
    op.execute("DELETE FROM kit_article WHERE item = 'part'")
    with op.batch_alter_table("kit_movement") as changed:
        changed.drop_constraint("fk_kit_movement_work_order_id", type_="foreignkey")
        changed.drop_column("cents")
        changed.drop_column("work_order_id")
