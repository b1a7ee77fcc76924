"""how the report of a visit was left with whom it visited.

Revision: 0180
Follows: 0178
"""

import sqlalchemy as sa
from alembic import op

revision = "0180"
down_revision = "0178"
branch_labels = None
depends_on = None

TABLE = "report_left"
STANDS = sa.text("withdrawn_at IS NULL")
POINTING = {
    "visit_id": "visit",
    "message_id": "message",
    "print_id": "message_print",
    "noted_by_id": "user_account",
    "withdrawn_by_id": "user_account",
}
REPORT = "report"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(length=32), nullable=False),
        sa.Column("reader", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("secret_sha256", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("print_id", sa.Uuid(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{TABLE}_{name}")
            for name, other in POINTING.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.UniqueConstraint("secret_sha256", name=f"uq_{TABLE}_secret_sha256"),
    )
    for name in ("visit_id", "message_id", "print_id"):
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name])
    op.create_index(
        f"uq_{TABLE}_standing",
        TABLE,
        ["visit_id", "how"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    # A version before knows no such message.
    op.execute(sa.text("DELETE FROM message WHERE kind = :kind").bindparams(kind=REPORT))
