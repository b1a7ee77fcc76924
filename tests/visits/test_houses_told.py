"""Tenants of a residence are told of works there: by hand, each once, where they may be told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_user, make_viewer
from tests.visits.test_orders_by_hand import LEAK
from tests.visits.test_works_told import Works
from visits.ground.errors import Conflict
from visits.messages.kinds import EMAIL, OF_HOUSE_WORKS, TEXT
from visits.messages.listing import MessageFilter, count_messages
from visits.messages.of_houses import Telling, progress, tellings, write_to_tenants
from visits.messages.of_orders import Day, day_named
from visits.messages.printing import print_letters
from visits.messages.sending import claim_due, note_sent, stop_if_over
from visits.messages.switches import switch_off
from visits.messages.ways import note_wish
from visits.models.messages import Message, MessageChannel, MessageKind, MessageState
from visits.models.people import AlertCode, Occupancy, Person
from visits.models.works import WorkOrderState
from visits.people.measures import note_alert
from visits.people.protection import protect
from visits.stays.places import PlaceSaid, add_place
from visits.stays.stays import StaySaid, begin_stay

S, M, K = WorkOrderState, MessageState, MessageKind
DAY = timedelta(days=1)


class House(Works):
    """A residence with two tenants and somebody in a place, and an order of what they share."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session, now)
        self.order, self.user = self.lamp, make_user(session)
        beside = make_dwelling(session, residence=self.residence)
        self.neighbour = make_person(session, last_name="ABADIE", dwelling=beside)
        self.shared = make_dwelling(session, residence=self.residence)
        room = PlaceSaid("room", "Chambre 1", "once", 12, 300_00, now.date())
        place = add_place(session, self.shared, room, viewer=self.viewer, now=now)
        self.guest = make_person(session, last_name="ZOLA")
        session.delete(self.guest.occupancies[0])
        session.flush()
        comes = StaySaid("temporary", now.date())
        begin_stay(session, place, self.guest, comes, viewer=self.viewer, now=now)
        session.flush()

    def tellings(self) -> list[Telling]:
        return tellings(self.session, self.order, self.viewer, now=self.now)

    def going(self) -> list[str]:
        return [one.person.last_name for one in self.tellings() if one.goes_out]

    def kinds(self) -> set[MessageKind | None]:
        return {one.kind for one in self.tellings()}

    def write(self, seen: int | None = None) -> int:
        seen = len(self.going()) if seen is None else seen
        count = write_to_tenants(
            self.session, self.order, seen=seen, viewer=self.viewer, now=self.now
        )
        self.session.flush()
        return count

    def of(self, person: Person) -> Sequence[Message]:
        hers = select(Message).where(Message.person_id == person.id).order_by(Message.id)
        return self.session.scalars(hers).all()


@pytest.fixture
def house(session: Session, now: datetime) -> House:
    return House(session, now)


def test_nothing_goes_out_by_itself_and_who_gets_it_is_seen_before(house: House) -> None:
    assert house.tellings() == []
    house.plan(20)
    assert house.messages() == []
    assert [one.person.last_name for one in house.tellings()] == house.going()
    assert house.going()[0] == "ABADIE"
    assert house.going()[-1] == "ZOLA"
    assert len(house.going()) == 3
    assert house.write() == 3
    assert {one.kind for one in house.messages()} == {K.HOUSE_PLANNED}
    assert (house.going(), house.kinds()) == ([], {None})
    with pytest.raises(Conflict, match="nobody_to_tell"):
        house.write()


def test_whoever_came_meanwhile_is_shown_before_she_is_written_to(house: House) -> None:
    house.plan(20)
    seen = len(house.going())
    make_person(house.session, dwelling=make_dwelling(house.session, residence=house.residence))
    with pytest.raises(Conflict, match="readers_changed"):
        house.write(seen)
    assert house.messages() == []


def test_all_letters_of_a_residence_go_out_each_to_its_address(house: House) -> None:
    house.plan(20)
    house.write()
    house.print()
    assert [one.state for one in house.messages()] == [M.SENT] * 3
    assert all(house.residence.address in (one.sent_to or "") for one in house.messages())
    assert house.order.told_how is None


def test_a_day_that_moves_is_told_anew_to_who_knew_the_former_and_planned_to_others(
    house: House,
) -> None:
    house.plan(20)
    house.write()
    house.print()
    newcomer = make_person(
        house.session, dwelling=make_dwelling(house.session, residence=house.residence)
    )
    house.plan(25)
    assert {one.person.id: one.kind for one in house.tellings()} == {
        house.person.id: K.HOUSE_MOVED,
        house.neighbour.id: K.HOUSE_MOVED,
        house.guest.id: K.HOUSE_MOVED,
        newcomer.id: K.HOUSE_PLANNED,
    }
    house.write()
    moved = house.of(house.guest)[-1]
    assert day_named(moved, "former_") == Day(house.day(19), "morning")
    house.plan(30)
    assert moved.state is M.STOPPED
    assert house.kinds() == {K.HOUSE_MOVED, K.HOUSE_PLANNED}


def test_who_knows_a_day_hears_that_it_is_off_and_all_hear_that_it_is_done(house: House) -> None:
    house.plan(20)
    house.write()
    house.print()
    make_person(house.session, dwelling=make_dwelling(house.session, residence=house.residence))
    house.back()
    assert [one.kind for one in house.tellings()] == [K.HOUSE_OFF] * 3
    house.write()
    house.plan(20)
    assert house.kinds() == {K.HOUSE_MOVED, K.HOUSE_PLANNED}
    house.move(S.DONE, note="Réparé")
    assert [one.kind for one in house.tellings()] == [K.HOUSE_ENDED] * 4
    assert house.write() == 4
    assert house.kinds() == {None}
    house.back()
    assert all(one.state is M.STOPPED for one in house.messages() if one.kind is K.HOUSE_ENDED)


def test_by_the_way_each_agreed_to(house: House) -> None:
    house.agrees(TEXT, "06 12 34 56 78")
    house.plan(20)
    ways = {one.person.id: one.way.channel for one in house.tellings()}
    assert ways[house.person.id] is TEXT
    assert ways[house.guest.id] is MessageChannel.LETTER


def shelter(house: House) -> None:
    protect(house.session, house.neighbour, by=house.user.id, now=house.now)


def shelter_beside(house: House) -> None:
    home = house.neighbour.occupancies[0].tenancy.dwelling
    hidden = make_person(house.session, dwelling=home)
    house.session.refresh(house.neighbour)
    protect(
        house.session, hidden, by=make_user(house.session).id, now=house.now,
        but=[house.neighbour.id],
    )  # fmt: skip


def leave(house: House) -> None:
    house.neighbour.occupancies[0].ended_on = house.now.date()


def die(house: House) -> None:
    house.neighbour.died_on = house.now.date()


def begin_later(house: House) -> None:
    house.neighbour.occupancies[0].tenancy.started_on = house.day(30)


def live_with(house: House) -> None:
    make_person(
        house.session, last_name="HOLDER", dwelling=house.neighbour.occupancies[0].tenancy.dwelling
    )
    house.neighbour.occupancies[0].role = "child"


@pytest.mark.parametrize("how", [shelter, shelter_beside, leave, die, begin_later, live_with])
def test_some_are_not_named_at_all(house: House, how: object) -> None:
    how(house)  # type: ignore[operator]
    house.session.flush()
    house.plan(20)
    assert house.neighbour.id not in [one.person.id for one in house.tellings()]


def be_written_nothing(house: House) -> str:
    note_alert(
        house.session, house.neighbour, AlertCode.NOTHING_WRITTEN, viewer=house.viewer,
        now=house.now,
    )  # fmt: skip
    return "nothing_written"


def be_left_alone(house: House) -> str:
    house.neighbour.do_not_contact = True
    return "do_not_contact"


def want_no_letters(house: House) -> str:
    note_wish(
        house.session, house.neighbour, MessageChannel.LETTER, agreed=False, address="",
        language="fr", viewer=house.viewer, now=house.now,
    )  # fmt: skip
    return "no_way"


@pytest.mark.parametrize("how", [be_written_nothing, be_left_alone, want_no_letters])
def test_who_is_silent_is_listed_with_why_and_not_written_to(house: House, how: object) -> None:
    why = how(house)  # type: ignore[operator]
    house.plan(20)
    (hers,) = [one for one in house.tellings() if one.person.id == house.neighbour.id]
    assert (hers.goes_out, hers.way.why) == (False, why)
    assert house.write() == 2
    assert house.of(house.neighbour) == []


@pytest.mark.parametrize("how", [shelter, shelter_beside, leave, be_written_nothing])
def test_who_may_not_be_told_since_is_not(house: House, how: object) -> None:
    house.plan(20)
    house.write()
    how(house)  # type: ignore[operator]
    house.session.flush()
    (hers,) = house.of(house.neighbour)
    assert stop_if_over(house.session, hers, now=house.now)
    (guests,) = house.of(house.guest)
    assert not stop_if_over(house.session, guests, now=house.now)


def test_a_kind_that_is_switched_off_goes_to_nobody(house: House) -> None:
    house.plan(20)
    switch_off(
        house.session, house.residence.landlord_id, K.HOUSE_PLANNED, viewer=house.viewer,
        now=house.now,
    )  # fmt: skip
    assert {one.way.why for one in house.tellings()} == {"switched_off"}
    assert house.going() == []


def test_an_email_that_was_given_up_told_her_nothing(house: House) -> None:
    house.agrees(EMAIL, "elle@example.org")
    house.plan(20)
    house.write()
    (message,) = claim_due(house.session, [EMAIL], now=house.now)
    message.state = M.GIVEN_UP
    assert house.going() == [house.person.last_name]


def test_one_message_that_went_out_stops_no_other(house: House) -> None:
    house.agrees(EMAIL, "elle@example.org")
    house.plan(20)
    house.write()
    (message,) = claim_due(house.session, [EMAIL], now=house.now)
    note_sent(message, body="…", to="elle@example.org", now=house.now)
    assert progress(house.session, house.order, house.viewer) == {M.WAITING: 2, M.SENT: 1}
    house.now += DAY
    print_letters(house.session, house.viewer, say=lambda one: "…", now=house.now)
    assert progress(house.session, house.order, house.viewer) == {M.SENT: 3}


def test_a_message_to_who_is_protected_since_is_seen_by_those_named_alone(house: House) -> None:
    house.plan(20)
    house.write()
    shelter(house)
    only = MessageFilter(order=str(house.order.id))
    named = make_viewer(house.user)
    for viewer, seen in ((house.viewer, 2), (named, 3)):
        assert count_messages(house.session, viewer, only=only, now=house.now) == seen
        assert sum(progress(house.session, house.order, viewer).values()) == seen


def test_who_stays_in_a_place_is_told_of_works_there_as_under_a_lease(house: House) -> None:
    assert house.guest.id not in house.session.scalars(select(Occupancy.person_id)).all()
    house.order = house.open(house.shared, LEAK, person=house.guest)
    house.plan(20)
    assert [one.kind for one in house.of(house.guest)] == [K.WORKS_PLANNED]


def test_the_kinds_of_a_residence_are_four() -> None:
    assert len(OF_HOUSE_WORKS) == 4
