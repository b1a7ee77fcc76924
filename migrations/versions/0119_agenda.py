"""when visitors work and are away; how often a visit was moved.

Revision: 0119
Follows: 0118
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0118"
branch_labels = None
depends_on = None

STANDS = "withdrawn_at IS NULL"


def upgrade() -> None:
    op.add_column("visit", sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "availability",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("until_time", sa.Time(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("start", sa.LargeBinary(), nullable=True),
        *_noted("availability"),
    )
    op.create_index("ix_availability_visitor_id", "availability", ["visitor_id"])
    op.create_table(
        "availability_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("until_time", sa.Time(), nullable=False),
        *_noted("availability_day"),
    )
    op.create_index(
        "uq_availability_day_standing", "availability_day", ["visitor_id", "on_day"],
        unique=True, sqlite_where=sa.text(STANDS), postgresql_where=sa.text(STANDS),
    )  # fmt: skip
    op.create_table(
        "visitor_terms",
        sa.Column("visitor_id", sa.Uuid(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("most_a_day", sa.Integer(), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), nullable=False),
        *_keys("visitor_terms", visitor_id="user_account", said_by_id="user_account"),
        sa.PrimaryKeyConstraint("visitor_id", name="pk_visitor_terms"),
    )
    _create_absences()


def _create_absences() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        *_noted("absence"),
    )
    op.create_index("ix_absence_visitor_id_first_on", "absence", ["visitor_id", "first_on"])
    op.create_table(
        "absence_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("visitor_was_id", sa.Uuid(), nullable=False),
        sa.Column("start_was", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why_was", sa.LargeBinary(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("put_back_at", sa.DateTime(timezone=True), nullable=True),
        *_keys(
            "absence_change",
            absence_id="absence",
            visit_id="visit",
            visitor_was_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_absence_change"),
    )
    op.create_index("ix_absence_change_absence_id", "absence_change", ["absence_id"])
    op.create_index("ix_absence_change_visit_id", "absence_change", ["visit_id"])


def downgrade() -> None:
    made = ("absence_change", "absence", "visitor_terms", "availability_day", "availability")
    for table in made:
        op.drop_table(table)
    op.drop_column("visit", "turn")


def _noted(table: str) -> Iterator[sa.Column | sa.Constraint]:
    """Give the columns of what is noted of a visitor and withdrawn, and the keys of a table."""
    yield sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False)
    yield sa.Column("noted_by_id", sa.Uuid(), nullable=False)
    yield sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True)
    yield sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True)
    yield sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True)
    names = ("visitor_id", "noted_by_id", "withdrawn_by_id")
    yield from _keys(table, **dict.fromkeys(names, "user_account"))
    yield sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _keys(table: str, **belongs: str) -> Iterator[sa.Constraint]:
    for name, to in belongs.items():
        yield sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
