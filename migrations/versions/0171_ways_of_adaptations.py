"""adaptations that a commission asked for, the version each goes by, and the papers of payers.

Revision: 0171
Follows: 0170
"""

import sqlalchemy as sa
from alembic import op

revision = "0171"
down_revision = "0170"
branch_labels = None
depends_on = None

FILE, PAPER = "adaptation_file", "funding_paper"
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
    op.add_column(PAPER, sa.Column("sha256", sa.String(64), nullable=True))
    op.add_column(PAPER, sa.Column("size", sa.Integer(), nullable=True))
    op.add_column(PAPER, sa.Column("media_type", sa.String(100), nullable=True))
    op.create_index(f"ix_{PAPER}_sha256", PAPER, ["sha256"])


def downgrade() -> None:
    op.drop_index(f"ix_{PAPER}_sha256", table_name=PAPER)
    for name in ("media_type", "size", "sha256"):
        op.drop_column(PAPER, name)
    with op.batch_alter_table(FILE) as changed:
        for name in KEYS:
            changed.drop_index(f"ix_{FILE}_{name}")
            changed.drop_constraint(f"fk_{FILE}_{name}", type_="foreignkey")
            changed.drop_column(name)
    # The release before knows no such way in: somebody of the office wrote it down.
    op.execute("UPDATE adaptation_file SET asked = 'office' WHERE asked = 'commission'")
