"""teams of our own technicians, and the work orders that one of them does.

Revision: 0176
Follows: 0175
"""

import sqlalchemy as sa
from alembic import op

revision = "0176"
down_revision = "0175"
branch_labels = None
depends_on = None

TEAM, MEMBER = "team", "team_member"
POINTING = {
    "landlord_id": "organisation",
    "noted_by_id": "user_account",
    "changed_by_id": "user_account",
    "closed_by_id": "user_account",
}
ALWAYS = ("landlord_id", "noted_by_id")
TABLES = ("work_order", "work_order_event")
NAME = "team_id"
INDEX = f"ix_work_order_{NAME}"


def upgrade() -> None:
    op.create_table(
        TEAM,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name not in ALWAYS) for name in POINTING),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_key", sa.String(120), nullable=False),
        sa.Column("trades", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{TEAM}_{name}")
            for name, table in POINTING.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TEAM}"),
        sa.UniqueConstraint("landlord_id", "name_key", name=f"uq_{TEAM}_landlord_id_name_key"),
    )
    op.create_table(
        MEMBER,
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=f"fk_{MEMBER}_team_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=f"fk_{MEMBER}_user_id"),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=f"pk_{MEMBER}"),
    )
    op.create_index(f"ix_{MEMBER}_user_id", MEMBER, ["user_id"])
    for table in TABLES:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column(NAME, sa.Uuid(), nullable=True))
            changed.create_foreign_key(f"fk_{table}_{NAME}", TEAM, [NAME], ["id"])
    some = sa.text(f"{NAME} IS NOT NULL")
    op.create_index(INDEX, "work_order", [NAME], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="work_order")
    op.execute(f"DELETE FROM work_order_event WHERE {NAME} IS NOT NULL")
    # How things stood before such a step names a team: it stays told, and is taken back no more.
    op.execute(
        "UPDATE work_order_event SET before = NULL WHERE what IN ('assigned', 'unassigned')"
    )
    for table in TABLES:
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(f"fk_{table}_{NAME}", type_="foreignkey")
            changed.drop_column(NAME)
    op.drop_table(MEMBER)
    op.drop_table(TEAM)
