"""Public instances of rounds with time windows: `python -m benchmarks.instances FILE …`.

Each is a file in Solomon's format; what is best known of it stands beside, in a file of the same
name that ends in `.sol`. Distances count as in the DIMACS challenge: tenths, cut off. The product's
own engine works them out, as it works out rounds, and each solution is walked through again here.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import vrplib

from visits.ground.apart import EngineFailed, work_apart
from visits.rounds.solving import ENGINE

LONGEST = timedelta(hours=1)
TENTHS = 10


@dataclass(frozen=True)
class Solved:
    """What an instance came to: routes, their length in tenths, how long that took in seconds."""

    name: str
    customers: int
    routes: int
    length: int
    seconds: float
    best: int | None

    @property
    def gap(self) -> str:
        """Say how much longer the routes are than the best that is known."""
        return "" if not self.best else f"{(self.length / self.best - 1):+.1%}"


def solve_instance(path: Path) -> Solved:
    """Have an instance solved; raises ValueError where what came back is no solution of it."""
    said = vrplib.read_instance(path, instance_format="solomon")
    lengths = [[int(one * TENTHS) for one in row] for row in said["edge_weight"]]
    began = time.perf_counter()
    answer = work_apart(ENGINE, _problem(said, lengths), look=lambda: None, longest=LONGEST)
    took = time.perf_counter() - began
    routes = [
        [step["id"] for step in route["steps"] if step["type"] == "job"]
        for route in answer["routes"]
    ]
    length = sum(_walk(said, lengths, route) for route in routes)
    customers = len(lengths) - 1
    if sorted(one for route in routes for one in route) != list(range(1, customers + 1)):
        raise ValueError(f"{path.name}: not every customer is visited once")
    return Solved(path.stem, customers, len(routes), length, took, _best(path))


def _problem(said: Any, lengths: list[list[int]]) -> dict[str, Any]:
    """Write an instance as VROOM reads it: a job a customer, and as many vehicles as there are."""
    first, last = (int(one) * TENTHS for one in said["time_window"][0])
    jobs = [
        {
            "id": at,
            "location_index": at,
            "delivery": [int(said["demand"][at])],
            "service": int(said["service_time"][at]) * TENTHS,
            "time_windows": [[int(one) * TENTHS for one in said["time_window"][at]]],
        }
        for at in range(1, len(lengths))
    ]
    vehicles = [
        {
            "id": at, "start_index": 0, "end_index": 0,
            "capacity": [int(said["capacity"])], "time_window": [first, last],
        }
        for at in range(1, int(said["vehicles"]) + 1)
    ]  # fmt: skip
    matrix = {"car": {"durations": lengths, "costs": lengths}}
    return {"jobs": jobs, "vehicles": vehicles, "matrices": matrix}


def _walk(said: Any, lengths: list[list[int]], route: list[int]) -> int:
    """Walk a route and give its length; raises ValueError for one that cannot be driven."""
    if sum(int(said["demand"][at]) for at in route) > said["capacity"]:
        raise ValueError("a vehicle carries too much")
    here, now, length = 0, int(said["time_window"][0][0]) * TENTHS, 0
    for there in (*route, 0):
        opens, closes = (int(one) * TENTHS for one in said["time_window"][there])
        length += lengths[here][there]
        now = max(now + lengths[here][there], opens)
        if now > closes:
            raise ValueError(f"customer {there} is served too late")
        now += int(said["service_time"][there]) * TENTHS
        here = there
    return length


def _best(path: Path) -> int | None:
    beside = path.with_suffix(".sol")
    return round(float(vrplib.read_solution(beside)["cost"]) * TENTHS) if beside.exists() else None


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Solve each of FILES with the engine that rounds are made with."""
    click.echo(f"{'instance':<12} {'visits':>7} {'routes':>7} {'length':>10} {'gap':>8} {'s':>7}")
    for path in files:
        try:
            one = solve_instance(path)
        except (RuntimeError, ValueError, EngineFailed) as refused:
            raise click.ClickException(f"{path}: {refused}") from None
        click.echo(
            f"{one.name:<12} {one.customers:>7} {one.routes:>7} {one.length / TENTHS:>10.1f} "
            f"{one.gap:>8} {one.seconds:>7.1f}"
        )


if __name__ == "__main__":
    main()
