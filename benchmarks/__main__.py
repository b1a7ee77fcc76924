"""Run the benchmarks: `python -m benchmarks [--no-large] [NAME …]`."""

import os
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from benchmarks.agenda import measure_agenda
from benchmarks.bench import Bench, Measure
from benchmarks.bundles import measure_bundles
from benchmarks.databases import Databases
from benchmarks.falls import measure_falls
from benchmarks.figures import Figure
from benchmarks.form_check import measure_checks
from benchmarks.lists import measure_lists
from benchmarks.machine import core_share
from benchmarks.map_views import measure_map
from benchmarks.one_submission import measure_one
from benchmarks.orders import measure_orders
from benchmarks.papers import measure_papers
from benchmarks.processes import measure_processes
from benchmarks.report import heading, line, write_results
from benchmarks.rounds import measure_rounds
from benchmarks.startup import measure_startup
from benchmarks.stock_import import measure_imports
from benchmarks.submissions import measure_submissions
from benchmarks.tablet import measure_tablet
from benchmarks.works_plans import measure_works_plans

BENCHMARKS: dict[str, Measure] = {
    "bundles": measure_bundles,
    "check": measure_checks,
    "import": measure_imports,
    "submission": measure_one,
    "submissions": measure_submissions,
    "processes": measure_processes,
    "papers": measure_papers,
    "tablet": measure_tablet,
    "startup": measure_startup,
    "map": measure_map,
    "lists": measure_lists,
    "orders": measure_orders,
    "agenda": measure_agenda,
    "rounds": measure_rounds,
    "plans": measure_works_plans,
    "falls": measure_falls,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--large/--no-large", default=None, help="A million dwellings on the map too.")
def main(names: tuple[str, ...], large: bool | None) -> None:
    """Measure everything, or what is NAMED; BENCH_SMALL=1 leaves the million dwellings out.

    19 measurements of 20 are as good as p95 or better; `!` misses its target.
    """
    if large is None:
        large = os.environ.get("BENCH_SMALL") != "1"
    at = datetime.now().astimezone()
    figures: dict[str, list[Figure]] = {}
    shares: dict[str, float] = {}
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        bench = Bench(Databases(folder, closing), large, _tell)
        for name in names or BENCHMARKS:
            shares[name] = core_share()
            click.echo(heading(name, shares[name]))
            figures[name] = _run(BENCHMARKS[name], bench)
    click.echo(f"\n{write_results(figures, shares=shares, at=at)}")


def _run(measure: Measure, bench: Bench) -> list[Figure]:
    found = []
    for figure in measure(bench):
        found.append(figure)
        click.echo(line(figure))
    return found


def _tell(what: str) -> None:
    click.echo(f"· {what}", err=True)


if __name__ == "__main__":
    main()
