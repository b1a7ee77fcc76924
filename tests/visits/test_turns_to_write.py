"""Who writes to SQLite next: first come, first served, and nobody who only reads waits."""

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from visits.ground.db import new_id, start_reading
from visits.ground.errors import Away, Busy
from visits.ground.turns import Door, Turns, turns_of

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


def _processes(place: Path, patience: float = 60.0) -> tuple[Turns, Turns]:
    """Give two queues as two processes have them: each with a door of its own to one database."""
    return Turns(patience, Door(place)), Turns(patience, Door(place))


def _stands_next(place: Path) -> bool:
    with place.with_name(f"{place.name}-next").open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_a_process_cannot_come_again_before_another_that_waits(tmp_path: Path) -> None:
    place = tmp_path / "palier.db"
    one, other = _processes(place)
    came: list[str] = []

    def write(turns: Turns, name: str) -> None:
        turns.take(name)
        came.append(name)
        turns.give_back(name)

    one.take("first")
    waiting = threading.Thread(target=write, args=(other, "other"))
    waiting.start()
    while not _stands_next(place):
        assert waiting.is_alive()
    again = threading.Thread(target=write, args=(one, "again"))
    again.start()
    while one.waiting < 1:
        assert again.is_alive()
    one.give_back("first")
    waiting.join()
    again.join()
    assert came == ["other", "again"]
    assert one.holder is other.holder is None


def test_whoever_waits_too_long_for_another_process_lets_the_next_one_try(tmp_path: Path) -> None:
    one, other = _processes(tmp_path / "palier.db", patience=0.01)
    one.take("first")
    with pytest.raises(Busy):
        other.take("second")
    assert other.holder is None
    one.give_back("first")
    other.take("third")
    other.give_back("third")


def test_a_process_that_dies_gives_its_turn_back(tmp_path: Path) -> None:
    place = tmp_path / "palier.db"
    act = f"from visits.ground.turns import *; Turns(door=Door(Path({str(place)!r}))).take(1);"
    dying = [sys.executable, "-c", act + "print(flush=True); input()"]
    with subprocess.Popen(dying, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(Busy):
            _processes(place, patience=0.01)[0].take("somebody")
        process.kill()
    turns = _processes(place)[0]
    turns.take("somebody")
    turns.give_back("somebody")


def test_a_database_whose_folder_is_gone_is_away(tmp_path: Path) -> None:
    with pytest.raises(Away):
        _processes(tmp_path / "gone" / "palier.db")[0].take("somebody")


def test_ids_of_processes_that_parted_are_not_alike() -> None:
    new_id()
    made: list[set[bytes]] = []
    for _ in range(4):
        reading, writing = os.pipe()
        if not (child := os.fork()):
            os.write(writing, b"".join(new_id().bytes for _ in range(1_000)))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            bare = told.read()
        os.waitpid(child, 0)
        made.append({bare[at : at + 16] for at in range(0, len(bare), 16)})
    assert len(set[bytes]().union(*made)) == 4_000
