"""The map: views of a département and of a country, from afar to the street."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import cos, radians
from random import Random
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from benchmarks.bench import Bench
from benchmarks.copying import copy_rows
from benchmarks.country import make_country
from benchmarks.databases import Database
from benchmarks.figures import MS, Figure, figure, timed
from benchmarks.map_rows import draw_map, list_cells
from benchmarks.stock_rows import write_stock
from visits.mapping.points import rebuild_map, refresh_map
from visits.models.accounts import Role, User
from visits.models.map import MapPoint
from webapp import create_app
from webapp.frame.settings import Settings
from webapp.frame.transaction import House, open_house

DEPARTMENT, COUNTRY = 13_000, 1_000_000
ZOOMS = (6, 8, 10, 12, 14, 15, 17)
VIEWS, WARM_UP = 40, 3
PATIENCE = 20.0  # seconds for the views of one zoom
SCREEN = (1280, 800)  # CSS pixels
TILE = 256
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
Place = tuple[float, float]


@dataclass(frozen=True)
class _View:
    """One answer of the map; `computing_ms` is the part this process worked for."""

    ms: float
    computing_ms: float
    kilobytes: float


def measure_map(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of the viewport endpoint, per zoom, at 13,000 and at a million dwellings."""
    for dwellings in (DEPARTMENT, COUNTRY) if bench.large else (DEPARTMENT,):
        yield from _measure_stock(bench, dwellings)


def _measure_stock(bench: Bench, dwellings: int) -> Iterator[Figure]:
    """Draw a stock once, in SQLite, and measure there and in a PostgreSQL with the same rows."""
    with bench.databases.deployment(Database.SQLITE) as settings:
        with timed() as writing:
            places = _write(settings, dwellings)
        bench.tell(f"{dwellings:,} dwellings written in {writing.seconds:.0f} s")
        yield from _measure(bench, settings, places, Database.SQLITE)
        with bench.databases.deployment(Database.POSTGRESQL) as other:
            with timed() as copying:
                copy_rows(settings.data / "palier.db", other.database_url)
            bench.tell(f"the same copied in {copying.seconds:.0f} s")
            yield from _measure(bench, other, places, Database.POSTGRESQL)


def _write(settings: Settings, dwellings: int) -> list[Place]:
    rng, house = Random(3), open_house(settings)
    stock = list(make_country(rng, dwellings))
    with house.sessions() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.connection().exec_driver_sql("PRAGMA cache_size = -600000")
        write_stock(session, stock, rng)
        draw_map(session)
        session.commit()
    house.engine.dispose()
    return [(home.building.lat, home.building.lon) for homes in stock for home in homes]


def _measure(
    bench: Bench, settings: Settings, places: Sequence[Place], kind: Database
) -> Iterator[Figure]:
    app = create_app(settings, clock=lambda: NOW)
    house: House = app.extensions["palier"]
    logging.getLogger("palier").setLevel(logging.WARNING)
    what, rng = f"{len(places):,}", Random(5)
    if kind is Database.POSTGRESQL:
        _settle(house.engine)
    if len(places) <= DEPARTMENT:
        yield _rebuilding(house, what, kind)
    yield _refreshing(house, rng, what, kind)
    client = _manager(app.test_client(), house)
    for zoom in ZOOMS:
        yield _view(client, rng, places, zoom=zoom, what=what, database=kind)
    house.engine.dispose()


def _settle(engine: Engine) -> None:
    """Let PostgreSQL learn how its tables are filled, as it soon does by itself."""
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _rebuilding(house: House, what: str, kind: Database) -> Figure:
    """Time the map made anew; raises if it is not the map that was there."""
    with house.sessions() as session:
        before = list_cells(session)
    with timed() as watch, house.sessions.begin() as session:
        points = rebuild_map(session)
    with house.sessions() as session:
        if list_cells(session) != before:
            raise AssertionError("the map made anew is another one")
    return figure(
        f"map of {what}: all of it anew", [watch.seconds], unit="s", database=kind,
        dwellings=points, cells=len(before),
    )  # fmt: skip


def _refreshing(house: House, rng: Random, what: str, kind: Database) -> Figure:
    """Time what each change of one dwelling costs the map."""
    with house.sessions() as session:
        ids = session.scalars(select(MapPoint.dwelling_id).limit(20_000)).all()
    samples = []
    for dwelling_id in rng.sample(ids, VIEWS):
        with timed() as watch, house.sessions.begin() as session:
            refresh_map(session, [dwelling_id])
        samples.append(watch.seconds * MS)
    return figure(f"map of {what}: one dwelling anew", samples, unit="ms", database=kind)


def _manager(client: FlaskClient, house: House) -> FlaskClient:
    with house.sessions() as session:
        user = session.scalars(select(User).where(User.role == Role.MANAGER)).one()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=user.fs_uniquifier, _fresh=True, fs_paa=NOW.timestamp())
    return client


def _view(
    client: FlaskClient,
    rng: Random,
    places: Sequence[Place],
    *,
    zoom: int,
    what: str,
    database: Database,
) -> Figure:
    views: list[_View] = []
    end = time.monotonic() + PATIENCE
    while len(views) < WARM_UP + VIEWS and (len(views) < 2 * WARM_UP or time.monotonic() < end):
        views.append(_look(client, _viewport(rng, rng.choice(places), zoom), zoom))
    counted = views[WARM_UP:]
    sizes = [view.kilobytes for view in counted]
    return figure(
        f"map of {what}: view at zoom {zoom}",
        [view.ms for view in counted],
        unit="ms",
        database=database,
        ours_ms=round(median(view.computing_ms for view in counted), 1),
        kB=round(median(sizes), 1),
        largest_kB=round(max(sizes), 1),
    )


def _look(client: FlaskClient, box: str, zoom: int) -> _View:
    start = time.process_time()
    with timed() as watch:
        answer = client.get("/api/map/dwellings", query_string={"bbox": box, "z": zoom})
    computing = time.process_time() - start
    if answer.status_code != 200:
        raise AssertionError(f"the map answered {answer.status}: {answer.text[:300]}")
    return _View(watch.seconds * MS, computing * MS, len(answer.data) / 1000)


def _viewport(rng: Random, place: Place, zoom: int) -> str:
    """Give the box of a screen that has a dwelling somewhere in its middle half."""
    degrees = 360 / (TILE * 2**zoom)
    wide = SCREEN[0] * degrees
    high = SCREEN[1] * degrees * cos(radians(place[0]))
    lat = place[0] + high * rng.uniform(-0.25, 0.25)
    lon = place[1] + wide * rng.uniform(-0.25, 0.25)
    box = (lat - high / 2, lon - wide / 2, lat + high / 2, lon + wide / 2)
    return ",".join(f"{side:.6f}" for side in box)
