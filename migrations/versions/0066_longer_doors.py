"""where in its building a dwelling is may take as many characters as files write.

Revision: 0066
Follows: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0060"
branch_labels = None
depends_on = None

SHORT, LONG = sa.String(20), sa.String(60)


def upgrade() -> None:
    with op.batch_alter_table("dwelling") as dwellings:
        dwellings.alter_column("door", existing_type=SHORT, type_=LONG)


def downgrade() -> None:
    # What is longer loses its end: the version before has no room for it.
    dwelling = sa.table("dwelling", sa.column("door", LONG))
    cut = sa.func.substr(dwelling.c.door, 1, 20)
    op.execute(dwelling.update().where(sa.func.length(dwelling.c.door) > 20).values(door=cut))
    with op.batch_alter_table("dwelling") as dwellings:
        dwellings.alter_column("door", existing_type=LONG, type_=SHORT)
