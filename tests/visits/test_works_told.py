"""Somebody is told of works in her home: once, of the day that stands, where she may be told."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_person, make_user, make_viewer
from tests.visits.test_orders_by_hand import LEAK, Desk
from visits.ground.db import new_id
from visits.ground.errors import Conflict, NotFound
from visits.messages.by_hand import find_message, stop
from visits.messages.kinds import EMAIL, OF_WORKS, TEXT
from visits.messages.of_orders import Day, day_named, day_of
from visits.messages.printing import print_letters, undo_run
from visits.messages.sending import claim_due, note_sent, stop_if_over
from visits.messages.switches import kinds_off, switch_off, switch_on
from visits.messages.ways import note_wish
from visits.models.accounts import Role
from visits.models.interventions import (
    Intervention,
    InterventionFile,
    InterventionState,
    Outcome,
)
from visits.models.messages import Message, MessageChannel, MessageKind, MessageState
from visits.models.people import AlertCode, Occupancy
from visits.models.works import ToldHow, WorkOrderState
from visits.people.measures import note_alert
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.works.history import steps_of, take_step_back
from visits.works.moves import MoveSaid, move_work_order

DAY = timedelta(days=1)
S, M, K = WorkOrderState, MessageState, MessageKind


class Works(Desk):
    """A desk with somebody in the home of the leak, of whom the order is."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session, now)
        self.person = make_person(session, dwelling=self.home)
        self.order = self.open(self.home, LEAK, person=self.person)

    def day(self, days: int) -> date:
        return (self.now + days * DAY).date()

    def move(self, state: WorkOrderState, **said: object) -> None:
        words = MoveSaid(**said)  # type: ignore[arg-type]
        move_work_order(self.session, self.order, state, words, viewer=self.viewer, now=self.now)
        self.session.flush()

    def plan(self, days: int, **said: object) -> None:
        self.move(S.PLANNED, planned_on=self.day(days), planned_part="morning", **said)

    def back(self) -> None:
        latest = next(one for one in steps_of(self.session, self.order, self.viewer) if one.stands)
        take_step_back(self.session, self.order, latest.id, viewer=self.viewer, now=self.now)
        self.session.flush()

    def messages(self) -> Sequence[Message]:
        return self.session.scalars(select(Message).order_by(Message.id)).all()

    def told(self) -> list[tuple[MessageKind, MessageState]]:
        return [(one.kind, one.state) for one in self.messages()]

    def print(self) -> None:
        """Let a day go by, and print what waits."""
        self.now += DAY
        self.run = print_letters(self.session, self.viewer, say=lambda one: "…", now=self.now)

    def agrees(self, channel: MessageChannel, address: str) -> None:
        note_wish(
            self.session, self.person, channel, agreed=True, address=address, language="fr",
            viewer=self.viewer, now=self.now,
        )  # fmt: skip


@pytest.fixture
def works(session: Session, now: datetime) -> Works:
    return Works(session, now)


def test_a_planned_day_is_told_by_letter_and_the_order_knows_it_once_it_went(works: Works) -> None:
    works.plan(20)
    assert works.told() == [(K.WORKS_PLANNED, M.WAITING)]
    assert works.order.told_how is None
    works.print()
    assert (works.order.told_how, works.order.told_on) == (ToldHow.LETTER, works.now.date())
    (letter,) = works.messages()
    assert letter.sent_to is not None and works.residence.address in letter.sent_to
    works.plan(20, told_how="phone")
    assert works.told() == [(K.WORKS_PLANNED, M.SENT)]


def test_who_was_told_by_hand_is_not_written_to(works: Works) -> None:
    works.plan(20, told_how="phone")
    assert works.told() == []
    works.plan(20)
    works.plan(20, told_how="phone")
    assert works.told() == [(K.WORKS_PLANNED, M.STOPPED)]


def test_an_order_about_nobody_is_told_to_nobody(works: Works) -> None:
    works.order = works.leak
    works.plan(20)
    assert works.told() == []


def test_of_a_day_that_changes_before_she_knows_it_one_message_goes_out(works: Works) -> None:
    works.plan(20)
    works.plan(25)
    assert works.told() == [(K.WORKS_PLANNED, M.STOPPED), (K.WORKS_PLANNED, M.WAITING)]
    works.print()
    works.plan(30)
    works.plan(31)
    kinds = works.told()[2:]
    assert kinds == [(K.WORKS_MOVED, M.STOPPED), (K.WORKS_MOVED, M.WAITING)]
    message = works.messages()[-1]
    assert day_named(message, "former_") == Day(works.day(24), "morning")
    assert day_named(message) == Day(works.day(31), "morning")


def test_the_same_day_said_again_makes_nothing_more(works: Works) -> None:
    works.plan(20)
    works.plan(20)
    assert works.told() == [(K.WORKS_PLANNED, M.WAITING)]


def test_a_day_she_knows_is_called_off_and_the_end_is_told(works: Works) -> None:
    works.plan(20)
    works.move(S.CANCELLED, note="doublon")
    assert works.told() == [(K.WORKS_PLANNED, M.STOPPED)]
    works.back()
    works.print()
    works.move(S.CANCELLED, note="doublon")
    assert works.told()[-1] == (K.WORKS_OFF, M.WAITING)
    works.back()
    assert works.told()[-1] == (K.WORKS_OFF, M.STOPPED)
    assert works.order.told_how is ToldHow.LETTER
    works.move(S.DONE, note="joint changé")
    assert works.told()[-1] == (K.WORKS_ENDED, M.WAITING)
    works.move(S.CHECKED, checked_how="phone")
    works.back()
    assert [kind for kind, _ in works.told()].count(K.WORKS_ENDED) == 1
    works.back()
    assert works.told()[-1] == (K.WORKS_ENDED, M.STOPPED)


def test_a_day_called_off_in_writing_is_told_again_when_it_stands_after_all(works: Works) -> None:
    works.plan(20)
    works.print()
    works.move(S.CANCELLED, note="doublon")
    works.print()
    works.back()
    assert works.order.told_how is None
    assert works.told()[-1] == (K.WORKS_PLANNED, M.WAITING)


def test_a_plan_undone_after_she_read_of_it_is_called_off(works: Works) -> None:
    works.plan(20)
    works.print()
    works.back()
    assert works.told()[-1] == (K.WORKS_OFF, M.WAITING)


def test_a_day_moved_and_moved_back_by_undoing_it_is_told_again(works: Works) -> None:
    works.plan(20, told_how="phone")
    works.plan(25)
    works.print()
    works.back()
    assert works.order.told_how is None
    moved = works.messages()[-1]
    assert (moved.kind, moved.state) == (K.WORKS_MOVED, M.WAITING)
    assert day_named(moved) == day_of(works.order) != day_named(moved, "former_")


def test_a_print_run_undone_leaves_her_untold(works: Works) -> None:
    works.plan(20)
    works.print()
    undo_run(works.session, works.run, viewer=works.viewer, now=works.now)
    assert works.order.told_how is None
    assert works.told() == [(K.WORKS_PLANNED, M.WAITING)]


def test_the_post_is_not_trusted_with_a_day_that_is_too_near(works: Works) -> None:
    works.plan(2)
    assert works.told() == []
    works.agrees(TEXT, "06 12 34 56 78")
    works.plan(3)
    works.now += timedelta(minutes=1)
    (text,) = claim_due(works.session, (TEXT,), now=works.now)
    note_sent(text, body="…", to="…", now=works.now)
    assert works.order.told_how is ToldHow.MESSAGE


def test_an_hour_that_is_past_is_told_to_nobody(works: Works) -> None:
    works.agrees(EMAIL, "elle@example.org")
    works.move(S.PLANNED, planned_on=works.day(0), planned_part="08:00")
    assert works.told() == []


def protect_housemate(works: Works) -> None:
    beside = make_person(works.session, dwelling=works.home)
    viewer = works.viewer
    protect(works.session, beside, by=viewer.user_id, now=works.now, but={works.person.id})


def leave(works: Works) -> None:
    hers = select(Occupancy).where(Occupancy.person_id == works.person.id)
    works.session.scalars(hers).one().ended_on = works.now.date()
    works.session.flush()


def die(works: Works) -> None:
    works.person.died_on = works.now.date()


def be_written_nothing(works: Works) -> None:
    note_alert(
        works.session, works.person, AlertCode.NOTHING_WRITTEN, viewer=works.viewer, now=works.now
    )


def be_left_alone(works: Works) -> None:
    works.person.do_not_contact = True


def switch(works: Works) -> None:
    for kind in OF_WORKS:
        landlord = works.home.landlord_id
        switch_off(works.session, landlord, kind, viewer=works.viewer, now=works.now)


@pytest.mark.parametrize(
    ("befalls", "why"),
    [
        (protect_housemate, "silent"),
        (leave, "lives_elsewhere"),
        (die, "silent"),
        (be_written_nothing, "silent"),
        (be_left_alone, "silent"),
        (switch, "switched_off"),
    ],
)
def test_nothing_is_written_where_nothing_may_be(
    works: Works, befalls: Callable[[Works], None], why: str
) -> None:
    works.plan(20)
    befalls(works)
    (waiting,) = works.messages()
    assert stop_if_over(works.session, waiting, now=works.now)
    assert waiting.why == why
    works.plan(25)
    works.move(S.DONE, note="joint changé")
    assert len(works.messages()) == 1


def test_a_kind_is_switched_off_and_on_again_for_one_landlord(works: Works) -> None:
    session, landlord, by = works.session, works.home.landlord_id, works.viewer
    switch_off(session, landlord, K.WORKS_ENDED, viewer=by, now=works.now)
    with pytest.raises(Conflict):
        switch_off(session, landlord, K.WORKS_ENDED, viewer=by, now=works.now)
    works.plan(20)
    works.move(S.DONE, note="joint changé")
    assert works.told() == [(K.WORKS_PLANNED, M.STOPPED)]
    switch_on(session, landlord, K.WORKS_ENDED, viewer=by, now=works.now)
    assert kinds_off(session, landlord) == {}
    with pytest.raises(Conflict):
        switch_on(session, landlord, K.WORKS_ENDED, viewer=by, now=works.now)
    with pytest.raises(NotFound):
        switch_off(session, landlord, K.CONFIRMED, viewer=by, now=works.now)


def test_one_stopped_by_hand_is_not_made_again_for_the_same_day(works: Works) -> None:
    works.plan(20)
    (waiting,) = works.messages()
    stop(works.session, waiting, why="je l’appelle", viewer=works.viewer, now=works.now)
    works.plan(20)
    assert works.told() == [(K.WORKS_PLANNED, M.STOPPED)]


def test_a_message_of_works_is_seen_by_whoever_sees_the_order(works: Works) -> None:
    works.plan(20)
    (message,) = works.messages()
    assert find_message(works.session, works.viewer, message.id) is message
    other = make_user(works.session, role=Role.COORDINATOR)
    south = Viewer(other.id, other.organisation_id, None, Reach.TERRITORY)
    with pytest.raises(NotFound):
        find_message(works.session, south, message.id)
    protect(works.session, works.person, by=works.viewer.user_id, now=works.now)
    assert find_message(works.session, works.viewer, message.id) is message
    with pytest.raises(NotFound):
        find_message(works.session, make_viewer(other), message.id)


def _signed(works: Works, name: str) -> None:
    there = Intervention(
        work_order_id=works.order.id, by_id=works.viewer.user_id, content=b"{}", sha256="0",
        id=new_id(), size=2, outcome=Outcome.DONE, note="", parts="", began_at=works.now,
        ended_at=works.now, received_at=works.now, state=InterventionState.CHECKED,
    )  # fmt: skip
    kept = {"sha256": "0", "size": 1, "media_type": "image/png"}
    there.files.append(InterventionFile(name=name, **kept))
    works.session.add(there)
    works.session.flush()


def test_an_end_that_was_signed_at_the_door_is_not_written_of(works: Works) -> None:
    works.plan(20)
    _signed(works, "after-1.jpg")
    works.move(S.DONE, note="joint changé")
    waiting = works.messages()[-1]
    assert (waiting.kind, waiting.state) == (K.WORKS_ENDED, M.WAITING)
    _signed(works, "signature-1.png")  # a file of a tablet may come after the rest
    assert stop_if_over(works.session, waiting, now=works.now)
    assert waiting.why == "signed"
