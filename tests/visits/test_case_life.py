"""A case from its opening to its end: what is due, visit after visit, pauses, closing, opening."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_user, make_viewer
from tests.submissions import GAS, fill, home_visit
from visits.agenda.doors import Knock, report_shut_door
from visits.agenda.planning import cancel_visit, due_before, plan_visit
from visits.calls.call_list import CaseFilter, list_cases
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.taking_back import take_back
from visits.cases.cases import close_case, endings_of, outcomes_of, reopen_case
from visits.cases.coming import make_what_is_due
from visits.cases.pauses import end_pause, pause
from visits.cases.task_list import DUE, LATE, OPEN_ALL, TO_PLAN, TaskFilter, count_tasks, list_tasks
from visits.cases.tasks import close_task, make_task, planned_too_late, reopen_task, tasks_of
from visits.choosing.survey import NO_FILTERS, Filters
from visits.choosing.targeting import enrol, enrol_top, rank_candidates
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.calls import Channel, Disposition, RefusalReason
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.people import Occupancy
from visits.models.visits import Visit, VisitState
from visits.programmes.published import find_programme, publish_programme
from visits.sight.listing import Wanted

SUPPORT = """
code = "support"
horizon_days = 14
[name]
fr = "Accompagnement"
en = "Support"
[audience]
age_min = 60
[target]
number = 50
[[visit_kind]]
code = "weekly"
name = { fr = "Visite de la semaine", en = "Visit of the week" }
forms = ["home_visit"]
minutes = 45
ask_first = false
[[cadence]]
code = "weekly"
name = { fr = "Visite de la semaine", en = "Visit of the week" }
task = "visit"
visit_kind = "weekly"
every = "7d"
grace = "10d"
[[outcome]]
code = "linked"
name = { fr = "Lien retrouvé", en = "In touch again" }
success = true
[[criterion]]
code = "old"
points = 40
when = [{ fact = "age", at_least = 75 }]
label = { fr = "75 ans et plus", en = "75 and over" }
"""


class Desk:
    """Somebody who follows one case."""

    def __init__(self, session: Session, now: datetime, folder: Path) -> None:
        self.session, self.now, self.store = session, now, FileStore(folder)
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.visitor = make_user(session, role=Role.VISITOR, organisation="Relais des aînés")
        publish_form(session, home_visit(), by=None, now=now)
        publish_programme(session, SUPPORT, source="support", by=None, now=now)
        self.person = make_person(session, dwelling=make_dwelling(session))
        self.case = self.open()

    def open(self) -> Case:
        """Open a case, by hand from the list."""
        programme = find_programme(self.session, "support")
        ids = [self.person.id]
        return enrol(self.session, programme, ids, viewer=self.viewer, now=self.now)[0]

    def agree(self) -> None:
        """Note a yes on the phone."""
        said = Attempt(Disposition.AGREED)
        record_attempt(self.session, self.case, said, viewer=self.viewer, now=self.now)

    def plan(self, days: int, hour: int = 10) -> Visit:
        """Plan a visit some days ahead."""
        start = (self.now + timedelta(days=days)).replace(hour=hour, minute=0)
        return plan_visit(
            self.session, self.case, visitor_id=self.visitor.id, start_at=start, minutes=45,
            viewer=self.viewer, now=self.now,
        )  # fmt: skip

    def visit(self, visit: Visit) -> None:
        """Let a visit take place."""
        instance = f"uuid:{uuid.uuid4()}"
        record_submission(
            self.session, self.store, xml=fill(GAS, instance_id=instance), files=(),
            visit_id=visit.id, viewer=make_viewer(self.visitor), now=self.now,
        )  # fmt: skip
        self.session.flush()
        self.session.expire_all()

    def later(self, days: int) -> int:
        """Let some days pass and the job run."""
        self.now += timedelta(days=days)
        made = make_what_is_due(self.session, now=self.now)
        self.session.flush()
        self.session.expire_all()
        return made

    def tasks(self, state: TaskState = TaskState.OPEN) -> list[Task]:
        """List the tasks in a state, by their day."""
        self.session.flush()
        found = [one for one in tasks_of(self.session, self.case.id) if one.state is state]
        return sorted(found, key=lambda one: one.due_on)

    def days(self, state: TaskState = TaskState.OPEN) -> list[date]:
        """Give the days on which tasks in a state are due."""
        return [one.due_on for one in self.tasks(state)]


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


def test_nothing_is_due_in_a_pause_and_what_it_took_comes_back_with_it(desk: Desk) -> None:
    noted = _pause(desk, date(2026, 3, 16), date(2026, 3, 26))
    assert desk.days() == []
    assert desk.days(TaskState.WITHDRAWN) == [date(2026, 3, 17), date(2026, 3, 24)]
    assert desk.later(7) == 1
    assert desk.days() == [date(2026, 3, 31)]
    end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)
    assert desk.days() == [date(2026, 3, 17), date(2026, 3, 24), date(2026, 3, 31)]
    with pytest.raises(Conflict, match="pause_over"):
        end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)


def _refuse(desk: Desk) -> uuid.UUID:
    said = Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY)
    kept = record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    desk.session.flush()
    desk.session.expire_all()
    return kept.id


def test_a_refusal_stops_what_is_due_and_says_so_and_taking_it_back_brings_all_of_it(
    desk: Desk,
) -> None:
    by_hand = _task(desk, "Envoyer la brochure", date(2026, 3, 12))
    desk.agree()
    desk.plan(days=2)
    refusal = _refuse(desk)
    stopped = desk.tasks(TaskState.WITHDRAWN)
    assert [(one.due_on, one.why) for one in stopped] == [
        (date(2026, 3, 17), "refused"),
        (date(2026, 3, 24), "refused"),
    ]
    assert desk.tasks() == [by_hand]
    with pytest.raises(Conflict, match="refusal_stops_it"):
        reopen_task(desk.session, stopped[0], viewer=desk.viewer, now=desk.now)
    assert desk.later(1) == 0
    take_back(desk.session, desk.case, refusal, reason="Erreur", viewer=desk.viewer, now=desk.now)
    assert desk.days()[:3] == [date(2026, 3, 12), date(2026, 3, 17), date(2026, 3, 24)]
    assert desk.tasks()[1].visit_id is not None
    assert desk.case.state is CaseState.PLANNED


def test_nothing_comes_due_of_whoever_refused_until_she_changes_her_mind(desk: Desk) -> None:
    _refuse(desk)
    _pause(desk, date(2026, 3, 24), date(2026, 3, 25))
    assert [desk.later(7) for _ in range(3)] == [0, 0, 0]  # 31 March
    assert desk.tasks() == []
    said = Attempt(Disposition.AGREED, Channel.INCOMING)
    record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    # What is too late stays withdrawn for her refusal, what comes now is due.
    assert desk.days() == [date(2026, 3, 31), date(2026, 4, 7), date(2026, 4, 14)]
    assert [one.why for one in desk.tasks(TaskState.WITHDRAWN)] == ["refused", "in_pause"]


def test_the_job_stops_what_stood_due_of_whoever_refused_before(desk: Desk) -> None:
    desk.case.state = CaseState.REFUSED
    desk.later(1)
    assert desk.tasks() == []
    assert {one.why for one in desk.tasks(TaskState.WITHDRAWN)} == {"refused"}


def test_a_refusal_at_the_door_stops_what_is_due(desk: Desk) -> None:
    desk.agree()
    visit = desk.plan(days=1)
    desk.now += timedelta(days=1, hours=1)
    knock = Knock(Disposition.REFUSED, at=visit.planned_start_at, reason=RefusalReason.NO_NEED)
    report_shut_door(desk.session, visit, knock, viewer=desk.viewer, now=desk.now)
    assert desk.tasks() == []


def test_a_paused_case_rests_in_the_call_list_until_its_end(desk: Desk) -> None:
    def listed(state: str) -> list[Case]:
        only = CaseFilter("support", state)
        wanted = Wanted()
        return list(
            list_cases(desk.session, desk.viewer, only=only, wanted=wanted, now=desk.now).rows
        )

    assert (listed("to_contact"), listed("paused")) == ([desk.case], [])
    noted = _pause(desk, date(2026, 3, 10), date(2026, 3, 12))
    assert (listed("to_contact"), listed("paused")) == ([], [desk.case])
    desk.now += timedelta(days=3)
    assert (listed("to_contact"), listed("paused")) == ([desk.case], [])
    desk.now -= timedelta(days=3)
    end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)
    assert listed("to_contact") == [desk.case]


def test_no_visit_is_planned_inside_a_pause_unless_somebody_insists(desk: Desk) -> None:
    desk.agree()
    _pause(desk, date(2026, 3, 11), date(2026, 3, 13))
    with pytest.raises(Invalid) as refused:
        desk.plan(days=2)
    assert refused.value.fields == {"insist": "paused_then"}
    assert refused.value.details == {"until": date(2026, 3, 13)}
    assert desk.plan(days=4).unusual_why is None
    start = (desk.now + timedelta(days=2)).replace(hour=10, minute=0)
    visit = plan_visit(
        desk.session, desk.case, visitor_id=desk.visitor.id, start_at=start, minutes=45,
        insist="Rentre pour le jour", viewer=desk.viewer, now=desk.now,
    )  # fmt: skip
    assert visit.unusual_why == "Rentre pour le jour"


def test_a_pause_over_planned_visits_says_which_stand_and_gives_back_those_it_called_off(
    desk: Desk,
) -> None:
    desk.agree()
    off, stays = desk.plan(days=2), desk.plan(days=9)
    days = {"from_on": date(2026, 3, 11), "until_on": date(2026, 3, 26)}
    with pytest.raises(Invalid) as refused:
        _pause(desk, *days.values())
    assert refused.value.fields == {"visits": "visits_in_pause"}
    assert desk.days(TaskState.WITHDRAWN) == []
    noted = pause(
        desk.session, desk.case, why="Hôpital", called_off=[off.id], viewer=desk.viewer,
        now=desk.now, **days,
    )  # fmt: skip
    assert (off.state, stays.state) == (VisitState.CANCELLED, VisitState.PLANNED)
    assert [one.visit_id for one in desk.tasks()] == [stays.id]
    assert desk.case.state is CaseState.PLANNED
    end_pause(desk.session, desk.case, noted.id, viewer=desk.viewer, now=desk.now)
    assert off.state is VisitState.PLANNED
    assert [one.visit_id for one in desk.tasks()] == [off.id, stays.id]


def test_in_hospital_on_the_phone_says_which_planned_visits_stand_and_gives_back_the_others(
    desk: Desk,
) -> None:
    desk.agree()
    off, stays = desk.plan(days=2), desk.plan(days=9)
    desk.now += timedelta(hours=1)
    back = desk.now + timedelta(days=12)
    told = Attempt(Disposition.IN_HOSPITAL, call_back_at=back, pauses=True)
    with pytest.raises(Invalid) as refused:
        record_attempt(desk.session, desk.case, told, viewer=desk.viewer, now=desk.now)
    assert refused.value.fields == {"visits": "visits_in_pause"}
    assert len(desk.case.attempts) == 1
    told = replace(told, called_off=(off.id,))
    call = record_attempt(desk.session, desk.case, told, viewer=desk.viewer, now=desk.now)
    assert (off.state, stays.state) == (VisitState.CANCELLED, VisitState.PLANNED)
    assert desk.case.state is CaseState.PLANNED
    desk.session.expire_all()
    given = take_back(
        desk.session, desk.case, call.id, reason="Erreur", viewer=desk.viewer, now=desk.now
    )
    assert (given.planned, given.lost) == ([off], [])
    assert [one.visit_id for one in desk.tasks()] == [off.id, stays.id]


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


def _pause(desk: Desk, first: date, last: date, why: str = "Hôpital") -> uuid.UUID:
    return pause(
        desk.session, desk.case, from_on=first, until_on=last, why=why, viewer=desk.viewer,
        now=desk.now,
    ).id  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "why", "fields"),
    [
        (date(2026, 3, 20), date(2026, 3, 19), "Hôpital", {"until_on": "before_start"}),
        (date(2026, 3, 1), date(2026, 3, 9), "Hôpital", {"until_on": "must_not_be_past"}),
        (date(2026, 3, 1), date(2028, 3, 9), "Hôpital", {"until_on": "too_far"}),
        (date(2026, 3, 11), date(2026, 3, 19), " ", {"why": "required"}),
        (date(2026, 3, 11), date(2026, 3, 19), "x" * 201, {"why": "too_long"}),
    ],
)
def test_a_pause_has_an_end_and_a_reason(
    desk: Desk, first: date, last: date, why: str, fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        _pause(desk, first, last, why)
    assert refused.value.fields == fields
    assert len(desk.tasks()) == 2


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
        _task(desk, " ", date(2026, 3, 9))
    assert refused.value.fields == {"what": "required", "due_on": "must_not_be_past"}
    task = _task(desk, "Appeler sa fille", date(2026, 3, 12))
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


def _task(desk: Desk, what: str, due_on: date) -> Task:
    return make_task(
        desk.session, desk.case, TaskKind.CALL, what=what, due_on=due_on, viewer=desk.viewer,
        now=desk.now,
    )  # fmt: skip


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
    _task(desk, "Appeler sa fille", date(2026, 3, 12))
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
