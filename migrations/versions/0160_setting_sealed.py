"""where somebody was asked how she lives stands sealed: a hospital is one of the places.

Revision: 0160
Follows: 0159
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0160"
down_revision = "0159"
branch_labels = None
depends_on = None

TABLE, COLUMN = "autonomy_note", "setting"


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as batch:
        batch.alter_column(
            COLUMN,
            existing_type=sa.String(32),
            existing_nullable=False,
            type_=sa.LargeBinary(),
            postgresql_using=f"convert_to({COLUMN}, 'UTF8')",
        )
    _each("seal")


def downgrade() -> None:
    _each("open")
    with op.batch_alter_table(TABLE) as batch:
        batch.alter_column(
            COLUMN,
            existing_type=sa.LargeBinary(),
            existing_nullable=False,
            type_=sa.String(32),
            postgresql_using=f"convert_from({COLUMN}, 'UTF8')",
        )


def _each(turn: str) -> None:
    """Seal or open it row by row, with the keys this run was handed."""
    rows = sa.table(TABLE, sa.column("id"), sa.column(COLUMN, sa.LargeBinary()))
    connection = op.get_bind()
    found = connection.execute(sa.select(rows)).all()
    if not found:
        return
    turned = context.config.attributes[turn]
    connection.execute(
        rows.update().where(rows.c.id == sa.bindparam("this")).values(setting=sa.bindparam("new")),
        [{"this": this, "new": turned(_bytes(old))} for this, old in found],
    )


def _bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
