"""adaptations have files: on a path, with their moves and decisions.

Revision: 0078
Follows: 0077
"""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _files()
    _findings()
    _moves()
    _decisions()


def _files() -> None:
    op.create_table(
        "adaptation_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("wish", sa.LargeBinary(), nullable=True),
        sa.Column("asked", sa.String(length=32), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("own_cost", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=True),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "opened_by_id IS NOT NULL OR asked = 'visit'",
            name="ck_adaptation_file_opened_somehow",
        ),
        *_pointing(
            "adaptation_file",
            person_id="person",
            dwelling_id="dwelling",
            case_id="case_file",
            opened_by_id="user_account",
            holder_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_adaptation_file"),
        sa.UniqueConstraint("reference", name="uq_adaptation_file_reference"),
    )
    op.create_index("ix_adaptation_file_step_due_on", "adaptation_file", ["step", "due_on"])
    for name in ("person_id", "dwelling_id", "case_id", "holder_id"):
        op.create_index(f"ix_adaptation_file_{name}", "adaptation_file", [name])


def _findings() -> None:
    op.create_table(
        "adaptation_finding",
        sa.Column("consequence_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        *_pointing("adaptation_finding", consequence_id="consequence", file_id="adaptation_file"),
        sa.PrimaryKeyConstraint("consequence_id", name="pk_adaptation_finding"),
    )
    op.create_index("ix_adaptation_finding_file_id", "adaptation_finding", ["file_id"])


def _moves() -> None:
    op.create_table(
        "adaptation_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("was", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("stood", sa.JSON(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Uuid(), nullable=True),
        *_pointing(
            "adaptation_move",
            file_id="adaptation_file",
            by_id="user_account",
            taken_back_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_adaptation_move"),
    )
    op.create_index("ix_adaptation_move_file_id", "adaptation_move", ["file_id"])


def _decisions() -> None:
    op.create_table(
        "adaptation_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("explanation", sa.LargeBinary(), nullable=True),
        sa.Column("instead", sa.LargeBinary(), nullable=True),
        *_pointing("adaptation_decision", move_id="adaptation_move"),
        sa.PrimaryKeyConstraint("id", name="pk_adaptation_decision"),
        sa.UniqueConstraint("move_id", name="uq_adaptation_decision_move_id"),
    )


def _pointing(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
        for name, to in columns.items()
    ]


def downgrade() -> None:
    # The findings stay sentences, as they were before.
    for table in (
        "adaptation_decision",
        "adaptation_move",
        "adaptation_finding",
        "adaptation_file",
    ):
        op.drop_table(table)
