"""an outbox of messages, wishes by channel, print runs of letters, wording by programme.

Revision: 0125
Follows: 0121
"""

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_print",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by_id", sa.Uuid(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        *_keys("message_print", printed_by_id="user_account", undone_by_id="user_account"),
    )
    op.create_index("ix_message_print_printed_by_id", "message_print", ["printed_by_id"])
    _create_outbox()
    op.create_table(
        "message_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *_keys(
            "message_wish",
            person_id="person",
            noted_by_id="user_account",
            withdrawn_by_id="user_account",
        ),
    )
    op.create_index("ix_message_wish_person_id", "message_wish", ["person_id"])
    op.create_index(
        "uq_message_wish_standing",
        "message_wish",
        ["person_id", "channel"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "message_wording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        *_keys("message_wording", noted_by_id="user_account"),
    )
    op.create_index("ix_message_wording_programme_kind", "message_wording", ["programme", "kind"])


def _create_outbox() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("sent_to", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("print_id", sa.Uuid(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by_id", sa.Uuid(), nullable=True),
        sa.Column("stopped_why", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (user_id IS NULL)", name="ck_message_one_reader"
        ),
        sa.CheckConstraint(
            "person_id IS NULL OR case_id IS NOT NULL", name="ck_message_person_by_case"
        ),
        sa.UniqueConstraint("cause", name="uq_message_cause"),
        *_keys(
            "message",
            person_id="person",
            user_id="user_account",
            case_id="case_file",
            visit_id="visit",
            print_id="message_print",
            stopped_by_id="user_account",
        ),
    )
    for column in ("person_id", "user_id", "case_id", "visit_id", "print_id"):
        op.create_index(f"ix_message_{column}", "message", [column])
    op.create_index("ix_message_state_next_at", "message", ["state", "next_at"])


def _keys(table: str, **to: str) -> list[sa.Constraint]:
    return [
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
            for name, other in to.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def downgrade() -> None:
    for table in ("message_wording", "message_wish", "message", "message_print"):
        op.drop_table(table)
