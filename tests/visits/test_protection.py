"""A protected person's home is protected with her: household, dwelling, and what comes later."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
    shipped_programmes_read,
)
from visits.agenda.planning import find_visit
from visits.cases.cases import find_case
from visits.choosing.targeting import rank_candidates
from visits.ground.errors import NotFound
from visits.models.accounts import Role, User
from visits.models.people import NamedAccess, Person
from visits.models.portfolio import Dwelling
from visits.models.visits import Visit
from visits.people.happened import EntryKind
from visits.people.people import person_file
from visits.people.protection import living_with, name_for_access, protect, unprotect
from visits.people.timeline import timeline
from visits.sight import find_person
from visits.sight.listing import Wanted
from visits.sight.reach import hidden_homes


@pytest.fixture
def home(session: Session) -> Dwelling:
    return make_dwelling(session)


@pytest.fixture
def couple(session: Session, home: Dwelling) -> tuple[Person, Person]:
    hers, his = (make_person(session, dwelling=home, last_name=name) for name in ("A", "B"))
    return hers, his


@pytest.fixture
def guardian(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def other(session: Session) -> User:
    return make_user(session)


def sees(session: Session, user: User, person: Person) -> bool:
    try:
        find_person(session, make_viewer(user), person.id)
    except NotFound:
        return False
    return True


def test_protecting_one_protects_who_lives_there_and_opening_opens_both(
    session: Session, couple: tuple[Person, Person], home: Dwelling, guardian: User, other: User,
    now: datetime,
) -> None:  # fmt: skip
    hers, his = couple
    neighbour = make_person(session)
    assert protect(session, hers, by=guardian.id, now=now) == [hers, his]
    assert [sees(session, guardian, one) for one in (hers, his)] == [True, True]
    assert [sees(session, other, one) for one in (hers, his, neighbour)] == [False, False, True]
    assert session.scalars(hidden_homes(other.id)).all() == [home.id] * 2
    assert session.scalars(hidden_homes(guardian.id)).all() == []
    assert unprotect(session, his, by=guardian.id) == [his, hers]
    assert [sees(session, other, one) for one in (hers, his)] == [True, True]
    assert session.scalars(select(NamedAccess)).all() == []


def test_a_home_is_hidden_no_longer_than_somebody_protected_lives_there(
    session: Session, home: Dwelling, guardian: User, now: datetime
) -> None:
    person = make_person(session, dwelling=home)
    protect(session, person, by=guardian.id, now=now)
    assert session.scalars(hidden_homes()).all() == [home.id]
    person.occupancies[0].ended_on = date(2026, 1, 1)
    session.flush()
    assert session.scalars(hidden_homes()).all() == []


def test_who_was_left_visible_on_purpose_keeps_the_home_visible(
    session: Session, couple: tuple[Person, Person], guardian: User, other: User, now: datetime
) -> None:
    hers, his = couple
    protect(session, hers, by=guardian.id, now=now, but={his.id})
    assert [sees(session, other, one) for one in (hers, his)] == [False, True]
    assert session.scalars(hidden_homes(other.id)).all() == []


def test_named_access_is_for_the_whole_home_and_lets_nobody_into_another_s_file(
    session: Session, couple: tuple[Person, Person], guardian: User, other: User, now: datetime
) -> None:
    hers, his = couple
    stranger = make_user(session)
    protect(session, hers, by=guardian.id, now=now, but={his.id})
    protect(session, his, by=other.id, now=now)
    # Who protects him later does not come to see her; who was named for her sees him.
    assert [sees(session, other, one) for one in (hers, his)] == [False, True]
    assert [sees(session, guardian, one) for one in (hers, his)] == [True, True]
    assert living_with(session, his, seen_by=other.id) == []
    assert session.scalars(hidden_homes(other.id)).all() == []
    assert session.scalars(hidden_homes(stranger.id)).all() != []
    name_for_access(session, his, user_id=stranger.id, by=guardian.id, now=now)
    assert [sees(session, stranger, one) for one in (hers, his)] == [True, True]


def told_of(session: Session, person: Person, reader: User) -> list[object]:
    """Give all that the list of her life tells a reader who may read every kind."""
    viewers = dict.fromkeys(EntryKind, make_viewer(reader))
    rows = timeline(session, person, viewers, wanted=Wanted()).rows
    return [one.thing for row in rows for one in row]


def test_what_a_former_tenant_left_in_a_protected_home_is_hidden_with_it(
    session: Session, couple: tuple[Person, Person], home: Dwelling, guardian: User, other: User,
    now: datetime,
) -> None:  # fmt: skip
    former = make_person(session, dwelling=home)
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=other, person=former, dwelling=home)
    visit = make_visit(session, case=case, visitor=visitor)
    left = former.occupancies[0]
    left.ended_on = date(2025, 1, 1)
    session.flush()
    assert visit in told_of(session, former, other)
    protect(session, couple[0], by=guardian.id, now=now)
    assert sees(session, other, former)
    file = person_file(session, make_viewer(other), former)
    assert (file.occupancies, file.cases, told_of(session, former, other)) == ([], [], [])
    for find, kept in ((find_case, case), (find_visit, visit)):
        with pytest.raises(NotFound):
            find(session, make_viewer(other), kept.id)  # type: ignore[operator]
        assert find(session, make_viewer(guardian), kept.id) is kept  # type: ignore[operator]
    assert session.scalars(select(Visit)).all() == [visit]


def test_hidden_cohabitants_do_not_count_in_whom_to_visit_first(
    session: Session, couple: tuple[Person, Person], guardian: User, other: User, now: datetime
) -> None:
    hers, his = couple

    def reasons(user: User) -> set[str]:
        ranked = rank_candidates(
            session, shipped_programmes_read()["seniors"], make_viewer(user), now=now
        ).candidates
        (found,) = (one for one in ranked if one.person is his)
        return {reason.criterion for reason in found.score.reasons}

    his.occupancies[0].tenancy.lives_alone = True  # as the landlord's file says
    session.flush()
    together = reasons(other)
    protect(session, hers, by=guardian.id, now=now, but={his.id})
    alone = reasons(other)
    session.delete(hers.occupancies[0])
    session.flush()
    assert alone == reasons(other)
    assert alone != together
