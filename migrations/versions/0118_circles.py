"""circles of named people around some cases: members, meetings, points, tasks, the way home.

Revision: 0118
Follows: 0117
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0118"
down_revision = "0117"
branch_labels = None
depends_on = None

STANDS = "withdrawn_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "circle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        *_noted("circle", organisation_id="organisation"),
    )
    op.create_index("ix_circle_organisation_id", "circle", ["organisation_id"])
    op.create_table(
        "circle_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        *_noted("circle_member", circle_id="circle", user_id="user_account"),
    )
    op.create_index("ix_circle_member_circle_id", "circle_member", ["circle_id"])
    _one("uq_circle_member_standing", "circle_member", ["user_id", "circle_id"])
    op.create_table(
        "circle_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("shared", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("agreed_how", sa.String(length=32), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        *_noted("circle_case", circle_id="circle", case_id="case_file", ended_by_id="user_account"),
    )
    op.create_index("ix_circle_case_case_id", "circle_case", ["case_id"])
    _one("uq_circle_case_standing", "circle_case", ["circle_id", "case_id"], "ended_on")
    _create_meetings()
    _create_what_they_say()


def _create_meetings() -> None:
    op.create_table(
        "circle_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("present", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        *_noted("circle_meeting", circle_id="circle", closed_by_id="user_account"),
    )
    _one("uq_circle_meeting_held_on", "circle_meeting", ["circle_id", "held_on"])
    _one("uq_circle_meeting_open", "circle_meeting", ["circle_id"], "closed_at")
    op.create_table(
        "circle_item",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("circle_case_id", sa.Uuid(), nullable=False),
        *_keys("circle_item", meeting_id="circle_meeting", circle_case_id="circle_case"),
        sa.PrimaryKeyConstraint("meeting_id", "circle_case_id", name="pk_circle_item"),
    )
    op.create_index("ix_circle_item_circle_case_id", "circle_item", ["circle_case_id"])


def _create_what_they_say() -> None:
    op.create_table(
        "circle_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("circle_case_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=True),
        *_noted("circle_point", meeting_id="circle_meeting", circle_case_id="circle_case"),
    )
    op.create_index("ix_circle_point_meeting_id", "circle_point", ["meeting_id"])
    _one("uq_circle_point_standing", "circle_point", ["circle_case_id", "meeting_id"])
    op.create_table(
        "circle_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("circle_case_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        *_noted(
            "circle_task",
            meeting_id="circle_meeting",
            circle_case_id="circle_case",
            owner_id="user_account",
            done_by_id="user_account",
        ),
    )
    for name in ("meeting_id", "circle_case_id", "owner_id"):
        op.create_index(f"ix_circle_task_{name}", "circle_task", [name])
    op.create_table(
        "circle_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("circle_case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("of_day", sa.Date(), nullable=False),
        *_noted("circle_step", circle_case_id="circle_case"),
    )
    _one("uq_circle_step_standing", "circle_step", ["circle_case_id", "kind"])


def downgrade() -> None:
    of_cases = ("circle_step", "circle_task", "circle_point", "circle_item")
    for table in (*of_cases, "circle_meeting", "circle_case", "circle_member", "circle"):
        op.drop_table(table)


def _noted(table: str, **belongs: str) -> Iterator[sa.Column | sa.Constraint]:
    """Give the columns of what is noted and withdrawn, and the keys of a table."""
    yield sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False)
    yield sa.Column("noted_by_id", sa.Uuid(), nullable=False)
    yield sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True)
    yield sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True)
    yield sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True)
    by = {"noted_by_id": "user_account", "withdrawn_by_id": "user_account"}
    yield from _keys(table, **belongs, **by)
    yield sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _keys(table: str, **belongs: str) -> Iterator[sa.Constraint]:
    for name, to in belongs.items():
        yield sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")


def _one(name: str, table: str, columns: list[str], also: str = "") -> None:
    """Let at most one row stand."""
    where = sa.text(STANDS + (f" AND {also} IS NULL" if also else ""))
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)
