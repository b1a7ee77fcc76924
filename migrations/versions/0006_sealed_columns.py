"""sealed columns: door codes, measures, reasons and what consequences are; and the canary.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# table, column, length it had, whether it may be empty
SEALED = (
    ("dwelling", "access_code", 20, True),
    ("person_alert", "code", 32, False),
    ("external_score", "name", 60, False),
    ("external_score", "version", 60, False),
    ("external_score", "author", 100, False),
    ("contact_attempt", "reason", 32, True),
    ("refusal", "reason", 32, False),
    ("consequence", "path", 200, False),
    ("consequence", "code", 64, False),
    ("consequence", "owner", 40, True),
    ("urgent_alert", "path", 200, False),
    ("follow_up", "code", 64, False),
)
# A sealed path is never twice the same: rows are told apart by what is left in clear.
UNIQUE = (
    ("consequence", ["submission_id", "path"], "uq_consequence_submission_id_path"),
    ("urgent_alert", ["instance_id", "path"], "uq_urgent_alert_instance_id_path"),
)


def upgrade() -> None:
    for table, _columns, name in UNIQUE:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="unique")
    with op.batch_alter_table("consequence") as batch:
        batch.create_unique_constraint(
            "uq_consequence_submission_id_position", ["submission_id", "position"]
        )
    op.create_index("ix_urgent_alert_instance_id", "urgent_alert", ["instance_id"])
    for table, column, length, empty in SEALED:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column,
                existing_type=sa.String(length),
                existing_nullable=empty,
                type_=sa.LargeBinary(),
                postgresql_using=f"convert_to({column}, 'UTF8')",
            )
        _each(table, column, "seal")
    op.create_table(
        "key_canary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_canary"),
    )
    seal = context.config.attributes.get("seal")
    if seal is not None:
        canary = sa.table("key_canary", sa.column("word", sa.LargeBinary()))
        op.execute(canary.insert().values(word=seal(b"canary")))


def downgrade() -> None:
    op.drop_table("key_canary")
    for table, column, length, empty in SEALED:
        _each(table, column, "open")
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column,
                existing_type=sa.LargeBinary(),
                existing_nullable=empty,
                type_=sa.String(length),
                postgresql_using=f"convert_from({column}, 'UTF8')",
            )
    op.drop_index("ix_urgent_alert_instance_id", "urgent_alert")
    with op.batch_alter_table("consequence") as batch:
        batch.drop_constraint("uq_consequence_submission_id_position", type_="unique")
    for table, columns, name in UNIQUE:
        with op.batch_alter_table(table) as batch:
            batch.create_unique_constraint(name, columns)


def _each(table: str, column: str, turn: str) -> None:
    """Seal or open a column row by row, with the keys this run was handed."""
    rows = sa.table(table, sa.column("id"), sa.column(column, sa.LargeBinary()))
    value = rows.c[column]
    connection = op.get_bind()
    found = connection.execute(sa.select(rows.c.id, value).where(value.is_not(None))).all()
    if not found:
        return
    turned = context.config.attributes[turn]
    connection.execute(
        rows.update().where(rows.c.id == sa.bindparam("this")).values({column: sa.bindparam("new")}),
        [{"this": this, "new": turned(_bytes(old))} for this, old in found],
    )


def _bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
