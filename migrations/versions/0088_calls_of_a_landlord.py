"""one landlord's call list is counted, put in order and filtered by city by indexes of its own.

Revision: 0088
Follows: 0087
"""

from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

COVERED = ("programme", "state", "closed_on", "call_back_at", "score", "dwelling_id", "person_id")


def upgrade() -> None:
    op.create_index(
        "ix_case_file_landlord_programme_state", "case_file", ["landlord_id", *COVERED, "id"]
    )
    op.drop_index("ix_case_file_landlord_id_id", "case_file")
    op.create_index("ix_residence_landlord_id_city", "residence", ["landlord_id", "city"])
    op.drop_index("ix_residence_landlord_id", "residence")


def downgrade() -> None:
    op.create_index("ix_residence_landlord_id", "residence", ["landlord_id"])
    op.drop_index("ix_residence_landlord_id_city", "residence")
    op.create_index("ix_case_file_landlord_id_id", "case_file", ["landlord_id", "id"])
    op.drop_index("ix_case_file_landlord_programme_state", "case_file")
