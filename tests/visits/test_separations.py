"""Two part in one act, and live together again as before when that is taken back."""

from datetime import date, datetime, timedelta

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
)
from tests.visits.portfolio_files import load
from tests.visits.test_merging import everything
from visits.ground.errors import Conflict, Invalid
from visits.life.deaths import record_death
from visits.life.endings import Told
from visits.life.events import events_of
from visits.life.separations import Parting, parted_with, record_separation
from visits.life.taking_back import take_back_event, to_take_back
from visits.models.accounts import Role
from visits.models.cases import CaseState
from visits.models.life import EventKind, HowTold
from visits.models.people import NamedAccess, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.models.visits import VisitState

ON = date(2026, 3, 1)
FILE = "Logement;Nom;Prénom;Date de naissance;Qualité\n"


class Couple:
    """Two who live together with a child, and who leaves is to be visited."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
        self.viewer = make_viewer(self.user)
        self.told = Told(HowTold.PAGE, self.user.id, now)
        self.home = make_dwelling(session, reference="L-DEUX")
        self.stays = make_person(
            session, dwelling=self.home, last_name="RESTE", first_name="Rose", lives_alone=False
        )
        self.lease = session.scalars(select(Tenancy)).one()
        self.leaves = self.joining("PART", "holder")
        self.child = self.joining("ENFANT", "child")
        self.stay_of(self.stays).role = "spouse"
        self.case = make_case(session, by=self.user, person=self.leaves, dwelling=self.home)
        self.hers = make_case(session, by=self.user, person=self.stays, dwelling=self.home)
        self.visit = make_visit(
            session, case=self.case, visitor=visitor, start_at=now + timedelta(days=2)
        )
        session.commit()

    def joining(self, name: str, role: str) -> Person:
        somebody = make_person(self.session, last_name=name, first_name="A")
        stay = self.stay_of(somebody)
        empty, stay.tenancy_id, stay.role = stay.tenancy, self.lease.id, role
        self.session.flush()
        self.session.delete(empty)
        self.session.flush()
        return somebody

    def stay_of(self, person: Person) -> Occupancy:
        hers = select(Occupancy).where(Occupancy.person_id == person.id)
        return self.session.scalars(hers.order_by(Occupancy.id.desc()).limit(1)).one()

    def part(self, **said: object) -> None:
        parting = Parting(self.leaves, self.stays, ON, **said)  # type: ignore[arg-type]
        record_separation(self.session, parting, told=self.told)

    def back(self, person: Person) -> None:
        event = events_of(self.session, person.id)[0]
        take_back_event(
            self.session, person, event.id, reason="Ils s’aiment", viewer=self.viewer, now=self.now
        )


@pytest.fixture
def couple(session: Session, now: datetime) -> Couple:
    return Couple(session, now)


def _stood(couple: Couple) -> dict[str, object]:
    found = everything(couple.session)
    return {name: found[name] for name in ("occupancy", "tenancy", "case_file", "visit", "task")}


@pytest.mark.parametrize("whose", ["leaves", "stays"])
@pytest.mark.parametrize("along", [False, True])
@pytest.mark.parametrize("known", [False, True])
def test_a_separation_is_one_act_and_taken_back_from_either_page(
    couple: Couple, whose: str, along: bool, known: bool
) -> None:
    new = make_dwelling(couple.session) if known else None
    before = _stood(couple)
    couple.part(to=new, along=[couple.child] if along else (), where_to="" if known else "Nice")
    assert couple.stay_of(couple.stays).role == "holder"
    assert couple.lease.ended_on is None and couple.lease.lives_alone is None
    old = couple.session.scalars(
        select(Occupancy).where(Occupancy.tenancy_id == couple.lease.id)
    ).all()
    gone = {one.person_id for one in old if one.ended_on == ON}
    assert gone == {couple.leaves.id} | ({couple.child.id} if along else set())
    assert couple.hers.is_open and couple.hers.dwelling_id == couple.home.id
    assert (couple.case.is_open, couple.visit.state is VisitState.PLANNED) == (known, known)
    assert couple.case.dwelling_id == (new.id if new else couple.home.id)
    if new and along:
        assert couple.stay_of(couple.child).tenancy_id == couple.stay_of(couple.leaves).tenancy_id
    (hers,) = events_of(couple.session, couple.stays.id)
    (theirs,) = events_of(couple.session, couple.leaves.id)
    assert (hers.kind, theirs.part_of_id) == (EventKind.SEPARATION, hers.id)
    assert hers.told is None  # where to is told of who left alone
    couple.back(getattr(couple, whose))
    assert _stood(couple) == before
    assert not any(
        one.stands
        for person in (couple.leaves, couple.stays, couple.child)
        for one in events_of(couple.session, person.id)
    )


def test_what_followed_for_one_of_them_is_taken_back_first(couple: Couple) -> None:
    couple.part()
    record_death(couple.session, couple.stays, on=ON, told=couple.told)
    with pytest.raises(Conflict):
        couple.back(couple.leaves)
    couple.back(couple.stays)
    couple.back(couple.leaves)
    assert couple.case.state is CaseState.PLANNED


def test_what_cannot_be_is_refused(couple: Couple) -> None:
    alone = make_person(couple.session)
    refused = (
        (Parting(couple.leaves, couple.stays, date(1980, 1, 1)), "on"),
        (Parting(couple.leaves, couple.stays, date(2030, 1, 1)), "on"),
        (Parting(couple.leaves, couple.stays, ON, role="king"), "new_role"),
        (Parting(couple.leaves, couple.stays, ON, where_to="x" * 201), "where_to"),
        (Parting(couple.leaves, couple.stays, ON, to=couple.home), None),
        (Parting(couple.leaves, alone, ON), None),
        (Parting(couple.leaves, couple.leaves, ON), None),
        (Parting(couple.leaves, couple.stays, ON, along=[alone]), None),
    )
    for parting, field in refused:
        with pytest.raises((Invalid, Conflict)) as why, couple.session.begin_nested():
            record_separation(couple.session, parting, told=couple.told)
        assert list(getattr(why.value, "fields", {})) == ([field] if field else [])
    let = make_person(couple.session).occupancies[0].tenancy.dwelling
    with pytest.raises(Invalid) as taken:
        couple.part(to=let)
    assert taken.value.fields == {"home_reference": "home_is_let"}


def test_whoever_may_not_see_the_other_learns_no_name_and_takes_nothing_back(
    couple: Couple,
) -> None:
    couple.part()
    couple.stays.protected = True
    couple.session.add(
        NamedAccess(
            person_id=couple.stays.id, user_id=couple.user.id, named_at=couple.now,
            named_by_id=couple.user.id,
        )
    )  # fmt: skip
    couple.session.flush()
    stranger = make_viewer(make_user(couple.session))
    events = events_of(couple.session, couple.leaves.id)
    for viewer, seen in ((couple.viewer, [couple.stays]), (stranger, [])):
        assert list(parted_with(couple.session, viewer, events)[events[0].id]) == seen
        may = to_take_back(couple.session, viewer, events)
        assert may is (events[0] if seen else None)


def test_a_later_file_leaves_the_new_role_and_who_left(session: Session, now: datetime) -> None:
    lines = FILE + "Q-1;RESTE;Rose;12/03/1940;Conjoint\nQ-1;PART;Paul;12/03/1941;Titulaire\n"
    load(session, lines)
    stays, leaves = (
        session.scalars(select(Person).where(Person.last_name == name)).one()
        for name in ("RESTE", "PART")
    )
    user = make_user(session)
    parting = Parting(leaves, stays, ON)
    record_separation(session, parting, told=Told(HowTold.PAGE, user.id, now))
    plan = load(session, lines)
    session.expire_all()
    assert [(one.role, one.ended_on) for one in stays.occupancies] == [("holder", None)]
    assert [one.ended_on for one in leaves.occupancies] == [ON]
    assert {"role_by_hand", "known_gone"} <= {one.code for one in plan.warnings}
