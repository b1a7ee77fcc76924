"""what was received of an adaptation has photos, and its payers the papers they want.

Revision: 0162
Follows: 0161
"""

import sqlalchemy as sa
from alembic import op

revision = "0162"
down_revision = "0161"
branch_labels = None
depends_on = None

PHOTO, PAPER = "adaptation_photo", "funding_paper"
TO = {"file_id": "adaptation_file", "withdrawn_by_id": "user_account"}


def upgrade() -> None:
    _create(
        PHOTO, "by_id",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )  # fmt: skip
    op.create_index(f"ix_{PHOTO}_sha256", PHOTO, ["sha256"])
    _create(
        PAPER, "noted_by_id",
        sa.Column("payer", sa.String(32), nullable=False),
        sa.Column("paper", sa.LargeBinary(), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
    )  # fmt: skip


def _create(table: str, by: str, *columns: sa.Column) -> None:
    """Make a table of what is noted of a file by somebody, and may be withdrawn."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column(by, sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
            for name, other in (TO | {by: "user_account"}).items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_file_id", table, ["file_id"])


def downgrade() -> None:
    op.drop_table(PAPER)
    op.drop_table(PHOTO)
