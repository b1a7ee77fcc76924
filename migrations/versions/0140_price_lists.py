"""price lists of frame contracts, and what orders count of them.

Revision: 0140
Follows: 0132
"""

import sqlalchemy as sa
from alembic import op

revision = "0140"
down_revision = "0132"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STANDS = sa.text("taken_at IS NOT NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "price_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("contract", sa.String(length=100), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("vat_hundredths", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("brought_at", MOMENT, nullable=False),
        sa.Column("brought_by_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        _points("price_list", "landlord_id", "organisation"),
        _points("price_list", "brought_by_id", "user_account"),
        _points("price_list", "taken_by_id", "user_account"),
        _points("price_list", "withdrawn_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_price_list"),
    )
    op.create_index(
        "uq_price_list_standing", "price_list", ["landlord_id", "contract", "holds_from"],
        unique=True, sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip
    op.create_table(
        "price_article",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("code_key", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=500), nullable=False),
        sa.Column("words", sa.String(length=600), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("trade", sa.String(length=64), nullable=True),
        _points("price_article", "list_id", "price_list"),
        sa.UniqueConstraint("list_id", "code_key", name="uq_price_article_list_id_code_key"),
        sa.PrimaryKeyConstraint("id", name="pk_price_article"),
    )
    op.create_table(
        "work_order_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("quantity_hundredths", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        _points("work_order_line", "work_order_id", "work_order"),
        _points("work_order_line", "article_id", "price_article"),
        _points("work_order_line", "noted_by_id", "user_account"),
        _points("work_order_line", "withdrawn_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_work_order_line"),
    )
    for name in ("work_order_id", "article_id"):
        op.create_index(f"ix_work_order_line_{name}", "work_order_line", [name])


def _points(of: str, name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{of}_{name}")


def downgrade() -> None:
    what = sa.column("what", sa.String)
    steps = sa.table("work_order_event", what)
    op.execute(steps.delete().where(what.in_(("counted", "uncounted"))))
    op.drop_table("work_order_line")
    op.drop_table("price_article")
    op.drop_table("price_list")
