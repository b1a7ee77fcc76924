"""words of a landlord in what is written of works.

Revision: 0172
Follows: 0171
"""

import sqlalchemy as sa
from alembic import op

revision = "0172"
down_revision = "0171"
branch_labels = None
depends_on = None

WORDING = "message_wording"
INDEX, ONE = f"ix_{WORDING}_landlord_id_kind", f"ck_{WORDING}_said_by_one"


def upgrade() -> None:
    with op.batch_alter_table(WORDING) as wording:
        wording.alter_column("programme", existing_type=sa.String(length=40), nullable=True)
        wording.add_column(sa.Column("landlord_id", sa.Uuid(), nullable=True))
        wording.create_foreign_key(
            f"fk_{WORDING}_landlord_id", "organisation", ["landlord_id"], ["id"]
        )
        wording.create_check_constraint(ONE, "(programme IS NULL) <> (landlord_id IS NULL)")
        wording.create_index(INDEX, ["landlord_id", "kind"])


def downgrade() -> None:
    op.execute(f"DELETE FROM {WORDING} WHERE programme IS NULL")  # noqa: S608
    with op.batch_alter_table(WORDING) as wording:
        wording.drop_index(INDEX)
        wording.drop_constraint(ONE, type_="check")
        wording.drop_constraint(f"fk_{WORDING}_landlord_id", type_="foreignkey")
        wording.drop_column("landlord_id")
        wording.alter_column("programme", existing_type=sa.String(length=40), nullable=False)
