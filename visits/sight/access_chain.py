"""The access log as chains, one a month: each line seals the one before it, months each other.

Whoever writes the log adds lines that are not sealed yet and waits for nobody. A job seals, every
few minutes, whatever others have committed meanwhile, in the order in which it finds it: a line
that becomes visible late takes a later place, so no place is ever left free for it. A month is
closed a day after its end; its closing seal stays when the lines are let go.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.models.accounts import JobState
from visits.models.people import AccessedPerson, AccessEvent, AccessMonth

# How long lines are kept: CNIL, journalisation (deliberation 2021-122, 14 October 2021): 6 to 12
# months.
MONTHS_KEPT = 12
SEALED_AT_ONCE = 5_000  # nobody else writes meanwhile on SQLite
BATCH = 1_000
GRACE = timedelta(days=1)  # for transactions that a month's end found at work, and clocks
EVENT = AccessEvent.__table__.c


@dataclass(frozen=True)
class Break:
    """Where the log was tampered with: the month, and the line where it shows if one does."""

    month: str
    line: int | None = None


def seal_access_log(session: Session, *, now: datetime) -> int:
    """Seal the new lines of the access log, at most SEALED_AT_ONCE; close the months that ended.

    Gives how many lines it sealed.
    """
    take_turn(session, "access_log")
    months = {month.month: month for month in session.scalars(select(AccessMonth))}
    sealed = 0
    while sealed < SEALED_AT_ONCE:
        new = session.execute(
            select(*EVENT).where(EVENT.month.is_(None)).order_by(EVENT.id).limit(BATCH)
        ).all()
        if not new:
            _close_months(months, now)
            break
        _seal(session, new, months)
        sealed += len(new)
    session.flush()
    return sealed


def _seal(session: Session, lines: Sequence[Row[Any]], months: dict[str, AccessMonth]) -> None:
    closed = max((name for name, month in months.items() if month.closed_at), default="")
    persons = _persons(session, EVENT.id.in_([line.id for line in lines]))
    sealed = []
    for line in lines:
        # A line that comes too late for its month goes to the first one still open.
        name = max(_month_of(line.at), _following(closed) if closed else "")
        month = months.get(name)
        if month is None:
            month = months[name] = AccessMonth(month=name, lines=0, last_id=0, seal=name)
            session.add(month)
        month.lines, month.last_id = month.lines + 1, line.id
        month.seal = _line_seal(month.seal, month.lines, line, persons[line.id])
        sealed.append({"line": line.id, "in": name, "nth": month.lines, "by": month.seal})
    chained = (
        update(AccessEvent)
        .where(EVENT.id == bindparam("line"))
        .values(month=bindparam("in"), place=bindparam("nth"), seal=bindparam("by"))
    )
    session.connection().execute(chained, sealed)


def _close_months(months: dict[str, AccessMonth], now: datetime) -> None:
    before = ""
    for name in sorted(months):
        month = months[name]
        if month.closed_at is None:
            if _month_of(now - GRACE) <= name:
                return
            month.closed_at, month.closing_seal = now, _closing_seal(before, month)
        before = month.closing_seal or ""


def let_go_of_access_log(session: Session, *, now: datetime) -> int:
    """Delete the lines of the months kept long enough; their closing seals stay. Gives how many."""
    oldest = _month_of(now)
    for _ in range(MONTHS_KEPT):
        oldest = _preceding(oldest)
    old = select(AccessMonth.month).where(
        AccessMonth.month < oldest, AccessMonth.closed_at.is_not(None)
    )
    gone = session.execute(
        delete(AccessEvent)
        .where(AccessEvent.month.in_(old))
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def check_access_log(session: Session, *, now: datetime) -> dict[str, Any]:
    """Check what was sealed since the last check, and that nothing before it is missing.

    Gives how many lines there are, where it is broken, and what the next check holds on to: while
    the log is broken, what was noted before.
    """
    noted = _noted(session)
    broken = find_break(session, noted)
    lines = session.scalar(select(func.count()).select_from(AccessEvent)) or 0
    return {
        "touched": lines,
        "broken_line": broken.line if broken else None,
        "broken_month": broken.month if broken else None,
        "seen": noted if broken else _seen(session),
    }


def find_break(session: Session, noted: dict[str, Any] | None = None) -> Break | None:
    """Find where the log was changed: in what is newer than `noted`, or in all of it.

    Lines that were checked before are only counted, unless the whole is asked for. A closed month
    may lack all of its lines, never some.
    """
    months = session.scalars(select(AccessMonth).order_by(AccessMonth.month)).all()
    counted = {
        name: count
        for name, count in session.execute(
            select(EVENT.month, func.count()).where(EVENT.month.is_not(None)).group_by(EVENT.month)
        )
    }
    return (
        _break_in_months(months, counted)
        or _break_since(session, months, counted, noted or _noted(session))
        or _break_in_lines(session, months, counted, noted)
    )


def _break_in_months(months: Sequence[AccessMonth], counted: dict[str, int]) -> Break | None:
    """Look at the closing seals and the number of lines, not at the lines."""
    stray = counted.keys() - {month.month for month in months}
    if stray:
        return Break(min(stray))
    before = ""
    for month in months:
        lines = counted.get(month.month, 0)
        if lines != month.lines and not (month.closed_at and lines == 0):
            return Break(month.month)
        if month.closed_at:
            if month.closing_seal != _closing_seal(before, month):
                return Break(month.month)
            before = month.closing_seal
    return None


def _break_since(
    session: Session,
    months: Sequence[AccessMonth],
    counted: dict[str, int],
    noted: dict[str, Any],
) -> Break | None:
    """Look for what the last check saw: the end of a chain holds on nothing else."""
    by_name = {month.month: month for month in months}
    for name, (place, seal, closing_seal) in sorted(noted.items()):
        month = by_name.get(name)
        if month is None or month.lines < place:
            return Break(name)
        if closing_seal is not None and month.closing_seal != closing_seal:
            return Break(name)
        if not counted.get(name):
            continue
        at_place = select(EVENT.seal).where(EVENT.month == name, EVENT.place == place)
        if session.scalars(at_place).one_or_none() != seal:
            return Break(name)
    return None


def _break_in_lines(
    session: Session,
    months: Sequence[AccessMonth],
    counted: dict[str, int],
    noted: dict[str, Any] | None,
) -> Break | None:
    latest_closed = max((name for name, kept in (noted or {}).items() if kept[2]), default="")
    for month in months:
        if month.month <= latest_closed or not counted.get(month.month):
            continue
        place, seal, _closing = (noted or {}).get(month.month, (0, month.month, None))
        for line, persons in _lines(session, month.month, after=place):
            place += 1
            if line.place != place or _line_seal(seal, place, line, persons) != line.seal:
                return Break(month.month, line.id)
            seal = line.seal
        if (place, seal) != (month.lines, month.seal):
            return Break(month.month, month.last_id)
    return None


def _lines(session: Session, month: str, *, after: int) -> Iterator[tuple[Row[Any], list[str]]]:
    # Rows, not objects: the log is the longest of all tables.
    while True:
        lines = session.execute(
            select(*EVENT)
            .where(EVENT.month == month, EVENT.place > after)
            .order_by(EVENT.month, EVENT.place)
            .limit(BATCH)
        ).all()
        if not lines:
            return
        span = EVENT.place.between(lines[0].place, lines[-1].place)
        persons = _persons(session, EVENT.month == month, span)
        for line in lines:
            yield line, persons[line.id]
        after = lines[-1].place


def _persons(session: Session, *conditions: ColumnElement[bool]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(AccessedPerson.event_id, AccessedPerson.person_id)
        .join(AccessEvent, AccessEvent.id == AccessedPerson.event_id)
        .where(*conditions)
    )
    for event_id, person_id in rows:
        found[event_id].append(str(person_id))
    return found


def _noted(session: Session) -> dict[str, Any]:
    check = select(JobState.result).where(JobState.name == "check_access_log")
    result = session.scalars(check).one_or_none()
    return (result or {}).get("seen") or {}


def _seen(session: Session) -> dict[str, Any]:
    """Note the last closed month and those after it; the closing seal holds what is before."""
    months = session.scalars(select(AccessMonth).order_by(AccessMonth.month.desc())).all()
    seen: dict[str, Any] = {}
    for month in months:
        seen[month.month] = [month.lines, month.seal, month.closing_seal]
        if month.closed_at:
            break
    return seen


def _line_seal(previous: str, place: int, line: Row[Any], persons: list[str]) -> str:
    about = ",".join(sorted(persons))
    return _digest(
        previous, place, line.id, line.at.isoformat(), line.user_id, line.kind, line.what, about
    )


def _closing_seal(before: str, month: AccessMonth) -> str:
    return _digest(before, month.month, month.lines, month.last_id, month.seal)


def _digest(*parts: object) -> str:
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


def _month_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"


def _following(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def _preceding(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1):04}-{(number - 2) % 12 + 1:02}"
