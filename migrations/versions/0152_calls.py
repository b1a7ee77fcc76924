"""no contact in one programme alone.

Revision: 0152
Follows: 0150
"""

import sqlalchemy as sa
from alembic import op

revision = "0152"
down_revision = "0150"
branch_labels = None
depends_on = None

STANDS = sa.text("withdrawn_at IS NULL")


def _stand_once(columns: list[str]) -> None:
    op.create_index(
        "uq_call_wish_standing", "call_wish", columns, unique=True,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip


def upgrade() -> None:
    op.add_column(
        "call_wish",
        sa.Column("programme", sa.String(length=40), nullable=False, server_default=""),
    )
    op.drop_index("uq_call_wish_standing", "call_wish")
    _stand_once(["person_id", "kind", "programme"])


def downgrade() -> None:
    op.execute("DELETE FROM call_wish WHERE kind = 'no_programme'")
    op.drop_index("uq_call_wish_standing", "call_wish")
    _stand_once(["person_id", "kind"])
    op.drop_column("call_wish", "programme")
