"""The access log: whoever changes or takes out a line is seen; a closed month may be let go."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import make_person, make_user
from visits.models.accounts import User
from visits.models.people import AccessEvent, AccessKind, AccessMonth, Person
from visits.retention.jobs import claim_job, note_result
from visits.sight.access_chain import (
    Break,
    check_access_log,
    find_break,
    let_go_of_access_log,
    seal_access_log,
)
from visits.sight.access_log import log_access

MARCH, APRIL = datetime(2026, 3, 10, 9, 30, tzinfo=UTC), datetime(2026, 4, 10, 9, 30, tzinfo=UTC)


class Log:
    """A log somebody wrote, and its nightly check."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.user: User = make_user(session)
        self.persons: Sequence[Person] = [make_person(session) for _ in range(3)]

    def look(self, at: datetime = MARCH, times: int = 5, *, seal: bool = True) -> None:
        for _ in range(times):
            log_access(
                self.session, user_id=self.user.id, persons=[one.id for one in self.persons],
                kind=AccessKind.READ, what="calls", now=at,
            )  # fmt: skip
        if seal:
            seal_access_log(self.session, now=at)

    def check(self) -> dict[str, Any]:
        claim_job(self.session, "check_access_log", every=timedelta(0), now=MARCH)
        result = check_access_log(self.session, now=MARCH)
        note_result(self.session, "check_access_log", result)
        return result

    def do(self, statement: str) -> None:
        self.session.flush()
        self.session.execute(text(statement))
        self.session.expire_all()


@pytest.fixture
def log(session: Session) -> Log:
    return Log(session)


def test_an_untouched_log_is_unbroken(log: Log, session: Session) -> None:
    assert find_break(session) is None
    log.look()
    log.look(seal=False)
    session.commit()
    session.expire_all()
    assert find_break(session) is None
    assert log.check()["broken_month"] is None


@pytest.mark.parametrize(
    ("tampering", "line"),
    [
        ("DELETE FROM access_event WHERE id = 3", None),
        ("DELETE FROM access_event WHERE id >= 4", None),
        ("INSERT INTO access_event (id, at, kind, what, month, place, seal)"
         " SELECT 99, at, kind, what, month, 6, seal FROM access_event WHERE id = 5", None),
        ("UPDATE access_event SET what = 'x' WHERE id = 4", 4),
        ("UPDATE access_event SET place = 9 WHERE id = 4", 5),
        ("DELETE FROM accessed_person WHERE event_id = 2 AND person_id ="
         " (SELECT max(CAST(person_id AS VARCHAR(36))) FROM accessed_person)", 2),
        ("UPDATE access_month SET lines = 4, seal = 'x'", None),
    ],
)  # fmt: skip
def test_a_line_of_an_open_month_taken_out_or_changed_shows(
    log: Log, session: Session, tampering: str, line: int | None
) -> None:
    log.look()
    if "CAST" in tampering and session.get_bind().dialect.name == "postgresql":
        tampering = tampering.replace("CAST(person_id AS VARCHAR(36))", "person_id::text")
        tampering = tampering.replace("person_id =", "person_id::text =")
    log.do(tampering)
    assert find_break(session) == Break("2026-03", line)
    assert log.check()["broken_month"] == "2026-03"


def test_a_closed_month_may_go_whole_and_never_in_part(log: Log, session: Session) -> None:
    log.look()
    log.look(APRIL, times=2)
    march = session.get_one(AccessMonth, "2026-03")
    assert (march.lines, march.last_id, bool(march.closing_seal)) == (5, 5, True)
    log.check()
    session.begin_nested()
    log.do("DELETE FROM access_event WHERE month = '2026-03' AND place = 2")
    assert find_break(session) == Break("2026-03")
    assert log.check()["broken_month"] == "2026-03"
    session.rollback()


def test_a_closed_month_let_go_leaves_its_seal(log: Log, session: Session) -> None:
    log.look()
    log.look(APRIL, times=2)
    log.check()
    assert let_go_of_access_log(session, now=APRIL + timedelta(days=330)) == 0
    assert let_go_of_access_log(session, now=APRIL + timedelta(days=360)) == 5
    session.expire_all()
    assert find_break(session) is None
    assert log.check()["broken_month"] is None
    assert session.get_one(AccessMonth, "2026-03").closing_seal
    assert set(session.scalars(select(AccessEvent.month))) == {"2026-04"}
    assert session.scalar(text("SELECT count(*) FROM accessed_person")) == 6


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM access_month WHERE month = '2026-03'",
        "UPDATE access_month SET lines = 3 WHERE month = '2026-03'",
        "UPDATE access_month SET closing_seal = 'x' WHERE month = '2026-03'",
    ],
)
def test_the_seal_of_a_month_let_go_cannot_be_changed(
    log: Log, session: Session, tampering: str
) -> None:
    log.look()
    log.look(APRIL, times=2)
    log.look(APRIL + timedelta(days=30), times=2)
    log.check()
    log.do("DELETE FROM access_event WHERE month = '2026-03'")
    log.do(tampering)
    assert find_break(session) is not None


def test_what_was_taken_out_and_sealed_over_shows_after_a_check(log: Log, session: Session) -> None:
    log.look()
    log.check()
    kept = session.execute(select(AccessEvent.seal).where(AccessEvent.place == 2)).scalar_one()
    log.do("DELETE FROM access_event WHERE place > 2")
    log.do(f"UPDATE access_month SET lines = 2, last_id = 2, seal = '{kept}'")
    assert log.check()["broken_month"] == "2026-03"
    log.look(MARCH + timedelta(hours=1))
    assert log.check()["broken_month"] == "2026-03"  # later lines do not cover it


def test_a_whole_log_taken_out_shows_after_a_check(log: Log, session: Session) -> None:
    log.look()
    log.look(APRIL)
    log.check()
    log.do("DELETE FROM access_event")
    log.do("DELETE FROM access_month")
    assert log.check()["broken_month"] == "2026-03"


def test_the_nightly_check_reads_what_is_new(log: Log, session: Session) -> None:
    log.look()
    assert log.check()["broken_month"] is None
    log.do("UPDATE access_event SET what = 'x' WHERE id = 4")
    log.look()
    assert log.check()["broken_month"] is None
    assert find_break(session) == Break("2026-03", 4)
    log.do("UPDATE access_event SET what = 'y' WHERE id = 9")
    log.do("UPDATE access_event SET what = 'calls' WHERE id = 4")
    assert find_break(session) == Break("2026-03", 9)


def test_a_line_that_comes_late_is_sealed_in_the_first_open_month(
    log: Log, session: Session
) -> None:
    log.look()
    log.look(APRIL)
    log.look(MARCH, times=1, seal=False)
    seal_access_log(session, now=APRIL)
    late = session.scalars(select(AccessEvent).order_by(AccessEvent.id.desc())).first()
    assert late is not None
    assert (late.month, late.place) == ("2026-04", 6)
    assert find_break(session) is None


def test_a_month_closes_a_day_after_its_end(log: Log, session: Session) -> None:
    log.look()
    for at, closed in ((datetime(2026, 4, 1, 23, tzinfo=UTC), False), (APRIL, True)):
        seal_access_log(session, now=at)
        assert (session.get_one(AccessMonth, "2026-03").closed_at is not None) is closed


# A higher id may be committed first; SQLite has one writer at a time.
@pytest.mark.one_database("postgresql")
def test_a_line_that_becomes_visible_late_is_sealed_after_those_that_overtook_it(
    session_factory: sessionmaker[Session],
) -> None:
    with session_factory.begin() as session:
        log = Log(session)
    with session_factory() as slow:
        log.session = slow
        log.look(times=1, seal=False)
        with session_factory.begin() as quick:
            log.session = quick
            log.look(times=1)
        slow.commit()
    with session_factory.begin() as session:
        assert seal_access_log(session, now=MARCH) == 1
        chained = session.execute(select(AccessEvent.id, AccessEvent.place)).all()
        assert sorted(tuple(row) for row in chained) == [(1, 2), (2, 1)]
        assert find_break(session) is None


def test_two_who_seal_at_once_make_one_chain(session_factory: sessionmaker[Session]) -> None:
    with session_factory.begin() as session:
        Log(session).look(times=50, seal=False)

    def seal() -> None:
        with session_factory.begin() as session:
            seal_access_log(session, now=MARCH)

    sealers = [threading.Thread(target=seal) for _ in range(4)]
    for each in sealers:
        each.start()
    for each in sealers:
        each.join()
    with session_factory() as session:
        assert session.get_one(AccessMonth, "2026-03").lines == 50
        assert find_break(session) is None


def test_a_clock_put_back_over_a_month_s_end_breaks_no_chain(log: Log, session: Session) -> None:
    log.look(APRIL)
    log.look(MARCH)
    log.look(APRIL)
    assert find_break(session) is None
    assert log.check()["broken_month"] is None
    moments = [(line.month, line.place) for line in session.scalars(select(AccessEvent))]
    assert len(set(moments)) == 15
