"""version changes: open cases brought to another version of their programme, and taken back.

Revision: 0036
Follows: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

VERSIONS, USERS = ["programme_version.id"], ["user_account.id"]


def upgrade() -> None:
    op.create_table(
        "version_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("state_was", sa.String(length=32), nullable=False),
        sa.Column("tier_was", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_version_change_case_id"),
        sa.ForeignKeyConstraint(["from_id"], VERSIONS, name="fk_version_change_from_id"),
        sa.ForeignKeyConstraint(["to_id"], VERSIONS, name="fk_version_change_to_id"),
        sa.ForeignKeyConstraint(["by_id"], USERS, name="fk_version_change_by_id"),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], USERS, name="fk_version_change_taken_back_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_version_change"),
    )
    for column in ("move_id", "case_id", "to_id"):
        op.create_index(f"ix_version_change_{column}", "version_change", [column], unique=False)


def downgrade() -> None:
    # A case keeps the version it was brought to: what is due in it was made by that one.
    for column in ("to_id", "case_id", "move_id"):
        op.drop_index(f"ix_version_change_{column}", "version_change")
    op.drop_table("version_change")
