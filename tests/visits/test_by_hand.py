"""What is written by hand: a person, where she comes to live, a name that no file replaces."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_dwelling, make_person, make_user, make_viewer
from tests.visits.portfolio_files import codes, load
from visits.ground.deadlines import midnight_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.life.arrivals import Arriving, record_arrival
from visits.life.endings import Told
from visits.life.events import events_of
from visits.life.moves import record_departure
from visits.life.taking_back import take_back_event
from visits.models.accounts import User
from visits.models.life import HowTold
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.people.by_hand import (
    PersonSaid,
    alike,
    correct_person,
    corrections_of,
    take_correction_back,
)
from visits.people.by_hand import (
    make_person as write_down,
)
from visits.people.happened import EntryKind
from visits.people.people import person_file
from visits.people.timeline import timeline
from visits.sight import Reach, Viewer
from visits.sight.homes import find_home_called
from visits.sight.listing import Wanted

FILE = "Logement;Nom;Prénom;Date de naissance"
WRONG = f"{FILE}\nQ-1;MARTAIN;Anne;12/03/1940\n"
BY_REFERENCE = "Locataire;Logement;Nom;Prénom;Date de naissance"


@pytest.fixture
def user(session: Session) -> User:
    """Somebody who writes."""
    return make_user(session)


@pytest.fixture
def viewer(user: User) -> Viewer:
    """How she sees."""
    return make_viewer(user)


def told(user: User, now: datetime) -> Told:
    return Told(HowTold.PAGE, user.id, now)


def living(session: Session, home: Dwelling) -> list[str]:
    statement = (
        select(Person.last_name)
        .join(Person.occupancies)
        .join(Occupancy.tenancy)
        .where(Tenancy.dwelling_id == home.id, Occupancy.ended_on.is_(None))
        .order_by(Person.last_name, Person.id)
    )
    return list(session.scalars(statement))


@pytest.mark.parametrize("referenced", [False, True])
def test_a_name_corrected_by_hand_wins_over_later_files_which_say_so(
    session: Session, viewer: Viewer, now: datetime, referenced: bool
) -> None:
    text = WRONG
    if referenced:
        text = f"{BY_REFERENCE}\nT-1;Q-1;MARTAIN;Anne;12/03/1940\n"
    load(session, text)
    person = session.scalars(select(Person)).one()
    said = PersonSaid("MARTIN", "Anne", "Mme", date(1940, 3, 13))
    made = correct_person(session, person, said, viewer=viewer, now=now)
    assert {one.field for one in made} == {"last_name", "civility", "born_on"}
    plan = load(session, text)
    session.expire_all()
    assert [code for _, code in codes(plan.warnings)].count("corrected_by_hand") == 2
    assert plan.changes_nothing
    person = session.scalars(select(Person)).one()
    assert (person.name, person.born_on) == ("Mme Anne MARTIN", date(1940, 3, 13))
    assert person.name_key == "martin anne"
    # Taken back, it is again what the file says, and no line speaks of it any more.
    for one in corrections_of(session, person.id):
        take_correction_back(session, person, one.id, viewer=viewer, now=now)
    assert (person.name, person.born_on) == ("Anne MARTAIN", date(1940, 3, 12))
    assert "corrected_by_hand" not in [code for _, code in codes(load(session, text).warnings)]
    assert len(session.scalars(select(Person)).all()) == 1


def test_a_correction_that_another_followed_is_taken_back_after_it(
    session: Session, viewer: Viewer, now: datetime
) -> None:
    person = make_person(session, born_on=None, birth_year=1941, last_name="A", first_name="B")
    for last_name in ("C", "D"):
        correct_person(session, person, PersonSaid(last_name, "B", "Mme"), viewer=viewer, now=now)
    assert person.birth_year == 1941
    last, first = corrections_of(session, person.id)
    with pytest.raises(Conflict, match="not_to_take_back"):
        take_correction_back(session, person, first.id, viewer=viewer, now=now)
    take_correction_back(session, person, last.id, viewer=viewer, now=now)
    assert person.last_name == "C"
    with pytest.raises(NotFound):
        take_correction_back(session, make_person(session), first.id, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="nothing_changes"):
        correct_person(session, person, PersonSaid("C", "B", "Mme"), viewer=viewer, now=now)


def test_what_cannot_be_is_refused_field_by_field(
    session: Session, viewer: Viewer, now: datetime
) -> None:
    said = PersonSaid(" ", "x" * 101, "Dr", now.date() + timedelta(days=1))
    with pytest.raises(Invalid) as refused:
        write_down(session, said, viewer=viewer, now=now)
    assert refused.value.fields == {
        "last_name": "required", "first_name": "too_long", "civility": "bad_choice",
        "born_on": "must_not_be_future",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        write_down(session, PersonSaid("A", born_on=date(1840, 1, 1)), viewer=viewer, now=now)
    assert refused.value.fields == {"born_on": "born_too_early"}
    assert session.scalars(select(Person)).all() == []


def test_whoever_may_be_known_already_is_proposed_unless_she_is_hidden(
    session: Session, viewer: Viewer
) -> None:
    home = make_dwelling(session)
    known = make_person(
        session, dwelling=home, last_name="ÉTÉ", first_name="Léa", name_key="ete lea",
        born_on=date(1941, 5, 17),
    )  # fmt: skip
    assert alike(session, viewer, PersonSaid("Été", "LÉA")) == [known]
    assert alike(session, viewer, PersonSaid("Été", "Léa", born_on=date(1941, 5, 18))) == []
    assert alike(session, viewer, PersonSaid("Été", "")) == []
    # In the same home, a last name is enough.
    assert alike(session, viewer, PersonSaid("Été", "L."), home=home.id) == [known]
    known.protected = True
    session.flush()
    assert alike(session, viewer, PersonSaid("Été", "Léa"), home=home.id) == []


def test_among_many_namesakes_whoever_was_born_that_day_is_proposed(session: Session) -> None:
    viewer = make_viewer(make_user(session))
    name = {"last_name": "MARTIN", "first_name": "Rose", "name_key": "martin rose"}
    for day in range(1, 26):
        person = make_person(session, born_on=date(1941, 5, day), **name)
    session.flush()
    assert alike(session, viewer, PersonSaid("Martin", "Rose", born_on=person.born_on)) == [person]


def test_who_comes_to_live_somewhere_brings_her_cases_and_goes_back_with_them(
    session: Session, user: User, viewer: Viewer, now: datetime
) -> None:
    old, new = make_dwelling(session), make_dwelling(session)
    person = make_person(session, dwelling=old, last_name="MOBILE")
    case = make_case(session, by=user, person=person, dwelling=old)
    left = make_case(session, by=user, person=person, dwelling=old, programme="isolated_tenants")
    record_departure(session, person, old.id, on=date(2026, 3, 1), told=told(user, now))
    session.flush()
    assert not case.is_open
    arriving = Arriving(new, date(2026, 3, 9))
    record_arrival(session, person, arriving, told=told(user, now))
    assert (living(session, old), living(session, new)) == ([], ["MOBILE"])
    assert [(one.is_open, one.dwelling_id) for one in (case, left)] == [(True, new.id)] * 2
    session.expire_all()
    event = events_of(session, person.id)[0]
    take_back_event(session, person, event.id, reason="Erreur", viewer=viewer, now=now)
    assert living(session, new) == []
    assert [(one.is_open, one.dwelling_id) for one in (case, left)] == [(False, old.id)] * 2
    assert session.scalars(select(Tenancy).where(Tenancy.dwelling_id == new.id)).all() == []


def test_who_joins_a_household_lives_there_since_her_own_day(
    session: Session, user: User, viewer: Viewer, now: datetime
) -> None:
    home, old = make_dwelling(session), make_dwelling(session)
    make_person(session, dwelling=home)
    person = make_person(session, dwelling=old)
    lease = session.scalars(select(Tenancy).where(Tenancy.dwelling_id == home.id)).one()
    lease.started_on = date(1998, 9, 1)
    arriving = Arriving(home, now.date() - timedelta(days=3), role="child", joins=True)
    record_arrival(session, person, arriving, told=told(user, now))
    stays = person_file(session, viewer, person).occupancies
    assert [(one.tenancy.dwelling_id, one.since) for one in stays][0] == (home.id, arriving.on)
    listed = timeline(session, person, {EntryKind.HOME: viewer}, wanted=Wanted(size=50))
    came = [midnight_in_paris(arriving.on), midnight_in_paris(lease.started_on)]
    told_of = [one.at for row in listed.rows for one in row if one.step == "from"]
    assert (came[0] in told_of, came[1] in told_of) == (True, False)


def test_undoing_that_she_came_back_leaves_the_stay_of_before(
    session: Session, user: User, viewer: Viewer, now: datetime
) -> None:
    home, old = make_dwelling(session), make_dwelling(session)
    make_person(session, dwelling=home)
    person = make_person(session, dwelling=old)
    lease = session.scalars(select(Tenancy).where(Tenancy.dwelling_id == home.id)).one()
    stay = Occupancy(
        person_id=person.id, tenancy_id=lease.id, role="child", ended_on=date(2019, 6, 30)
    )
    session.add(stay)
    session.flush()
    arriving = Arriving(home, now.date(), role="spouse", joins=True)
    record_arrival(session, person, arriving, told=told(user, now))
    assert (stay.role, stay.since, stay.ended_on) == ("spouse", now.date(), None)
    event = events_of(session, person.id)[0]
    take_back_event(session, person, event.id, reason="Erreur", viewer=viewer, now=now)
    session.expire_all()
    assert (stay.role, stay.started_on, stay.ended_on) == ("child", None, date(2019, 6, 30))
    assert living(session, old) == [person.last_name]


def test_who_joins_a_household_lives_under_its_lease_and_is_protected_with_it(
    session: Session, user: User, viewer: Viewer, now: datetime
) -> None:
    home = make_dwelling(session)
    beside = make_person(session, dwelling=home, last_name="AÎNÉE", lives_alone=True)
    beside.protected = True
    old = make_dwelling(session)
    person = make_person(session, dwelling=old, last_name="FILS")
    with pytest.raises(Invalid) as refused:
        record_arrival(session, person, Arriving(home, now.date()), told=told(user, now))
    assert refused.value.fields == {"home_reference": "home_is_let"}
    arriving = Arriving(home, now.date(), role="child", joins=True)
    record_arrival(session, person, arriving, told=told(user, now))
    assert person.protected
    assert (living(session, home), living(session, old)) == (["AÎNÉE", "FILS"], [])
    lease = session.scalars(select(Tenancy).where(Tenancy.dwelling_id == home.id)).one()
    assert lease.lives_alone is None
    with pytest.raises(Conflict, match="lives_there_already"):
        record_arrival(session, person, arriving, told=told(user, now))
    session.expire_all()
    event = events_of(session, person.id)[0]
    take_back_event(session, person, event.id, reason="Erreur", viewer=viewer, now=now)
    assert (living(session, home), living(session, old)) == (["AÎNÉE"], ["FILS"])
    assert lease.lives_alone is True


def test_a_home_that_is_hidden_or_out_of_reach_is_no_home(
    session: Session, user: User, viewer: Viewer
) -> None:
    home = make_dwelling(session, reference="L-ICI")
    assert find_home_called(session, viewer, "L-ICI") is home
    own = make_viewer(user, Reach.OWN)
    with pytest.raises(NotFound, match="home_not_found"):
        find_home_called(session, own, "L-ICI")
    make_person(session, dwelling=home).protected = True
    session.flush()
    with pytest.raises(NotFound, match="home_not_found"):
        find_home_called(session, viewer, "L-ICI")
