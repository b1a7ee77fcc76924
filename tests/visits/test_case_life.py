"""A case from its opening to its end: what is due, visit after visit, closing, opening again."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_viewer
from tests.visits.desk import SUPPORT, Desk, note_task
from visits.agenda.doors import Knock, report_shut_door
from visits.agenda.planning import cancel_visit, due_before
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.taking_back import take_back
from visits.cases.cases import close_case, endings_of, outcomes_of, reopen_case
from visits.cases.task_list import (
    DUE,
    LATE,
    OPEN_ALL,
    TO_PLAN,
    TaskFilter,
    count_tasks,
    list_tasks,
    planned_too_late,
)
from visits.cases.tasks import close_task, reopen_task
from visits.choosing.survey import NO_FILTERS, Filters
from visits.choosing.targeting import enrol_top, rank_candidates
from visits.ground.errors import Conflict, Invalid
from visits.models.calls import Disposition
from visits.models.cases import CaseState, TaskState
from visits.models.people import Occupancy
from visits.models.visits import Visit, VisitState
from visits.programmes.published import find_programme, publish_programme
from visits.sight.listing import Wanted


@pytest.fixture
def desk(session: Session, now: datetime, tmp_path: Path) -> Desk:
    return Desk(session, now, tmp_path)


def test_opening_a_case_makes_what_is_due_at_once_and_the_job_makes_it_no_second_time(
    desk: Desk,
) -> None:
    assert desk.days() == [date(2026, 3, 17), date(2026, 3, 24)]
    assert desk.later(0) == 0
    assert desk.later(7) == 1
    assert desk.days()[-1] == date(2026, 3, 31)


def test_weekly_support_goes_from_visit_to_visit_without_a_call_between(desk: Desk) -> None:
    desk.agree()
    first, second = desk.plan(days=2), desk.plan(days=9)
    assert [first.kind, second.kind] == ["weekly", "weekly"]
    assert [one.visit_id for one in desk.tasks()] == [first.id, second.id]
    desk.now += timedelta(days=2)
    desk.visit(first)
    assert (first.state, desk.case.state) == (VisitState.DONE, CaseState.PLANNED)
    (done,) = desk.tasks(TaskState.DONE)
    assert (done.visit_id, done.closed_at, done.closed_by_id) == (
        first.id,
        desk.now,
        desk.visitor.id,
    )
    desk.now += timedelta(days=7)
    desk.visit(second)
    assert desk.case.state is CaseState.VISITED  # nothing is due before the third week
    desk.later(7)
    assert desk.case.state is CaseState.AGREED
    assert desk.plan(days=1).state is VisitState.PLANNED


def test_a_programme_that_asks_before_each_visit_puts_her_on_the_call_list_again(
    desk: Desk,
) -> None:
    asking = SUPPORT.replace("ask_first = false", "ask_first = true")
    publish_programme(desk.session, asking, source="support", by=None, now=desk.now)
    close_case(desk.session, desk.case, outcome="linked", viewer=desk.viewer, now=desk.now)
    desk.case = desk.open()
    desk.agree()
    visit = desk.plan(days=1)
    desk.now += timedelta(days=1)
    desk.visit(visit)
    assert desk.case.state is CaseState.VISITED
    desk.later(7)
    assert desk.case.state is CaseState.TO_CALL


def test_nothing_more_is_planned_than_is_due(desk: Desk) -> None:
    desk.agree()
    desk.plan(days=2)
    desk.plan(days=9)
    with pytest.raises(Conflict, match="visit_already_planned"):
        desk.plan(days=3)


def test_a_visit_called_off_gives_back_what_it_was_planned_for(desk: Desk) -> None:
    desk.agree()
    visit = desk.plan(days=2)
    cancel_visit(desk.session, visit, reason="Grippe", viewer=desk.viewer, now=desk.now)
    assert [one.visit_id for one in desk.tasks()] == [None, None]
    assert desk.case.state is CaseState.AGREED
    assert desk.plan(days=3).id == desk.tasks()[0].visit_id


def test_a_shut_door_leaves_the_next_visit_planned_and_the_task_to_do(desk: Desk) -> None:
    desk.agree()
    first, second = desk.plan(days=2), desk.plan(days=9)
    desk.now += timedelta(days=2)
    knock = Knock(Disposition.NO_ANSWER, at=desk.now)
    report_shut_door(desk.session, first, knock, viewer=make_viewer(desk.visitor), now=desk.now)
    assert desk.case.state is CaseState.PLANNED
    assert [one.visit_id for one in desk.tasks()][:2] == [None, second.id]


def test_a_refusal_at_the_door_calls_off_the_others(desk: Desk) -> None:
    desk.agree()
    first, second = desk.plan(days=2), desk.plan(days=9)
    desk.now += timedelta(days=2)
    knock = Knock(Disposition.REFUSED, at=desk.now)
    report_shut_door(desk.session, first, knock, viewer=make_viewer(desk.visitor), now=desk.now)
    assert (desk.case.state, second.state) == (CaseState.REFUSED, VisitState.CANCELLED)


def test_a_case_is_closed_with_what_was_planned_and_opened_again_with_what_is_to_do(
    desk: Desk,
) -> None:
    desk.agree()
    visit = desk.plan(days=2)
    with pytest.raises(Invalid) as refused:
        _close(desk, outcome="thin air")
    assert refused.value.fields == {"ending": "bad_choice"}
    called_off = _close(desk, outcome="linked", note="Club des aînés")
    assert called_off == [visit]
    assert (visit.state, desk.case.is_open) == (VisitState.CANCELLED, False)
    assert desk.tasks() == []
    assert desk.later(7) == 0  # nothing is made in a closed case
    with pytest.raises(Conflict, match="case_closed"):
        _close(desk, outcome="linked")
    with pytest.raises(Conflict, match="case_closed"):
        desk.agree()
    reopen_case(desk.session, desk.case, viewer=desk.viewer, now=desk.now)
    assert (desk.case.is_open, desk.case.outcome) == (True, None)
    assert desk.days() == [date(2026, 3, 17), date(2026, 3, 24)]
    assert desk.case.state is CaseState.AGREED


def _close(desk: Desk, *, outcome: str, note: str = "") -> Sequence[Visit]:
    return close_case(
        desk.session, desk.case, outcome=outcome, note=note, viewer=desk.viewer, now=desk.now
    )


@pytest.mark.parametrize(
    ("on", "said"),
    [(date(2026, 3, 11), "must_not_be_future"), (date(2026, 3, 9), "before_opening")],
)
def test_a_case_closes_between_its_opening_and_today(desk: Desk, on: date, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        close_case(
            desk.session, desk.case, outcome="linked", on=on, viewer=desk.viewer, now=desk.now
        )
    assert refused.value.fields == {"on": said}


def test_a_person_has_one_open_case_a_programme_and_as_many_over_time_as_life_brings(
    desk: Desk,
) -> None:
    assert desk.open() is desk.case
    first = desk.case
    _close(desk, outcome="linked")
    desk.case = desk.open()
    assert desk.case.id != first.id
    with pytest.raises(Conflict, match="case_open_already"):
        reopen_case(desk.session, first, viewer=desk.viewer, now=desk.now)
    assert not first.is_open


def test_whoever_had_a_case_is_chosen_again_by_name_only(desk: Desk) -> None:
    programme = find_programme(desk.session, "support")
    _close(desk, outcome="linked")
    new = Filters(enrolled=False)
    listed = rank_candidates(desk.session, programme, desk.viewer, now=desk.now, filters=new)
    assert listed.total == 0
    assert enrol_top(desk.session, programme, 5, viewer=desk.viewer, now=desk.now) == []
    everybody = rank_candidates(
        desk.session, programme, desk.viewer, now=desk.now, filters=NO_FILTERS
    )
    assert [(one.person.id, one.enrolled) for one in everybody.candidates] == [
        (desk.person.id, False)
    ]


def test_whoever_moved_or_died_has_no_case_left_and_gets_it_back_with_the_mistake(
    desk: Desk,
) -> None:
    desk.agree()
    moved = Attempt(Disposition.MOVED)
    attempt = record_attempt(desk.session, desk.case, moved, viewer=desk.viewer, now=desk.now)
    assert (desk.case.closed_on, desk.case.outcome) == (date(2026, 3, 10), "moved")
    assert desk.tasks() == []
    desk.session.expire(desk.case)
    take_back(
        desk.session, desk.case, attempt.id, reason="Erreur", viewer=desk.viewer, now=desk.now
    )
    assert (desk.case.is_open, desk.case.state) == (True, CaseState.AGREED)
    assert len(desk.tasks()) == 2


def test_a_death_or_a_move_is_noted_of_her_before_a_case_ends_by_it(desk: Desk) -> None:
    desk.case.programme, desk.case.programme_version_id = "isolated_tenants", None
    for outcome in ("dead", "moved"):
        with pytest.raises(Invalid) as refused:
            _close(desk, outcome=outcome)
        assert refused.value.fields == {"ending": f"{outcome}_not_noted"}
        assert desk.case.is_open
    assert {"dead", "moved"} <= outcomes_of(desk.session, desk.case).keys()
    assert not {"dead", "moved"} & endings_of(desk.session, desk.case).keys()
    left = update(Occupancy).where(Occupancy.person_id == desk.person.id)
    desk.session.execute(left.values(ended_on=date(2026, 3, 1)))
    _close(desk, outcome="moved")
    assert desk.case.outcome == "moved"


def test_a_case_opened_again_is_where_she_lives_now(desk: Desk) -> None:
    attempt = Attempt(Disposition.MOVED)
    record_attempt(desk.session, desk.case, attempt, viewer=desk.viewer, now=desk.now)
    reopen_case(desk.session, desk.case, viewer=desk.viewer, now=desk.now)
    assert (desk.case.is_open, desk.case.dwelling_id) == (True, None)


def test_a_visit_planned_after_the_day_it_is_due_says_so_and_is_late_then(desk: Desk) -> None:
    desk.agree()
    visit = desk.plan(days=10)
    assert due_before(desk.session, visit) == date(2026, 3, 17)
    task = desk.tasks()[0]
    desk.session.expire_all()
    assert planned_too_late(task)
    late = TaskFilter(state=LATE)
    assert count_tasks(desk.session, desk.viewer, only=late, today=date(2026, 3, 17)) == 0
    assert count_tasks(desk.session, desk.viewer, only=late, today=date(2026, 3, 18)) == 1
    assert due_before(desk.session, desk.plan(days=14)) is None


def test_what_is_too_late_lapses_and_says_why_unless_a_visit_is_planned(desk: Desk) -> None:
    desk.agree()
    planned = desk.plan(days=20)
    desk.later(18)  # 28 March: the week due on the 17th has had its ten days of grace
    assert desk.days(TaskState.LAPSED) == []
    cancel_visit(desk.session, planned, reason="Grippe", viewer=desk.viewer, now=desk.now)
    desk.later(0)
    (lapsed,) = desk.tasks(TaskState.LAPSED)
    assert (lapsed.due_on, lapsed.why) == (date(2026, 3, 17), "too_late")


def test_a_task_made_by_hand_is_done_or_not_and_that_is_taken_back(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        note_task(desk, " ", date(2026, 3, 9))
    assert refused.value.fields == {"what": "required", "due_on": "must_not_be_past"}
    task = note_task(desk, "Appeler sa fille", date(2026, 3, 12))
    with pytest.raises(Invalid) as refused:
        close_task(
            desk.session, task, TaskState.IMPOSSIBLE, why="", viewer=desk.viewer, now=desk.now
        )
    assert refused.value.fields == {"why": "required"}
    close_task(desk.session, task, TaskState.DONE, why="Rien", viewer=desk.viewer, now=desk.now)
    with pytest.raises(Conflict, match="task_closed"):
        close_task(
            desk.session, task, TaskState.WITHDRAWN, why="x", viewer=desk.viewer, now=desk.now
        )
    reopen_task(desk.session, task, viewer=desk.viewer, now=desk.now)
    assert (task.state, task.closed_at, task.why) == (TaskState.OPEN, None, None)
    with pytest.raises(Conflict, match="task_open"):
        reopen_task(desk.session, task, viewer=desk.viewer, now=desk.now)


def test_what_a_visit_did_is_reopened_by_nobody_and_what_is_planned_is_not_closed(
    desk: Desk,
) -> None:
    desk.agree()
    visit = desk.plan(days=2)
    planned = desk.tasks()[0]
    with pytest.raises(Conflict, match="task_planned"):
        close_task(
            desk.session, planned, TaskState.WITHDRAWN, why="x", viewer=desk.viewer, now=desk.now
        )
    desk.now += timedelta(days=2)
    desk.visit(visit)
    with pytest.raises(Conflict, match="task_done_by_visit"):
        reopen_task(desk.session, planned, viewer=desk.viewer, now=desk.now)


def test_a_count_and_its_list_are_one_query(desk: Desk) -> None:
    desk.agree()
    desk.plan(days=2)
    note_task(desk, "Appeler sa fille", date(2026, 3, 12))
    desk.now += timedelta(days=9)  # 19 March: the planned week and the call are late
    today = desk.now.date()
    counted = {}
    for state in (DUE, LATE, TO_PLAN, OPEN_ALL):
        only = TaskFilter(state=state)
        listed = list_tasks(desk.session, desk.viewer, only=only, wanted=Wanted(), today=today)
        counted[state] = count_tasks(desk.session, desk.viewer, only=only, today=today)
        assert len(listed.rows) == listed.total == counted[state]
    assert counted == {DUE: 3, LATE: 2, TO_PLAN: 1, OPEN_ALL: 3}


def test_a_move_leaves_the_visit_where_it_took_place(desk: Desk) -> None:
    desk.agree()
    visit = desk.plan(days=2)
    before = desk.case.dwelling
    desk.now += timedelta(days=2)
    desk.visit(visit)
    desk.case.dwelling_id = make_dwelling(desk.session).id
    desk.session.flush()
    desk.session.expire_all()
    assert visit.home.id == before.id
    assert desk.session.scalars(select(Visit.was_in_id)).one() == before.id
