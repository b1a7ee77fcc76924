"""the day on which a delay of the law ends that runs for an adaptation.

Revision: 0170
Follows: 0169
"""

import calendar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0170"
down_revision = "0169"
branch_labels = None
depends_on = None

FILE, INDEX = "adaptation_file", "ix_adaptation_file_legal_on"
# Both delays had two months when they were worked out for their page alone.
MONTHS = 2
BEFORE_DECISION = ("acknowledge", "eligibility", "visit", "funding", "decision")
KNOWN = sa.text("legal_on IS NOT NULL")


def upgrade() -> None:
    op.add_column(FILE, sa.Column("legal_on", sa.Date(), nullable=True))
    op.create_index(INDEX, FILE, ["legal_on"], sqlite_where=KNOWN, postgresql_where=KNOWN)
    file = sa.table(
        FILE,
        sa.column("id", sa.Uuid()),
        sa.column("own_cost", sa.Boolean()),
        sa.column("asked", sa.String()),
        sa.column("asked_on", sa.Date()),
        sa.column("step", sa.String()),
        sa.column("since", sa.DateTime(timezone=True)),
        sa.column("legal_on", sa.Date()),
    )
    move = sa.table(
        "adaptation_move",
        sa.column("file_id", sa.Uuid()),
        sa.column("was", sa.String()),
        sa.column("taken_back_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    # A refusal that is looked at again was an answer.
    answered = sa.select(move.c.file_id).where(
        move.c.was == "refused", move.c.taken_back_at.is_(None)
    )
    asked = sa.and_(
        file.c.asked == "registered",
        file.c.step.in_(BEFORE_DECISION),
        file.c.id.not_in(answered),
    )
    running = sa.select(file).where(file.c.own_cost, sa.or_(asked, file.c.step == "reception"))
    for row in connection.execute(running).all():
        begun = row.asked_on if row.step != "reception" else _in_paris(row.since)
        change = sa.update(file).where(file.c.id == row.id).values(legal_on=_later(begun))
        connection.execute(change)
    # It said a second time what `adaptation_silence` says, and nothing read it.
    op.execute("DELETE FROM parameter_value WHERE name = 'landlord_silence_months'")


def downgrade() -> None:
    op.drop_index(INDEX, table_name=FILE)
    op.drop_column(FILE, "legal_on")


def _in_paris(moment: datetime) -> date:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo("Europe/Paris")).date()


def _later(day: date) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + MONTHS, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
