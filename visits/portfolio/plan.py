"""The dry run of an import: everything it would change, and why some lines are refused."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypedDict

from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.portfolio.account import Account, account_for, placed
from visits.portfolio.by_hand import keep_corrected_homes
from visits.portfolio.fields import Kind
from visits.portfolio.ledger import Ledger, Record, Shelf
from visits.portfolio.mapping import Columns, check_mapping
from visits.portfolio.protected import leave_unseen_alone, lines_about_protected
from visits.portfolio.references import settle_references
from visits.portfolio.rows import Problem, Reading, read_rows
from visits.portfolio.stock import plan_dwellings, plan_residences
from visits.portfolio.tables import Table
from visits.portfolio.tenants import plan_tenants
from visits.portfolio.territory import refuse_outside
from visits.sight.reach import Viewer

SAMPLE = 200
# Columns that follow from others, say nothing to a reader, or open a door.
_NOT_SHOWN = frozenset(
    {
        "id", "landlord_id", "address_key", "name_key", "h3", "residence_id", "territory_id",
        "access_code",
    }
)  # fmt: skip


class Counts(TypedDict):
    """How many of one kind of thing a file would add, change, leave; how many lines it refuses."""

    new: int
    changed: int
    unchanged: int
    refused: int


@dataclass(frozen=True)
class Change:
    """One value that would change; `what` is residence, dwelling or person, `id` its own."""

    id: uuid.UUID
    line: int
    what: str
    name: str
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class ImportPlan:
    """What importing a file would do. `counts` is by residences, dwellings and persons."""

    kind: Kind
    lines: int
    counts: dict[str, Counts]
    refusals: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    left_out: tuple[Problem, ...]
    account: Account
    changes: tuple[Change, ...]
    ledger: Ledger
    now: datetime
    # Lines of which nobody may read but who is named for whom they are about.
    closed_lines: frozenset[int]

    @property
    def refused_lines(self) -> int:
        """Count the lines that would be left out."""
        return len({problem.line for problem in self.refusals})

    @property
    def changes_nothing(self) -> bool:
        """Say whether importing would leave everything as it is."""
        changed = any(counts["new"] or counts["changed"] for counts in self.counts.values())
        return not changed and not self.ledger.to_come


def examine(
    session: Session,
    *,
    landlord_id: uuid.UUID,
    table: Table,
    kind: Kind,
    mapping: Columns,
    now: datetime,
    viewer: Viewer | None = None,
    choices: Mapping[str, str] = MappingProxyType({}),
) -> ImportPlan:
    """Work out what a landlord's file would change when the viewer imports it; nothing is written.

    What other landlords have is not looked at: neither their homes nor their tenants are matched.
    Persons whom the viewer may not see stay as they are, and are told of as if they did not exist.
    A line about a home outside the viewer's territory is refused. Raises Invalid when the mapping
    does not fit the table.
    """
    check_mapping(table, kind=kind, mapping=mapping)
    today = today_in_paris(now)
    reading = read_rows(table, kind=kind, mapping=mapping, today=today)
    ledger = Ledger(session, landlord_id)
    with session.no_autoflush:
        refuse_outside(session, reading, viewer, landlord_id=landlord_id)
        _plan(ledger, reading, kind=kind, today=today, viewer=viewer, choices=choices)
        keep_corrected_homes(ledger, reading)
    if kind is Kind.TENANTS:
        _warn_of_missing_birth_dates(ledger, reading)
    for problems in (reading.refusals, reading.warnings, reading.left_out):
        problems[:] = placed(table, problems)
    plan = ImportPlan(
        kind=kind,
        lines=len(table.rows),
        counts=_count(ledger, reading, kind),
        refusals=tuple(sorted(reading.refusals, key=lambda problem: problem.line)),
        warnings=tuple(sorted(reading.warnings, key=lambda problem: problem.line)),
        left_out=tuple(reading.left_out),
        account=account_for(
            table,
            refusals=reading.refusals,
            warnings=reading.warnings,
            left_out=reading.left_out,
        ),
        changes=tuple(_sample(ledger)),
        ledger=ledger,
        now=now,
        closed_lines=lines_about_protected(ledger, reading),
    )
    leave_unseen_alone(ledger)
    return plan


def _plan(
    ledger: Ledger, reading: Reading, *, kind: Kind, today: date, viewer: Viewer | None,
    choices: Mapping[str, str],
) -> None:  # fmt: skip
    settle_references(ledger, reading, kind=kind, choices=choices)
    if kind is Kind.RESIDENCES:
        plan_residences(ledger, reading)
    elif kind is Kind.DWELLINGS:
        plan_dwellings(ledger, reading)
    else:
        plan_tenants(ledger, reading, today=today, viewer=viewer, choices=choices)


def _warn_of_missing_birth_dates(ledger: Ledger, reading: Reading) -> None:
    lines = {
        person.line
        for person in ledger.persons.touched.values()
        if not person["born_on"] and not person["birth_year"]
    }
    told = {problem.line for problem in reading.warnings if problem.field.endswith("born_on")}
    for row in reading.rows:
        if row.line in lines - told:
            reading.warn(row, "born_on", "missing_birth_date")


def _count(ledger: Ledger, reading: Reading, kind: Kind) -> dict[str, Counts]:
    moved = ledger.persons_elsewhere()
    counts = {
        "residences": _counts_of(ledger.residences, set()),
        "dwellings": _counts_of(ledger.dwellings, set()),
        "persons": _counts_of(ledger.persons, moved),
    }
    subject = "persons" if kind is Kind.TENANTS else kind.value
    refused = len({problem.line for problem in reading.refusals})
    counts[subject]["refused"] = refused
    return counts


def _counts_of(shelf: Shelf, also_changed: set[uuid.UUID]) -> Counts:
    touched = [record for record in shelf.touched.values() if not record.deleted]
    new = sum(record.before is None for record in touched)
    changed = sum(
        record.before is not None and bool(record.changes() or record.id in also_changed)
        for record in touched
    )
    return Counts(new=new, changed=changed, unchanged=len(touched) - new - changed, refused=0)


def _sample(ledger: Ledger) -> Iterator[Change]:
    shown = 0
    for what, shelf in (
        ("person", ledger.persons),
        ("dwelling", ledger.dwellings),
        ("residence", ledger.residences),
    ):
        for record in shelf.touched.values():
            if record.deleted:
                continue
            for name, (old, new) in record.changes().items():
                if name in _NOT_SHOWN:
                    continue
                yield Change(
                    record.id, record.line, what, _label(record), name, _shown(old), _shown(new)
                )
                shown += 1
                if shown >= SAMPLE:
                    return


def _label(record: Record) -> str:
    values = record.values
    if "last_name" in values:
        return f"{values['last_name']} {values['first_name']}".strip()
    return str(values["reference"] or values.get("address") or "")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
