"""access months: one event of the access log about several persons, sealed month by month.

Lines written before are sealed anew by the job that seals.

Revision: 0010
Follows: 0009
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE access_kept AS SELECT id, person_id FROM access_event")
    op.drop_index("ix_access_event_person_id", table_name="access_event")
    # No other table points to this one yet: SQLite may make it anew.
    with op.batch_alter_table("access_event") as table:
        table.drop_constraint("fk_access_event_person_id", type_="foreignkey")
        table.drop_column("person_id")
        table.add_column(sa.Column("month", sa.String(length=7), nullable=True))
        table.add_column(sa.Column("place", sa.Integer(), nullable=True))
        table.alter_column("seal", existing_type=sa.String(length=64), nullable=True)
        table.create_unique_constraint("uq_access_event_month_place", ["month", "place"])
    op.execute("UPDATE access_event SET seal = NULL")
    op.create_table(
        "accessed_person",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["access_event.id"],
            name="fk_accessed_person_event_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_accessed_person_person_id"),
        sa.PrimaryKeyConstraint("event_id", "person_id", name="pk_accessed_person"),
    )
    op.create_index(
        "ix_accessed_person_person_id_event_id", "accessed_person", ["person_id", "event_id"]
    )
    op.execute(
        "INSERT INTO accessed_person (event_id, person_id) SELECT id, person_id FROM access_kept"
    )
    op.execute("DROP TABLE access_kept")
    op.create_table(
        "access_month",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_seal", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("month", name="pk_access_month"),
    )
    op.execute("UPDATE job_state SET result = NULL WHERE name = 'check_access_log'")


def downgrade() -> None:
    """Make a line per person again, in one chain."""
    kept = op.get_bind().execute(
        sa.text(
            "SELECT e.at, e.user_id, p.person_id, e.kind, e.what FROM access_event e"
            " JOIN accessed_person p ON p.event_id = e.id ORDER BY e.id, p.person_id"
        ).columns(
            at=sa.DateTime(timezone=True), user_id=sa.Uuid(), person_id=sa.Uuid()
        )
    )
    lines = [dict(row) for row in kept.mappings()]
    op.drop_table("access_month")
    op.drop_index("ix_accessed_person_person_id_event_id", table_name="accessed_person")
    op.drop_table("accessed_person")
    op.execute("DELETE FROM access_event")
    with op.batch_alter_table("access_event") as table:
        table.drop_constraint("uq_access_event_month_place", type_="unique")
        table.drop_column("month")
        table.drop_column("place")
        table.alter_column("seal", existing_type=sa.String(length=64), nullable=False)
        table.add_column(sa.Column("person_id", sa.Uuid(), nullable=False))
        table.create_foreign_key("fk_access_event_person_id", "person", ["person_id"], ["id"])
    op.create_index("ix_access_event_person_id", "access_event", ["person_id"])
    _chain(lines)
    op.execute("UPDATE job_state SET result = NULL WHERE name = 'check_access_log'")


def _chain(lines: list[dict]) -> None:  # type: ignore[type-arg]
    table = sa.table(
        "access_event",
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("user_id", sa.Uuid()),
        sa.column("person_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("what", sa.String()),
        sa.column("seal", sa.String()),
    )
    seal = ""
    for line in lines:
        at = line["at"].isoformat() + ("" if line["at"].tzinfo else "+00:00")
        parts = (seal, at, line["user_id"], line["person_id"], line["kind"], line["what"])
        line["seal"] = seal = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
    if lines:
        op.bulk_insert(table, lines)
