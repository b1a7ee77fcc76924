"""lists of a country: what they count, sort and search stands in indexes, unread rows stay unread.

Revision: 0043
Follows: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0041"
branch_labels = None
depends_on = None

# Table, its old index with columns, its new one.
WIDER = (
    ("person", ("name_key",), ("name_key", "id")),
    ("residence", ("territory_id",), ("territory_id", "id")),
    ("tenancy", ("dwelling_id",), ("dwelling_id", "id")),
    ("dwelling", ("residence_id",), ("residence_id", "id")),
    (
        "case_file",
        ("programme", "state"),
        ("programme", "state", "closed_on", "call_back_at", "score", "dwelling_id", "person_id",
         "id"),
    ),
    ("visit", ("case_id",), ("case_id", "state")),
    ("contact_attempt", ("case_id",), ("case_id", "at", "disposition", "taken_back_at")),
    ("task", ("state", "not_before", "kind", "visit_id"), ("state", "not_before", "kind")),
    ("task", ("case_id",), ("case_id", "state", "not_before", "due_on", "kind", "visit_id")),
)  # fmt: skip
NEW = (
    ("ix_residence_city_postcode", "residence", ("city", "postcode", "address_key", "id")),
    ("ix_dwelling_reference_id", "dwelling", ("reference", "id")),
    ("ix_contact_attempt_disposition_at", "contact_attempt", ("disposition", "at", "case_id")),
    ("ix_visit_planned_start_at", "visit", ("planned_start_at", "state", "case_id", "id")),
)

# Name, table, columns, and of which rows: in SQLite's words and in PostgreSQL's.
OF_SOME = (
    ("ix_person_do_not_contact", "person", ("do_not_contact",), "do_not_contact IS 1",
     "do_not_contact IS true"),
    ("ix_task_to_plan", "task", ("state", "kind", "not_before"), "visit_id IS NULL",
     "visit_id IS NULL"),
    ("ix_task_promised", "task", ("state", "not_before"), "consequence_id IS NOT NULL",
     "consequence_id IS NOT NULL"),
)  # fmt: skip


def upgrade() -> None:
    for table, old, new in WIDER:
        op.drop_index(_name(table, old), table)
        op.create_index(_name(table, new), table, list(new))
    for name, table, columns in NEW:
        op.create_index(name, table, list(columns))
    for name, table, columns, of, of_too in OF_SOME:
        some = {"sqlite_where": sa.text(of), "postgresql_where": sa.text(of_too)}
        op.create_index(name, table, list(columns), **some)


def downgrade() -> None:
    for name, table, *_columns in (*OF_SOME, *NEW):
        op.drop_index(name, table)
    for table, old, new in WIDER:
        op.drop_index(_name(table, new), table)
        op.create_index(_name(table, old), table, list(old))


def _name(table: str, columns: tuple[str, ...]) -> str:
    # Its first two columns name an index of many.
    return "_".join(("ix", table, *columns[:2]))
