"""Messages are made once at their cause, overtaken by what follows, and made for nobody silent."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import make_case, make_user, make_viewer, make_visit
from visits.agenda.doors import Knock, report_shut_door
from visits.agenda.planning import cancel_visit, move_visit, plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.phones import note_wrong
from visits.calls.taking_back import take_back
from visits.ground.errors import Conflict, Invalid
from visits.life.deaths import note_death
from visits.life.endings import Told
from visits.messages.by_hand import find_message, stop, take_stop_back, try_again
from visits.messages.making import make_what_time_brings, tell_of_visit, written
from visits.messages.printing import letters_of, print_letters, undo_run
from visits.messages.sending import (
    CLAIMED_FOR,
    WAITS,
    claim_due,
    give_up_late,
    note_failed,
    note_sent,
    stop_if_over,
)
from visits.messages.ways import note_wish, silent_because, way_to, withdraw_wish
from visits.messages.wording import put_back, said_in, say, spot_of, versions_of
from visits.models.accounts import Role, User
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case, CaseState
from visits.models.life import HowTold
from visits.models.messages import Message, MessageChannel, MessageKind, MessageState
from visits.models.people import AlertCode
from visits.models.visits import Visit
from visits.people.measures import end_alert, note_alert
from visits.people.protection import protect
from visits.sight import Viewer

DAY = timedelta(days=1)
LETTER, EMAIL, TEXT = MessageChannel.LETTER, MessageChannel.EMAIL, MessageChannel.TEXT
K, S = MessageKind, MessageState


@dataclass
class Desk:
    """A coordinator who plans with one person."""

    session: Session
    user: User
    visitor: User
    case: Case
    viewer: Viewer
    now: datetime

    def plan(self, days: int = 10) -> Visit:
        return plan_visit(
            self.session,
            self.case,
            visitor_id=self.visitor.id,
            start_at=self.now + days * DAY,
            minutes=90,
            viewer=self.viewer,
            now=self.now,
            insist="elle le veut",
        )

    def move(self, visit: Visit, days: int) -> None:
        move_visit(
            self.session,
            visit,
            visitor_id=self.visitor.id,
            start_at=self.now + days * DAY,
            viewer=self.viewer,
            now=self.now,
            insist="elle le veut",
        )

    def cancel(self, visit: Visit) -> None:
        cancel_visit(self.session, visit, reason="grève", viewer=self.viewer, now=self.now)

    def agrees(self, channel: MessageChannel, address: str = "") -> uuid.UUID:
        wish = note_wish(
            self.session,
            self.case.person,
            channel,
            agreed=True,
            address=address,
            language="fr",
            viewer=self.viewer,
            now=self.now,
        )
        return wish.id

    def messages(self, *kinds: MessageKind) -> Sequence[Message]:
        every = self.session.scalars(select(Message).order_by(Message.made_at, Message.id)).all()
        return [one for one in every if not kinds or one.kind in kinds]

    def told(self) -> list[tuple[MessageKind, MessageState]]:
        return [(one.kind, one.state) for one in self.messages()]

    def claim(self, at: datetime) -> Sequence[Message]:
        return claim_due(self.session, (EMAIL, TEXT), now=at)


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    case = make_case(session, by=user, state=CaseState.AGREED)
    return Desk(session, user, visitor, case, make_viewer(user), now)


def test_a_planned_visit_is_confirmed_by_letter_where_nothing_else_was_agreed(desk: Desk) -> None:
    visit = desk.plan()
    assert desk.told() == [(K.CONFIRMED, S.WAITING)]
    (message,) = desk.messages()
    assert (message.channel, message.due_at, message.until_at) == (
        LETTER, desk.now, visit.planned_start_at,
    )  # fmt: skip


def test_whoever_agreed_to_texts_is_reminded_two_days_before(desk: Desk) -> None:
    desk.agrees(TEXT, "06 12 34 56 78")
    visit = desk.plan()
    (reminder,) = desk.messages(K.REMINDER)
    assert (reminder.channel, reminder.due_at) == (TEXT, visit.planned_start_at - 2 * DAY)


def test_the_same_said_twice_makes_one_message(desk: Desk) -> None:
    visit = desk.plan()
    tell_of_visit(desk.session, visit, now=desk.now)
    assert len(desk.messages()) == 1


def test_a_move_overtakes_what_waits_and_tells_of_both_days(desk: Desk) -> None:
    visit = desk.plan()
    before = visit.planned_start_at
    desk.move(visit, 12)
    assert desk.told() == [(K.CONFIRMED, S.STOPPED), (K.MOVED, S.WAITING)]
    (moved,) = desk.messages(K.MOVED)
    assert moved.facts["former_at"] == written(before)


def test_a_visit_moved_there_and_back_is_told_of_each_time_it_was_told_otherwise(
    desk: Desk,
) -> None:
    visit = desk.plan()
    for days in (12, 10, 12):
        for one in desk.messages():
            if one.may_go_out:
                note_sent(one, body="…", to="…", now=desk.now)
        desk.move(visit, days)
    assert [kind for kind, _ in desk.told()] == [K.CONFIRMED, K.MOVED, K.MOVED, K.MOVED]


def test_a_visit_called_off_is_told_of_and_nothing_else_waits(desk: Desk) -> None:
    visit = desk.plan()
    desk.cancel(visit)
    assert desk.told() == [(K.CONFIRMED, S.STOPPED), (K.CANCELLED, S.WAITING)]


def test_a_death_stops_what_waits_and_writes_to_nobody(desk: Desk) -> None:
    desk.plan()
    told = Told(HowTold.PHONE, desk.user.id, desk.now)
    note_death(desk.session, desk.case.person, on=desk.now.date(), told=told)
    assert desk.told() == [(K.CONFIRMED, S.STOPPED)]


def test_nobody_at_the_door_leaves_a_card_to_write_once(desk: Desk) -> None:
    visit = make_visit(desk.session, case=desk.case, visitor=desk.visitor)
    viewer = make_viewer(desk.visitor)
    knock = Knock(Disposition.NO_ANSWER, at=desk.now, report_id=uuid.uuid4())
    for _ in range(2):
        report_shut_door(desk.session, visit, knock, viewer=viewer, now=desk.now)
    assert desk.told() == [(K.ABSENCE_CARD, S.WAITING)]


def test_a_card_left_at_the_door_is_not_written_again(desk: Desk) -> None:
    visit = make_visit(desk.session, case=desk.case, visitor=desk.visitor)
    knock = Knock(Disposition.NO_ANSWER, at=desk.now, left_behind=("card",))
    report_shut_door(desk.session, visit, knock, viewer=make_viewer(desk.visitor), now=desk.now)
    assert desk.told() == []


def test_a_refusal_taken_back_is_not_answered(desk: Desk) -> None:
    desk.case.state = CaseState.TO_CALL
    said = Attempt(Disposition.REFUSED, reason=RefusalReason.NO_NEED)
    attempt = record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    (letter,) = desk.messages(K.REFUSAL_LETTER)
    assert not stop_if_over(desk.session, letter, now=desk.now)
    desk.session.refresh(desk.case)
    take_back(
        desk.session, desk.case, attempt.id, reason="erreur", viewer=desk.viewer, now=desk.now
    )
    assert stop_if_over(desk.session, letter, now=desk.now)
    assert (letter.state, letter.why) == (S.STOPPED, "overtaken")


def test_who_wants_a_letter_first_gets_one_unless_it_was_a_slip(desk: Desk) -> None:
    desk.case.state = CaseState.TO_CALL
    later = desk.now + timedelta(days=10)
    said = Attempt(Disposition.LETTER_FIRST, call_back_at=later)
    attempt = record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    (letter,) = desk.messages(K.FIRST_LETTER)
    assert (letter.channel, letter.until_at) == (LETTER, later)
    assert not stop_if_over(desk.session, letter, now=desk.now)
    desk.session.refresh(desk.case)
    take_back(desk.session, desk.case, attempt.id, reason="x", viewer=desk.viewer, now=desk.now)
    assert stop_if_over(desk.session, letter, now=desk.now)
    assert letter.why == "overtaken"


@pytest.mark.parametrize(
    "code", [AlertCode.NOTHING_WRITTEN, AlertCode.MEET_ELSEWHERE, AlertCode.PHONE_READ]
)
def test_a_measure_makes_silence_until_it_ends(desk: Desk, code: AlertCode) -> None:
    desk.agrees(TEXT, "0612345678")
    alert = note_alert(desk.session, desk.case.person, code, viewer=desk.viewer, now=desk.now)
    visit = desk.plan()
    assert desk.told() == []
    assert silent_because(desk.session, desk.case.person) == str(code)
    end_alert(desk.session, alert, viewer=desk.viewer, now=desk.now)
    desk.move(visit, 12)
    assert (K.MOVED, S.WAITING) in desk.told()


def test_a_protected_person_gets_nothing_and_what_waited_is_stopped(desk: Desk) -> None:
    desk.agrees(EMAIL, "elle@example.org")
    desk.plan()
    protect(desk.session, desk.case.person, by=desk.user.id, now=desk.now)
    assert desk.claim(desk.now) == []
    (message,) = desk.messages(K.CONFIRMED)
    assert (message.state, message.why) == (S.STOPPED, "silent")


def test_whoever_asked_not_to_be_contacted_gets_nothing(desk: Desk) -> None:
    desk.case.person.do_not_contact = True
    desk.plan()
    assert desk.told() == []


def test_no_voicemail_means_no_text(desk: Desk) -> None:
    desk.agrees(TEXT, "0612345678")
    note_alert(
        desk.session, desk.case.person, AlertCode.NO_VOICEMAIL, viewer=desk.viewer, now=desk.now
    )
    way = way_to(desk.session, desk.case.person, K.MOVED, now=desk.now)
    assert way.channel is LETTER


def test_a_letter_that_would_come_too_late_is_not_made(desk: Desk) -> None:
    visit = desk.plan(days=2)
    assert desk.told() == []
    way = way_to(
        desk.session, desk.case.person, K.CONFIRMED, now=desk.now, until_at=visit.planned_start_at
    )
    assert way.why == "too_late_by_post"


def test_a_wish_withdrawn_sends_what_waits_by_letter(desk: Desk) -> None:
    wish_id = desk.agrees(EMAIL, "elle@example.org")
    desk.plan()
    (message,) = desk.messages(K.CONFIRMED)
    assert message.channel is EMAIL
    withdraw_wish(
        desk.session,
        desk.case.person,
        wish_id,
        why="elle n’y va plus",
        viewer=desk.viewer,
        now=desk.now,
    )
    assert message.channel is LETTER
    assert [one.state for one in desk.messages(K.REMINDER)] == [S.STOPPED]


@pytest.mark.parametrize(
    ("channel", "address", "code"),
    [
        (EMAIL, "elle", "bad_email"),
        (EMAIL, "elle@example.org\nBcc: x@example.org", "bad_email"),
        (TEXT, "01 44 55 66 77", "bad_mobile"),
        (TEXT, "", "bad_mobile"),
    ],
)
def test_an_address_that_is_none_is_refused(
    desk: Desk, channel: MessageChannel, address: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.agrees(channel, address)
    assert refused.value.fields == {"address": code}


def test_what_one_claimed_nobody_else_does_until_it_is_long_ago(desk: Desk) -> None:
    desk.agrees(EMAIL, "elle@example.org")
    desk.plan()
    assert len(desk.claim(desk.now)) == 1
    assert desk.claim(desk.now) == []
    assert len(desk.claim(desk.now + CLAIMED_FOR)) == 1


def test_two_machines_never_claim_the_same_message(
    desk: Desk, session_factory: sessionmaker[Session]
) -> None:
    desk.agrees(EMAIL, "elle@example.org")
    desk.plan()
    desk.session.commit()
    with session_factory() as first:
        mine = [one.id for one in claim_due(first, (EMAIL,), now=desk.now)]
        first.commit()
        with session_factory() as second:
            theirs = [one.id for one in claim_due(second, (EMAIL,), now=desk.now)]
    assert (len(mine), theirs) == (1, [])


def test_what_fails_is_tried_again_with_growing_waits_and_given_up(desk: Desk) -> None:
    desk.agrees(EMAIL, "elle@example.org")
    desk.plan(days=20)
    at, waits = desk.now, []
    for _ in range(len(WAITS)):
        (message,) = desk.claim(at)
        note_failed(message, "email_not_now", for_good=False, now=at)
        assert message.state is S.FAILED
        waits.append(message.next_at - at)
        at = message.next_at
    assert tuple(waits) == WAITS
    (message,) = desk.claim(at)
    note_failed(message, "email_not_now", for_good=False, now=at)
    assert message.state is S.GIVEN_UP
    assert desk.claim(at + 2 * DAY) == []
    try_again(desk.session, message, viewer=desk.viewer, now=at)
    assert len(desk.claim(at)) == 1


def test_what_nobody_sent_before_its_day_is_given_up(desk: Desk) -> None:
    visit = desk.plan()
    give_up_late(desk.session, now=visit.planned_start_at + DAY)
    assert desk.told() == [(K.CONFIRMED, S.GIVEN_UP)]


def test_a_message_is_stopped_with_a_reason_and_taken_back(desk: Desk) -> None:
    desk.plan()
    (message,) = desk.messages()
    with pytest.raises(Invalid):
        stop(desk.session, message, why=" ", viewer=desk.viewer, now=desk.now)
    stop(desk.session, message, why="elle le sait", viewer=desk.viewer, now=desk.now)
    assert message.state is S.STOPPED
    take_stop_back(desk.session, message, viewer=desk.viewer, now=desk.now)
    assert message.state is S.WAITING
    with pytest.raises(Conflict, match="message_not_stopped"):
        take_stop_back(desk.session, message, viewer=desk.viewer, now=desk.now)


def test_what_was_sent_cannot_be_stopped(desk: Desk) -> None:
    desk.plan()
    (message,) = desk.messages()
    note_sent(message, body="…", to="…", now=desk.now)
    with pytest.raises(Conflict, match="message_not_waiting"):
        stop(desk.session, message, why="trop tard", viewer=desk.viewer, now=desk.now)


def test_a_stop_is_not_taken_back_once_the_visit_is_called_off(desk: Desk) -> None:
    visit = desk.plan()
    (message,) = desk.messages()
    stop(desk.session, message, why="elle le sait", viewer=desk.viewer, now=desk.now)
    desk.cancel(visit)
    with pytest.raises(Conflict, match="message_overtaken"):
        take_stop_back(desk.session, message, viewer=desk.viewer, now=desk.now)


def test_letters_are_printed_in_one_go_and_wait_again_when_undone(desk: Desk) -> None:
    desk.plan()
    run = print_letters(desk.session, desk.viewer, say=lambda one: "Bonjour", now=desk.now)
    (letter,) = letters_of(desk.session, desk.viewer, run)
    assert (letter.state, letter.body) == (S.SENT, "Bonjour")
    assert letter.sent_to is not None and letter.sent_to.startswith(desk.case.person.name)
    with pytest.raises(Conflict, match="no_letter_to_print"):
        print_letters(desk.session, desk.viewer, say=lambda one: "Bonjour", now=desk.now)
    assert undo_run(desk.session, run, viewer=desk.viewer, now=desk.now) == 1
    assert (letter.state, letter.body, run.undone_by_id) == (S.WAITING, None, desk.user.id)
    with pytest.raises(Conflict, match="print_run_undone"):
        undo_run(desk.session, run, viewer=desk.viewer, now=desk.now)


def test_a_letter_without_an_address_stays_and_says_so(desk: Desk) -> None:
    desk.plan()
    home, desk.case.dwelling_id = desk.case.dwelling_id, None
    with pytest.raises(Conflict, match="no_letter_to_print"):
        print_letters(desk.session, desk.viewer, say=lambda one: "Bonjour", now=desk.now)
    (letter,) = desk.messages()
    assert (letter.state, letter.why) == (S.FAILED, "no_address")
    desk.case.dwelling_id = home
    print_letters(desk.session, desk.viewer, say=lambda one: "Bonjour", now=desk.now)
    assert letter.state is S.SENT


def test_a_visitor_is_reminded_once_of_a_visit_that_she_did_not_conclude(desk: Desk) -> None:
    visit = make_visit(desk.session, case=desk.case, visitor=desk.visitor)
    later = visit.planned_end_at + DAY
    assert make_what_time_brings(desk.session, now=later) == 1
    assert make_what_time_brings(desk.session, now=later) == 0
    (message,) = desk.messages()
    assert (message.user_id, message.person_id) == (desk.visitor.id, None)


def test_a_message_is_found_by_whom_it_is_for_and_who_sees_the_case(desk: Desk) -> None:
    desk.plan()
    (message,) = desk.messages()
    assert find_message(desk.session, desk.viewer, message.id) is message
    other = make_viewer(make_user(desk.session))
    protect(desk.session, desk.case.person, by=desk.user.id, now=desk.now)
    with pytest.raises(Exception, match="message_not_found"):
        find_message(desk.session, other, message.id)


def test_no_text_goes_to_a_number_that_reaches_somebody_else(desk: Desk) -> None:
    person = desk.case.person
    desk.agrees(TEXT, "06 39 98 00 07")
    desk.move(desk.plan(), 12)
    waiting = [one for one in desk.messages() if one.may_go_out]
    assert {one.channel for one in waiting} == {TEXT}
    note_wrong(desk.session, person, "+33639980008", viewer=desk.viewer, now=desk.now)
    assert way_to(desk.session, person, MessageKind.MOVED, now=desk.now).channel is TEXT
    note_wrong(desk.session, person, "+33639980007", viewer=desk.viewer, now=desk.now)
    assert way_to(desk.session, person, MessageKind.MOVED, now=desk.now).channel is LETTER
    left = {one.kind: (one.channel, one.may_go_out) for one in waiting}
    assert left == {MessageKind.MOVED: (LETTER, True), MessageKind.REMINDER: (TEXT, False)}


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("Le {day}, {phone}", "place_unknown", "{phone}"),
        ("Le {day.__class__}", "place_unknown", "{day.__class__}"),
        ("Le {day!r}", "place_unknown", "{day!r}"),
        ("Le {day:>9999}", "place_unknown", "{day:>9999}"),
        ("Le {day", "braces_unpaired", None),
        ("Pour {name}", "place_unknown", "{name}"),
        ("Venez !", "place_needed", "{day}"),
        ("x" * 301, "too_long", None),
    ],
)
def test_words_name_only_known_places_within_their_length(
    desk: Desk, text: str, code: str, place: str | None
) -> None:
    spot = spot_of("seniors", "moved", "text", "fr")
    with pytest.raises(Invalid) as refused:
        say(desk.session, spot, text, seen="", viewer=desk.viewer, now=desk.now)
    assert refused.value.fields == {"said": code}
    assert refused.value.details.get("place") == place


def test_words_are_kept_version_by_version_and_put_back(desk: Desk) -> None:
    spot = spot_of("seniors", "moved", "text", "fr")
    for at, text in enumerate(("Le {day}.", "Le {day} à {time}.")):
        latest = next(iter(versions_of(desk.session, spot)), None)
        seen = str(latest.id) if latest else ""
        say(desk.session, spot, text, seen=seen, viewer=desk.viewer, now=desk.now + at * DAY)
    with pytest.raises(Conflict, match="wording_said_since"):
        say(desk.session, spot, "Autre, le {day}", seen="", viewer=desk.viewer, now=desk.now)
    first = versions_of(desk.session, spot)[-1]
    put_back(desk.session, spot, first.id, viewer=desk.viewer, now=desk.now + 3 * DAY)
    assert said_in(desk.session, spot) == "Le {day}."
