"""A database filled from another: SQLite's rows into PostgreSQL, unread."""

import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from visits.ground.db import Base

# Neither what a process leaves for itself, nor who looked: a database numbers that by itself.
LEAVE_OUT = ("job_state", "key_canary", "access_event", "accessed_person", "access_month")


def copy_rows(source: Path, target: str) -> None:
    """Copy every row of a SQLite file into the same tables of an empty PostgreSQL."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in LEAVE_OUT]
    address = make_url(target).set(drivername="postgresql").render_as_string(hide_password=False)
    with sqlite3.connect(source) as rows, psycopg.connect(address) as connection:
        for table in tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            with connection.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                for row in rows.execute(f'SELECT {names} FROM "{table.name}"'):
                    copy.write_row(row)
