"""a case may have no dwelling yet; a visit then says where it is.

Revision: 0035
Follows: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.alter_column("dwelling_id", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("visit") as batch_op:
        batch_op.add_column(sa.Column("place", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    # Before, a case was always about a dwelling: one without gets the home its person had last.
    op.execute(
        "UPDATE case_file SET dwelling_id = (SELECT tenancy.dwelling_id FROM tenancy"
        " JOIN occupancy ON occupancy.tenancy_id = tenancy.id"
        " WHERE occupancy.person_id = case_file.person_id"
        " ORDER BY tenancy.started_on DESC, tenancy.id LIMIT 1) WHERE dwelling_id IS NULL"
    )
    left = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM case_file WHERE dwelling_id IS NULL")
    )
    if left:
        raise RuntimeError(
            f"{left} case(s) are of persons who never lived in a dwelling known here: they cannot"
            " be kept by the version before. Give them a home or delete them first."
        )
    with op.batch_alter_table("visit") as batch_op:
        batch_op.drop_column("place")
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.alter_column("dwelling_id", existing_type=sa.Uuid(), nullable=False)
