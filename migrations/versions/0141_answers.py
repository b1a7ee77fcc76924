"""files of answers from the maintenance system, and what became of each line.

Revision: 0141
Follows: 0140
"""

import sqlalchemy as sa
from alembic import op

revision = "0141"
down_revision = "0140"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "answer_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("brought_at", MOMENT, nullable=False),
        sa.Column("brought_by_id", sa.Uuid(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.Column("applied_by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        _points("answer_file", "organisation_id", "organisation"),
        _points("answer_file", "brought_by_id", "user_account"),
        _points("answer_file", "applied_by_id", "user_account"),
        _points("answer_file", "undone_by_id", "user_account"),
        _points("answer_file", "withdrawn_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_answer_file"),
    )
    op.create_index("ix_answer_file_organisation_id", "answer_file", ["organisation_id"])
    op.create_table(
        "answer_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("theirs", sa.LargeBinary(), nullable=True),
        sa.Column("work_order_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=True),
        sa.Column("field", sa.String(length=32), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_why", sa.String(length=64), nullable=True),
        _points("answer_line", "file_id", "answer_file"),
        _points("answer_line", "work_order_id", "work_order"),
        sa.PrimaryKeyConstraint("id", name="pk_answer_line"),
    )
    for name in ("file_id", "work_order_id"):
        op.create_index(f"ix_answer_line_{name}", "answer_line", [name])


def _points(of: str, name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{of}_{name}")


def downgrade() -> None:
    op.drop_table("answer_line")
    op.drop_table("answer_file")
