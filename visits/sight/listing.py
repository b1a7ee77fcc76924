"""A page of a sorted list, the same way everywhere."""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Uuid,
    cast,
    func,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

Row = TypeVar("Row")
Text = TypeVar("Text", bound=str)
Asked = Select[uuid.UUID] | CompoundSelect[uuid.UUID]
Found = Sequence[uuid.UUID] | Asked
# So many ids are handed to a database one by one; more of them are asked for where they stand.
FEW = 2_000
PAGE_SIZE = 50
Order = Mapping[str, Any]
# How many rows there are of each value of what a list is sorted by.
Counts = list[tuple[Any, int]]
Ident = InstrumentedAttribute[uuid.UUID] | InstrumentedAttribute[uuid.UUID | None]


@dataclass(frozen=True)
class Wanted:
    """Which page of a list, in what order. `page` counts from 1."""

    page: int = 1
    sort: str = ""
    descending: bool = False
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many rows stand before the page."""
        return (self.page - 1) * self.size

    def within(self, total: int) -> "Wanted":
        """Give the last page instead of one past the end: what was its only row may be gone."""
        return replace(self, page=min(self.page, max(1, -(-total // self.size))))


# For who asks only how many there are, or for the first.
JUST_COUNT = JUST_ONE = Wanted(size=1)


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
    wanted = wanted.within(total or 0)
    column = order.get(wanted.sort) if wanted.sort in order else next(iter(order.values()))
    assert column is not None
    sorted_by = column.desc() if wanted.descending else column.asc()
    ties = tie if isinstance(tie, tuple) else (tie,)
    rows = session.scalars(
        statement.order_by(sorted_by.nulls_last(), *ties).limit(wanted.size).offset(wanted.offset)
    )
    return Listed(rows.unique().all(), total or 0, wanted)


@dataclass(frozen=True)
class Bands:
    """What a list is sorted by, where many rows share a value and there are few values.

    `counted` makes of what is found a row of each value, after columns that it is told apart by
    beside, and how many have it; `having` is the condition for those of some values, None among
    them.
    """

    counted: Callable[..., Select[Any]]
    having: Callable[[Sequence[Any]], ColumnElement[bool]]


def bands_of(column: InstrumentedAttribute[Any]) -> Bands:
    """Give the bands of a column of the list's own table that is never empty."""
    return Bands(lambda found, *apart: _counted(found, *apart, column), column.in_)


def _counted(found: Select[uuid.UUID], *by: Any) -> Select[Any]:
    counted = found.with_only_columns(*by, func.count(), maintain_column_froms=True)
    return counted.group_by(*by)


def _all_in_one(found: Select[uuid.UUID], *apart: Any) -> Select[Any]:
    counted = found.with_only_columns(*apart, null(), func.count(), maintain_column_froms=True)
    return counted.group_by(*apart)


ONE_BAND = Bands(_all_in_one, lambda values: true())


@dataclass(frozen=True)
class By:
    """What a list is sorted by, and the joins that lead there from its own table.

    What leads nowhere stays listed when a join is `outer`. A `known` column is never empty. With
    `bands`, those before and after a page's own are counted, never sorted.
    """

    column: Any
    through: tuple[Any, ...] = ()
    outer: tuple[Any, ...] = ()
    known: bool = False
    bands: Bands | None = None

    def first(self, wanted: Wanted) -> ColumnElement[Any]:
        """Give what comes first of a list's order, either way; what is unknown comes last."""
        either: ColumnElement[Any] = self.column.desc() if wanted.descending else self.column.asc()
        return either.nulls_last()


def page_of_found(
    session: Session,
    found: Select[uuid.UUID],
    rows: Select[Row],
    *,
    wanted: Wanted,
    order: Mapping[str, By],
    tie: Sequence[Any],
    total: int | None = None,
) -> Listed[Row]:
    """Give a page of the ids that a statement finds on one table; `rows` reads that table.

    Of millions of rows those of a page are found, and all are counted, by index: nothing but the
    rows of the page is read. `tie` ends with the id.
    """
    ids = ids_of_page(session, found, wanted=wanted, order=order, tie=tie, total=total)
    read = rows_of(session, rows, tie[-1], ids.rows) if ids.rows else {}
    return Listed([read[one] for one in ids.rows], ids.total, ids.wanted)


def rows_of(
    session: Session, rows: Select[Row], ident: Any, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Row]:
    """Read the rows of some ids of one table."""
    read: Iterable[Any] = session.scalars(rows.where(ident.in_(ids))).unique()
    return {row.id: row for row in read}


def ids_of_page(
    session: Session,
    found: Select[uuid.UUID],
    *,
    wanted: Wanted,
    order: Mapping[str, By],
    tie: Sequence[Any],
    total: int | None = None,
) -> Listed[uuid.UUID]:
    """Give a page of the ids themselves that a statement finds on one table."""
    by = order.get(wanted.sort) or next(iter(order.values()))
    if total is None or by.bands:
        counts = _count_bands(session, found, by, wanted).get((), [])
    else:
        counts = [(None, total)]
    return _page_of_bands(session, found, by, counts, wanted, tie)


def ids_of_pages(
    session: Session,
    found: Select[uuid.UUID],
    apart: InstrumentedAttribute[Text],
    *,
    wanted: Wanted,
    order: Mapping[str, By],
    tie: Sequence[Any],
) -> dict[Text, Listed[uuid.UUID]]:
    """Give such a page of each value of a column that is found: all are counted at once."""
    by = order.get(wanted.sort) or next(iter(order.values()))
    counted = _count_bands(session, found, by, wanted, apart)
    return {
        value: _page_of_bands(session, found.where(apart == value), by, counts, wanted, tie)
        for (value,), counts in counted.items()
    }


def _count_bands(
    session: Session, found: Select[uuid.UUID], by: By, wanted: Wanted, *apart: Any
) -> dict[tuple[Any, ...], Counts]:
    """Count what is found of each band, in order, by the values of some columns beside."""
    counted = (by.bands or ONE_BAND).counted(found, *apart)
    if by.bands:
        beside = list(counted.selected_columns)[: len(apart) + 1]
        counted = counted.order_by(by.first(wanted), *reversed(beside))
    counts: dict[tuple[Any, ...], Counts] = defaultdict(list)
    for *beside, value, count in session.execute(counted):
        counts[tuple(beside)].append((value, count))
    return counts


def _page_of_bands(
    session: Session,
    found: Select[uuid.UUID],
    by: By,
    counts: Counts,
    wanted: Wanted,
    tie: Sequence[Any],
) -> Listed[uuid.UUID]:
    total = sum(count for _, count in counts)
    if not total:
        return Listed([], 0, wanted)
    wanted, sorted_by = wanted.within(total), [by.first(wanted)]
    through, outer, offset = by.through, by.outer, wanted.offset
    if by.bands and total > FEW:
        values, before = _bands_of_page(counts, wanted)
        found, offset = found.where(by.bands.having(values)), offset - before
        if len(values) == 1:
            # Of one value there is nothing to sort by it, and an index may be read as it stands.
            sorted_by, through, outer = [], (), ()
    for step in through:
        found = found.join(step)
    for step in outer:
        found = found.outerjoin(*step) if isinstance(step, tuple) else found.outerjoin(step)
    if by.known and len(tie) > 1 and total > FEW:
        found = _up_to_page(session, found, by, wanted)
    page = found.order_by(*sorted_by, *tie).limit(wanted.size).offset(offset)
    return Listed(session.scalars(page).all(), total, wanted)


def _bands_of_page(counts: Counts, wanted: Wanted) -> tuple[list[Any], int]:
    """Give the values that a page shows, and how many rows stand before the first of them."""
    values: list[Any] = []
    before = reached = 0
    for value, count in counts:
        if reached + count <= wanted.offset:
            before += count
        elif reached < wanted.offset + wanted.size:
            values.append(value)
        reached += count
    return values, before


def each_of(column: InstrumentedAttribute[Text], *where: ColumnElement[bool]) -> Select[Text]:
    """Select the values of a column, each read once by its index: however many rows have it."""
    each = select(func.min(column).label("value")).where(*where).cte("each", recursive=True)
    after = select(func.min(column)).where(column > each.c.value, *where)
    each = each.union_all(select(after.scalar_subquery()).where(each.c.value.is_not(None)))
    return select(each.c.value).where(each.c.value.is_not(None))


def found_or_asked(session: Session, asked: Asked, few: int | None = None) -> Found:
    """Find some ids, once, to be handed to several statements; too many stay a question."""
    few = FEW if few is None else few
    ids = session.scalars(asked.limit(few + 1)).all()
    return ids if len(ids) <= few else asked


def among(session: Session, ident: Ident, found: Found) -> ColumnElement[bool]:
    """Give the condition that an id is among some that were found, however many: one parameter."""
    if isinstance(found, Select | CompoundSelect):
        return ident.in_(found)
    if session.get_bind().dialect.name == "postgresql":
        kind = ARRAY(Uuid())
        return ident == func.any(cast(literal(found, kind), kind))
    each = func.json_each(json.dumps([one.hex for one in found])).table_valued("value")
    return ident.in_(select(each.c.value))


def count_found(session: Session, found: Select[uuid.UUID]) -> int:
    """Count what a statement finds."""
    count = found.with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(count) or 0


def _up_to_page(
    session: Session, found: Select[uuid.UUID], by: By, wanted: Wanted
) -> Select[uuid.UUID]:
    """Leave out what comes after a page by its first order alone: ties cost more to work out."""
    first = by.column.desc() if wanted.descending else by.column.asc()
    upto = found.with_only_columns(by.column.label("first"), maintain_column_froms=True)
    page = upto.order_by(first).limit(wanted.page * wanted.size).subquery()
    last = session.scalar(select((func.min if wanted.descending else func.max)(page.c.first)))
    if last is None:
        return found
    return found.where(by.column >= last if wanted.descending else by.column <= last)
