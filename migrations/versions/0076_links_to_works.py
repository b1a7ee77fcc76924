"""Links show an order to a contractor without an account; photos, quotes and costs of works.

Revision: 0076
Follows: 0075
"""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

TOLD_BY_LINKS = (
    "link_made", "link_opened", "link_revoked", "date_proposed", "quoted", "cost", "photos",
)  # fmt: skip


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _keys(table: str, **pointing: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
        for name, other in pointing.items()
    ]


def upgrade() -> None:
    op.create_table(
        "work_order_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("contractor", sa.LargeBinary(), nullable=False),
        _moment("made_at", nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        _moment("expires_at", nullable=False),
        _moment("opened_at"),
        _moment("used_up_at"),
        _moment("revoked_at"),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        *_keys(
            "work_order_link",
            work_order_id="work_order",
            made_by_id="user_account",
            revoked_by_id="user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_work_order_link"),
        sa.UniqueConstraint("secret_sha256", name="uq_work_order_link_secret_sha256"),
    )
    op.create_index("ix_work_order_link_work_order_id", "work_order_link", ["work_order_id"])
    whose = {
        "work_order_id": "work_order",
        "by_id": "user_account",
        "link_id": "work_order_link",
        "withdrawn_by_id": "user_account",
    }
    op.create_table(
        "work_order_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        _moment("added_at", nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        _moment("withdrawn_at"),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *_keys("work_order_photo", **whose),
        sa.PrimaryKeyConstraint("id", name="pk_work_order_photo"),
    )
    op.create_index("ix_work_order_photo_work_order_id", "work_order_photo", ["work_order_id"])
    op.create_index("ix_work_order_photo_sha256", "work_order_photo", ["sha256"])
    op.create_table(
        "work_order_quote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("contractor", sa.LargeBinary(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        _moment("received_at", nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        _moment("withdrawn_at"),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *_keys("work_order_quote", **whose),
        sa.PrimaryKeyConstraint("id", name="pk_work_order_quote"),
    )
    op.create_index("ix_work_order_quote_work_order_id", "work_order_quote", ["work_order_id"])
    with op.batch_alter_table("work_order") as table:
        table.add_column(sa.Column("cost_cents", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("work_order_event") as table:
        table.add_column(sa.Column("link_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("cents", sa.BigInteger(), nullable=True))
        table.create_foreign_key(
            "fk_work_order_event_link_id", "work_order_link", ["link_id"], ["id"]
        )


def downgrade() -> None:
    # The version before knows no photos of works: the job lets go of their bytes.
    events = sa.table("work_order_event", sa.column("what", sa.String()))
    op.execute(sa.delete(events).where(events.c.what.in_(TOLD_BY_LINKS)))
    with op.batch_alter_table("work_order_event") as table:
        table.drop_constraint("fk_work_order_event_link_id", type_="foreignkey")
        table.drop_column("cents")
        table.drop_column("link_id")
    with op.batch_alter_table("work_order") as table:
        table.drop_column("cost_cents")
    for name in ("work_order_quote", "work_order_photo", "work_order_link"):
        op.drop_table(name)
