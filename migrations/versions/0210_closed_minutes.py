"""what closed minutes of a commission keep of the cost and the priority of an adaptation.

Revision: 0210
Follows: 0200
"""

import sqlalchemy as sa
from alembic import op

revision = "0210"
down_revision = "0200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commission_item", sa.Column("cost_cents", sa.Integer(), nullable=True))
    op.add_column("commission_item", sa.Column("priority", sa.String(32), nullable=True))
    # Nobody knows any more what was said then: from now on what is known today is kept.
    op.execute(
        """
        UPDATE commission_item SET
            cost_cents = (
                SELECT max(quote.cents) FROM adaptation_quote quote
                WHERE quote.file_id = commission_item.file_id AND quote.chosen
                    AND quote.withdrawn_at IS NULL
            ),
            priority = (
                SELECT file.priority FROM adaptation_file file
                WHERE file.id = commission_item.file_id
            )
        WHERE commission_id IN (SELECT id FROM commission WHERE closed_at IS NOT NULL)
        """
    )


def downgrade() -> None:
    op.drop_column("commission_item", "priority")
    op.drop_column("commission_item", "cost_cents")
