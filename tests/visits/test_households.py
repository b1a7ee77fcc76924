"""A household that moves in: all at once or nobody, each arrival taken back by itself."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_dwelling, make_person, make_user, make_viewer
from visits.ground.errors import Invalid
from visits.life.endings import Told
from visits.life.events import events_of
from visits.life.households import Member, record_household
from visits.life.taking_back import take_back_event
from visits.models.life import HowTold
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.people.by_hand import PersonSaid
from visits.sight import Viewer

ON = date(2026, 2, 1)


@pytest.fixture
def viewer(session: Session) -> Viewer:
    """How she sees who takes the household in."""
    return make_viewer(make_user(session))


def come(session: Session, viewer: Viewer, now: datetime, home: Any, *members: Member) -> Any:
    told = Told(HowTold.PAGE, viewer.user_id, now)
    by_number = dict(enumerate(members, 1))
    return record_household(
        session, home, by_number, on=ON, joins=False, viewer=viewer, told=told
    )  # fmt: skip


def test_a_household_comes_under_one_new_lease_and_who_is_known_with_her_case(
    session: Session, viewer: Viewer, now: datetime
) -> None:
    home = make_dwelling(session)
    case = make_case(session, by=make_user(session))
    known = session.get_one(Person, case.person_id)
    her = Member(PersonSaid(known.last_name), "spouse", known)
    child = Member(PersonSaid("NOUVEAU", "Léo", born_on=date(2020, 5, 1)), "child")
    come(session, viewer, now, home, Member(PersonSaid("NOUVEAU", "Ida"), "holder"), her, child)
    lease = session.scalars(select(Tenancy).where(Tenancy.dwelling_id == home.id)).one()
    stays = session.scalars(select(Occupancy).where(Occupancy.tenancy_id == lease.id)).all()
    assert sorted(one.role or "" for one in stays) == ["child", "holder", "spouse"]
    assert {one.started_on for one in stays} == {ON} and lease.started_on == ON
    assert case.dwelling_id == home.id


def test_each_arrival_is_taken_back_by_itself_and_the_lease_goes_with_the_last(
    session: Session, viewer: Viewer, now: datetime
) -> None:
    home = make_dwelling(session)
    members = [Member(PersonSaid("NOUVEAU", name), "holder") for name in ("Ida", "Léo")]
    for event in come(session, viewer, now, home, *members):
        person = event.person
        (one,) = events_of(session, person.id)
        take_back_event(session, person, one.id, reason="Erreur", viewer=viewer, now=now)
        left = select(func.count()).select_from(Occupancy)
        leases = select(func.count()).select_from(Tenancy)
        assert session.scalar(left) == session.scalar(leases)
    assert session.scalar(leases) == 0


def test_what_is_wrong_is_named_by_member_and_field(
    session: Session, viewer: Viewer, now: datetime
) -> None:
    home, there = make_dwelling(session), make_dwelling(session)
    lives_there = make_person(session, dwelling=there)
    wrong = Member(PersonSaid("", "Léo", born_on=date(2030, 1, 1)), "")
    twice = Member(PersonSaid("NOUVEAU", "Ida"), "holder")
    with pytest.raises(Invalid) as refused:
        come(session, viewer, now, home, twice, wrong, twice)
    assert refused.value.fields == {
        "2-last_name": "required", "2-born_on": "must_not_be_future", "2-role": "required",
        "3-last_name": "typed_twice",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        come(session, viewer, now, there, twice)
    assert refused.value.fields == {"home_reference": "home_is_let"}
    with pytest.raises(Invalid) as refused:
        come(session, viewer, now, there)
    assert refused.value.fields == {"1-last_name": "required"}
    lives_there.died_on = ON
    dead = Member(PersonSaid("X"), "holder", lives_there)
    with pytest.raises(Invalid) as refused:
        come(session, viewer, now, home, dead)
    assert refused.value.fields == {"1-known": "already_died"}
