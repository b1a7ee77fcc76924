"""Stays: begun in a free place that fits, renewed up to a limit, ended, each act taken back."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
)
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.taking_back import take_back
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.access import Demand
from visits.homes.matching import Needs
from visits.homes.needs import note_with
from visits.life.deaths import record_death
from visits.life.endings import Told, give_back
from visits.models.calls import Disposition
from visits.models.life import HowTold
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.stays import ExitTo, Place, Stay
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.stays.free import free_places
from visits.stays.houses import list_houses
from visits.stays.place_list import PlaceFilter, list_places
from visits.stays.places import PlaceSaid, add_place, withdraw_place
from visits.stays.stay_list import STATES, StayFilter, count_stays, list_stays
from visits.stays.stays import (
    EndSaid,
    StaySaid,
    begin_stay,
    end_stay,
    find_stay,
    renew_stay,
    take_stay_back,
    withdraw_stay,
)
from visits.transfers.wishes import WishSaid, open_wish

ROOM = PlaceSaid("room", "Chambre 1", "once", 12, 342_00)


class Hall:
    """A coordinator, a residence with a room, and Mme Morel who comes."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now, self.today = session, now, now.date()
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.house = make_residence(session, has_lift=False)
        self.home = make_dwelling(session, residence=self.house, reference="L1", floor=2)
        self.room = self.place(ROOM)
        self.person = make_person(session, last_name="MOREL")

    def place(self, said: PlaceSaid, home: Dwelling | None = None) -> Place:
        said = replace(said, since_on=self.today - timedelta(days=900))
        home = home or self.home
        return add_place(self.session, home, said, viewer=self.viewer, now=self.now)

    def begin(self, place: Place | None = None, who: Person | None = None, **said: Any) -> Stay:
        stay = StaySaid(said.pop("kind", "temporary"), said.pop("on", self.today), **said)
        return begin_stay(
            self.session,
            place or self.room,
            who or self.person,
            stay,
            viewer=self.viewer,
            now=self.now,
        )

    def renew(self, stay: Stay, now: datetime | None = None) -> None:
        renew_stay(self.session, stay, turn=stay.turn, viewer=self.viewer, now=now or self.now)

    def end(self, stay: Stay, on: date | None = None, to: str = "family") -> None:
        said = EndSaid(on or self.today, to, "Repart chez sa sœur.")
        end_stay(self.session, stay, said, turn=stay.turn, viewer=self.viewer, now=self.now)

    def back(self, stay: Stay) -> None:
        take_stay_back(self.session, stay, turn=stay.turn, viewer=self.viewer, now=self.now)

    def free(self) -> list[str]:
        found = free_places(
            self.session,
            self.viewer,
            self.person,
            on=self.today,
            today=self.today,
        )
        return [one.place.name for one in found if one.place]

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


@pytest.fixture
def hall(session: Session, now: datetime) -> Hall:
    return Hall(session, now)


def test_a_stay_keeps_the_contract_of_its_place_and_its_end_follows(hall: Hall) -> None:
    stay = hall.begin(on=date(2026, 1, 31))
    assert (stay.fee, stay.until_on) == (342_00, date(2027, 1, 31))
    hall.room.fee, hall.room.months = 500_00, 6
    hall.renew(stay, hall.now + timedelta(days=30))
    assert (stay.fee, stay.until_on, stay.renewed) == (342_00, date(2028, 1, 31), 1)


def test_a_second_open_stay_in_one_place_is_refused_in_words_and_by_the_database(
    hall: Hall,
) -> None:
    first, other = hall.begin(), make_person(hall.session)
    with pytest.raises(Conflict) as refused:
        hall.begin(who=other)
    assert refused.value.code == "place_is_taken"
    copied = {
        column.name: getattr(first, column.name)
        for column in Stay.__table__.columns
        if column.name not in ("id", "person_id")
    }
    hall.session.add(Stay(**copied, person_id=other.id))
    with pytest.raises(IntegrityError):
        hall.session.flush()


def test_days_that_meet_are_refused_and_the_day_one_leaves_another_comes(hall: Hall) -> None:
    first, other = hall.begin(on=hall.ago(100)), make_person(hall.session)
    hall.end(first, hall.ago(10))
    with pytest.raises(Conflict):
        hall.begin(who=other, on=hall.ago(11))
    hall.begin(who=other, on=hall.ago(10))
    with pytest.raises(Conflict) as refused:
        hall.back(first)
    assert refused.value.code == "place_is_taken"


def test_nobody_stays_in_two_places_at_once(hall: Hall) -> None:
    hall.begin()
    with pytest.raises(Conflict) as refused:
        hall.begin(hall.place(replace(ROOM, name="Chambre 2")))
    assert refused.value.code == "stay_elsewhere"


def test_a_third_year_is_refused(hall: Hall) -> None:
    stay = hall.begin(on=hall.ago(700))
    hall.renew(stay)
    with pytest.raises(Conflict) as refused:
        hall.renew(stay)
    assert refused.value.code == "stay_renewed_enough"
    hall.back(stay)
    assert (stay.renewed, stay.renewals[0].taken_back_by_id) == (0, hall.user.id)
    hall.renew(stay)
    assert stay.renewed == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "forever"}, "kind"),
        ({"kind": "permanent"}, "kind"),
        ({"on": None}, "from_on"),
        ({"on": date(2040, 1, 1)}, "from_on"),
        ({"on": date(2001, 1, 1)}, "from_on"),
    ],
)
def test_what_no_stay_can_be_is_refused_by_its_field(
    hall: Hall, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        hall.begin(**said)
    assert set(refused.value.fields) == {field}


def test_nobody_under_16_nobody_who_died_and_nobody_in_a_common_room(hall: Hall) -> None:
    child = make_person(hall.session, born_on=hall.today - timedelta(days=15 * 365))
    late = make_person(hall.session, died_on=hall.today)
    common = hall.place(PlaceSaid("common", "Salon"))
    for place, who, why in (
        (hall.room, child, "stay_under_16"),
        (hall.room, late, "stay_of_who_died"),
        (common, hall.person, "place_nobody_stays_in"),
    ):
        with pytest.raises(Conflict) as refused:
            hall.begin(place, who)
        assert refused.value.code == why


def test_a_place_up_stairs_is_never_offered_nor_given_to_whom_it_does_not_fit(
    hall: Hall,
) -> None:
    ground = make_dwelling(hall.session, residence=hall.house, reference="L0", floor=0)
    hall.place(replace(ROOM, name="Rez-de-chaussée"), ground)
    assert hall.free() == ["Rez-de-chaussée", "Chambre 1"]
    for needs in (Needs(wheelchair=True), Needs(demands=(Demand.REACH,))):
        note_with(hall.session, hall.person, needs, viewer=hall.viewer, now=hall.now)
        assert hall.free() == ["Rez-de-chaussée"]
        with pytest.raises(Conflict) as refused:
            hall.begin()
        assert refused.value.code == "place_does_not_fit"
    note_with(hall.session, hall.person, Needs(), viewer=hall.viewer, now=hall.now)
    wish = WishSaid(["stairs"], Needs(wheelchair=True), hall.today)
    open_wish(hall.session, hall.person, wish, viewer=hall.viewer, now=hall.now)
    with pytest.raises(Conflict):
        hall.begin()


def test_a_taken_place_is_free_again_once_its_stay_is_over_or_was_begun_by_mistake(
    hall: Hall,
) -> None:
    stay = hall.begin(on=hall.ago(9))
    assert hall.free() == []
    with pytest.raises(Conflict):
        withdraw_place(hall.session, hall.room, "Bureau", turn=0, viewer=hall.viewer, now=hall.now)
    hall.end(stay)
    assert hall.free() == ["Chambre 1"]
    again = hall.begin()
    withdraw_stay(hall.session, again, "Autre dossier", turn=0, viewer=hall.viewer, now=hall.now)
    assert hall.free() == ["Chambre 1"]
    with pytest.raises(Conflict):
        hall.end(again)


@pytest.mark.parametrize(
    ("on", "to", "why", "field"),
    [
        (0, "family", " ", "why"),
        (0, "", "x", "exit_to"),
        (0, "slid", "x", "exit_to"),
        (-1, "family", "x", "ended_on"),
        (9, "family", "x", "ended_on"),
    ],
)
def test_an_end_has_its_day_where_to_and_why(
    hall: Hall, on: int, to: str, why: str, field: str
) -> None:
    stay = hall.begin(on=hall.ago(9))
    said = EndSaid(hall.ago(on), to, why)
    with pytest.raises(Invalid) as refused:
        end_stay(hall.session, stay, said, turn=0, viewer=hall.viewer, now=hall.now)
    assert set(refused.value.fields) == {field}


def test_a_sliding_lease_becomes_her_own_and_that_is_its_exit(hall: Hall) -> None:
    stay = hall.begin(kind="sliding", on=hall.ago(200))
    hall.end(stay, to="slid")
    assert (stay.exit_to, stay.is_standing) == (ExitTo.SLID, False)
    hall.back(stay)
    assert (stay.exit_to, stay.is_standing) == (None, True)


def test_a_death_ends_the_stay_and_taking_it_back_lets_it_go_on_unless_the_place_is_taken(
    hall: Hall,
) -> None:
    stay, told = hall.begin(on=hall.ago(9)), Told(HowTold.PAGE, hall.user.id, hall.now)
    died = record_death(hall.session, hall.person, on=hall.today, told=told)
    assert (stay.ended_on, stay.exit_to) == (hall.today, ExitTo.DIED)
    give_back(hall.session, hall.person, died.undo or {}, now=hall.now)
    assert stay.is_standing
    died = record_death(hall.session, hall.person, on=hall.today, told=told)
    hall.begin(who=make_person(hall.session))
    give_back(hall.session, hall.person, died.undo or {}, now=hall.now)
    assert not stay.is_standing


@pytest.mark.parametrize("housed", [False, True])
def test_who_moved_leaves_her_place_and_has_it_again_when_that_is_taken_back(
    hall: Hall, housed: bool
) -> None:
    case = make_case(hall.session, by=hall.user, person=hall.person, dwelling=hall.home)
    if not housed:
        case.dwelling_id = None
    stay = hall.begin(on=hall.ago(9), case_id=case.id)
    elsewhere = make_person(hall.session)
    other = hall.begin(hall.place(replace(ROOM, name="Chambre 2")), elsewhere, on=hall.ago(9))
    moved = Attempt(Disposition.MOVED)
    call = record_attempt(hall.session, case, moved, viewer=hall.viewer, now=hall.now)
    assert (stay.ended_on, stay.exit_to, other.is_standing) == (hall.today, ExitTo.UNKNOWN, True)
    hall.session.expire(case)
    take_back(hall.session, case, call.id, reason="Erreur", viewer=hall.viewer, now=hall.now)
    assert stay.is_standing


def test_who_left_her_old_home_stays_in_her_place(hall: Hall) -> None:
    home = make_dwelling(hall.session)
    case = make_case(hall.session, by=hall.user, person=hall.person, dwelling=home)
    stay = hall.begin(on=hall.ago(9), case_id=case.id)
    moved = Attempt(Disposition.MOVED)
    record_attempt(hall.session, case, moved, viewer=hall.viewer, now=hall.now)
    assert stay.is_standing


def test_a_protected_person_hides_her_place_from_all_but_those_named(hall: Hall) -> None:
    stay, other = hall.begin(on=hall.ago(9)), make_viewer(make_user(hall.session))
    only, wanted = PlaceFilter(hall.house.id), Wanted()

    def seen() -> tuple[int, int]:
        places = list_places(hall.session, other, only=only, wanted=wanted, today=hall.today).total
        return places, count_stays(hall.session, other, only=StayFilter(), today=hall.today)

    assert seen() == (1, 1)
    protect(hall.session, hall.person, by=hall.user.id, now=hall.now)
    assert seen() == (0, 0)
    with pytest.raises(NotFound):
        find_stay(hall.session, other, stay.id)
    assert find_stay(hall.session, hall.viewer, stay.id) is stay
    hall.end(stay)
    assert seen() == (1, 0)


def test_the_residences_with_places_count_those_taken_on_a_day_as_far_as_one_sees(
    hall: Hall,
) -> None:
    common, second = (replace(ROOM, name=name) for name in ("Salon", "Chambre 2"))
    hall.place(replace(common, kind="common", contract="", months=None, fee=None))
    hall.place(second)
    make_dwelling(hall.session)  # in a residence without places
    stay, other = hall.begin(on=hall.ago(9)), make_viewer(make_user(hall.session))

    def houses(viewer: Viewer, on: date) -> list[tuple[int, int, int]]:
        listed = list_houses(hall.session, viewer, wanted=Wanted(), on=on)
        assert listed.total == len(listed.rows)
        return [(one.places, one.taken, one.free) for one in listed.rows]

    assert houses(other, hall.today) == [(2, 1, 1)]
    assert houses(other, hall.ago(10)) == [(2, 0, 2)]
    protect(hall.session, hall.person, by=hall.user.id, now=hall.now)
    assert houses(other, hall.today) == [(1, 0, 1)]
    assert houses(hall.viewer, hall.today) == [(2, 1, 1)]
    hall.end(stay)
    assert houses(hall.viewer, hall.today) == [(2, 0, 2)]
    stranger = make_user(hall.session, organisation="Voisins")
    blind = Viewer(stranger.id, stranger.organisation_id, None, Reach.OWN)
    assert houses(blind, hall.today) == []


def test_whoever_works_by_a_mandate_sees_the_stays_of_its_cases_alone(hall: Hall) -> None:
    case = make_case(hall.session, by=hall.user, person=hall.person)
    hall.begin(case_id=case.id)
    hall.begin(hall.place(replace(ROOM, name="Chambre 2")), make_person(hall.session))
    assert count_stays(hall.session, hall.viewer, only=StayFilter(), today=hall.today) == 2
    for reach in (Reach.MANDATE, Reach.ORGANISATION):
        viewer = make_viewer(make_user(hall.session), reach)
        assert count_stays(hall.session, viewer, only=StayFilter(), today=hall.today) == 0


def test_another_persons_case_is_none_of_this_stay(hall: Hall) -> None:
    case = make_case(hall.session, by=hall.user)
    with pytest.raises(Invalid) as refused:
        hall.begin(case_id=case.id)
    assert set(refused.value.fields) == {"case"}


def test_each_state_lists_what_it_says(hall: Hall) -> None:
    soon = hall.begin(on=hall.ago(340))
    over = hall.begin(
        hall.place(replace(ROOM, name="Chambre 2")), make_person(hall.session), on=hall.ago(400)
    )
    later = hall.begin(hall.place(replace(ROOM, name="Chambre 3")), make_person(hall.session))
    gone = hall.begin(
        hall.place(replace(ROOM, name="Chambre 4")), make_person(hall.session), on=hall.ago(9)
    )
    hall.end(gone)
    listed = {}
    for state in STATES:
        only = StayFilter(state)
        found = list_stays(hall.session, hall.viewer, only=only, wanted=Wanted(), today=hall.today)
        listed[state] = {one.id for one in found.rows}
        counted = count_stays(hall.session, hall.viewer, only=only, today=hall.today)
        assert counted == len(found.rows)
    assert listed["open"] == {soon.id, over.id, later.id}
    assert (listed["soon"], listed["over"], listed["ended"]) == ({soon.id}, {over.id}, {gone.id})
    assert (listed["withdrawn"], len(listed["all"])) == (set(), 4)
    assert hall.session.scalars(select(Stay)).all()
