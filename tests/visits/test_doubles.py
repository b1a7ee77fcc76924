"""Two submissions where one was expected: nothing is overwritten, a coordinator decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer, make_visit, promised
from tests.submissions import FALLS, GAS, QUIET, fill, home_visit
from visits.following.setting_aside import hanging_on
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.intake.day import Earlier, earlier_answers
from visits.intake.doubles import keep_both, keep_one, undecided, was_decided, withdraw_decision
from visits.intake.submissions import record_submission
from visits.intake.unfinished import unfinished_submissions
from visits.models.accounts import Role, User
from visits.models.cases import Task, TaskState
from visits.models.people import AccessKind
from visits.models.stock import KitMovement, MovementKind
from visits.models.visits import (
    COUNTED,
    Consequence,
    Submission,
    SubmissionState,
    Visit,
    VisitState,
)
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.people import person_file
from visits.sight import Reach, Viewer
from visits.sight.access_log import log_access
from visits.steering.results import follow_up_results, works_results
from visits.stock.bags import bag_of


@dataclass
class Home:
    session: Session
    store: FileStore
    visit: Visit
    visitor: User
    coordinator: Viewer
    now: datetime

    def send(
        self, answers: dict[str, str] = QUIET, *, by: User | None = None, incomplete: bool = False
    ) -> Submission:
        self.now += timedelta(minutes=1)
        return record_submission(
            self.session,
            self.store,
            xml=fill(answers),
            files=(),
            viewer=make_viewer(by or self.visitor, Reach.OWN),
            now=self.now,
            visit_id=self.visit.id,
            incomplete=incomplete,
        )

    def keep(self, kept: Submission, other: Submission, reason: str = "Saisi deux fois") -> None:
        cancel = hanging_on(self.session, other, beside=kept).ids
        keep_one(
            self.session, kept, other, reason=reason, cancel=cancel, viewer=self.coordinator,
            now=self.now,
        )  # fmt: skip


@pytest.fixture
def home(session: Session, tmp_path: Path, now: datetime) -> Home:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    coordinator = make_viewer(make_user(session))
    return Home(session, FileStore(tmp_path), visit, visitor, coordinator, now)


def test_the_second_is_kept_beside_the_first_and_says_why(home: Home) -> None:
    first, second = home.send(), home.send(GAS)
    assert first.state is SubmissionState.CHECKED
    assert second.state is SubmissionState.TO_REVIEW
    assert second.findings["doubts"] == ["second"]
    assert undecided([first, second]) == [(first, second)]


@pytest.mark.parametrize("state", [VisitState.CANCELLED, VisitState.FAILED])
def test_a_visit_closed_meanwhile_keeps_what_came(home: Home, state: VisitState) -> None:
    home.visit.state = state
    kept = home.send()
    assert kept.state is SubmissionState.TO_REVIEW
    assert kept.findings["doubts"] == [state.value]
    assert home.visit.state is state


def test_whoever_had_the_file_on_her_tablet_may_deliver_a_visit_given_away(home: Home) -> None:
    other = make_user(home.session, role=Role.VISITOR)
    log_access(
        home.session,
        user_id=home.visitor.id,
        persons=[home.visit.case.person_id],
        kind=AccessKind.READ,
        what="tablet_day",
        now=home.now,
    )
    home.visit.visitor_id = other.id
    kept = home.send()
    assert kept.state is SubmissionState.TO_REVIEW
    assert kept.findings["doubts"] == ["reassigned"]
    theirs = home.send(by=other)
    assert theirs.findings["doubts"] == ["second"]


def test_whoever_never_had_it_or_long_ago_finds_no_visit(home: Home) -> None:
    other = make_user(home.session, role=Role.VISITOR)
    with pytest.raises(NotFound, match="visit_not_found"):
        home.send(by=other)
    log_access(
        home.session,
        user_id=other.id,
        persons=[home.visit.case.person_id],
        kind=AccessKind.READ,
        what="tablet_day",
        now=home.now - timedelta(days=61),
    )
    with pytest.raises(NotFound, match="visit_not_found"):
        home.send(by=other)


def test_what_is_set_aside_no_longer_counts_and_is_still_there(home: Home) -> None:
    kept, other = home.send(), home.send(FALLS | {"gas_smell": "yes"})
    home.session.add(
        KitMovement(
            kind=MovementKind.HANDED,
            visitor_id=home.visitor.id,
            item="led",
            quantity=-3,
            at=home.now,
            by_id=home.visitor.id,
            submission_id=other.id,
        )
    )
    assert home.visit.case.risk == 3
    home.keep(kept, other)
    assert other.state is SubmissionState.SET_ASIDE
    assert other.findings["set_aside"]["reason"] == "Saisi deux fois"
    order = home.session.scalars(select(WorkOrder)).one()
    assert (order.state, order.closing_note) == (WorkOrderState.CANCELLED, "Saisi deux fois")
    by_submission = select(Consequence.submission_id, Task.state).join(Task.consequence)
    assert {tuple(row) for row in home.session.execute(by_submission)} == {
        (kept.id, TaskState.OPEN),
        (other.id, TaskState.WITHDRAWN),
    }
    assert home.visit.case.risk < 3
    assert bag_of(home.session, home.visitor.id).get("led", 0) == 0
    assert undecided([kept, other]) == []


def test_work_that_is_done_stays_done(home: Home) -> None:
    kept, other = home.send(), home.send(GAS)
    order = home.session.scalars(select(WorkOrder)).one()
    order.state = WorkOrderState.DONE
    home.keep(kept, other)
    assert order.state is WorkOrderState.DONE


def test_keeping_both_is_a_decision_too(home: Home) -> None:
    first, second = home.send(), home.send(GAS)
    keep_both(home.session, first, second, viewer=home.coordinator, now=home.now)
    assert undecided([first, second]) == []
    assert second.state is SubmissionState.CHECKED


def test_it_is_decided_once_with_a_reason_and_between_two_of_one_visit(home: Home) -> None:
    first, second = home.send(), home.send(GAS)
    with pytest.raises(Invalid):
        home.keep(first, second, " ")
    with pytest.raises(Conflict, match="nothing_to_decide"):
        home.keep(first, first)
    home.keep(first, second)
    with pytest.raises(Conflict, match="nothing_to_decide"):
        home.keep(second, first)


def test_what_was_decided_is_not_decided_again(home: Home) -> None:
    first, second = home.send(), home.send(GAS)
    keep_both(home.session, first, second, viewer=home.coordinator, now=home.now)
    with pytest.raises(Conflict, match="nothing_to_decide"):
        home.keep(first, second)


def test_what_was_set_aside_counts_in_no_result_and_for_no_consent(home: Home) -> None:
    first, second = home.send(QUIET | {"visit_agreed": "yes"}), home.send(GAS)
    home.keep(first, second)
    viewer, person = home.coordinator, home.visit.case.person
    assert works_results(home.session, "seniors", viewer=viewer, now=home.now) == []
    follow_ups = follow_up_results(home.session, "seniors", viewer=viewer, now=home.now)
    assert follow_ups.done.denominator == 0
    consents = person_file(home.session, viewer, person).consents
    assert {one.submission_id for one in consents} == {first.id}


def test_a_yes_that_was_set_aside_lets_nothing_be_proposed_about_a_person(home: Home) -> None:
    first = home.send(QUIET)
    no, yes = home.send(QUIET | {"health_agreed": "no"}), home.send(QUIET)
    assert [one.about for one in _proposed(home)].count("person") > 0
    home.keep(no, yes)
    assert first.state in COUNTED
    assert [one.about for one in _proposed(home)].count("person") == 0


def _proposed(home: Home) -> list[Earlier]:
    return earlier_answers(home.session, [home.visit])[home.visit.id]


def test_what_never_ended_shows_after_a_day_to_those_who_may_see_her(home: Home) -> None:
    begun = home.send(incomplete=True)

    def shown(viewer: Viewer, later: timedelta) -> list[Submission]:
        return list(unfinished_submissions(home.session, viewer, now=home.now + later))

    assert shown(home.coordinator, timedelta(hours=23)) == []
    assert shown(home.coordinator, timedelta(hours=25)) == [begun]
    partner = make_viewer(make_user(home.session, organisation="Autre"), Reach.ORGANISATION)
    assert shown(partner, timedelta(hours=25)) == []


def test_what_only_the_other_reported_goes_on_unless_it_is_named(home: Home) -> None:
    kept, other = home.send(), home.send(GAS)
    keep_one(
        home.session, kept, other, reason="Saisi deux fois", viewer=home.coordinator, now=home.now
    )
    order = home.session.scalars(select(WorkOrder)).one()
    assert (order.state, order.severity) == (WorkOrderState.OPEN, "U0")
    (works,) = works_results(home.session, "seniors", viewer=home.coordinator, now=home.now)
    assert works.still_open == 1


def test_what_both_report_is_one_order_and_stands_on_the_one_that_is_kept(home: Home) -> None:
    first, second = home.send(GAS), home.send(GAS)
    order = home.session.scalars(select(WorkOrder)).one()
    assert {one.submission_id for one in order.findings} == {first.id, second.id}
    assert order not in hanging_on(home.session, first, beside=second).of("work_order")
    home.keep(second, first)
    assert order.state is WorkOrderState.OPEN
    assert order.consequence.submission_id == second.id


def test_a_decision_is_withdrawn_with_all_that_it_cancelled(home: Home) -> None:
    kept, other = home.send(), home.send(FALLS | {"gas_smell": "yes"})
    order = home.session.scalars(select(WorkOrder)).one()
    before = {one.id: one.state for one in home.session.scalars(promised())}
    home.keep(kept, other)
    assert was_decided(kept, other)
    withdraw_decision(home.session, kept, other, viewer=home.coordinator, now=home.now)
    assert (order.state, order.closed_at, order.closing_note) == (WorkOrderState.OPEN, None, None)
    assert {one.id: one.state for one in home.session.scalars(promised())} == before
    assert other.state in COUNTED
    assert home.visit.case.risk == 3
    assert undecided([kept, other]) == [(kept, other)]
    with pytest.raises(Conflict, match="nothing_to_withdraw"):
        withdraw_decision(home.session, kept, other, viewer=home.coordinator, now=home.now)


def test_what_was_closed_otherwise_meanwhile_is_not_opened_by_a_withdrawal(home: Home) -> None:
    kept, other = home.send(), home.send(GAS)
    home.keep(kept, other)
    order = home.session.scalars(select(WorkOrder)).one()
    order.state = WorkOrderState.DONE
    withdraw_decision(home.session, kept, other, viewer=home.coordinator, now=home.now)
    assert order.state is WorkOrderState.DONE


def test_keeping_both_is_withdrawn_too(home: Home) -> None:
    first, second = home.send(), home.send(GAS)
    keep_both(home.session, first, second, viewer=home.coordinator, now=home.now)
    withdraw_decision(home.session, first, second, viewer=home.coordinator, now=home.now)
    assert undecided([first, second]) == [(first, second)]
