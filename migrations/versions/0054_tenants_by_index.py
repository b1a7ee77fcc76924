"""of whose stock a person is, is read from an index alone.

Revision: 0054
Follows: 0051
"""

from alembic import op

revision = "0054"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_person_landlord_id_id", "person", ["landlord_id", "id"], unique=False)
    op.drop_index("ix_person_landlord_id", "person")


def downgrade() -> None:
    op.create_index("ix_person_landlord_id", "person", ["landlord_id"], unique=False)
    op.drop_index("ix_person_landlord_id_id", "person")
