"""A page of a sorted list, the same way everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")
PAGE_SIZE = 50
Order = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which page of a list, in what order. `page` counts from 1."""

    page: int = 1
    sort: str = ""
    descending: bool = False
    size: int = PAGE_SIZE


# For who asks only how many there are.
JUST_COUNT = Wanted(size=1)


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """A page of rows, and how many there are in all."""

    rows: Sequence[Row]
    total: int
    wanted: Wanted

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.wanted.size))


def page_of(
    session: Session,
    statement: Select[Row],
    *,
    wanted: Wanted,
    order: Order,
    tie: Any,
    total: int | None = None,
) -> Listed[Row]:
    """Give a page of a statement of one entity.

    `order` names the columns one may sort by; its first is the default. `tie`, a column or a
    tuple of them that ends with a unique one, settles equals, so that no row shows on two pages.
    `total` is how many there are, where somebody counted them already.
    """
    if total is None:
        total = session.scalar(
            select(func.count()).select_from(statement.order_by(None).subquery())
        )
    column = order.get(wanted.sort) if wanted.sort in order else next(iter(order.values()))
    assert column is not None
    sorted_by = column.desc() if wanted.descending else column.asc()
    ties = tie if isinstance(tie, tuple) else (tie,)
    rows = session.scalars(
        statement.order_by(sorted_by.nulls_last(), *ties)
        .limit(wanted.size)
        .offset((wanted.page - 1) * wanted.size)
    )
    return Listed(rows.unique().all(), total or 0, wanted)
