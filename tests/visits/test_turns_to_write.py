"""Who writes to SQLite next: first come, first served, and nobody who only reads waits."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from visits.ground.db import start_reading
from visits.ground.errors import Busy
from visits.ground.turns import Turns, turns_of

pytestmark = pytest.mark.one_database
LOOK = text("SELECT count(*) FROM job_state")


@pytest.fixture
def turns(engine: Engine) -> Turns:
    """The queue of the writers."""
    return turns_of(engine)


@pytest.fixture
def writing(session_factory: sessionmaker[Session]) -> sessionmaker[Session]:
    """Sessions that write."""
    return session_factory


def _queue(turns: Turns, acts: list[Callable[[], None]]) -> list[threading.Thread]:
    """Start acts one after the other, each once the one before stands in the queue."""
    threads = []
    for place, act in enumerate(acts, 1):
        threads.append(threading.Thread(target=act))
        threads[-1].start()
        while turns.waiting < place:
            assert threads[-1].is_alive()
    return threads


def test_writers_are_let_in_as_they_came(turns: Turns, writing: sessionmaker[Session]) -> None:
    came: list[int] = []

    def write(number: int) -> Callable[[], None]:
        def act() -> None:
            with writing.begin() as session:
                session.execute(LOOK)
                came.append(number)

        return act

    with writing.begin() as session:
        session.execute(LOOK)
        threads = _queue(turns, [write(number) for number in range(8)])
    for thread in threads:
        thread.join()
    assert came == list(range(8))
    assert turns.holder is None


def test_who_only_reads_waits_for_nobody(turns: Turns, writing: sessionmaker[Session]) -> None:
    with writing.begin() as session, writing() as reader:
        session.execute(LOOK)
        start_reading(reader)
        assert reader.scalar(LOOK) == 0
        assert turns.waiting == 0


def test_a_refusal_and_a_broken_connection_give_the_turn_back(
    turns: Turns, writing: sessionmaker[Session]
) -> None:
    with pytest.raises(ZeroDivisionError), writing.begin() as session:
        session.execute(LOOK)
        raise ZeroDivisionError
    assert turns.holder is None
    with writing() as session:
        session.execute(LOOK)
        session.connection().invalidate()
    assert turns.holder is None
    with writing.begin() as session:
        assert session.scalar(LOOK) == 0


def test_one_connection_may_write_twice(engine: Engine) -> None:
    with engine.connect() as connection:
        for _ in range(2):
            with connection.begin():
                connection.execute(LOOK)


def test_whoever_waits_too_long_is_told_and_leaves_the_queue() -> None:
    turns = Turns(patience=0.01)
    turns.take("first")
    with pytest.raises(Busy):
        turns.take("second")
    assert turns.waiting == 0
    turns.give_back("second")  # it never had it
    assert turns.holder == "first"
    turns.give_back("first")
    turns.take("third")
    assert turns.holder == "third"
