"""The map: views of a département and of a country, from afar to the street."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import cos, radians
from random import Random
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from benchmarks.bench import Bench
from benchmarks.country import build_country
from benchmarks.databases import Database
from benchmarks.figures import MS, Figure, figure, timed
from visits.map_points import rebuild_map, refresh_map
from visits.models.accounts import Role, User
from visits.models.map import MapCell, MapPoint
from webapp import create_app
from webapp.transaction import House

DEPARTMENT, COUNTRY = 13_000, 1_000_000
ZOOMS = (6, 8, 10, 12, 14, 15, 17)
VIEWS, WARM_UP = 40, 3
SCREEN = (1280, 800)  # CSS pixels
TILE = 256
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
Place = tuple[float, float]


def measure_map(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of the viewport endpoint, per zoom, at 13,000 and at a million dwellings."""
    for dwellings in (DEPARTMENT, COUNTRY) if bench.large else (DEPARTMENT,):
        for kind in Database:
            yield from _measure(bench, kind, dwellings)


def _measure(bench: Bench, kind: Database, dwellings: int) -> Iterator[Figure]:
    with bench.databases.deployment(kind) as settings:
        app = create_app(settings, clock=lambda: NOW)
        house: House = app.extensions["palier"]
        logging.getLogger("palier").setLevel(logging.WARNING)
        bench.tell(f"building {dwellings:,} dwellings on {kind}")
        rng = Random(3)
        with timed() as building, house.sessions() as session:
            places = build_country(session, dwellings, rng=rng)
        with timed() as counting, house.sessions.begin() as session:
            rebuild_map(session)
        _settle(house.engine)
        what = f"{dwellings:,}"
        bench.tell(f"  built in {building.seconds:.0f} s")
        yield figure(
            f"map of {what}: all counts anew", [counting.seconds], unit="s", database=kind,
            **_sizes(house),
        )  # fmt: skip
        yield _refreshing(house, rng, what, kind)
        client = _manager(app.test_client(), house)
        for zoom in ZOOMS:
            yield _view(client, rng, places, zoom=zoom, what=what, database=kind)
        house.engine.dispose()


def _settle(engine: Engine) -> None:
    """Let the database learn how its tables are filled, as it does by itself in the long run."""
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _sizes(house: House) -> dict[str, int]:
    with house.sessions() as session:
        return {name: _rows(session, model) for name, model in
                (("points", MapPoint), ("cells", MapCell))}  # fmt: skip


def _rows(session: Session, model: type[MapPoint] | type[MapCell]) -> int:
    return session.scalars(select(func.count()).select_from(model)).one()


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
    samples, sizes = [], []
    for _ in range(WARM_UP + VIEWS):
        box = _viewport(rng, rng.choice(places), zoom)
        with timed() as watch:
            answer = client.get("/api/map/dwellings", query_string={"bbox": box, "z": zoom})
        if answer.status_code != 200:
            raise AssertionError(f"the map answered {answer.status}: {answer.text[:300]}")
        samples.append(watch.seconds * MS)
        sizes.append(len(answer.data) / 1000)
    return figure(
        f"map of {what}: view at zoom {zoom}", samples[WARM_UP:], unit="ms", database=database,
        kB=round(median(sizes), 1), largest_kB=round(max(sizes), 1),
    )  # fmt: skip


def _viewport(rng: Random, place: Place, zoom: int) -> str:
    """Give the box of a screen that has a dwelling somewhere in its middle half."""
    degrees = 360 / (TILE * 2**zoom)
    wide = SCREEN[0] * degrees
    high = SCREEN[1] * degrees * cos(radians(place[0]))
    lat = place[0] + high * rng.uniform(-0.25, 0.25)
    lon = place[1] + wide * rng.uniform(-0.25, 0.25)
    box = (lat - high / 2, lon - wide / 2, lat + high / 2, lon + wide / 2)
    return ",".join(f"{side:.6f}" for side in box)
