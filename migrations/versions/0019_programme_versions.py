"""programme versions: programmes as they are published, and the one each enrolment came in with.

Revision: 0019
Follows: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("toml", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["user_account.id"],
            name=op.f("fk_programme_version_published_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_programme_version_code_version")),
    )
    # Which version those enrolled so far came in with is noted when the first one is published.
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("programme_version_id", sa.Uuid(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_enrolment_programme_version_id"), ["programme_version_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_enrolment_programme_version_id_programme_version"),
            "programme_version",
            ["programme_version_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_enrolment_programme_version_id_programme_version"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_enrolment_programme_version_id"))
        batch_op.drop_column("programme_version_id")
    op.drop_table("programme_version")
