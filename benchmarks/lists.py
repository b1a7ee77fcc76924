"""Lists, files, targeting and the making of tasks, in a town's stock and in a country's."""

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from benchmarks.bench import Bench
from benchmarks.databases import SECRETS, SESSION_SECRET, Database
from benchmarks.figures import MS, Figure, figure, timed
from benchmarks.kept import kept_postgres, kept_sqlite
from benchmarks.life_rows import (
    CASE,
    CITY,
    COUNTRY,
    NOW,
    PERSON,
    TOWN,
    VISIT,
    Life,
    id_of,
    write_life,
)
from visits.accounts.accounts import find_organisation
from visits.accounts.open_sessions import start_session
from visits.calls.desk import next_up
from visits.cases.coming import make_what_is_due
from visits.choosing.audience import audience_of, homes_of, known_of
from visits.choosing.further import find_more
from visits.choosing.scoring import score
from visits.choosing.targeting import enrol_top, rank_candidates
from visits.ground.db import connect, sessions
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Organisation, OrganisationKind, User
from visits.programmes import Programme
from visits.programmes.published import find_programme
from visits.sight import Reach, Viewer
from webapp import create_app
from webapp.access.setting_up import settle_memory
from webapp.access.who_asks import SESSION_NUMBER
from webapp.frame.settings import Settings
from webapp.frame.transaction import House

ROUNDS, WARM_UP, PATIENCE = 20, 2, 15.0
TURNS, ENROLLED = 5, 500
COORDINATOR, PARTNER = "co@palier.example", "pa@palier.example"
LISTS = {
    COORDINATOR: (
        "/", "/tasks/", "/tasks/?state=late", "/tasks/?state=to_plan&programme=isolated_tenants",
        "/tasks/?state=open_all&sort=name", "/tasks/?state=open_all&q=martin",
        "/cases/?programme=seniors", "/cases/?programme=seniors&state=all",
        "/cases/?programme=isolated_tenants&state=all&q=martin", "/visits/", "/visits/?q=martin",
        "/people/?q=martin", "/people/?q=martim", "/people/?q=jean+bernard", "/support/",
        "/support/?which=raised", "/support/balance/?programme=isolated_tenants",
        "/money/?programme=seniors",
    ),
    PARTNER: ("/", "/tasks/", "/cases/?programme=isolated_tenants", "/visits/"),
}  # fmt: skip
ONE_OF_SEVERAL = tuple(path for path in LISTS[COORDINATOR] if "/visits/" not in path)
FILES = {"/cases/{}": CASE, "/people/{}": PERSON, "/visits/{}": VISIT}


def measure_lists(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of lists and files, seconds of targeting and of the making of tasks."""
    for life in (TOWN, CITY, COUNTRY) if bench.large else (TOWN,):
        name = f"life-{life.dwellings}"
        with timed() as writing:
            place = kept_sqlite(name, lambda url, life=life: _write(url, life))
        bench.tell(f"{life.dwellings:,} dwellings there in {writing.seconds:.0f} s")
        yield from _measure(f"sqlite:///{place}", life, Database.SQLITE)
        with timed() as copying, kept_postgres(name, place) as url:
            copying.seconds = 0.0
            yield from _measure(url, life, Database.POSTGRESQL)


def _write(url: str, life: Life) -> None:
    engine = connect(url, secrets=SECRETS)
    with sessions(engine)() as session:
        write_life(session, life)
    engine.dispose()


def _measure(url: str, life: Life, database: Database) -> Iterator[Figure]:
    app = office_app(url)
    house: House = app.extensions["palier"]
    logging.disable(logging.WARNING)
    try:
        for email, paths in LISTS.items():
            client, who = signed_in(app, email), email[:2]
            for path in paths:
                what = f"lists of {life.dwellings:,}: {who} {path}"
                yield figure(
                    what, page_times(client, [path] * ROUNDS), unit="ms", database=database
                )
        yield from _one_of_several(app, life, database)
        yield from _files(signed_in(app, COORDINATOR), life, database)
        yield _desk(house, life, database)
        yield from _targeting(house, life, database)
        yield _making(house, life, database)
    finally:
        logging.disable(logging.NOTSET)
        house.engine.dispose()


def _one_of_several(app: Flask, life: Life, database: Database) -> Iterator[Figure]:
    """Time the lists of one landlord of several: all there is here is its own."""
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        other = find_organisation(session, "Another office", OrganisationKind.LANDLORD)
        session.flush()
    try:
        client = signed_in(app, COORDINATOR)
        for path in ONE_OF_SEVERAL:
            what = f"lists of {life.dwellings:,}: one of several {path}"
            yield figure(what, page_times(client, [path] * ROUNDS), unit="ms", database=database)
    finally:
        with house.sessions.begin() as session:
            session.execute(delete(Organisation).where(Organisation.id == other.id))


def _files(client: FlaskClient, life: Life, database: Database) -> Iterator[Figure]:
    rng = Random(5)
    for path, table in FILES.items():
        most = {CASE: life.cases, PERSON: life.cases, VISIT: life.cases}[table]
        paths = []
        for _ in range(ROUNDS):
            number = rng.randrange(1, most)
            if table == VISIT:  # the first task of a case was a visit
                number = (number - 1) * 10 + 1
            paths.append(path.format(uuid.UUID(id_of(table, number))))
        what = f"files of {life.dwellings:,}: {path}"
        yield figure(what, page_times(client, paths), unit="ms", database=database)


def page_times(client: FlaskClient, paths: list[str]) -> list[float]:
    """Time pages in milliseconds, the first ones left out, as a process that serves has them."""
    samples: list[float] = []
    for path in paths[:WARM_UP]:
        client.get(path)
    settle_memory()
    began = time.perf_counter()
    for path in paths:
        with timed() as asked:
            answer = client.get(path)
            answer.get_data()
        if answer.status_code not in (200, 404):  # a protected person's is not shown
            raise RuntimeError(f"{path} answered {answer.status_code}")
        samples.append(asked.seconds * MS)
        if time.perf_counter() - began > PATIENCE and len(samples) > WARM_UP:
            break
    return samples


def _desk(house: House, life: Life, database: Database) -> Figure:
    """Time the call desk going from one person to the next, as a caller does who notes nothing."""
    samples: list[float] = []
    with house.sessions() as session:
        boss = session.scalars(select(User).where(User.email == COORDINATOR)).one()
        viewer = Viewer(boss.id, boss.organisation_id, None, Reach.ALL)
        case = None
        for _ in range(WARM_UP + ROUNDS):
            with timed() as asked:
                case = next_up(session, viewer, programme="seniors", after=case, now=NOW)
            samples.append(asked.seconds * MS)
    what = f"desk of {life.tasks:,} tasks: next"
    return figure(what, samples[WARM_UP:], unit="ms", database=database)


def _targeting(house: House, life: Life, database: Database) -> Iterator[Figure]:
    """Time the ordered list beside everybody scored by herself, and enrolling the first ones."""
    with house.sessions() as session:
        boss = session.scalars(select(User).where(User.email == COORDINATOR)).one()
        viewer = Viewer(boss.id, boss.organisation_id, None, Reach.ALL)
        programme = find_programme(session, "seniors")
    one_by_one, ranking, enrolling, persons = [], [], [], 0
    for number in range(TURNS):
        with house.sessions() as session:
            if not number:
                with timed() as watch:
                    _each_alone(session, programme, viewer)
                one_by_one.append(watch.seconds)
            with timed() as watch:
                persons = rank_candidates(session, programme, viewer, now=NOW).total
            ranking.append(watch.seconds)
        with house.sessions() as session:
            with timed() as watch:
                enrol_top(session, programme, ENROLLED, viewer=viewer, now=NOW)
            enrolling.append(watch.seconds)
            session.rollback()
    for what, samples in (
        ("targeting, one by one", one_by_one), ("targeting", ranking),
        (f"enrolling the first {ENROLLED}", enrolling),
    ):  # fmt: skip
        yield figure(
            f"{what} in {life.dwellings:,}", samples, unit="s", database=database, persons=persons
        )


def _each_alone(session: Session, programme: Programme, viewer: Viewer) -> None:
    today = today_in_paris(NOW)
    statement = audience_of(programme.code, programme.audience, viewer, today=today)
    more = find_more(session, programme.facts_asked, viewer, homes_of(statement))
    for row in session.execute(statement):
        score(known_of(row, today=today, more=more), programme)


def _making(house: House, life: Life, database: Database) -> Figure:
    with house.sessions() as session:
        with timed() as making:
            made = make_what_is_due(session, now=NOW)
            session.flush()
        session.rollback()
    what = f"making tasks in {life.dwellings:,}"
    return figure(what, [making.seconds], unit="s", database=database, tasks=made)


def office_app(url: str) -> Flask:
    """Give the application on a database, at the benchmarks' moment."""
    settings = Settings(
        data=Path("nowhere"), database_url=url, session_secret=SESSION_SECRET, secrets=SECRETS,
        basemap="none", second_factor=(),
    )  # fmt: skip
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
    app.extensions["palier"] = replace(app.extensions["palier"], clock=lambda: NOW)
    return app


@contextmanager
def office_on(bench: Bench, kind: Database) -> Iterator[tuple[Flask, House]]:
    """Give the application on an empty database of a kind, without its warnings; all goes after."""
    with bench.databases.deployment(kind) as settings:
        app = office_app(settings.database_url)
        house: House = app.extensions["palier"]
        logging.disable(logging.WARNING)
        try:
            yield app, house
        finally:
            logging.disable(logging.NOTSET)
            house.engine.dispose()


def signed_in(app: Flask, email: str) -> FlaskClient:
    """Give a browser that is signed in."""
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        user = session.scalars(select(User).where(User.email == email)).one()
        number = start_session(session, user.id, now=NOW)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = user.fs_uniquifier
        cookie["_fresh"] = True
        cookie[SESSION_NUMBER] = str(number)
        cookie["fs_paa"] = NOW.timestamp()
    return client
