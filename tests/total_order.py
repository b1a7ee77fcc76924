"""Every list that a statement orders has one order: under all tests, an order with ties is a fault.

Two rows of one moment come back as the database pleases; "the latest" is then a matter of luck.
"""

from typing import Any

from sqlalchemy import Engine, Select, UniqueConstraint, event
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.schema import Column


def watch_orders() -> None:
    """Refuse from now on to execute a statement whose order leaves ties."""
    if not event.contains(Engine, "before_execute", _check):
        event.listen(Engine, "before_execute", _check)


def _check(_connection: Any, statement: Any, *_others: Any) -> None:
    if isinstance(statement, Select) and leaves_ties(statement):
        raise AssertionError(f"this order leaves ties: {statement}")


def leaves_ties(statement: Select[Any]) -> bool:
    """Tell whether two rows of a statement may be equal to its ORDER BY."""
    ordered = {_column(one) for one in statement._order_by_clauses}
    if not ordered:
        return False
    grouped = {_column(one) for one in statement._group_by_clauses}
    if statement._distinct:
        grouped = {_column(one) for one in statement.selected_columns}
    if grouped:
        return not grouped <= ordered
    tables = {column.table for column in ordered if isinstance(column, Column)}
    return not any(key <= ordered for table in tables for key in _keys(table))


def _keys(table: Any) -> list[set[Any]]:
    """Give the sets of columns that tell rows apart; of an alias, its primary key and singles."""
    keys = [set(table.primary_key)]
    keys += [{column} for column in table.columns if getattr(column, "unique", None)]
    constraints = getattr(table, "constraints", ())
    unique = [one for one in constraints if isinstance(one, UniqueConstraint)]
    return keys + [set(one.columns) for one in unique]


def _column(clause: Any) -> Any:
    """Take a column out of `.desc()`, `.nulls_last()` and what the ORM adds to it."""
    while isinstance(clause, UnaryExpression):
        clause = clause.element
    return clause._deannotate() if hasattr(clause, "_deannotate") else clause
