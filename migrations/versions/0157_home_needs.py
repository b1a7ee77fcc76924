"""what a home must have stands with the person, no more with each wish; how she lives there.

Revision: 0157
Follows: 0156
"""

import sqlalchemy as sa
from alembic import op

revision = "0157"
down_revision = "0156"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CARRY = """
INSERT INTO home_needs (id, person_id, said, source, said_on, noted_at, noted_by_id, withdrawn_at)
"""
# What was withdrawn or begun by mistake comes along, and counts no more.
WISHES = """
SELECT id, person_id, needs, 'carried', asked_on, opened_at, opened_by_id,
       CASE WHEN state = 'withdrawn' THEN closed_at END
FROM transfer_wish
"""
REQUESTS = """
SELECT a.id, c.person_id, a.needs, 'carried', a.asked_on, a.opened_at, a.opened_by_id,
       CASE WHEN a.step = 'withdrawn' THEN a.since END
FROM admission a JOIN case_file c ON c.id = a.case_id
"""
STAYS = """
SELECT id, person_id, needs, 'carried', from_on, begun_at, begun_by_id, withdrawn_at FROM stay
"""
# What its own wish, request or stay said, unless something was noted since; or else whatever was.
ANY = """
UPDATE {table} SET needs = (
  SELECT n.said FROM home_needs n WHERE n.person_id = {person} {only}
  ORDER BY n.said_on DESC, n.noted_at DESC, n.id DESC LIMIT 1)
WHERE needs IS NULL
"""
OWN = """
UPDATE {table} SET needs = (SELECT n.said FROM home_needs n WHERE n.id = {table}.id)
WHERE needs IS NULL
"""
NOTED = "AND n.withdrawn_at IS NULL AND n.source <> 'carried'"
OF_CASE = "(SELECT c.person_id FROM case_file c WHERE c.id = admission.case_id)"
WHOSE = {"transfer_wish": "transfer_wish.person_id", "stay": "stay.person_id", "admission": OF_CASE}


def upgrade() -> None:
    _make_noted(
        "home_needs",
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
    )
    _make_noted(
        "autonomy_note",
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.LargeBinary(), nullable=False),
        sa.Column("setting", sa.String(length=32), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
    )
    for carried in (WISHES, REQUESTS, STAYS):
        op.execute(CARRY + carried)
    for table in WHOSE:
        op.drop_column(table, "needs")


def _make_noted(table: str, *columns: sa.Column) -> None:
    """Make a table of what is noted of a person, and may be withdrawn."""
    to = {"person_id": "person", "noted_by_id": "user_account", "withdrawn_by_id": "user_account"}
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
            for name, other in to.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_person_id", table, ["person_id"])


def downgrade() -> None:
    for table, person in WHOSE.items():
        op.add_column(table, sa.Column("needs", sa.LargeBinary(), nullable=True))
        op.execute(ANY.format(table=table, person=person, only=NOTED))
        op.execute(OWN.format(table=table))
        op.execute(ANY.format(table=table, person=person, only=""))
    # Of who came to stay without a word on it nothing was kept, and the version before reads none.
    for table in ("transfer_wish", "admission"):
        with op.batch_alter_table(table) as changed:
            changed.alter_column("needs", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_table("autonomy_note")
    op.drop_table("home_needs")
