"""The database keeps moments aware, secrets sealed and writers in line."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import make_person, make_user
from visits.ground.db import Keyring, connect, sessions
from visits.models.accounts import User
from visits.models.people import Person


def test_moments_come_back_aware_and_in_utc(session: Session) -> None:
    user = make_user(session)
    user.created_at = datetime(2026, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    session.flush()
    session.expire(user)
    assert user.created_at == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    assert user.created_at.utcoffset() == timedelta(0)


def test_naive_moments_are_refused(session: Session) -> None:
    user = make_user(session)
    user.created_at = datetime(2026, 7, 1, 10, 0)
    with pytest.raises(StatementError, match="time zone"):
        session.flush()


def test_phone_numbers_stand_encrypted_in_the_database(session: Session) -> None:
    person = make_person(session, phone="+33639981234")
    raw = bytes(session.execute(text("SELECT phone FROM person")).scalar_one())
    assert b"639981234" not in raw
    session.expire(person)
    assert person.phone == "+33639981234"


def test_old_keys_still_open_what_they_sealed() -> None:
    old, both = Keyring(), Keyring()
    old.load(["an old secret of ours"])
    both.load(["a new secret of ours", "an old secret of ours"])
    sealed = old.seal(b"depuis toujours")
    assert both.open(sealed) == b"depuis toujours"
    new = Keyring()
    new.load(["a new secret of ours"])
    assert new.open(both.rotate(sealed)) == b"depuis toujours"


def test_short_secrets_are_refused() -> None:
    with pytest.raises(ValueError, match="16 characters"):
        Keyring().load(["short"])


def test_writers_that_read_first_all_get_their_turn(engine: Engine) -> None:
    factory: sessionmaker[Session] = sessions(engine)
    with factory.begin() as session:
        person_id = make_person(session, first_name="").id

    def add_letter() -> None:
        with factory.begin() as session:
            person = session.get_one(Person, person_id, with_for_update=True)
            person.first_name += "x"

    threads = [threading.Thread(target=add_letter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with factory() as session:
        assert session.get_one(Person, person_id).first_name == "x" * 8


def test_enums_are_stored_as_their_values(session: Session) -> None:
    make_user(session)
    assert session.execute(text("SELECT role FROM user_account")).scalar_one() == "coordinator"
    assert session.query(User).one().role == "coordinator"


def test_postgresql_plans_for_many_small_questions_unless_its_address_says_otherwise(
    postgres_url: str,
) -> None:
    asked = {
        postgres_url: ("off", "0", "1.1"),
        f"{postgres_url}&options=-c%20jit%3Don": ("on", "0", "1.1"),
    }
    for url, expected in asked.items():
        engine = connect(url, secrets=["a secret of the tests, long enough"])
        with engine.connect() as connection:
            found = [
                connection.scalar(text(f"SHOW {name}"))
                for name in ("jit", "max_parallel_workers_per_gather", "random_page_cost")
            ]
        engine.dispose()
        assert tuple(found) == expected
