"""The visits that an accompaniment promises: kept, missed, explained, and whom to tell."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user, make_viewer, make_visit
from visits.cases.cases import close_case
from visits.cases.coming import make_for, make_what_is_due
from visits.cases.pauses import pause
from visits.cases.tasks import reopen_task
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import Role, User
from visits.models.cases import Case, Task, TaskState
from visits.models.visits import VisitState
from visits.programmes.published import version_of
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.support.acts import ActSaid, note_act, withdraw_act
from visits.support.listing import (
    MISSED,
    RAISED,
    SupportFilter,
    TurnFilter,
    count_each,
    count_supports,
    list_missed,
    list_supports,
)
from visits.support.pace import Run, explain, explain_back, runs_of, turns_of

TODAY = NOW.date()


class Desk:
    """A case that was opened four weeks ago, with a visit promised each week."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.case = self.open()

    def open(self, **said: object) -> Case:
        version = version_of(self.session, "isolated_tenants")
        case = make_case(
            self.session, by=self.user, programme=version.code, programme_version_id=version.id,
            opened_at=NOW - timedelta(days=28), **said,
        )  # fmt: skip
        for days in (21, 14, 7, 0):  # as the clock did, day after day
            make_for(self.session, [case], now=NOW - timedelta(days=days))
            make_what_is_due(self.session, now=NOW - timedelta(days=days))
        self.session.flush()
        return case

    def turns(self, case: Case | None = None) -> list[Task]:
        """Give the turns that are over, the first one first."""
        found = turns_of(self.session, case or self.case)
        return [one for one in reversed(found) if one.due_on < TODAY]

    def run(self) -> Run | None:
        return runs_of(self.session, [self.case.id], TODAY).get(self.case.id)

    def count(self, which: str, *, mine: bool = False, viewer: Viewer | None = None) -> int:
        only = SupportFilter(which=which, mine=mine)
        eyes = viewer or self.viewer
        listed = list_supports(self.session, eyes, only=only, wanted=Wanted(), today=TODAY)
        counted = count_supports(self.session, eyes, only=only, today=TODAY)
        each = count_each(self.session, eyes, only=only, today=TODAY)
        assert len(listed.rows) == listed.total == counted == each[which]
        return counted

    def visit(self, on: date) -> None:
        said = ActSaid("visit", on)
        self.act = note_act(self.session, self.case, said, viewer=self.viewer, now=NOW)


@pytest.fixture
def desk(session: Session) -> Iterator[Desk]:
    yield Desk(session)


def test_a_week_without_a_visit_is_missed_and_the_weeks_in_a_row_are_counted(desk: Desk) -> None:
    assert [(TODAY - one.due_on).days for one in desk.turns()] == [21, 14, 7]
    assert desk.run() == Run(3, TODAY - timedelta(days=21))
    desk.visit(TODAY - timedelta(days=16))  # within the second week
    assert [one.state for one in desk.turns()][1] is TaskState.DONE
    assert desk.run() == Run(1, TODAY - timedelta(days=7))


def test_a_visit_noted_afterwards_is_the_one_of_its_week_else_the_oldest_that_is_late(
    desk: Desk,
) -> None:
    first, _second, third = desk.turns()
    desk.visit(TODAY - timedelta(days=25))
    assert desk.act.task_id == first.id
    assert first.state is TaskState.DONE
    # Of a day on which this week's is done already, it makes up for the one that is late.
    desk.visit(TODAY)
    desk.visit(TODAY - timedelta(days=1))
    made_up = desk.session.get_one(Task, desk.act.task_id)
    assert (made_up.state, made_up.due_on < TODAY) == (TaskState.DONE, True)
    assert made_up.id == third.id


def test_a_visit_that_is_withdrawn_is_due_again_and_is_not_reopened_otherwise(desk: Desk) -> None:
    desk.visit(TODAY - timedelta(days=8))
    done = desk.turns()[2]
    assert (done.id, done.state) == (desk.act.task_id, TaskState.DONE)
    with pytest.raises(Conflict, match="task_done_by_act"):
        reopen_task(desk.session, done, viewer=desk.viewer, now=NOW)
    withdraw_act(desk.session, desk.case, desk.act.id, why="Autre", viewer=desk.viewer, now=NOW)
    assert done.state is TaskState.OPEN
    assert desk.run() == Run(3, TODAY - timedelta(days=21))


def test_a_visit_that_is_planned_is_not_answered_by_an_act(desk: Desk) -> None:
    turn = next(one for one in turns_of(desk.session, desk.case) if one.due_on == TODAY)
    visitor = make_user(desk.session, role=Role.VISITOR)
    visit = make_visit(desk.session, case=desk.case, visitor=visitor)
    turn.visit_id = visit.id
    for one in desk.turns():
        one.state = TaskState.DONE
    desk.session.flush()
    desk.visit(TODAY)
    assert (desk.act.task_id, turn.state) == (None, TaskState.OPEN)


def test_an_act_in_a_programme_without_a_pace_answers_nothing(desk: Desk, session: Session) -> None:
    case = make_case(session, by=desk.user, opened_at=NOW - timedelta(days=28))
    task = Task(
        case_id=case.id, landlord_id=case.landlord_id, kind="visit", not_before=TODAY,
        due_on=TODAY, made_at=NOW, what="Passer",
    )  # fmt: skip
    session.add(task)
    session.flush()
    act = note_act(session, case, ActSaid("visit", TODAY), viewer=desk.viewer, now=NOW)
    assert (act.task_id, task.state) == (None, TaskState.OPEN)


def test_a_reason_ends_a_row_and_the_week_stays_missed(desk: Desk) -> None:
    last = desk.turns()[2]
    with pytest.raises(Invalid):
        explain(desk.session, last, why=" ", viewer=desk.viewer, now=NOW)
    explain(desk.session, last, why="Chez sa fille", viewer=desk.viewer, now=NOW)
    desk.session.flush()
    assert (desk.run(), desk.count(MISSED)) == (None, 0)
    missed = list_missed(desk.session, desk.viewer, only=TurnFilter(), wanted=Wanted(), today=TODAY)
    assert [one.due_on for one in missed.rows] == [one.due_on for one in desk.turns()]
    bare = list_missed(
        desk.session, desk.viewer, only=TurnFilter(unexplained=True), wanted=Wanted(), today=TODAY
    )
    assert last.id not in {one.id for one in bare.rows}
    explain_back(desk.session, last, viewer=desk.viewer, now=NOW)
    desk.session.flush()
    assert desk.run() == Run(3, TODAY - timedelta(days=21))


def test_a_reason_is_given_for_what_lapsed_too_and_for_nothing_else(desk: Desk) -> None:
    lapsed = desk.turns()[0]
    assert lapsed.state is TaskState.LAPSED
    explain(desk.session, lapsed, why="Grève", viewer=desk.viewer, now=NOW)
    to_come = turns_of(desk.session, desk.case)[0]
    review = desk.session.scalars(
        select(Task).where(Task.case_id == desk.case.id, Task.cadence == "review")
    ).all()
    for one in (to_come, lapsed, *review):
        with pytest.raises(Conflict, match="turn_not_missed"):
            explain(desk.session, one, why="Parce que", viewer=desk.viewer, now=NOW)


def test_weeks_of_a_pause_are_not_missed(desk: Desk) -> None:
    pause(
        desk.session, desk.case, from_on=TODAY, until_on=TODAY + timedelta(days=20), why="Hôpital",
        viewer=desk.viewer, now=NOW,
    )  # fmt: skip
    make_what_is_due(desk.session, now=NOW + timedelta(days=15))
    later = TODAY + timedelta(days=15)
    assert runs_of(desk.session, [desk.case.id], later) == {
        desk.case.id: Run(3, TODAY - timedelta(days=21))
    }


def test_one_week_is_told_to_the_referent_and_two_to_the_coordinator_too(desk: Desk) -> None:
    referent = make_user(desk.session)
    desk.case.referent_id = referent.id
    first, second, _third = desk.turns()
    for one in (first, second):
        explain(desk.session, one, why="Absente", viewer=desk.viewer, now=NOW)
    desk.session.flush()
    hers = make_viewer(referent)
    assert (desk.count(MISSED, mine=True, viewer=hers), desk.count(RAISED)) == (1, 0)
    assert desk.count(MISSED, mine=True) == 0
    explain_back(desk.session, second, viewer=desk.viewer, now=NOW)
    desk.session.flush()
    assert desk.count(RAISED) == 1
    # Where nobody follows her, the coordinator is told of the first.
    explain(desk.session, second, why="Absente", viewer=desk.viewer, now=NOW)
    desk.case.referent_id = None
    desk.session.flush()
    assert desk.count(RAISED) == 1


def test_a_closed_case_is_told_to_nobody_and_what_one_may_not_see_is_not_counted(
    desk: Desk,
) -> None:
    stranger: User = make_user(desk.session, organisation="Voisins")
    blind = Viewer(stranger.id, stranger.organisation_id, None, Reach.OWN)
    assert (desk.count(MISSED), desk.count(MISSED, viewer=blind)) == (1, 0)
    listed = list_missed(desk.session, blind, only=TurnFilter(), wanted=Wanted(), today=TODAY)
    assert (listed.total, listed.rows) == (0, [])
    desk.case.person.protected = True
    desk.session.flush()
    assert desk.count(MISSED) == 0
    desk.case.person.protected = False
    desk.case.closed_on = TODAY
    desk.session.flush()
    assert (desk.count(MISSED), desk.count(RAISED)) == (0, 0)


def test_a_visit_that_took_place_is_no_week_missed(desk: Desk) -> None:
    visitor = make_user(desk.session, role=Role.VISITOR)
    turn = desk.turns()[2]
    visit = make_visit(
        desk.session, case=desk.case, visitor=visitor, state=VisitState.DONE,
        done_at=NOW - timedelta(days=9),
    )  # fmt: skip
    turn.visit_id, turn.state = visit.id, TaskState.DONE
    desk.session.flush()
    assert desk.run() is None


def test_a_week_that_was_late_when_the_case_ended_stays_missed(desk: Desk) -> None:
    late = desk.turns()[2]
    assert late.state is TaskState.OPEN
    close_case(desk.session, desk.case, outcome="linked", viewer=desk.viewer, now=NOW)
    desk.session.expire_all()
    listed = list_missed(desk.session, desk.viewer, only=TurnFilter(), wanted=Wanted(), today=TODAY)
    assert late.id in {one.id for one in listed.rows}
    # What was still to come is nobody's any more, and is no week missed.
    assert {one.state for one in turns_of(desk.session, desk.case) if one.due_on > TODAY} == {
        TaskState.WITHDRAWN
    }
