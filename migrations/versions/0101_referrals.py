"""referrals have files: on their way, with their moves and links.

Revision: 0101
Follows: 0093
"""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0093"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _referrals()
    _findings()
    _links()
    _moves()


def _referrals() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("partner", sa.LargeBinary(), nullable=True),
        sa.Column("asked", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("because", sa.LargeBinary(), nullable=True),
        sa.Column("decided_with_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "opened_by_id IS NOT NULL OR direction = 'out'", name="ck_referral_opened_somehow"
        ),
        *_pointing(
            "referral",
            person_id="person",
            case_id="case_file",
            decided_with_id="user_account",
            opened_by_id="user_account",
            holder_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
        sa.UniqueConstraint("reference", name="uq_referral_reference"),
    )
    op.create_index("ix_referral_step_due_on", "referral", ["step", "due_on"])
    for name in ("person_id", "case_id", "holder_id"):
        op.create_index(f"ix_referral_{name}", "referral", [name])


def _findings() -> None:
    op.create_table(
        "referral_finding",
        sa.Column("consequence_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        *_pointing("referral_finding", consequence_id="consequence", file_id="referral"),
        sa.PrimaryKeyConstraint("consequence_id", name="pk_referral_finding"),
    )
    op.create_index("ix_referral_finding_file_id", "referral_finding", ["file_id"])


def _links() -> None:
    op.create_table(
        "referral_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        *_pointing(
            "referral_link",
            referral_id="referral",
            made_by_id="user_account",
            revoked_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral_link"),
        sa.UniqueConstraint("secret_sha256", name="uq_referral_link_secret_sha256"),
    )
    op.create_index("ix_referral_link_referral_id", "referral_link", ["referral_id"])


def _moves() -> None:
    op.create_table(
        "referral_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("was", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("stood", sa.JSON(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Uuid(), nullable=True),
        *_pointing(
            "referral_move",
            referral_id="referral",
            by_id="user_account",
            link_id="referral_link",
            taken_back_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral_move"),
    )
    op.create_index("ix_referral_move_referral_id", "referral_move", ["referral_id"])


def _pointing(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
        for name, to in columns.items()
    ]


def downgrade() -> None:
    # The findings stay sentences, as they were before.
    for table in ("referral_move", "referral_link", "referral_finding", "referral"):
        op.drop_table(table)
