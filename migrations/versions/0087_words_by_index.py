"""names, references and addresses are searched by an index of their letters, three in a row.

On SQLite by FTS5, kept by triggers: whoever makes one of these tables anew makes its triggers anew.
On PostgreSQL by an index over a function, which needs no extension.

Revision: 0087
Follows: 0089
"""

from collections.abc import Iterator

from alembic import op

revision = "0087"
down_revision = "0089"
branch_labels = None
depends_on = None

# What is searched: its table, its column, and the name of what finds it.
SEARCHED = (
    ("person", "name_key", "searched_name"),
    ("dwelling", "reference", "searched_reference"),
    ("residence", "address_key", "searched_address"),
)
# A row's number is here, for SQLite numbers anew what has no number of its own.
NUMBERS = "CREATE TABLE searched (number INTEGER PRIMARY KEY, id CHAR(32) NOT NULL UNIQUE)"
NUMBER = "SELECT number FROM searched WHERE id"
PARTS = """
CREATE FUNCTION palier_parts(said text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT ARRAY(SELECT substr(said, at, 3) FROM generate_series(1, length(said) - 2) AS at) $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(PARTS)
        for table, column, name in SEARCHED:
            parts = f"palier_parts(lower({column}))"
            op.execute(f"CREATE INDEX ix_{name} ON {table} USING gin ({parts})")
            op.execute(f"ANALYZE {table}")
        return
    op.execute(NUMBERS)
    for table, column, name in SEARCHED:
        op.execute(f"CREATE VIRTUAL TABLE {name} USING fts5 (said, content='', tokenize='trigram')")
        op.execute(f"INSERT INTO searched (id) SELECT id FROM {table}")
        op.execute(
            f"INSERT INTO {name} (rowid, said) SELECT number, {column} FROM {table}"
            f" JOIN searched ON searched.id = {table}.id ORDER BY number"
        )
        for trigger in _triggers(table, column, name):
            op.execute(trigger)


def _triggers(table: str, column: str, name: str) -> Iterator[str]:
    forget = (
        f"INSERT INTO {name} ({name}, rowid, said)"
        f" VALUES ('delete', ({NUMBER} = old.id), old.{column});"
    )
    learn = f"INSERT INTO {name} (rowid, said) VALUES (({NUMBER} = new.id), new.{column});"
    yield (
        f"CREATE TRIGGER {name}_new AFTER INSERT ON {table}"
        f" BEGIN INSERT INTO searched (id) VALUES (new.id); {learn} END"
    )
    yield (
        f"CREATE TRIGGER {name}_changed AFTER UPDATE OF {column} ON {table}"
        f" WHEN old.{column} <> new.{column} BEGIN {forget} {learn} END"
    )
    yield (
        f"CREATE TRIGGER {name}_gone AFTER DELETE ON {table}"
        f" BEGIN {forget} DELETE FROM searched WHERE id = old.id; END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for _table, _column, name in SEARCHED:
            op.execute(f"DROP INDEX ix_{name}")
        op.execute("DROP FUNCTION palier_parts(text)")
        return
    for _table, _column, name in SEARCHED:
        for when in ("new", "changed", "gone"):
            op.execute(f"DROP TRIGGER {name}_{when}")
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP TABLE searched")
