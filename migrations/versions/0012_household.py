"""households: who lives alone by the landlord's word, and who is on a lease without living there.

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenancy", sa.Column("lives_alone", sa.Boolean(), nullable=True))
    op.create_table(
        "household_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenancy_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("civility", sa.String(length=10), nullable=True),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenancy_id"], ["tenancy.id"], name=op.f("fk_household_contact_tenancy_id_tenancy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_contact")),
    )
    op.create_index(
        op.f("ix_household_contact_tenancy_id"), "household_contact", ["tenancy_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_household_contact_tenancy_id"), table_name="household_contact")
    op.drop_table("household_contact")
    op.drop_column("tenancy", "lives_alone")
