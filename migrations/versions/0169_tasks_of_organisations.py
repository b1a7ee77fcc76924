"""what is to do in a case, given to an organisation.

Revision: 0169
Follows: 0168
"""

import sqlalchemy as sa
from alembic import op

revision = "0169"
down_revision = "0168"
branch_labels = None
depends_on = None

TABLE, NAME = "task", "owner_organisation_id"
INDEX, OF_ROLE, OF_USER = f"ix_{TABLE}_{NAME}", "ix_task_owner_role", "ix_task_owner_id"


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as changed:
        changed.add_column(sa.Column(NAME, sa.Uuid(), nullable=True))
        changed.create_foreign_key(f"fk_{TABLE}_{NAME}", "organisation", [NAME], ["id"])
        changed.create_check_constraint("ck_task_owner", f"owner_id IS NULL OR {NAME} IS NULL")
    op.drop_index(OF_USER, table_name=TABLE)
    for index, columns in (
        (INDEX, [NAME]),
        (OF_USER, ["owner_id"]),
        (OF_ROLE, ["owner_role", "state", "not_before"]),
    ):
        some = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(index, TABLE, columns, sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    for index in (OF_ROLE, OF_USER, INDEX):
        op.drop_index(index, table_name=TABLE)
    with op.batch_alter_table(TABLE) as changed:
        changed.drop_constraint("ck_task_owner", type_="check")
        changed.drop_constraint(f"fk_{TABLE}_{NAME}", type_="foreignkey")
        changed.drop_column(NAME)
    op.create_index(OF_USER, TABLE, ["owner_id"])
