"""a contact of a household knows what it became: another contact, or who lives there.

Revision: 0058
Follows: 0061
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0061"
branch_labels = None
depends_on = None

TABLE = "household_contact"
POINTING = (("became_id", TABLE), ("moved_in_id", "life_event"))


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as batch_op:
        for name, other in POINTING:
            batch_op.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(f"fk_{TABLE}_{name}", other, [name], ["id"])


def downgrade() -> None:
    # Contacts that became something else stay ended: what they became stands beside them.
    with op.batch_alter_table(TABLE) as batch_op:
        for name, _ in POINTING:
            batch_op.drop_constraint(f"fk_{TABLE}_{name}", type_="foreignkey")
            batch_op.drop_column(name)
