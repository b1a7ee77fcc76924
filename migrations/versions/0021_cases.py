"""cases: what was an enrolment is a case, with the same ids.

Revision: 0021
Follows: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

POINTING = ("contact_attempt", "refusal", "visit", "follow_up")
RENAMED = (("enrolled_at", "opened_at"), ("enrolled_by_id", "opened_by_id"))
INDEXED = (
    ("dwelling_id", ["dwelling_id"]),
    ("person_id", ["person_id"]),
    ("programme_state", ["programme", "state"]),
    ("programme_version_id", ["programme_version_id"]),
)


def upgrade() -> None:
    _drop_indexes("enrolment", "enrolment")
    op.rename_table("enrolment", "case_file")
    for old, new in RENAMED:
        _rename("case_file", old, new)
    for table in POINTING:
        _rename(table, "enrolment_id", "case_id")
    _make_indexes("case_file", "case")
    _rename_unique("uq_enrolment_programme_person_id", "uq_case_file_programme_person_id")
    _rename_constraints((("enrolment", "case_file"), ("case_file_id", "case_id")))


def downgrade() -> None:
    _drop_indexes("case_file", "case")
    _rename_constraints((("case_file", "enrolment"), ("case_id", "enrolment_id")))
    _rename_unique("uq_case_file_programme_person_id", "uq_enrolment_programme_person_id")
    for table in POINTING:
        _rename(table, "case_id", "enrolment_id")
    for old, new in RENAMED:
        _rename("case_file", new, old)
    op.rename_table("case_file", "enrolment")
    _make_indexes("enrolment", "enrolment")


def _rename(table: str, old: str, new: str) -> None:
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")


def _drop_indexes(table: str, column: str) -> None:
    for name, _ in INDEXED:
        op.drop_index(f"ix_{table}_{name}", table)
    for pointing in POINTING:
        op.drop_index(f"ix_{pointing}_{column}_id", pointing)


def _make_indexes(table: str, column: str) -> None:
    for name, columns in INDEXED:
        op.create_index(f"ix_{table}_{name}", table, columns)
    for pointing in POINTING:
        op.create_index(f"ix_{pointing}_{column}_id", pointing, [f"{column}_id"])


def _rename_unique(old: str, new: str) -> None:
    """Rename the constraint where it is written into the table: SQLite makes that anew."""
    if op.get_bind().dialect.name != "sqlite":
        return
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.drop_constraint(old, type_="unique")
        batch_op.create_unique_constraint(new, ["programme", "person_id"])


def _rename_constraints(words: tuple[tuple[str, str], ...]) -> None:
    """Give what PostgreSQL names after tables and columns its new names."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        return
    found = bind.execute(
        sa.text(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype <> 'n'"
            " AND connamespace = current_schema()::regnamespace ORDER BY conname"
        )
    )
    for table, name in found.all():
        renamed = name
        for old, new in words:
            renamed = renamed.replace(old, new)
        if renamed != name:
            op.execute(f'ALTER TABLE {table} RENAME CONSTRAINT "{name}" TO "{renamed}"')
