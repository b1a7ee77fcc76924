"""The ladder of attempts: calls, a letter and a card, counted from what really left."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer
from tests.submissions import home_visit
from tests.visits.desk import SUPPORT
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.ladder import Rung, steps_of, take_step
from visits.forms.published import publish_form
from visits.ground.errors import Conflict
from visits.messages.by_hand import stop
from visits.models.calls import Channel, ContactAttempt, Disposition
from visits.models.cases import Case, CaseState
from visits.models.messages import Message, MessageKind, MessageState
from visits.programmes.published import publish_programme

LADDER = "[protocol]\nmax_calls = 2\nletter_after = 0\ncard_after = 2\n"


class Desk:
    """Somebody who calls one person, by a ladder with a letter and a card."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        publish_form(session, home_visit(), by=None, now=now)
        version = publish_programme(session, SUPPORT + LADDER, source="support", by=None, now=now)
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.case: Case = make_case(
            session, by=self.user, programme="support", programme_version_id=version.id
        )

    @property
    def steps(self) -> list[str]:
        """Give the steps with where each stands."""
        found = steps_of(self.session, self.case, now=self.now)
        return [f"{one.rung}{one.number or ''} {one.state}" for one in found]

    def call(self, disposition: Disposition = Disposition.NO_ANSWER) -> None:
        """Note a call, an hour later."""
        self.now += timedelta(hours=1)
        record_attempt(
            self.session, self.case, Attempt(disposition), viewer=self.viewer, now=self.now
        )

    def take(self, rung: Rung) -> Message:
        """Make a letter or a card."""
        take_step(self.session, self.case, rung, viewer=self.viewer, now=self.now)
        return self.latest()

    def latest(self) -> Message:
        """Give what was written last."""
        latest = select(Message).where(Message.case_id == self.case.id).order_by(Message.id.desc())
        return self.session.scalars(latest).first() or pytest.fail("nothing was made")

    def send(self, message: Message) -> None:
        """Let it have left the house."""
        message.state, message.sent_at = MessageState.SENT, self.now
        self.session.flush()


@pytest.fixture
def desk(session: Session, now: datetime) -> Iterator[Desk]:
    """One person to reach."""
    return Desk(session, now)


def test_each_step_is_counted_from_what_was_done_and_the_last_ends_the_ladder(desk: Desk) -> None:
    assert desk.steps == ["letter next", "call1 later", "call2 later", "card later"]
    letter = desk.take(Rung.LETTER)
    assert letter.kind is MessageKind.FIRST_LETTER
    assert desk.steps == ["letter on_its_way", "call1 next", "call2 later", "card later"]
    desk.send(letter)
    desk.call()
    desk.call()
    assert desk.steps == ["letter done", "call1 done", "call2 done", "card on_its_way"]
    assert desk.case.state is CaseState.TO_CALL
    card = desk.latest()
    assert card.kind is MessageKind.DOOR_CARD
    desk.send(card)
    desk.call()
    assert desk.case.state is CaseState.UNREACHABLE


def test_only_the_next_step_is_taken_and_once(desk: Desk) -> None:
    for rung in (Rung.CARD, Rung.CALL):
        with pytest.raises(Conflict):
            take_step(desk.session, desk.case, rung, viewer=desk.viewer, now=desk.now)
    desk.take(Rung.LETTER)
    with pytest.raises(Conflict):
        take_step(desk.session, desk.case, Rung.LETTER, viewer=desk.viewer, now=desk.now)


def test_nothing_is_made_in_a_closed_case(desk: Desk) -> None:
    desk.case.closed_on = desk.now.date()
    with pytest.raises(Conflict) as refused:
        take_step(desk.session, desk.case, Rung.LETTER, viewer=desk.viewer, now=desk.now)
    assert refused.value.code == "case_closed"


def test_a_letter_that_was_stopped_is_made_again(desk: Desk) -> None:
    letter = desk.take(Rung.LETTER)
    stop(desk.session, letter, why="Erreur", viewer=desk.viewer, now=desk.now)
    assert desk.steps[0] == "letter next"
    assert desk.take(Rung.LETTER).id != letter.id


def test_an_answer_begins_the_ladder_anew(desk: Desk) -> None:
    desk.send(desk.take(Rung.LETTER))
    desk.call()
    desk.call(Disposition.THIRD_PARTY)
    assert desk.steps[0] == "letter next"


def test_a_card_left_at_the_door_is_the_card(desk: Desk) -> None:
    desk.session.add(
        ContactAttempt(
            case_id=desk.case.id, at=desk.now, channel=Channel.DOOR, caller_id=desk.user.id,
            disposition=Disposition.NO_ANSWER, left_behind=["card"],
        )
    )  # fmt: skip
    desk.session.flush()
    assert desk.steps == ["letter next", "call1 done", "call2 later", "card done"]


def test_whoever_is_not_written_to_is_out_of_reach_after_the_calls(desk: Desk) -> None:
    desk.case.person.protected = True
    desk.session.flush()
    assert desk.steps[0] == "letter not_possible"
    desk.call()
    desk.call()
    assert desk.case.state is CaseState.UNREACHABLE
