"""What became of every line of a file: read, merged with another, left out, or refused."""

import csv
import enum
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from visits.portfolio.lines import Record
from visits.portfolio.messages import message
from visits.portfolio.rows import Problem
from visits.portfolio.tables import Table

# The only codes that say of a whole line that another one holds all it says.
_MERGED = "duplicate_line"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Fate(enum.StrEnum):
    """What became of a line; each has exactly one."""

    READ = "read"
    MERGED = "merged"
    LEFT_OUT = "left_out"
    REFUSED = "refused"


@dataclass(frozen=True)
class Account:
    """The fate of every line of a table, and why: one reason a line, or several of a refusal."""

    fates: Mapping[int, Fate]
    reasons: Mapping[int, Sequence[Problem]] = field(default_factory=dict)

    @property
    def sums(self) -> dict[str, int]:
        """Count the lines by fate; together with `lines`, which is all of them."""
        counted = Counter(self.fates.values())
        return {fate.value: counted[fate] for fate in Fate} | {"lines": len(self.fates)}


def account_for(
    table: Table,
    *,
    refusals: Iterable[Problem],
    warnings: Iterable[Problem],
    left_out: Iterable[Problem],
) -> Account:
    """Say what became of each line of a table, going by what a dry run or an import said of it."""
    fates = dict.fromkeys(range(1, table.lines + 1), Fate.READ)
    reasons: dict[int, list[Problem]] = {}

    def settle(line: int, fate: Fate, problem: Problem) -> None:
        fates[line] = fate
        reasons.setdefault(line, []).append(problem)

    for skip in table.skipped:
        settle(skip.line_number, Fate.LEFT_OUT, _plain(skip.line_number, f"skipped_{skip.reason}"))
    for problem in left_out:
        settle(problem.line, Fate.LEFT_OUT, problem)
    for problem in warnings:
        if problem.code == _MERGED:
            settle(problem.line, Fate.MERGED, problem)
    for problem in refusals:
        settle(problem.line, Fate.REFUSED, problem)
    for line, first in table.continued.items():
        settle(line, Fate.MERGED, _plain(line, "continued_line", {"line": table.place(first)}))
    return Account(fates, reasons)


def placed(table: Table, problems: Iterable[Problem]) -> list[Problem]:
    """Say of problems where their lines stand: in which sheet, where several are read."""
    return [replace(one, place=table.place(one.line), details=_placed(table, one.details))
            for one in problems]  # fmt: skip


def _placed(table: Table, details: dict[str, str]) -> dict[str, str]:
    return details | {name: table.place(int(details[name])) for name in details if name == "line"}


def _plain(line: int, code: str, details: dict[str, str] | None = None) -> Problem:
    return Problem(line, "", "", "", code, details or {})


def lines_csv(
    table: Table,
    records: Iterable[Record],
    account: Account,
    *,
    language: str,
    only: Fate | None = None,
) -> str:
    """Write the lines of a file as they were, each with its fate and the reason beside it.

    The file can be imported again as it is: a spreadsheet opens it, no cell becomes a formula, and
    the columns that were added are known and left out.
    """
    text, kept = io.StringIO(newline=""), list(records)
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    # A line with more cells than headings keeps them all, and ours stand to the right of them.
    width = max([len(table.headings), *(_filled(record.cells) for record in kept)])
    for record in kept:
        cells = [*map(harmless, record.cells), *[""] * width][:width]
        if record.line == table.header_line:
            cells[: len(table.headings)] = map(harmless, table.headings)
            ours = [message(f"column_{name}", language) for name in ("line", "fate", "reason")]
            writer.writerow([*cells, *ours])
        elif only is None or account.fates.get(record.line) is only:
            writer.writerow([*cells, *_told(table, account, record, language)])
    return text.getvalue()


def _filled(cells: Sequence[str]) -> int:
    return max((at + 1 for at, cell in enumerate(cells) if cell.strip()), default=0)


def harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula; reading takes the mark off again."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def said(problem: Problem, language: str) -> str:
    """Say why a line was refused, merged or left out, or what to look at in it."""
    return message(problem.code, language, **{"value": problem.value, **problem.details})


def _told(table: Table, account: Account, record: Record, language: str) -> list[str]:
    fate = account.fates[record.line]
    reasons = account.reasons.get(record.line, ())
    why = " ".join(f"{p.heading} : {said(p, language)}".removeprefix(" : ") for p in reasons)
    return [table.place(record.line), message(f"fate_{fate}", language), harmless(why)]
