"""Whose turn it is to be called: rests by answer, an order, and nobody twice in a row."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.factories import make_case, make_user, make_viewer
from visits.calls.best_hours import RANK, Hour, hour_of, hour_rank
from visits.calls.call_list import (
    CALL_BACK_DUE,
    TO_CONTACT,
    CaseFilter,
    count_cases,
    list_cases,
)
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.desk import next_up
from visits.calls.turns import REST
from visits.models.accounts import User
from visits.models.calls import ContactAttempt, Disposition, WishKind
from visits.models.cases import Case, CaseState
from visits.people.call_wishes import Wish, note_wish
from visits.sight import Viewer
from visits.sight.listing import Wanted


class Desk:
    """Somebody who calls."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.user: User = make_user(session)
        self.viewer: Viewer = make_viewer(self.user)

    def enrol(self, score: int = 50) -> Case:
        """Put somebody on the list."""
        return make_case(self.session, by=self.user, score=score)

    def note(self, case: Case, disposition: Disposition, **said: datetime) -> None:
        """Record a call."""
        self.session.expire(case)
        attempt = Attempt(disposition, **said)  # type: ignore[arg-type]
        record_attempt(self.session, case, attempt, viewer=self.viewer, now=self.now)
        self.session.expire(case)

    def after(self, case: Case) -> Case | None:
        """Press "next person"."""
        return next_up(self.session, self.viewer, programme="seniors", after=case, now=self.now)

    def listed(self) -> list[Case]:
        """Read the list, and see that the tile counts what it shows."""
        only = CaseFilter(programme="seniors")
        found = list_cases(self.session, self.viewer, only=only, wanted=Wanted(), now=self.now)
        assert found.total == self.count(TO_CONTACT)
        return list(found.rows)

    def count(self, state: str) -> int:
        """Count what a tile counts."""
        only = CaseFilter(programme="seniors", state=state)
        return count_cases(self.session, self.viewer, only=only, now=self.now)


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """A desk with nobody on its list."""
    return Desk(session, now)


def test_next_goes_through_the_whole_list_before_anybody_comes_again(desk: Desk) -> None:
    order = [desk.enrol(score) for score in (90, 70, 70, 50)]
    order = [order[0], *sorted(order[1:3], key=lambda one: one.id.hex), order[3]]
    at, seen = order[0], [order[0]]
    for _ in range(7):
        found = desk.after(at)
        assert found is not None
        at = found
        seen.append(at)
    assert seen == order * 2
    assert desk.listed() == order


def test_next_goes_on_below_whoever_was_just_called(desk: Desk) -> None:
    passed, called, third, _fourth = (desk.enrol(score) for score in (90, 80, 70, 60))
    assert desk.after(passed) is called
    desk.note(called, Disposition.NO_ANSWER)
    assert desk.after(called) is third
    desk.note(third, Disposition.CALL_BACK, call_back_at=desk.now + timedelta(days=1))
    assert desk.after(third) is _fourth


def test_nobody_comes_after_the_only_one(desk: Desk) -> None:
    assert desk.after(desk.enrol()) is None


@pytest.mark.parametrize("disposition", list(REST))
def test_an_answer_lets_a_person_rest_for_its_time(desk: Desk, disposition: Disposition) -> None:
    case = desk.enrol()
    desk.session.add(
        ContactAttempt(
            case_id=case.id, at=desk.now, channel="phone", disposition=disposition,
            caller_id=desk.user.id,
        )
    )  # fmt: skip
    case.state = CaseState.CALL_BACK
    desk.session.flush()
    rest = REST[disposition]
    desk.now += rest - timedelta(seconds=1)
    assert desk.listed() == []
    desk.now += timedelta(seconds=1)
    assert desk.listed() == [case]


@pytest.mark.parametrize("said", ["agreed", "no_answer", "in_hospital"])
def test_a_call_lets_a_person_rest_in_all_her_cases(desk: Desk, said: str) -> None:
    case, other = desk.enrol(90), desk.enrol(50)
    programme, hers = "isolated_tenants", {"person": case.person, "dwelling": case.dwelling}
    elsewhere = make_case(desk.session, by=desk.user, programme=programme, **hers)
    assert desk.listed() == [case, other]
    desk.note(elsewhere, Disposition(said))
    assert desk.listed() == [other]
    assert desk.after(other) is None
    desk.now += REST[Disposition(said)]
    assert desk.listed() == [case, other]


def test_a_promised_call_back_counts_alone_and_comes_first(desk: Desk) -> None:
    high, promised = desk.enrol(90), desk.enrol(10)
    desk.note(promised, Disposition.IN_HOSPITAL, call_back_at=desk.now + timedelta(hours=2))
    assert desk.listed() == [high]
    desk.now += timedelta(hours=2)
    assert desk.listed() == [promised, high]
    promised.state = CaseState.PLANNED  # a call was promised all the same
    desk.session.flush()
    assert desk.listed() == [promised, high]
    assert desk.count(CALL_BACK_DUE) == 1
    promised.person.do_not_contact = True
    desk.session.flush()
    assert desk.count(CALL_BACK_DUE) == 0


def test_among_equals_whoever_was_tried_longest_ago_comes_first(desk: Desk) -> None:
    first, second, never = desk.enrol(), desk.enrol(), desk.enrol()
    desk.note(second, Disposition.NO_ANSWER)
    desk.now += timedelta(minutes=5)
    desk.note(first, Disposition.NO_ANSWER)
    desk.now += timedelta(hours=5)
    assert desk.listed() == [never, second, first]


def test_of_equals_whose_hour_it_is_comes_first(desk: Desk) -> None:
    """Tried on the same day with one score: who asked for this hour, who answered at it, …"""
    desk.now = desk.now.replace(month=4, hour=8)  # summer: an hour later in Paris than in winter
    past = {"in_vain": "no_answer", "unknown": None, "answered": "third_party", "wished": None}
    cases = {name: desk.enrol() for name in past}
    for name, disposition in past.items():
        for back, hour, said in ((5, 16, "no_answer"), (30, 8, disposition)):
            if said:
                desk.session.add(
                    ContactAttempt(
                        case_id=cases[name].id, channel="phone", disposition=said,
                        at=desk.now.replace(hour=hour) - timedelta(days=back),
                        caller_id=desk.user.id,
                    )
                )  # fmt: skip
    wish = Wish(WishKind.HOURS, from_hour=10, to_hour=12)
    note_wish(desk.session, cases["wished"].person, wish, viewer=desk.viewer, now=desk.now)
    desk.session.flush()
    best_first = [cases[name] for name in ("wished", "answered", "unknown", "in_vain")]
    assert desk.listed() == best_first
    for one in best_first:
        assert hour_of(desk.session, one, one.attempts, desk.now) == next(
            name for name, case in cases.items() if case is one
        )
    assert desk.after(best_first[0]) is best_first[1]
    desk.note(best_first[1], Disposition.NO_ANSWER)
    assert desk.after(best_first[1]) is best_first[2]
    assert desk.after(best_first[2]) is best_first[3]


@pytest.mark.parametrize("month", [4, 11], ids=["the clock went forward", "the clock went back"])
def test_the_list_and_the_page_say_the_same_of_an_hour(desk: Desk, month: int) -> None:
    desk.now = datetime(2026, month, 8, 12, 30, tzinfo=PARIS)
    edges = [time(11, 59), time(12), time(13, 59, 59), time(14), time(23)]
    for back in (1, 20, 60, 61):
        for edge in edges:
            at = datetime.combine(desk.now.date() - timedelta(days=back), edge, PARIS)
            tried = ContactAttempt(
                case_id=desk.enrol().id, channel="phone", disposition="no_answer", at=at,
                caller_id=desk.user.id,
            )  # fmt: skip
            desk.session.add(tried)
    desk.session.flush()
    ranked = desk.session.execute(select(Case, hour_rank(desk.now)).order_by(Case.id)).all()
    said = [RANK[hour_of(desk.session, case, case.attempts, desk.now)] for case, _ in ranked]
    assert [rank for _, rank in ranked] == said
    assert said.count(RANK[Hour.IN_VAIN]) == 2 * 2 + 1  # 60 days ago at noon is longer ago


def test_the_score_and_the_rest_come_before_the_hour(desk: Desk) -> None:
    high, long_ago, wished = desk.enrol(90), desk.enrol(50), desk.enrol(50)
    for case, back in ((long_ago, 9), (wished, 8)):
        desk.session.add(
            ContactAttempt(
                case_id=case.id, channel="phone", disposition="no_answer",
                at=desk.now - timedelta(days=back), caller_id=desk.user.id,
            )
        )  # fmt: skip
    wish = Wish(WishKind.HOURS, from_hour=8, to_hour=20)
    note_wish(desk.session, wished.person, wish, viewer=desk.viewer, now=desk.now)
    desk.session.flush()
    assert desk.listed() == [high, long_ago, wished]
