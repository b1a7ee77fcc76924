"""a case says of whose stock its person is, as she does: a landlord's cases are found by index.

Revision: 0071
Follows: 0070
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

BOTH = ["landlord_id", "person_id"]
INDEX, LIST = "ix_case_file_landlord_id_id", "ix_case_file_programme_state"
# SQLite still calls the constraint as it was made.
NAMES = {"sqlite": "fk_enrolment_person_id"}
LISTED = ["programme", "state", "closed_on", "call_back_at", "score", "dwelling_id", "person_id"]


def upgrade() -> None:
    op.drop_index("ix_person_landlord_id_id", "person")
    with op.batch_alter_table("person") as batch_op:
        batch_op.create_unique_constraint("uq_person_landlord_id_id", ["landlord_id", "id"])
    op.add_column("case_file", sa.Column("landlord_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE case_file SET landlord_id ="
        " (SELECT landlord_id FROM person WHERE person.id = case_file.person_id)"
    )
    op.drop_index(LIST, "case_file")
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.alter_column("landlord_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_constraint(_name(), type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_case_file_landlord_id_person_id", "person", BOTH, ["landlord_id", "id"]
        )
    op.create_index(LIST, "case_file", [*LISTED, "landlord_id", "id"])
    op.create_index(INDEX, "case_file", ["landlord_id", "id"])


def _name() -> str:
    return NAMES.get(op.get_bind().dialect.name, "fk_case_file_person_id")


def downgrade() -> None:
    op.drop_index(INDEX, "case_file")
    op.drop_index(LIST, "case_file")
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.drop_constraint("fk_case_file_landlord_id_person_id", type_="foreignkey")
        batch_op.create_foreign_key(_name(), "person", ["person_id"], ["id"])
        batch_op.drop_column("landlord_id")
    op.create_index(LIST, "case_file", [*LISTED, "id"])
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_constraint("uq_person_landlord_id_id", type_="unique")
    op.create_index("ix_person_landlord_id_id", "person", ["landlord_id", "id"])
