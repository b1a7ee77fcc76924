"""The same visits sent to one process and to as many as there are cores, by turns."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.errands import Errand, plan_errands
from benchmarks.figures import Better, Figure, figure
from benchmarks.server import environ_of, running
from benchmarks.submissions import Sending, send, stored
from webapp.commands.serving import cores
from webapp.frame.transaction import House, open_house

CLIENTS, ROUNDS, A_ROUND, WARM_UP = 8, 4, 48, 32


@dataclass
class Side:
    """A deployment with so many processes, what is left to send to it, and what that met."""

    processes: int
    house: House
    left: Iterator[Errand]
    port: int
    warming: Sending = field(default_factory=Sending)
    met: Sending = field(default_factory=Sending)

    def send(self, many: int, met: Sending) -> None:
        """Send some of it."""
        send(self.port, [next(self.left) for _ in range(many)], clients=CLIENTS, met=met)


def measure_processes(bench: Bench) -> Iterator[Figure]:
    """Submissions a second at 8 clients, and how long each waits; raises if one is lost."""
    for kind in Database:
        with ExitStack() as opened:
            sides = [_side(bench, opened, kind, number) for number in sorted({1, cores()})]
            for side in sides:
                side.send(WARM_UP, side.warming)
            for _ in range(ROUNDS):
                for side in sides:
                    side.send(A_ROUND, side.met)
            for side in sides:
                if stored(side.house) != side.met.acknowledged | side.warming.acknowledged:
                    raise AssertionError("what was acknowledged is not what is stored")
                yield from _figures(side, kind)


def _side(bench: Bench, opened: ExitStack, kind: Database, processes: int) -> Side:
    settings = opened.enter_context(bench.databases.deployment(kind))
    house = open_house(settings)
    opened.callback(house.engine.dispose)
    visits = WARM_UP + ROUNDS * A_ROUND
    bench.tell(f"planning {visits} visits on {kind} for {processes} processes")
    errands = plan_errands(house, visits, now=datetime.now(UTC))
    environ = environ_of(settings) | {"PALIER_PROCESSES": str(processes)}
    return Side(processes, house, iter(errands), opened.enter_context(running(environ)).port)


def _figures(side: Side, kind: Database) -> Iterator[Figure]:
    what = f"{CLIENTS} clients, {side.processes} process{'es' if side.processes > 1 else ''}"
    met = side.met
    answers = {str(status): count for status, count in met.answers.items()}
    yield figure(what, met.rates, unit="/s", better=Better.MORE, database=kind, answers=answers)
    yield figure(f"{what}: wait", met.latencies, unit="ms", database=kind)
