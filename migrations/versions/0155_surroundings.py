"""what is around a residence, and services that are ordered there of a partner.

Revision: 0155
Follows: 0154
"""

import sqlalchemy as sa
from alembic import op

revision = "0155"
down_revision = "0154"
branch_labels = None
depends_on = None


def key(name, *, null=False):
    return sa.Column(name, sa.Uuid(), nullable=null)


def moment(name, *, null=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def word(name, length=32, *, null=False):
    return sa.Column(name, sa.String(length=length), nullable=null)


def sealed(name, *, null=False):
    return sa.Column(name, sa.LargeBinary(), nullable=null)


def withdrawal():
    return (
        moment("withdrawn_at", null=True),
        key("withdrawn_by_id", null=True),
        sealed("withdrawn_why", null=True),
    )


def make(table, *columns, to, more=()):
    keys = (
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
        for name, other in to.items()
    )
    primary = sa.PrimaryKeyConstraint("id", name=f"pk_{table}")
    op.create_table(table, key("id"), *columns, *keys, *more, primary)


def index(table, *names):
    op.create_index(f"ix_{table}_{'_'.join(names)}", table, list(names))


def make_services():
    make(
        "service_file",
        key("landlord_id"),
        word("file_name", 200),
        sealed("content", null=True),
        sa.Column("counts", sa.JSON(), nullable=True),
        moment("brought_at"),
        key("brought_by_id"),
        moment("taken_at", null=True),
        key("taken_by_id", null=True),
        moment("withdrawn_at", null=True),
        key("withdrawn_by_id", null=True),
        to={"landlord_id": "organisation"}
        | dict.fromkeys(("brought_by_id", "taken_by_id", "withdrawn_by_id"), "user_account"),
    )
    make(
        "nearby_service",
        key("residence_id"),
        moment("noted_at"),
        key("noted_by_id"),
        *withdrawal(),
        to={"residence_id": "residence"}
        | dict.fromkeys(("noted_by_id", "withdrawn_by_id"), "user_account"),
    )
    make(
        "service_note",
        key("service_id"),
        word("kind", 24),
        word("name", 120),
        word("name_key", 130),
        word("place", 200, null=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("metres", sa.Integer(), nullable=True),
        word("measured", null=True),
        sa.Column("ways", sa.JSON(), nullable=False),
        word("open_days", 200, null=True),
        word("phone", 20, null=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        word("source"),
        key("file_id", null=True),
        key("submission_id", null=True),
        moment("noted_at"),
        key("noted_by_id"),
        *withdrawal(),
        to={
            "service_id": "nearby_service",
            "file_id": "service_file",
            "submission_id": "submission",
        }
        | dict.fromkeys(("noted_by_id", "withdrawn_by_id"), "user_account"),
        more=(
            sa.CheckConstraint(
                "(metres IS NULL) = (measured IS NULL)", name="ck_service_note_metres_measured"
            ),
        ),
    )
    index("service_file", "landlord_id")
    index("nearby_service", "residence_id")
    index("service_note", "service_id", "known_on")
    for name in ("file_id", "submission_id"):
        index("service_note", name)


def make_orders():
    make(
        "ordered_service",
        word("reference", 20),
        key("residence_id"),
        key("organisation_id"),
        key("case_id"),
        key("task_id", null=True),
        word("kind", 24),
        sealed("what_for"),
        sa.Column("due_on", sa.Date(), nullable=False),
        word("state"),
        moment("since"),
        sa.Column("turn", sa.Integer(), nullable=False),
        moment("ordered_at"),
        key("ordered_by_id"),
        to={
            "residence_id": "residence",
            "organisation_id": "organisation",
            "case_id": "case_file",
            "task_id": "task",
            "ordered_by_id": "user_account",
        },
        more=(sa.UniqueConstraint("reference", name="uq_ordered_service_reference"),),
    )
    make(
        "ordered_move",
        key("ordered_id"),
        word("was"),
        word("state"),
        key("task_was_id", null=True),
        moment("at"),
        key("by_id"),
        sealed("said", null=True),
        moment("taken_back_at", null=True),
        key("taken_back_by_id", null=True),
        to={"ordered_id": "ordered_service", "task_was_id": "task"}
        | dict.fromkeys(("by_id", "taken_back_by_id"), "user_account"),
    )
    for name in ("residence_id", "case_id", "task_id"):
        index("ordered_service", name)
    index("ordered_service", "organisation_id", "state")
    index("ordered_move", "ordered_id")


def upgrade() -> None:
    make_services()
    make_orders()


def downgrade() -> None:
    for table in (
        "ordered_move",
        "ordered_service",
        "service_note",
        "nearby_service",
        "service_file",
    ):
        op.drop_table(table)
