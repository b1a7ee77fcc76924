"""The call desk: several callers, one list, and nobody rung by two of them."""

from datetime import datetime, timedelta

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
from tests.visits.test_contacts import CALLS_ALONE
from visits.calls.best_hours import parts_tried
from visits.calls.call_list import attempts_of
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.desk import (
    ASIDE,
    HELD,
    LONGEST,
    at_home_too,
    keep,
    mine,
    next_up,
    set_aside,
    take,
    turn_of,
)
from visits.calls.taking_back import take_back
from visits.ground.errors import Conflict
from visits.models.accounts import Role
from visits.models.calls import CallTurn, ContactAttempt, Disposition
from visits.models.cases import Case, CaseState
from visits.sight import Reach, Viewer


class Room:
    """Two callers beside each other."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.office = make_user(session)
        self.ann = make_viewer(self.office)
        self.bob = make_viewer(make_user(session))

    def enrol(self, score: int = 50, **said: object) -> Case:
        """Put somebody on the list."""
        return make_case(self.session, by=self.office, score=score, **said)

    def next(self, viewer: Viewer, after: Case | None = None) -> Case | None:
        """Press "next"."""
        found = next_up(self.session, viewer, after=after, now=self.now)
        if found is not None:
            take(self.session, viewer, found, now=self.now)
        return found


@pytest.fixture
def room(session: Session, now: datetime) -> Room:
    """Nobody on the list yet."""
    return Room(session, now)


def test_two_callers_are_never_given_the_same_person(room: Room) -> None:
    first, second = room.enrol(90), room.enrol(80)
    assert [room.next(room.ann), room.next(room.bob)] == [first, second]
    assert room.next(room.ann) is first  # hers still: she pressed twice
    assert room.next(room.bob, after=second) is None
    with pytest.raises(Conflict, match="with_another_caller"):
        take(room.session, room.bob, first, now=room.now)


def test_after_ten_minutes_a_forgotten_person_is_anybodys_again(room: Room) -> None:
    first = room.enrol()
    room.next(room.ann)
    room.now += HELD - timedelta(seconds=1)
    assert room.next(room.bob) is None
    room.now += timedelta(seconds=1)
    assert room.next(room.bob) is first


def test_a_long_call_is_held_an_hour_at_most(room: Room) -> None:
    first = room.enrol()
    began = room.now
    room.next(room.ann)
    for _ in range(9):
        room.now += HELD - timedelta(minutes=1)
        keep(room.session, room.ann, first, now=room.now)
    turn = room.session.get_one(CallTurn, first.person_id)
    assert turn.until == began + LONGEST
    keep(room.session, room.bob, first, now=began)
    assert turn.until == began + LONGEST  # nobody holds what another has


def test_a_home_where_one_is_called_is_not_rung_by_another(room: Room) -> None:
    home = make_dwelling(room.session)
    her = room.enrol(90, dwelling=home)
    him = room.enrol(80, dwelling=home)
    assert room.next(room.ann) is her
    assert room.next(room.bob) is None
    assert at_home_too(room.session, room.ann, her, now=room.now) == [(him, True)]


def test_one_call_does_for_a_couple_whatever_their_scores(room: Room) -> None:
    home = make_dwelling(room.session)
    her, him = room.enrol(90, dwelling=home), room.enrol(10, dwelling=home)
    room.enrol(80)
    assert room.next(room.ann) is her
    assert room.next(room.ann, after=her) is him


def test_her_case_of_another_programme_is_not_called_by_another_meanwhile(room: Room) -> None:
    person = make_person(room.session, dwelling=make_dwelling(room.session))
    first = room.enrol(90, person=person)
    room.enrol(80, person=person, programme="isolated_tenants")
    assert room.next(room.ann) is first
    assert room.next(room.bob) is None


def test_whoever_is_set_aside_is_offered_to_nobody_for_an_hour_and_can_be_taken(
    room: Room,
) -> None:
    first, second = room.enrol(90), room.enrol(80)
    room.next(room.ann)
    set_aside(room.session, room.ann, first, now=room.now)
    assert room.next(room.ann, after=first) is second
    assert [turn.case for turn in mine(room.session, room.ann, room.now)] == [second, first]
    room.now += ASIDE - timedelta(seconds=1)
    assert room.next(room.bob) is second
    take(room.session, room.bob, first, now=room.now)  # she rang: whoever answers has her
    assert [turn.case for turn in mine(room.session, room.bob, room.now)] == [first]
    assert mine(room.session, room.ann, room.now) == []


def test_an_answer_noted_anywhere_lets_her_go(room: Room) -> None:
    first = room.enrol()
    room.next(room.ann)
    attempt = Attempt(Disposition.NO_ANSWER)
    record_attempt(room.session, first, attempt, viewer=room.ann, now=room.now)
    assert room.session.scalars(select(CallTurn)).all() == []
    assert turn_of(room.session, room.ann, first, room.now) is None


def test_a_caller_is_given_nobody_whom_she_may_not_see(room: Room) -> None:
    hidden = room.enrol()
    hidden.person.protected = True
    room.session.flush()
    assert room.next(room.ann) is None


def test_a_call_in_a_case_one_may_not_see_is_not_told(room: Room) -> None:
    session, home = room.session, make_dwelling(room.session)
    her, him = room.enrol(90, dwelling=home), room.enrol(80, dwelling=home)
    partner = make_user(session, role=Role.PARTNER_COORDINATOR, organisation="Les Voisins")
    visitor = make_user(session, role=Role.VISITOR, organisation="Les Voisins")
    make_visit(session, case=her, visitor=visitor)
    take(session, room.ann, him, now=room.now)
    eyes = make_viewer(partner, Reach.ORGANISATION)
    assert turn_of(session, eyes, her, room.now) is None
    assert at_home_too(session, eyes, her, now=room.now) == []
    turn = turn_of(session, room.bob, her, room.now)
    assert turn is not None
    assert turn.case is him
    take(session, eyes, her, now=room.now)


def test_calls_are_told_by_part_of_the_day_of_the_cases_one_sees(room: Room) -> None:
    case = room.enrol()
    for hour, disposition in ((7, "no_answer"), (8, "call_back"), (17, "no_answer"), (23, "moved")):
        attempt = ContactAttempt(
            case_id=case.id, at=room.now.replace(hour=hour), channel="phone",
            disposition=disposition, caller_id=room.office.id,
        )  # fmt: skip
        room.session.add(attempt)
    room.session.flush()
    told = parts_tried(room.session, room.ann, case.person_id)
    assert [(one.code, one.tries, one.answered) for one in told] == [
        ("morning", 2, 1), ("midday", 0, 0), ("afternoon", 0, 0), ("evening", 1, 0),
    ]  # fmt: skip
    partner = make_user(room.session, role=Role.PARTNER_COORDINATOR, organisation="Les Voisins")
    eyes = make_viewer(partner, Reach.ORGANISATION)
    assert not any(one.tries for one in parts_tried(room.session, eyes, case.person_id))


def test_a_mistaken_tap_is_taken_back_and_counts_for_nothing(room: Room) -> None:
    case = room.enrol(programme=CALLS_ALONE)
    for minutes in (0, 300, 600):
        room.now += timedelta(minutes=minutes)
        attempt = Attempt(Disposition.NO_ANSWER)
        slip = record_attempt(room.session, case, attempt, viewer=room.ann, now=room.now)
        room.session.expire(case)
    assert case.state is CaseState.UNREACHABLE
    take_back(room.session, case, slip.id, reason="Elle a répondu.", viewer=room.ann, now=room.now)
    room.session.expire(case)
    assert case.state is CaseState.TO_CALL
    assert room.next(room.bob) is case  # nothing of the slip lets her rest
    ((tries, last),) = attempts_of(room.session, [case]).values()
    assert (tries, last) == (2, room.now - timedelta(minutes=600)), "nor is it told in the list"
    agreed = Attempt(Disposition.AGREED)
    record_attempt(room.session, case, agreed, viewer=room.bob, now=room.now)
    room.session.expire(case)
    assert case.state is CaseState.AGREED


def test_a_slip_is_no_try_of_the_ladder(room: Room) -> None:
    case = room.enrol()
    for turn in range(5):
        room.now += timedelta(hours=5)
        attempt = Attempt(Disposition.NO_ANSWER)
        noted = record_attempt(room.session, case, attempt, viewer=room.ann, now=room.now)
        room.session.expire(case)
        if turn < 3:
            take_back(room.session, case, noted.id, reason="x", viewer=room.ann, now=room.now)
            room.session.expire(case)
    assert case.state is CaseState.TO_CALL  # two tries of three


def test_a_promise_made_by_mistake_gives_back_the_one_before(room: Room) -> None:
    case, first = room.enrol(), room.now + timedelta(hours=1)
    promised = Attempt(Disposition.CALL_BACK, call_back_at=first)
    record_attempt(room.session, case, promised, viewer=room.ann, now=room.now)
    room.session.expire(case)
    other = Attempt(Disposition.CALL_BACK, call_back_at=first + timedelta(days=9))
    slip = record_attempt(room.session, case, other, viewer=room.ann, now=room.now)
    room.session.expire(case)
    take_back(room.session, case, slip.id, reason="Erreur.", viewer=room.ann, now=room.now)
    assert case.call_back_at == first
