"""follow-ups become tasks: what a visit's answers promise is due in the case, with its finding.

Revision: 0034
Follows: 0032
"""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None

PARIS = ZoneInfo("Europe/Paris")
BATCH = 1_000
TASK_STATES = {"waiting": "open", "due": "open", "done": "done", "cancelled": "withdrawn"}
FOLLOW_UP_STATES = {"open": "waiting", "done": "done"}

task = sa.table(
    "task",
    sa.column("id", sa.Uuid()),
    sa.column("case_id", sa.Uuid()),
    sa.column("consequence_id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("not_before", sa.Date()),
    sa.column("due_on", sa.Date()),
    sa.column("state", sa.String()),
    sa.column("made_at", sa.DateTime(timezone=True)),
    sa.column("closed_at", sa.DateTime(timezone=True)),
    sa.column("closed_by_id", sa.Uuid()),
    sa.column("why", sa.LargeBinary()),
)
follow_up = sa.table(
    "follow_up",
    sa.column("id", sa.Uuid()),
    sa.column("case_id", sa.Uuid()),
    sa.column("consequence_id", sa.Uuid()),
    sa.column("code", sa.LargeBinary()),
    sa.column("state", sa.String()),
    sa.column("due_at", sa.DateTime(timezone=True)),
    sa.column("closed_at", sa.DateTime(timezone=True)),
    sa.column("closed_by_id", sa.Uuid()),
    sa.column("note", sa.LargeBinary()),
)
consequence = sa.table(
    "consequence",
    sa.column("id", sa.Uuid()),
    sa.column("submission_id", sa.Uuid()),
    sa.column("code", sa.LargeBinary()),
)
submission = sa.table(
    "submission", sa.column("id", sa.Uuid()), sa.column("received_at", sa.DateTime(timezone=True))
)


def upgrade() -> None:
    with op.batch_alter_table("task") as batch_op:
        batch_op.add_column(sa.Column("consequence_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            "fk_task_consequence_id", "consequence", ["consequence_id"], ["id"]
        )
        batch_op.create_unique_constraint("uq_task_consequence_id", ["consequence_id"])
    bind = op.get_bind()
    promises = bind.execute(
        sa.select(follow_up, submission.c.received_at)
        .join(consequence, consequence.c.id == follow_up.c.consequence_id)
        .join(submission, submission.c.id == consequence.c.submission_id)
    ).all()
    for start in range(0, len(promises), BATCH):
        bind.execute(sa.insert(task), [_task(one) for one in promises[start : start + BATCH]])
    op.drop_table("follow_up")
    # Nobody runs it any more: it would be told as a clock that stands still.
    op.execute("DELETE FROM job_state WHERE name = 'remind_follow_ups'")


def _task(promise: sa.Row) -> dict[str, object]:
    due_on = promise.due_at.replace(tzinfo=promise.due_at.tzinfo or UTC).astimezone(PARIS).date()
    return {
        "id": promise.id,
        "case_id": promise.case_id,
        "consequence_id": promise.consequence_id,
        "kind": "call",
        "not_before": due_on,
        "due_on": due_on,
        "state": TASK_STATES[promise.state],
        "made_at": promise.received_at,
        "closed_at": promise.closed_at,
        "closed_by_id": promise.closed_by_id,
        "why": promise.note,
    }


def downgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("consequence_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_follow_up_case_id"),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name="fk_follow_up_closed_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["consequence_id"], ["consequence.id"], name="fk_follow_up_consequence_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
        sa.UniqueConstraint("consequence_id", name="uq_follow_up_consequence_id"),
    )
    op.create_index("ix_follow_up_case_id", "follow_up", ["case_id"])
    op.create_index("ix_follow_up_state_due_at", "follow_up", ["state", "due_at"])
    bind = op.get_bind()
    promises = bind.execute(
        sa.select(task, consequence.c.code)
        .join(consequence, consequence.c.id == task.c.consequence_id)
    ).all()
    for start in range(0, len(promises), BATCH):
        rows = [_follow_up(one) for one in promises[start : start + BATCH]]
        bind.execute(sa.insert(follow_up), rows)
    op.execute("DELETE FROM task WHERE consequence_id IS NOT NULL")
    with op.batch_alter_table("task") as batch_op:
        batch_op.drop_constraint("uq_task_consequence_id", type_="unique")
        batch_op.drop_constraint("fk_task_consequence_id", type_="foreignkey")
        batch_op.drop_column("consequence_id")


def _follow_up(promise: sa.Row) -> dict[str, object]:
    due_at = datetime.combine(promise.due_on, time(18), tzinfo=PARIS).astimezone(UTC)
    return {
        "id": promise.id,
        "case_id": promise.case_id,
        "consequence_id": promise.consequence_id,
        "code": promise.code,
        "state": FOLLOW_UP_STATES.get(promise.state, "cancelled"),
        "due_at": due_at,
        "closed_at": promise.closed_at,
        "closed_by_id": promise.closed_by_id,
        "note": promise.why,
    }
