"""programme_draft: the next version of a programme while it is written; a programme is retired.

Revision: 0030
Follows: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0026"
branch_labels = None
depends_on = None

RETIRED_BY = "fk_programme_version_retired_by_id"


def upgrade() -> None:
    op.create_table(
        "programme_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("toml", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["begun_by_id"], ["user_account.id"], name="fk_programme_draft_begun_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user_account.id"], name="fk_programme_draft_changed_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_programme_draft"),
        sa.UniqueConstraint("code", name="uq_programme_draft_code"),
    )
    with op.batch_alter_table("programme_version") as batch_op:
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("retired_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(RETIRED_BY, "user_account", ["retired_by_id"], ["id"])


def downgrade() -> None:
    # What is not published yet is let go, and whoever retired a programme does so again.
    with op.batch_alter_table("programme_version") as batch_op:
        batch_op.drop_constraint(RETIRED_BY, type_="foreignkey")
        batch_op.drop_column("retired_by_id")
        batch_op.drop_column("retired_at")
    op.drop_table("programme_draft")
