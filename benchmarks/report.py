"""The figures as a table to read and as JSON to compare."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.machine import describe_machine
from benchmarks.targets import target_of

RESULTS = Path(__file__).parent / "results"
HEADINGS = ("", "database", "median", "p95", "unit", "n", "target")
WIDTHS = (48, 10, 11, 11, 7, 4, 9)


def heading(name: str, share: float) -> str:
    """Write the head of a benchmark's table; `share` is how much of a core a busy loop gets."""
    return f"\n{name} (a busy loop gets {share:.0%} of a core)\n" + _line(HEADINGS)


def line(figure: Figure) -> str:
    """Write a figure; `!` marks one that misses its target."""
    target = target_of(figure)
    said = "" if target is None else _number(target.limit)
    mark = "" if target is None or target.met(figure) else " !"
    cells = (figure.what, figure.database, _number(figure.median), _number(figure.p95))
    facts = "  ".join(f"{name} {value}" for name, value in figure.facts.items())
    written = _line((*cells, figure.unit, str(figure.rounds), said + mark))
    return f"{written}  {facts}".rstrip()


def write_results(
    figures: Mapping[str, Sequence[Figure]], *, shares: Mapping[str, float], at: datetime
) -> Path:
    """Write the figures as the latest and under their date."""
    told: dict[str, Any] = {
        "measured_at": at.isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "core_share": {name: round(share, 2) for name, share in shares.items()},
        "figures": [
            {"benchmark": name, **asdict(one)} for name, found in figures.items() for one in found
        ],
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{at:%Y-%m-%dT%H%M%S}.json").write_text(text)
    latest = RESULTS / "latest.json"
    latest.write_text(text)
    return latest


def _line(cells: Sequence[str]) -> str:
    first, database, *rest = cells
    columns = [first.ljust(WIDTHS[0]), database.ljust(WIDTHS[1])]
    columns += [cell.rjust(width) for cell, width in zip(rest[:2], WIDTHS[2:4], strict=True)]
    columns += [cell.ljust(width) for cell, width in zip(rest[2:], WIDTHS[4:], strict=True)]
    return " ".join(columns).rstrip()


def _number(value: float) -> str:
    if value == round(value) or value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
