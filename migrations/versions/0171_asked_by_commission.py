"""adaptations that a commission asked for.

Revision: 0171
Follows: 0170
"""

import sqlalchemy as sa
from alembic import op

revision = "0171"
down_revision = "0170"
branch_labels = None
depends_on = None

FILE, NAME = "adaptation_file", "commission_id"
KEY, INDEX = f"fk_{FILE}_{NAME}", f"ix_{FILE}_{NAME}"


def upgrade() -> None:
    with op.batch_alter_table(FILE) as changed:
        changed.add_column(sa.Column(NAME, sa.Uuid(), nullable=True))
        changed.create_foreign_key(KEY, "commission", [NAME], ["id"])
        changed.create_index(INDEX, [NAME])


def downgrade() -> None:
    with op.batch_alter_table(FILE) as changed:
        changed.drop_index(INDEX)
        changed.drop_constraint(KEY, type_="foreignkey")
        changed.drop_column(NAME)
    # The release before knows no such way in: somebody of the office wrote it down.
    op.execute("UPDATE adaptation_file SET asked = 'office' WHERE asked = 'commission'")
