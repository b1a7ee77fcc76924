"""Who is on duty is called for what is urgent, one after the other, until somebody takes it on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_user, make_viewer
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.messages.kinds import EMAIL, TEXT
from visits.models.accounts import Organisation, Role, Territory, User
from visits.models.duty import DutyCall, DutyTurn
from visits.models.messages import MessageChannel
from visits.models.portfolio import Dwelling
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import Viewer
from visits.works.burning import burning
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.calling import (
    call_on_duty,
    calls_for,
    calls_to_send,
    mobile_of,
    not_reached_after_all,
    note_number_refused,
    note_reached,
    note_sent,
    take_on,
)
from visits.works.duty import (
    TurnSaid,
    change_turn,
    note_turns,
    put_back_turn,
    turns_between,
    withdraw_turn,
)
from visits.works.duty_holes import holes
from visits.works.moves import MoveSaid, move_work_order

GAS = OrderSaid("gas", "U0", "kitchen", "Odeur de gaz", "tenant")
MINUTES = timedelta(minutes=1)


class Watch:
    """A landlord whose first and second on duty are named for a day, and a dwelling of it."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.dwelling: Dwelling = make_dwelling(session)
        self.landlord = session.get_one(Organisation, self.dwelling.residence.landlord_id)
        self.technician = self.hire("Alix", Role.TECHNICIAN)
        self.manager = self.hire("Brune", Role.MANAGER)

    @property
    def viewer(self) -> Viewer:
        return make_viewer(self.technician)

    def hire(self, name: str, role: Role, **said: Any) -> User:
        return make_user(self.session, name=name, role=role, **said)

    def turn(self, user: User, place: int = 1, **said: Any) -> TurnSaid:
        hours = {
            "starts_at": self.now - timedelta(hours=1),
            "ends_at": self.now + timedelta(hours=12),
        }
        phone = "06 39 98 00 01"
        return TurnSaid(self.landlord.id, user.id, place, phone, **(hours | said))

    def note(self, user: User, place: int = 1, **said: Any) -> DutyTurn:
        turn = self.turn(user, place, **said)
        return note_turns(self.session, turn, viewer=self.viewer, now=self.now)[0]

    def open(self, said: OrderSaid = GAS, **more: Any) -> WorkOrder:
        order = open_by_hand(
            self.session, self.dwelling, said, viewer=self.viewer, now=self.now, **more
        )
        self.session.flush()
        return order

    def move(self, order: WorkOrder, state: str, said: MoveSaid, *, now: datetime) -> None:
        to, by = WorkOrderState(state), self.viewer
        move_work_order(self.session, order, to, said, viewer=by, now=now)

    def called(self, order: WorkOrder) -> list[str]:
        return [one.turn.user.name for one in self.calls(order)]

    def calls(self, order: WorkOrder) -> list[DutyCall]:
        return list(calls_for(self.session, [order])[order.id])

    def after(self, minutes: int) -> datetime:
        return self.now + minutes * MINUTES


@pytest.fixture
def watch(session: Session, now: datetime) -> Watch:
    return Watch(session, now)


def test_the_first_is_called_at_once_and_the_next_when_nobody_has_taken_it_on_in_time(
    watch: Watch,
) -> None:
    watch.note(watch.technician), watch.note(watch.manager, 2)
    order = watch.open()
    assert call_on_duty(watch.session, now=watch.now) == 1
    assert call_on_duty(watch.session, now=watch.after(29)) == 0
    assert watch.called(order) == ["Alix"]
    assert call_on_duty(watch.session, now=watch.after(30)) == 1
    assert watch.called(order) == ["Alix", "Brune"]
    assert call_on_duty(watch.session, now=watch.after(61)) == 0


def test_whoever_was_called_takes_it_on_whatever_her_role_and_nobody_else_is_called(
    watch: Watch,
) -> None:
    watch.note(watch.manager), watch.note(watch.technician, 2)
    order = watch.open()
    call_on_duty(watch.session, now=watch.now)
    take_on(watch.session, order, viewer=make_viewer(watch.manager), now=watch.after(5))
    assert order.state is WorkOrderState.ACKNOWLEDGED
    assert [one.reached_at for one in watch.calls(order)] == [watch.after(5)]
    assert call_on_duty(watch.session, now=watch.after(60)) == 0
    with pytest.raises(Conflict):
        take_on(watch.session, order, viewer=watch.viewer, now=watch.after(6))


def test_whoever_was_called_and_moves_the_order_was_reached_and_the_board_names_her(
    watch: Watch,
) -> None:
    watch.note(watch.technician)
    order, acknowledged = watch.open(), WorkOrderState.ACKNOWLEDGED
    call_on_duty(watch.session, now=watch.now)
    by = {"viewer": watch.viewer, "now": watch.after(5)}
    move_work_order(watch.session, order, acknowledged, MoveSaid(), **by)
    assert [one.reached_at for one in watch.calls(order)] == [watch.after(5)]
    (shown,) = burning(watch.session, watch.viewer, now=watch.after(6))
    assert shown.taken_on is not None and shown.taken_on.by_id == watch.viewer.user_id


def test_what_a_contractor_refuses_is_called_out_anew(watch: Watch) -> None:
    watch.note(watch.technician), watch.note(watch.manager, 2)
    order = watch.open()
    call_on_duty(watch.session, now=watch.now)
    move_work_order(
        watch.session, order, WorkOrderState.ACKNOWLEDGED, MoveSaid(), viewer=watch.viewer,
        now=watch.after(1),
    )  # fmt: skip
    done, again = MoveSaid(note="Fait"), MoveSaid(note="Ça sent encore")
    for minutes, state, said in ((2, "done", done), (3, "open", again)):
        to = WorkOrderState(state)
        move_work_order(
            watch.session, order, to, said, viewer=watch.viewer, now=watch.after(minutes)
        )
    assert call_on_duty(watch.session, now=watch.after(4)) == 1
    assert watch.called(order) == ["Alix", "Alix"]


def test_the_rota_of_an_agency_and_a_trade_comes_before_that_of_all(watch: Watch) -> None:
    here, there = Territory(name="Lens"), Territory(name="Arras")
    watch.session.add_all([here, there])
    watch.session.flush()
    watch.dwelling.residence.territory_id = here.id
    elsewhere = make_dwelling(watch.session).residence
    elsewhere.territory_id, elsewhere.landlord_id = there.id, watch.landlord.id
    watch.session.flush()
    watch.note(watch.manager)
    watch.note(watch.technician, agency_id=here.id)
    gas_fitter = watch.hire("Chloé", Role.TECHNICIAN)
    watch.note(gas_fitter, agency_id=here.id, trade="gas")
    watch.note(watch.hire("Dora", Role.TECHNICIAN), agency_id=there.id)
    order = watch.open()
    for minutes in (0, 30, 60, 90):
        call_on_duty(watch.session, now=watch.after(minutes))
    assert watch.called(order) == ["Chloé", "Alix", "Brune"]


def test_whoever_may_not_see_a_protected_home_is_not_called_for_it(watch: Watch) -> None:
    watch.note(watch.technician), watch.note(watch.manager, 2)
    person = make_person(watch.session, dwelling=watch.dwelling)
    order = watch.open(person=person)
    protect(watch.session, person, by=watch.manager.id, now=watch.now)
    watch.session.flush()
    call_on_duty(watch.session, now=watch.now)
    assert watch.called(order) == ["Brune"]


@pytest.mark.parametrize("way", [EMAIL, TEXT])
def test_a_message_goes_out_once_by_each_way_and_again_while_nobody_takes_it(
    watch: Watch, way: MessageChannel
) -> None:
    watch.note(watch.technician)
    order, other = watch.open(), TEXT if way is EMAIL else EMAIL
    call_on_duty(watch.session, now=watch.now)
    (call,) = calls_to_send(watch.session, way, now=watch.now)
    assert list(calls_to_send(watch.session, way, now=watch.after(1))) == []
    assert list(calls_to_send(watch.session, way, now=watch.after(2))) == [call]
    note_sent(watch.session, call.id, way, now=watch.after(2))
    assert list(calls_to_send(watch.session, way, now=watch.after(10))) == []
    assert {watch.calls(order)[0].sent_at, watch.calls(order)[0].text_sent_at} == {
        None, watch.after(2),
    }  # fmt: skip
    assert list(calls_to_send(watch.session, other, now=watch.after(10))) == [call]


def test_no_text_goes_to_a_landline_nor_again_to_a_number_that_was_refused(watch: Watch) -> None:
    watch.note(watch.technician).phone = "03 21 00 00 00"
    watch.open()
    call_on_duty(watch.session, now=watch.now)
    assert list(calls_to_send(watch.session, TEXT, now=watch.now)) == []
    assert len(calls_to_send(watch.session, EMAIL, now=watch.now)) == 1
    watch.note(watch.manager, 2).phone = "+33 6 39 98 00 01"
    call_on_duty(watch.session, now=watch.after(30))
    (call,) = calls_to_send(watch.session, TEXT, now=watch.after(30))
    assert mobile_of(call) == "+33639980001"
    note_number_refused(watch.session, call.id, now=watch.after(30))
    assert list(calls_to_send(watch.session, TEXT, now=watch.after(40))) == []


def test_no_text_goes_out_of_what_was_taken_on_or_is_old(watch: Watch) -> None:
    watch.note(watch.technician)
    order = watch.open()
    call_on_duty(watch.session, now=watch.now)
    assert list(calls_to_send(watch.session, TEXT, now=watch.now + timedelta(hours=7))) == []
    take_on(watch.session, order, viewer=watch.viewer, now=watch.after(1))
    watch.session.flush()
    assert list(calls_to_send(watch.session, TEXT, now=watch.after(1))) == []


def test_who_was_reached_on_the_phone_is_noted_and_taken_back_by_who_noted_it(watch: Watch) -> None:
    watch.note(watch.manager)
    order = watch.open()
    call_on_duty(watch.session, now=watch.now)
    (call,) = watch.calls(order)
    with pytest.raises(NotFound):
        note_reached(watch.session, watch.open(), call.id, viewer=watch.viewer, now=watch.now)
    note_reached(watch.session, order, call.id, viewer=watch.viewer, now=watch.after(3))
    assert (call.reached_at, call.reached_by_id) == (watch.after(3), watch.technician.id)
    with pytest.raises(Conflict):
        not_reached_after_all(watch.session, order, call.id, viewer=make_viewer(watch.manager))
    not_reached_after_all(watch.session, order, call.id, viewer=watch.viewer)
    assert call.reached_at is None


def test_the_board_shows_what_waits_first_and_what_was_closed_since_yesterday(watch: Watch) -> None:
    watch.note(watch.technician)
    done, waits = watch.open(), watch.open(OrderSaid("lift", "U1", "elsewhere", "Bloqué", "tenant"))
    watch.open(OrderSaid("plumbing", "U3", "kitchen", "Goutte", "tenant"))
    state = WorkOrderState.DONE
    move_work_order(
        watch.session, done, state, MoveSaid(note="Fait"), viewer=watch.viewer, now=watch.now
    )
    (just, _) = burning(watch.session, watch.viewer, now=watch.now)
    assert (just.is_just_told(watch.now), just.is_just_told(watch.after(2))) == (True, False)
    call_on_duty(watch.session, now=watch.now)
    watch.session.flush()
    shown = burning(watch.session, watch.viewer, now=watch.after(10))
    assert [(one.order.id, one.waits, len(one.calls)) for one in shown] == [
        (waits.id, True, 1), (done.id, False, 0),
    ]  # fmt: skip
    later = burning(watch.session, watch.viewer, now=watch.now + timedelta(hours=25))
    assert [one.order.id for one in later] == [waits.id]


def test_a_turn_is_noted_for_weeks_at_the_same_hours_though_summer_time_ends(watch: Watch) -> None:
    watch.now = datetime(2026, 10, 16, 8, tzinfo=UTC)
    starts, ends = datetime(2026, 10, 23, 16, tzinfo=UTC), datetime(2026, 10, 24, 6, tzinfo=UTC)
    said = watch.turn(watch.technician, starts_at=starts, ends_at=ends)
    noted = note_turns(watch.session, said, weeks=2, viewer=watch.viewer, now=watch.now)
    assert [one.starts_at.hour for one in noted] == [16, 17]
    assert [one.ends_at.hour for one in noted] == [6, 7]


def test_a_turn_is_changed_withdrawn_and_put_back_but_never_two_in_one_place(watch: Watch) -> None:
    turn = watch.note(watch.technician)
    by: Any = {"viewer": watch.viewer, "now": watch.now}
    with pytest.raises(Conflict, match="duty_taken"):
        watch.note(watch.manager)
    other = change_turn(watch.session, turn.id, watch.turn(watch.manager), **by)
    with pytest.raises(Conflict, match="duty_taken"):
        put_back_turn(watch.session, turn.id, **by)
    withdraw_turn(watch.session, other.id, **by)
    with pytest.raises(Conflict, match="duty_withdrawn"):
        withdraw_turn(watch.session, other.id, **by)
    watch.session.flush()
    put_back_turn(watch.session, turn.id, **by)
    watch.session.flush()
    hours = (watch.now, watch.after(60))
    assert list(turns_between(watch.session, [watch.landlord.id], *hours)) == [turn]
    assert list(turns_between(watch.session, [watch.landlord.id], *hours, withdrawn=True)) == [
        other
    ]


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"phone": " "}, "phone", "required"),
        ({"phone": "appelez-moi"}, "phone", "no_phone"),
        ({"phone": "1" * 40}, "phone", "no_phone"),
        ({"place": 0}, "place", "bad_choice"),
        ({"trade": "magic"}, "trade", "bad_choice"),
        ({"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "ends_at", "duty_ends_first"),
        ({"ends_at": datetime(2099, 1, 1, tzinfo=UTC)}, "ends_at", "duty_too_long"),
        ({"user_id": None}, "user", "required"),
        ({"landlord_id": None}, "landlord", "bad_choice"),
    ],
)
def test_a_turn_that_cannot_be_is_refused_field_by_field(
    watch: Watch, said: dict[str, Any], field: str, code: str
) -> None:
    turn = watch.turn(watch.technician)
    wrong = TurnSaid(**{name: getattr(turn, name) for name in turn.__dataclass_fields__} | said)
    with pytest.raises(Invalid) as refused:
        note_turns(watch.session, wrong, viewer=watch.viewer, now=watch.now)
    assert refused.value.fields[field] == code


def test_the_times_without_a_first_are_holes_of_an_agency_or_of_all(watch: Watch) -> None:
    one, other = Territory(name="Lens"), Territory(name="Arras")
    watch.session.add_all([one, other])
    watch.session.flush()
    watch.dwelling.residence.territory_id = one.id
    watch.session.flush()
    morning = watch.note(watch.technician, starts_at=watch.now, ends_at=watch.after(60))
    night = watch.note(
        watch.technician, agency_id=one.id, starts_at=watch.after(90), ends_at=watch.after(120)
    )
    second = watch.note(watch.manager, 2, starts_at=watch.now, ends_at=watch.after(600))
    hours: Any = {"since": watch.now, "until": watch.after(120)}
    found = holes(watch.landlord, [one, other], [morning, second], **hours)
    assert [(hole.agency, hole.starts_at, hole.ends_at) for hole in found] == [
        (None, watch.after(60), watch.after(120))
    ]
    found = holes(watch.landlord, [one, other], [morning, night, second], **hours)
    assert [(hole.agency, hole.starts_at, hole.ends_at) for hole in found] == [
        (other, watch.after(60), watch.after(120)), (one, watch.after(60), watch.after(90)),
    ]  # fmt: skip
