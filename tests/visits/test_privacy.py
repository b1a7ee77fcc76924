"""A person's file: who looked is written for good, and protection hides."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from visits.accounts import find_territory
from visits.errors import Conflict, NotFound
from visits.jobs import claim_job, note_result
from visits.models.accounts import Role
from visits.models.people import AccessKind
from visits.privacy import (
    broken_line,
    check_access_log,
    log_access,
    name_for_access,
    protect,
    unprotect,
)
from visits.queries import Reach, find_person


def _look(session: Session, now: datetime, times: int = 5) -> None:
    user, person = make_user(session), make_person(session)
    for _ in range(times):
        log_access(
            session,
            user_id=user.id,
            persons=[person.id],
            kind=AccessKind.READ,
            what="file",
            now=now,
        )


def test_an_untouched_log_is_unbroken(session: Session, now: datetime) -> None:
    assert broken_line(session) is None
    _look(session, now)
    session.commit()
    session.expire_all()
    assert broken_line(session) is None


@pytest.mark.parametrize(
    "tampering",
    ["DELETE FROM access_event WHERE id = 3", "UPDATE access_event SET what = 'x' WHERE id = 4"],
)
def test_a_line_taken_out_or_changed_shows(session: Session, now: datetime, tampering: str) -> None:
    _look(session, now)
    session.execute(text(tampering))
    session.expire_all()
    assert broken_line(session) == 4


def test_the_newest_lines_taken_out_show_after_a_check(session: Session, now: datetime) -> None:
    def check() -> dict[str, Any]:
        claim_job(session, "check_access_log", every=timedelta(0), now=now)
        result = check_access_log(session, now=now)
        note_result(session, "check_access_log", result)
        return result

    _look(session, now)
    newest = check()["newest"]["id"]
    session.execute(text("DELETE FROM access_event WHERE id >= 3"))
    session.expire_all()
    assert check()["broken_line"] == newest
    _look(session, now)
    assert check()["broken_line"] == newest  # later lines do not cover it


def test_a_protected_person_is_found_by_the_named_alone(session: Session, now: datetime) -> None:
    chief, named, other = (make_user(session) for _ in range(3))
    person = make_person(session)
    protect(session, person, by=chief.id, now=now)
    with pytest.raises(NotFound):
        find_person(session, make_viewer(named), person.id)
    name_for_access(session, person, user_id=named.id, by=chief.id, now=now)
    for user in (chief, named):
        assert find_person(session, make_viewer(user), person.id) is person
    with pytest.raises(NotFound):
        find_person(session, make_viewer(other), person.id)
    with pytest.raises(Conflict):
        protect(session, person, by=chief.id, now=now)
    unprotect(session, person)
    assert find_person(session, make_viewer(other), person.id) is person


def test_reach_ends_at_the_territory(session: Session) -> None:
    north, south = find_territory(session, "Nord"), find_territory(session, "Sud")
    here = make_person(
        session,
        dwelling=make_dwelling(session, residence=make_residence(session, territory_id=north.id)),
    )
    user = make_user(session, territory_id=north.id)
    stranger = make_user(session, territory_id=south.id)
    nowhere = make_user(session)
    assert find_person(session, make_viewer(user, Reach.TERRITORY), here.id) is here
    for other in (stranger, nowhere):
        with pytest.raises(NotFound):
            find_person(session, make_viewer(other, Reach.TERRITORY), here.id)


def test_a_visitor_without_a_visit_finds_nobody(session: Session) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    person = make_person(session)
    for reach in (Reach.OWN, Reach.ORGANISATION):
        with pytest.raises(NotFound):
            find_person(session, make_viewer(visitor, reach), person.id)


def test_two_writers_of_the_log_make_one_chain(session: Session, now: datetime) -> None:
    _look(session, now, times=1)
    _look(session, now, times=1)
    seals = session.execute(select(text("seal")).select_from(text("access_event"))).scalars().all()
    assert len(set(seals)) == 2
    assert broken_line(session) is None
