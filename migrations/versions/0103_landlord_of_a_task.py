"""a task says of whose stock its case is, as the case does: a landlord's are counted by index.

Revision: 0103
Follows: 0099
"""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0099"
branch_labels = None
depends_on = None

LANDLORD = "landlord_id"
UNIQUE, FOREIGN = "uq_case_file_landlord_id_id", "fk_task_landlord_id_case_id"
# Each index of tasks that changes: what it had, what it has now, of which tasks.
INDEXES: dict[str, tuple[list[str], list[str], str | None]] = {
    "ix_task_state_due_on": (
        ["state", "due_on"],
        ["state", "due_on", "not_before", "kind", LANDLORD],
        None,
    ),
    "ix_task_state_not_before": (
        ["state", "not_before", "kind"],
        ["state", "not_before", "kind", LANDLORD],
        None,
    ),
    "ix_task_to_plan": (
        ["state", "kind", "not_before"],
        ["state", "kind", "due_on", "not_before", LANDLORD, "visit_id"],
        "visit_id IS NULL",
    ),
    "ix_task_promised": (
        ["state", "not_before"],
        ["state", "not_before", LANDLORD],
        "consequence_id IS NOT NULL",
    ),
    # SQLite writes the table anew, and this after it.
    "ix_task_visit_id": (["visit_id"], ["visit_id"], "visit_id IS NOT NULL"),
}


def upgrade() -> None:
    op.create_index(UNIQUE, "case_file", [LANDLORD, "id"], unique=True)
    op.add_column("task", sa.Column(LANDLORD, sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE task SET landlord_id ="
        " (SELECT landlord_id FROM case_file WHERE case_file.id = task.case_id)"
    )
    _drop_indexes()
    with op.batch_alter_table("task") as batch_op:
        batch_op.alter_column(LANDLORD, existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_constraint("fk_task_case_id", type_="foreignkey")
        batch_op.create_foreign_key(
            FOREIGN, "case_file", [LANDLORD, "case_id"], [LANDLORD, "id"]
        )
    for name, (_before, after, where) in INDEXES.items():
        _make_index(name, after, where)


def downgrade() -> None:
    _drop_indexes()
    with op.batch_alter_table("task") as batch_op:
        batch_op.drop_constraint(FOREIGN, type_="foreignkey")
        batch_op.create_foreign_key("fk_task_case_id", "case_file", ["case_id"], ["id"])
        batch_op.drop_column(LANDLORD)
    for name, (before, _after, where) in INDEXES.items():
        _make_index(name, before, where)
    op.drop_index(UNIQUE, "case_file")


def _drop_indexes() -> None:
    for name in INDEXES:
        op.drop_index(name, "task")


def _make_index(name: str, columns: list[str], where: str | None) -> None:
    only = sa.text(where) if where else None
    op.create_index(name, "task", columns, sqlite_where=only, postgresql_where=only)
