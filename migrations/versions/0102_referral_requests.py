"""partners ask by a form: the doors they have, and what came by them.

Revision: 0102
Follows: 0101
"""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _doors()
    _requests()


def _doors() -> None:
    op.create_table(
        "referral_door",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        *_pointing(
            "referral_door",
            landlord_id="organisation",
            made_by_id="user_account",
            revoked_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral_door"),
        sa.UniqueConstraint("secret_sha256", name="uq_referral_door_secret_sha256"),
    )
    op.create_index("ix_referral_door_landlord_id", "referral_door", ["landlord_id"])


def _requests() -> None:
    op.create_table(
        "referral_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("door_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_key", sa.String(length=210), nullable=False),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=name in ("phone", "because"))
            for name in (
                *("last_name", "first_name", "address", "phone", "code", "asked", "basis"),
                *("because", "sender", "sender_at"),
            )
        ),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        *_pointing(
            "referral_request",
            door_id="referral_door",
            referral_id="referral",
            settled_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral_request"),
        sa.UniqueConstraint("reference", name="uq_referral_request_reference"),
        sa.UniqueConstraint("door_id", "key", name="uq_referral_request_door_id_key"),
    )
    op.create_index(
        "ix_referral_request_state_received_at", "referral_request", ["state", "received_at"]
    )
    for name in ("referral_id", "name_key"):
        op.create_index(f"ix_referral_request_{name}", "referral_request", [name])


def _pointing(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
        for name, to in columns.items()
    ]


def downgrade() -> None:
    # What came by a form is lost with its form; what was taken up of it stays as a referral.
    for table in ("referral_request", "referral_door"):
        op.drop_table(table)
