"""kits have a central stock: articles, orders, and movements there as in bags.

Revision: 0086
Follows: 0072
"""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0072"
branch_labels = None
depends_on = None

PLACE = "(visitor_id IS NULL) <> (organisation_id IS NULL)"
MORE = (
    ("organisation_id", sa.Uuid()),
    ("article_id", sa.Uuid()),
    ("counted", sa.Integer()),
    ("order_id", sa.Uuid()),
    ("why", sa.LargeBinary()),
    ("withdrawn_at", sa.DateTime(timezone=True)),
    ("withdrawn_by_id", sa.Uuid()),
    ("withdrawn_why", sa.LargeBinary()),
)
POINTING = (
    ("organisation_id", "organisation"),
    ("article_id", "kit_article"),
    ("order_id", "kit_order"),
    ("withdrawn_by_id", "user_account"),
)
INDEXES = (
    ("ix_kit_movement_act_id", ["act_id"]),
    ("ix_kit_movement_order_id", ["order_id"]),
    ("ix_kit_movement_submission_id", ["submission_id"]),
    ("ix_kit_movement_organisation_id_article_id", ["organisation_id", "article_id"]),
)


def upgrade() -> None:
    _make_articles()
    _make_orders()
    op.add_column("kit_movement", sa.Column("act_id", sa.Uuid(), nullable=True))
    op.add_column("kit_movement", sa.Column("kind", sa.String(length=8), nullable=True))
    op.add_column("kit_movement", sa.Column("batch", sa.String(length=40), nullable=True))
    op.execute(
        "UPDATE kit_movement SET act_id = id, batch = '', kind ="
        " CASE WHEN submission_id IS NULL THEN 'handed' ELSE 'fitted' END"
    )
    with op.batch_alter_table("kit_movement") as batch_op:
        batch_op.alter_column("act_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.alter_column("kind", existing_type=sa.String(length=8), nullable=False)
        batch_op.alter_column("visitor_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.alter_column("batch", existing_type=sa.String(length=40), nullable=False)
        for name, kind in MORE:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        for name, table in POINTING:
            batch_op.create_foreign_key(f"fk_kit_movement_{name}", table, [name], ["id"])
        batch_op.create_check_constraint("ck_kit_movement_one_place", PLACE)
    for name, columns in INDEXES:
        op.create_index(name, "kit_movement", columns)
    op.create_table(
        "kit_given",
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["kit_movement.id"], name="fk_kit_given_movement_id"
        ),
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwelling.id"], name="fk_kit_given_dwelling_id"),
        sa.PrimaryKeyConstraint("movement_id", "dwelling_id", name="pk_kit_given"),
    )
    op.create_index("ix_kit_given_dwelling_id", "kit_given", ["dwelling_id"])


def _make_articles() -> None:
    op.create_table(
        "kit_article",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("fitting", sa.String(length=20), nullable=False),
        sa.Column("rating", sa.Float(), nullable=True),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("low_at", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_kit_article_organisation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kit_article"),
    )
    op.create_index("ix_kit_article_organisation_id", "kit_article", ["organisation_id"])


def _make_orders() -> None:
    pointing = (
        ("article_id", "kit_article"),
        ("ordered_by_id", "user_account"),
        ("cancelled_by_id", "user_account"),
    )
    op.create_table(
        "kit_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by_id", sa.Uuid(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Uuid(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_kit_order_{name}")
            for name, table in pointing
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kit_order"),
    )
    op.create_index("ix_kit_order_article_id", "kit_order", ["article_id"])


def downgrade() -> None:
    op.drop_table("kit_given")
    # The version before knows bags alone, and nothing that was withdrawn.
    op.execute("DELETE FROM kit_movement WHERE visitor_id IS NULL OR withdrawn_at IS NOT NULL")
    for name, _ in INDEXES:
        op.drop_index(name, "kit_movement")
    with op.batch_alter_table("kit_movement") as batch_op:
        batch_op.drop_constraint("ck_kit_movement_one_place", type_="check")
        for name, _ in POINTING:
            batch_op.drop_constraint(f"fk_kit_movement_{name}", type_="foreignkey")
        for name in ("act_id", "kind", "batch", *(name for name, _ in MORE)):
            batch_op.drop_column(name)
        batch_op.alter_column("visitor_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("kit_order")
    op.drop_table("kit_article")
