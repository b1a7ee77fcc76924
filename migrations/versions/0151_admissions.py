"""who asks for a place has an admission: decided on, listed, offered a place, let in.

Revision: 0151
Follows: 0150
"""

import sqlalchemy as sa
from alembic import op

revision = "0151"
down_revision = "0150"
branch_labels = None
depends_on = None

STANDING = "ended_at IS NULL"
UNDER_WAY = "step NOT IN ('entered', 'refused', 'withdrawn')"


def key(name, *, null=False):
    return sa.Column(name, sa.Uuid(), nullable=null)


def moment(name, *, null=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def day(name, *, null=False):
    return sa.Column(name, sa.Date(), nullable=null)


def word(name, length=32, *, null=False):
    return sa.Column(name, sa.String(length=length), nullable=null)


def sealed(name, *, null=False):
    return sa.Column(name, sa.LargeBinary(), nullable=null)


def make(table, *columns, to, once=()):
    keys = (
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
        for name, other in to.items()
    )
    unique = (sa.UniqueConstraint(name, name=f"uq_{table}_{name}") for name in once)
    primary = sa.PrimaryKeyConstraint("id", name=f"pk_{table}")
    op.create_table(table, key("id"), *columns, *keys, *unique, primary)


def index(table, *names):
    op.create_index(f"ix_{table}_{'_'.join(names)}", table, list(names))


def only_one(name, table, column, where):
    op.create_index(
        name,
        table,
        [column],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def make_admission():
    make(
        "admission",
        word("reference", 20),
        key("case_id"),
        key("referral_id", null=True),
        word("asked"),
        day("asked_on"),
        sealed("wish"),
        sealed("situation", null=True),
        sealed("needs"),
        moment("opened_at"),
        key("opened_by_id"),
        word("step"),
        moment("since"),
        day("due_on", null=True),
        day("listed_on", null=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        key("holder_id", null=True),
        key("stay_id", null=True),
        to={
            "case_id": "case_file",
            "referral_id": "referral",
            "opened_by_id": "user_account",
            "holder_id": "user_account",
            "stay_id": "stay",
        },
        once=("reference",),
    )
    for name in ("case_id", "referral_id", "holder_id", "stay_id"):
        index("admission", name)
    index("admission", "step", "due_on")
    only_one("uq_admission_under_way", "admission", "case_id", UNDER_WAY)


def make_what_happens():
    make(
        "admission_move",
        key("admission_id"),
        word("was"),
        word("step"),
        moment("at"),
        key("by_id", null=True),
        sealed("said", null=True),
        sa.Column("stood", sa.JSON(), nullable=False),
        moment("taken_back_at", null=True),
        key("taken_back_by_id", null=True),
        to={
            "admission_id": "admission",
            "by_id": "user_account",
            "taken_back_by_id": "user_account",
        },
    )
    make(
        "admission_decision",
        key("move_id"),
        word("outcome"),
        sealed("reason", null=True),
        sealed("explanation"),
        sealed("instead", null=True),
        to={"move_id": "admission_move"},
        once=("move_id",),
    )
    make(
        "admission_fact",
        key("admission_id"),
        word("kind"),
        sealed("code", null=True),
        day("happened_on"),
        sealed("said", null=True),
        moment("noted_at"),
        key("noted_by_id"),
        moment("withdrawn_at", null=True),
        key("withdrawn_by_id", null=True),
        sealed("withdrawn_why", null=True),
        to={
            "admission_id": "admission",
            "noted_by_id": "user_account",
            "withdrawn_by_id": "user_account",
        },
    )
    for table in ("admission_move", "admission_fact"):
        index(table, "admission_id")


def make_offers():
    make(
        "admission_offer",
        key("admission_id"),
        key("place_id"),
        moment("offered_at"),
        key("offered_by_id"),
        word("answer", null=True),
        day("answered_on", null=True),
        moment("ended_at", null=True),
        to={"admission_id": "admission", "place_id": "place", "offered_by_id": "user_account"},
    )
    index("admission_offer", "admission_id")
    only_one("uq_admission_offer_place", "admission_offer", "place_id", STANDING)


def upgrade() -> None:
    make_admission()
    make_what_happens()
    make_offers()
    op.add_column("commission", word("programme", 40, null=True))
    op.add_column("commission", sealed("present", null=True))
    make(
        "admission_item",
        key("commission_id"),
        key("admission_id"),
        moment("put_at"),
        key("put_by_id"),
        moment("taken_off_at", null=True),
        key("taken_off_by_id", null=True),
        key("decision_id", null=True),
        to={
            "commission_id": "commission",
            "admission_id": "admission",
            "put_by_id": "user_account",
            "taken_off_by_id": "user_account",
            "decision_id": "admission_decision",
        },
        once=("decision_id",),
    )
    for name in ("commission_id", "admission_id"):
        index("admission_item", name)


def downgrade() -> None:
    op.drop_table("admission_item")
    # A commission on places is none that an older version knows.
    op.execute("DELETE FROM commission WHERE programme IS NOT NULL")
    op.drop_column("commission", "present")
    op.drop_column("commission", "programme")
    for table in ("offer", "fact", "decision", "move"):
        op.drop_table(f"admission_{table}")
    op.drop_table("admission")
