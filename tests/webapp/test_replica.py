"""Lists, maps and exports are read in a replica, and never read there what is not so any more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event

from tests.conftest import SECRETS, empty
from tests.factories import make_case, make_person, make_user
from tests.replica import Pair, pair_of_servers
from visits.ground import replica as replica_module
from visits.ground.db import connect
from visits.ground.migration import migrate
from visits.ground.replica import Replica
from visits.models.accounts import Role
from visits.programmes.published import publish_shipped_programmes
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.settings import Settings, read_settings
from webapp.frame.transaction import House, open_house
from webapp.office.frame.access import LISTS

pytestmark = [pytest.mark.one_database("postgresql"), pytest.mark.slow]

SignIn = Callable[..., FlaskClient]
NAME = "VERMEULEN"
SEARCH = f"/people/?q={NAME}"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with pair_of_servers() as pair:
        yield pair


@pytest.fixture(scope="module")
def migrated(pair: Pair) -> str:
    engine = connect(pair.url, secrets=SECRETS)
    migrate(engine)
    engine.dispose()
    return pair.url


@pytest.fixture
def database_url(migrated: str) -> Iterator[str]:
    yield migrated
    empty(migrated)


@pytest.fixture
def followed(app: Flask, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The application's house, with a replica that is asked again at once after it was behind."""
    monkeypatch.setattr(replica_module, "REST_S", 0)
    monkeypatch.setattr(replica_module, "PATIENCE_S", 60)
    house: House = app.extensions["palier"]
    replica = Replica(connect(pair.replica_url, secrets=SECRETS), house.engine)
    house = app.extensions["palier"] = replace(house, replica=replica)
    yield house
    replica.engine.dispose()


@contextmanager
def _reads(engine: Engine) -> Iterator[list[str]]:
    """Note what an engine is asked for, but how far it is."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if "pg_" not in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def _move_in(house: House, name: str = NAME) -> None:
    with house.sessions.begin() as session:
        person = make_person(session, last_name=name)
        make_case(session, by=make_user(session), person=person)


def test_a_list_is_read_in_the_replica_and_has_what_was_written_just_before(
    followed: House, client_as: SignIn
) -> None:
    office = client_as(Role.COORDINATOR)
    assert followed.replica is not None
    for number in range(20):
        name = f"{NAME}-{'ABCDEFGHIJKLMNOPQRST'[number]}"
        _move_in(followed, name)
        with _reads(followed.replica.engine) as asked:
            assert name in office.get(f"/people/?q={name}").text
        assert any("person" in statement for statement in asked)


def test_the_file_of_a_person_is_read_where_it_is_written(
    followed: House, client_as: SignIn
) -> None:
    office = client_as(Role.COORDINATOR)
    with followed.sessions.begin() as session:
        person = make_case(session, by=make_user(session)).person
    assert followed.replica is not None
    with _reads(followed.replica.engine) as asked:
        assert office.get(f"/people/{person.id}").status_code == 200
    assert asked == []


def test_a_replica_that_is_behind_is_not_read_and_is_again_once_it_has_all(
    followed: House, client_as: SignIn, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = client_as(Role.COORDINATOR)
    assert followed.replica is not None
    pair.pause()
    try:
        monkeypatch.setattr(replica_module, "PATIENCE_S", 0.01)
        _move_in(followed)
        with _reads(followed.replica.engine) as asked:
            assert NAME in office.get(SEARCH).text
        assert asked == []
    finally:
        pair.resume()
    monkeypatch.setattr(replica_module, "PATIENCE_S", 60)
    with _reads(followed.replica.engine) as asked:
        assert NAME in office.get(SEARCH).text
    assert asked


def test_a_replica_that_is_gone_is_missed_by_nobody(
    followed: House, client_as: SignIn, pair: Pair
) -> None:
    office = client_as(Role.COORDINATOR)
    _move_in(followed)
    assert followed.replica is not None
    assert office.get(SEARCH).status_code == 200
    pair.stop()
    try:
        for _ in range(3):
            assert NAME in office.get(SEARCH).text
    finally:
        pair.start()
    with _reads(followed.replica.engine) as asked:
        assert NAME in office.get(SEARCH).text
    assert asked


def test_every_list_and_file_of_the_office_can_be_read_in_a_replica(
    followed: House, client_as: SignIn, app: Flask
) -> None:
    office = client_as(Role.COORDINATOR)
    _move_in(followed)
    with followed.sessions.begin() as session:
        publish_shipped_programmes(session, now=followed.clock())
    assert followed.replica is not None
    addresses = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    read = []
    for address in addresses:
        with _reads(followed.replica.engine) as asked, office.get(address) as answer:
            assert answer.status_code not in (500, 503), address
        if asked:
            read.append(address)
    assert {"/tasks/", "/work-orders/", "/visits/", "/outcomes/"} <= set(read)
    assert len(read) > len(LISTS), read


def test_what_is_no_replica_of_the_database_stops_the_start(
    pair: Pair, settings: Settings, postgres_url: str
) -> None:
    followed = open_house(replace(settings, replica_url=pair.replica_url))
    assert followed.replica is not None and followed.replica.has_all()
    _close(followed)
    for other in (pair.url, postgres_url):
        with pytest.raises(CannotStart, match="is no replica"):
            open_house(replace(settings, replica_url=other))
    with pytest.raises(CannotStart, match="is no PostgreSQL"):
        read_settings({"PALIER_DATA": str(settings.data), "PALIER_REPLICA_URL": pair.replica_url})
    away = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    _close(open_house(replace(settings, replica_url=away)))


def _close(house: House) -> None:
    assert house.replica is not None
    house.replica.engine.dispose()
    house.engine.dispose()


def test_the_replica_itself_lets_nobody_write(pair: Pair, migrated: str) -> None:
    engine = create_engine(pair.replica_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    engine.dispose()
