"""persons stay in places: from, until, renewed, ended with where to; one at a time in each.

Revision: 0114
Follows: 0113
"""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"
branch_labels = None
depends_on = None

STANDING = sa.text("ended_on IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("contract", sa.String(length=32), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("needs", sa.LargeBinary(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("exit_to", sa.LargeBinary(), nullable=True),
        sa.Column("exit_why", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *_pointing(
            "stay",
            place_id="place",
            person_id="person",
            case_id="case_file",
            begun_by_id="user_account",
            ended_by_id="user_account",
            withdrawn_by_id="user_account",
        ),
        sa.CheckConstraint("ended_on > from_on", name="ck_stay_ends_after_it_began"),
        sa.PrimaryKeyConstraint("id", name="pk_stay"),
    )
    op.create_index("ix_stay_person_id", "stay", ["person_id"])
    op.create_index("ix_stay_case_id", "stay", ["case_id"])
    op.create_index("ix_stay_place_id_from_on", "stay", ["place_id", "from_on"])
    op.create_index("ix_stay_until_on", "stay", ["until_on"])
    op.create_index(
        "uq_stay_standing",
        "stay",
        ["place_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_table(
        "stay_renewal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_by_id", sa.Uuid(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Uuid(), nullable=True),
        *_pointing(
            "stay_renewal",
            stay_id="stay",
            renewed_by_id="user_account",
            taken_back_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stay_renewal"),
    )
    op.create_index("ix_stay_renewal_stay_id", "stay_renewal", ["stay_id"])


def _pointing(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
        for name, to in columns.items()
    ]


def downgrade() -> None:
    op.drop_table("stay_renewal")
    op.drop_table("stay")
