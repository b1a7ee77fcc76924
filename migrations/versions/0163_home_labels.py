"""labels that landlords give their homes by rules of their own, and plans of works that reach one.

Revision: 0163
Follows: 0162
"""

import sqlalchemy as sa
from alembic import op

revision = "0163"
down_revision = "0162"
branch_labels = None
depends_on = None

LABEL, RULES, PLAN = "home_label", "home_label_rules", "works_plan"
AIM, INDEX = "fk_works_plan_label_id", "ix_works_plan_label_id"


def make(table, *columns, to):
    to |= {"noted_by_id": "user_account", "withdrawn_by_id": "user_account"}
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
            for name, other in to.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def upgrade() -> None:
    make(
        LABEL,
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        to={"landlord_id": "organisation"},
    )
    op.create_index(f"ix_{LABEL}_landlord_id", LABEL, ["landlord_id"])
    make(
        RULES,
        sa.Column("label_id", sa.Uuid(), nullable=False),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        to={"label_id": LABEL},
    )
    op.create_index(f"ix_{RULES}_label_id_counts_from", RULES, ["label_id", "counts_from"])
    with op.batch_alter_table(PLAN) as plan:
        plan.add_column(sa.Column("label_id", sa.Uuid(), nullable=True))
        plan.create_foreign_key(AIM, LABEL, ["label_id"], ["id"])
    op.create_index(INDEX, PLAN, ["label_id"])


def downgrade() -> None:
    # A plan for a label becomes one for people: the release before knows no other aim.
    op.execute("UPDATE works_plan SET aim = 'people' WHERE aim = 'label'")
    op.execute(
        "UPDATE works_plan_line SET why = 'nothing_for_aim'"
        " WHERE why IN ('home_unknown', 'home_out_of_reach')"
    )
    op.drop_index(INDEX, table_name=PLAN)
    with op.batch_alter_table(PLAN) as plan:
        plan.drop_constraint(AIM, type_="foreignkey")
        plan.drop_column("label_id")
    op.drop_table(RULES)
    op.drop_table(LABEL)
