"""several visits a case: what is due in it, pauses, its end; one open case a person and programme.

Revision: 0022
Follows: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ONLY_OPEN = sa.text("closed_on IS NULL")
POINTERS = (
    ("organisation_id", "organisation"),
    ("referent_id", "user_account"),
    ("closed_by_id", "user_account"),
)


def upgrade() -> None:
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.drop_constraint("uq_case_file_programme_person_id", type_="unique")
        way_in = sa.String(length=32)
        batch_op.add_column(
            sa.Column("way_in", way_in, nullable=False, server_default="targeting")
        )
        batch_op.add_column(sa.Column("motive", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("tier", sa.String(length=40), nullable=True))
        for column, _ in POINTERS:
            batch_op.add_column(sa.Column(column, sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("closing_note", sa.LargeBinary(), nullable=True))
        for column, table in POINTERS:
            batch_op.create_foreign_key(f"fk_case_file_{column}", table, [column], ["id"])
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.alter_column("way_in", server_default=None)
    for column in ("organisation_id", "referent_id"):
        op.create_index(f"ix_case_file_{column}", "case_file", [column])
    _close_those_who_are_gone()
    op.create_index(
        "uq_case_file_open",
        "case_file",
        ["programme", "person_id"],
        unique=True,
        sqlite_where=ONLY_OPEN,
        postgresql_where=ONLY_OPEN,
    )
    with op.batch_alter_table("visit") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("was_in_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_visit_was_in_id", "dwelling", ["was_in_id"], ["id"])
    op.create_index("ix_visit_was_in_id", "visit", ["was_in_id"])
    op.execute(
        "UPDATE visit SET was_in_id = (SELECT dwelling_id FROM case_file"
        " WHERE case_file.id = visit.case_id) WHERE state IN ('under_way', 'done')"
    )
    _make_pauses()
    _make_tasks()


def _close_those_who_are_gone() -> None:
    """Close the cases of those who moved or died on the day it was heard; the latest word counts."""
    op.execute(
        "UPDATE case_file SET closed_on = COALESCE("
        " (SELECT date(MAX(contact_attempt.at)) FROM contact_attempt"
        "   WHERE contact_attempt.case_id = case_file.id"
        "   AND contact_attempt.taken_back_at IS NULL"
        "   AND contact_attempt.disposition IN ('moved', 'dead')),"
        " date(opened_at)) WHERE state = 'not_eligible'"
    )
    for outcome in ("moved", "dead"):
        op.execute(
            f"UPDATE case_file SET outcome = '{outcome}' WHERE state = 'not_eligible'"
            " AND EXISTS (SELECT 1 FROM contact_attempt WHERE case_id = case_file.id"
            f" AND taken_back_at IS NULL AND disposition = '{outcome}')"
        )


def _make_pauses() -> None:
    op.create_table(
        "case_pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_pause_case_id"),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user_account.id"], name="fk_case_pause_noted_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user_account.id"], name="fk_case_pause_withdrawn_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_pause"),
    )
    op.create_index("ix_case_pause_case_id", "case_pause", ["case_id"])


def _make_tasks() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("cadence", sa.String(length=40), nullable=True),
        sa.Column("visit_kind", sa.String(length=40), nullable=True),
        sa.Column("what", sa.LargeBinary(), nullable=True),
        sa.Column("not_before", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_role", sa.String(length=20), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("not_before <= due_on", name="ck_task_window"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_task_case_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name="fk_task_owner_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name="fk_task_made_by_id"),
        sa.ForeignKeyConstraint(["closed_by_id"], ["user_account.id"], name="fk_task_closed_by_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_task_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sa.UniqueConstraint("case_id", "cadence", "due_on", name="uq_task_case_id_cadence_due_on"),
    )
    op.create_index("ix_task_state_due_on", "task", ["state", "due_on"])
    for column in ("case_id", "owner_id", "visit_id"):
        op.create_index(f"ix_task_{column}", "task", [column])


def downgrade() -> None:
    op.drop_table("task")
    op.drop_table("case_pause")
    op.drop_index("ix_visit_was_in_id", "visit")
    with op.batch_alter_table("visit") as batch_op:
        batch_op.drop_constraint("fk_visit_was_in_id", type_="foreignkey")
        batch_op.drop_column("was_in_id")
        batch_op.drop_column("kind")
    _keep_one_case_each()
    op.drop_index("uq_case_file_open", "case_file")
    for column in ("organisation_id", "referent_id"):
        op.drop_index(f"ix_case_file_{column}", "case_file")
    with op.batch_alter_table("case_file") as batch_op:
        for column, _ in POINTERS:
            batch_op.drop_constraint(f"fk_case_file_{column}", type_="foreignkey")
        for column in ("way_in", "motive", "tier", "closed_on", "outcome", "closing_note"):
            batch_op.drop_column(column)
        for column, _ in POINTERS:
            batch_op.drop_column(column)
        batch_op.create_unique_constraint(
            "uq_case_file_programme_person_id", ["programme", "person_id"]
        )


def _keep_one_case_each() -> None:
    """Give all that a person's earlier cases of a programme hold to her latest one."""
    bind = op.get_bind()
    rows = bind.execute(
        sa.text("SELECT id, programme, person_id FROM case_file ORDER BY opened_at, id")
    ).all()
    latest = {(row.programme, row.person_id): row.id for row in rows}
    for row in rows:
        kept = latest[row.programme, row.person_id]
        if row.id == kept:
            continue
        for table in ("contact_attempt", "refusal", "visit", "follow_up"):
            move = sa.text(f"UPDATE {table} SET case_id = :kept WHERE case_id = :gone")
            bind.execute(move, {"kept": kept, "gone": row.id})
        bind.execute(sa.text("DELETE FROM case_file WHERE id = :gone"), {"gone": row.id})
