"""adaptations that a commission asked for, and the version of a programme by which each goes.

Revision: 0171
Follows: 0170
"""

import sqlalchemy as sa
from alembic import op

revision = "0171"
down_revision = "0170"
branch_labels = None
depends_on = None

FILE = "adaptation_file"
KEYS = {"commission_id": "commission", "programme_version_id": "programme_version"}
OF_ITS_CASE = """
UPDATE adaptation_file SET programme_version_id =
  (SELECT programme_version_id FROM case_file WHERE case_file.id = adaptation_file.case_id)
"""


def upgrade() -> None:
    with op.batch_alter_table(FILE) as changed:
        for name, table in KEYS.items():
            changed.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            changed.create_foreign_key(f"fk_{FILE}_{name}", table, [name], ["id"])
            changed.create_index(f"ix_{FILE}_{name}", [name])
    op.execute(OF_ITS_CASE)


def downgrade() -> None:
    with op.batch_alter_table(FILE) as changed:
        for name in KEYS:
            changed.drop_index(f"ix_{FILE}_{name}")
            changed.drop_constraint(f"fk_{FILE}_{name}", type_="foreignkey")
            changed.drop_column(name)
    # The release before knows no such way in: somebody of the office wrote it down.
    op.execute("UPDATE adaptation_file SET asked = 'office' WHERE asked = 'commission'")
