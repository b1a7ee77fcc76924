"""a case knows which one it was moved from, and why somebody outside its public has it.

Revision: 0051
Follows: 0050
"""

from datetime import UTC
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

PARIS = ZoneInfo("Europe/Paris")
CASES = sa.table(
    "case_file",
    sa.column("id", sa.Uuid()),
    sa.column("person_id", sa.Uuid()),
    sa.column("programme", sa.String()),
    sa.column("way_in", sa.String()),
    sa.column("opened_at", sa.DateTime(timezone=True)),
    sa.column("opened_by_id", sa.Uuid()),
    sa.column("closed_on", sa.Date()),
    sa.column("closed_by_id", sa.Uuid()),
    sa.column("moved_from_id", sa.Uuid()),
)


def upgrade() -> None:
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.add_column(sa.Column("outside", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("moved_from_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            "fk_case_file_moved_from_id", "case_file", ["moved_from_id"], ["id"]
        )
    op.create_index("ix_case_file_moved_from_id", "case_file", ["moved_from_id"], unique=False)
    _find_what_was_moved()


def _find_what_was_moved() -> None:
    """Link what was moved before to the one case that was closed for it."""
    bind, left, came = op.get_bind(), CASES.alias("left"), CASES.alias("came")
    pairs = bind.execute(
        sa.select(came.c.id, came.c.opened_at, left.c.id.label("left_id"), left.c.closed_on)
        .join(
            left,
            sa.and_(
                left.c.person_id == came.c.person_id,
                left.c.programme != came.c.programme,
                left.c.closed_by_id == came.c.opened_by_id,
            ),
        )
        .where(came.c.way_in == "transfer")
    )
    found: dict[object, list[object]] = {}
    for one in pairs:
        moment = one.opened_at if one.opened_at.tzinfo else one.opened_at.replace(tzinfo=UTC)
        if moment.astimezone(PARIS).date() == one.closed_on:
            found.setdefault(one.id, []).append(one.left_id)
    for case_id, candidates in found.items():
        if len(candidates) == 1:  # of several nobody knows which
            said = CASES.update().where(CASES.c.id == case_id)
            bind.execute(said.values(moved_from_id=candidates[0]))


def downgrade() -> None:
    op.drop_index("ix_case_file_moved_from_id", "case_file")
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.drop_constraint("fk_case_file_moved_from_id", type_="foreignkey")
        batch_op.drop_column("moved_from_id")
        batch_op.drop_column("outside")
