"""How soon a server answers, how long its pages take, how much memory it holds."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.browser import Browser
from benchmarks.figures import Figure, figure, timed
from benchmarks.server import Environ, run_palier, running

STARTS, DEMO_STARTS = 5, 3
PAGES = 200
COORDINATOR = "coordinator"


def measure_startup(bench: Bench) -> Iterator[Figure]:
    """Seconds to the first answer, the demo's first load, pages and memory of the demo."""
    with tempfile.TemporaryDirectory(dir=bench.databases.folder) as data:
        environ = {"PALIER_DATA": data, "PALIER_BASEMAP": "none"}
        bench.tell("loading the demo")
        with timed() as loading:
            run_palier(environ, "demo", "--no-serve")
        yield figure("demo: first load", [loading.seconds], unit="s", database="SQLite")
        yield _starts(environ, "serve: start to first 200", "serve", rounds=STARTS)
        yield _starts(environ, "demo: second start to first 200", "demo", rounds=DEMO_STARTS)
        yield from _pages(environ)


def _starts(environ: Environ, what: str, command: str, *, rounds: int) -> Figure:
    samples = []
    for _ in range(1 + rounds):
        with running(environ, command) as server:
            samples.append(server.start_seconds)
    return figure(what, samples[1:], unit="s", database="SQLite")


def _pages(environ: Environ) -> Iterator[Figure]:
    """Read the pages of a coordinator's navigation by turns."""
    with running(environ) as server:
        fresh = server.memory_mb()
        browser = Browser(server.url)
        browser.sign_in(Path(environ["PALIER_DATA"]) / "accounts.json", COORDINATOR)
        paths = browser.navigation()
        seconds: dict[str, list[float]] = defaultdict(list)
        sizes: dict[str, int] = {}
        for number in range(PAGES):
            path = paths[number % len(paths)]
            with timed() as watch:
                sizes[path] = len(browser.get(path))
            seconds[path].append(watch.seconds * 1000)
        used = server.memory_mb()
    yield figure("memory after start", [fresh], unit="MB")
    yield figure(f"memory after {PAGES} pages", [used], unit="MB")
    for path, samples in seconds.items():
        kilobytes = round(sizes[path] / 1000)
        yield figure(f"page {path}", samples[1:], unit="ms", database="SQLite", kB=kilobytes)
