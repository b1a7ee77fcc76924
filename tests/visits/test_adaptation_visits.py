"""Somebody goes to look before an adaptation, and it is asked after once it is in use."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_person, make_user, make_viewer
from tests.visits.adapting import BY_HERSELF, NO_VISIT, agreed, due_day, follow_up, fund
from tests.visits.desk import SUPPORT, Desk
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.file_list import LATE, AdaptationFilter, count_adaptations
from visits.adaptations.files import Request, ask_in_case, hand_to, may_be_asked, open_by_hand
from visits.adaptations.following_up import (
    FollowUpSaid,
    follow_ups_of,
    note_follow_up,
    too_early_until,
)
from visits.adaptations.missing import missing_in
from visits.adaptations.moving import move_file, take_move_back
from visits.adaptations.on_site import on_site
from visits.adaptations.to_do import ELSEWHERE, NOTED
from visits.adaptations.works import orders_of
from visits.agenda.by_phone import may_be_asked as may_be_filled_in
from visits.agenda.planning import cancel_visit, plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.cases.cases import close_case, reopen_case
from visits.cases.holding import held_among
from visits.cases.task_list import DUE, TO_PLAN, TaskFilter, count_tasks, list_tasks
from visits.cases.task_list import LATE as TASKS_LATE
from visits.cases.tasks import close_task, reopen_task
from visits.following.adaptation_works import order_works
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.life.deaths import record_death
from visits.life.endings import Told
from visits.models.accounts import Role
from visits.models.adaptations import AdaptationFile, AdaptationTask, Step
from visits.models.calls import Disposition
from visits.models.cases import Task, TaskKind, TaskState
from visits.models.life import HowTold
from visits.models.visits import Visit
from visits.models.works import WorkOrderState
from visits.people.ahead import what_is_ahead
from visits.sight.listing import Wanted
from visits.works.by_hand import OrderSaid
from visits.works.moves import MoveSaid, move_work_order

ASKED = '[[adaptation_step]]\nstep = "visit"\nvisit_kind = "look"\ndelay = "20d"\n'
LOOK = """
[[visit_kind]]
code = "look"
name = { fr = "Visite technique", en = "Technical visit" }
forms = ["home_visit"]
minutes = 60
by_phone = true
"""
USED = FollowUpSaid("yes", "yes", said="S’en sert chaque jour.")


class Adapting(Desk):
    """A desk with a file that is brought along its path."""

    programme = SUPPORT + LOOK + ASKED

    def __init__(self, session: Session, now: datetime, folder: Path) -> None:
        super().__init__(session, now, folder)
        self.agree()
        said = Request("shower", "phone", today_in_paris(now))
        home = self.case.dwelling
        assert home is not None
        self.file = open_by_hand(session, self.person, home, said, viewer=self.viewer, now=now)
        session.flush()

    def go(self, *steps: Step, said: str = "") -> None:
        for step in steps:
            move_file(
                self.session, self.file, step, turn=self.file.turn, said=said,
                agreed=agreed(self.now), priority="next", viewer=self.viewer, now=self.now,
            )  # fmt: skip

    def back(self) -> None:
        take_move_back(
            self.session, self.file, turn=self.file.turn, viewer=self.viewer, now=self.now
        )

    def receive(self) -> None:
        """Bring a file to where its works are received."""
        self.go(Step.ELIGIBILITY, Step.FUNDING, said=NO_VISIT)
        fund(self.session, self.file, viewer=self.viewer, now=self.now)
        self.go(Step.DECISION)
        granted = Decided("granted")
        decide(
            self.session, self.file, granted, turn=self.file.turn, viewer=self.viewer, now=self.now
        )
        self.go(Step.WORKS, Step.RECEPTION, Step.FIRST_FOLLOW_UP, said=BY_HERSELF)

    def note(self, said: FollowUpSaid) -> None:
        self.now = due_day(self.file, self.now)
        self.note_today(said)

    def note_today(self, said: FollowUpSaid) -> None:
        note_follow_up(
            self.session, self.file, said, turn=self.file.turn, viewer=self.viewer, now=self.now
        )

    def asked(self) -> dict[Step, Task]:
        """Give by step what the adaptation has to do, of each the latest."""
        self.session.flush()
        made = select(AdaptationTask).join(AdaptationTask.task).order_by(Task.made_at, Task.id)
        return {one.step: one.task for one in self.session.scalars(made)}

    def plan_look(self) -> Visit:
        """Plan a visit of the kind that the step asks for."""
        start = (self.now + timedelta(days=3)).replace(hour=10, minute=0)
        return plan_visit(
            self.session, self.case, visitor_id=self.visitor.id, start_at=start, minutes=60,
            kind="look", viewer=self.viewer, now=self.now,
        )  # fmt: skip

    def order(self) -> None:
        """Let a technician go and look."""
        look = OrderSaid("plumbing", "P", "bathroom", "Relever les cotes.", "staff")
        order = order_works(self.session, self.file, look, viewer=self.viewer, now=self.now)
        by = make_viewer(make_user(self.session, role=Role.TECHNICIAN))
        for state in (WorkOrderState.ACKNOWLEDGED, WorkOrderState.STARTED, WorkOrderState.DONE):
            move_work_order(
                self.session,
                order,
                state,
                MoveSaid(note="Cotes relevées."),
                viewer=by,
                now=self.now,
            )


@pytest.fixture
def desk(session: Session, now: datetime, tmp_path: Path) -> Adapting:
    return Adapting(session, now, tmp_path)


def test_the_step_asks_for_a_visit_of_the_case_of_the_kind_its_programme_names(
    desk: Adapting,
) -> None:
    desk.go(Step.ELIGIBILITY, Step.VISIT)
    task = desk.asked()[Step.VISIT]
    assert (task.kind, task.visit_kind, task.due_on) == (TaskKind.VISIT, "look", desk.file.due_on)
    assert (task.not_before, task.owner_role) == (date(2026, 3, 10), "social_worker")
    only = TaskFilter(state=TO_PLAN, owner="social_worker")
    today = today_in_paris(desk.now)
    assert count_tasks(desk.session, desk.viewer, only=only, today=today) == 1
    ahead = what_is_ahead(desk.session, [desk.case])[desk.case.id]
    assert task in ahead.tasks
    assert not may_be_filled_in(desk.session, task, now=desk.now)  # somebody has to be there


def test_a_visit_that_was_made_lets_the_file_go_on_without_a_word(desk: Adapting) -> None:
    session, file = desk.session, desk.file
    desk.go(Step.ELIGIBILITY, Step.VISIT)
    assert missing_in(session, file) == {"visit": "visit_not_done"}
    with pytest.raises(Invalid) as refused:
        desk.go(Step.FUNDING)
    assert refused.value.fields == {"visit": "visit_not_done"}
    visit = desk.plan_look()
    assert visit.kind == "look"
    assert (on_site(session, file).planned, on_site(session, file).is_done) == (visit, False)
    with pytest.raises(Invalid) as refused:
        desk.go(Step.FUNDING, said="Plus besoin.")
    assert refused.value.fields == {"visit": "visit_still_planned"}
    desk.visit(visit)
    assert desk.asked()[Step.VISIT].state is TaskState.DONE
    assert on_site(session, file).seen_by == visit
    assert missing_in(session, file) == {}
    desk.go(Step.FUNDING)
    assert desk.asked()[Step.VISIT].state is TaskState.DONE


def test_a_visit_that_does_not_take_place_is_to_plan_again_and_says_why(desk: Adapting) -> None:
    session, file = desk.session, desk.file
    desk.go(Step.ELIGIBILITY, Step.VISIT)
    visit = desk.plan_look()
    assert desk.asked()[Step.VISIT].visit_id == visit.id
    cancel_visit(session, visit, reason="Absente", viewer=desk.viewer, now=desk.now)
    seen = on_site(session, file)
    assert (seen.planned, seen.is_awaited) == (None, False)
    assert [one.closed_reason for one in seen.visits] == ["Absente"]
    assert desk.asked()[Step.VISIT].is_open


def test_why_nobody_goes_is_said_and_what_was_to_plan_is_taken_back(desk: Adapting) -> None:
    desk.go(Step.ELIGIBILITY)
    with pytest.raises(Invalid) as refused:
        desk.go(Step.FUNDING)
    assert refused.value.fields == {"said": "say_why_no_visit"}
    desk.go(Step.VISIT)
    desk.go(Step.FUNDING, said=NO_VISIT)
    task = desk.asked()[Step.VISIT]
    assert (task.state, task.why) == (TaskState.WITHDRAWN, ELSEWHERE)
    desk.back()
    assert desk.asked() == {Step.VISIT: task}
    assert (task.state, task.why, task.due_on) == (TaskState.OPEN, None, desk.file.due_on)
    desk.back()
    assert task.state is TaskState.WITHDRAWN
    desk.go(Step.VISIT)
    assert task.is_open


def test_a_technician_who_goes_to_look_has_an_order_that_is_none_of_the_works(
    desk: Adapting,
) -> None:
    session, file = desk.session, desk.file
    desk.go(Step.ELIGIBILITY, Step.VISIT)
    desk.order()
    (order,) = on_site(session, file).orders
    assert today_in_paris(order.due_at - timedelta(minutes=1)) == file.due_on
    assert on_site(session, file).is_done
    desk.go(Step.FUNDING)
    assert orders_of(session, file) == []
    assert desk.asked()[Step.VISIT].state is TaskState.WITHDRAWN


def test_a_technician_still_sent_holds_the_step(desk: Adapting) -> None:
    desk.go(Step.ELIGIBILITY, Step.VISIT)
    look = OrderSaid("plumbing", "P", "bathroom", "Relever les cotes.", "staff")
    order_works(desk.session, desk.file, look, viewer=desk.viewer, now=desk.now)
    assert missing_in(desk.session, desk.file) == {"visit": "visit_still_planned"}


def test_both_follow_ups_are_due_from_the_reception_on_a_month_and_six_after_it(
    desk: Adapting,
) -> None:
    desk.receive()
    first, last = desk.asked()[Step.FIRST_FOLLOW_UP], desk.asked()[Step.LAST_FOLLOW_UP]
    assert (first.kind, first.not_before, first.due_on) == (
        TaskKind.CALL, date(2026, 4, 3), date(2026, 4, 10),
    )  # fmt: skip
    assert (last.not_before, last.due_on) == (date(2026, 9, 3), date(2026, 9, 10))
    assert first.due_on == desk.file.due_on
    desk.now += timedelta(days=50)  # late, which puts nothing off
    desk.note(USED)
    assert (first.state, first.why, last.is_open) == (TaskState.DONE, NOTED, True)
    assert desk.file.due_on == last.due_on
    desk.note(USED)
    assert (desk.file.step, last.state) == (Step.ACCOUNTS, TaskState.DONE)


def test_what_is_late_in_the_case_is_late_in_the_list_of_adaptations(desk: Adapting) -> None:
    session, viewer = desk.session, desk.viewer

    def late(today: date) -> tuple[int, int]:
        tasks = TaskFilter(state=TASKS_LATE, kind="call")
        files = AdaptationFilter(step=LATE)
        return (
            count_tasks(session, viewer, only=tasks, today=today),
            count_adaptations(session, viewer, only=files, today=today),
        )

    desk.receive()
    assert late(date(2026, 4, 10)) == (0, 0)
    assert late(date(2026, 4, 11)) == (1, 1)
    desk.note(USED)
    assert late(date(2026, 9, 10)) == (0, 0)
    assert late(date(2026, 9, 11)) == (1, 1)


def test_a_follow_up_and_a_reception_are_taken_back_with_what_they_made(desk: Adapting) -> None:
    desk.receive()
    desk.note(FollowUpSaid("partly", "no", "Une barre à gauche", "Le siège bouge."))
    first, last = desk.asked()[Step.FIRST_FOLLOW_UP], desk.asked()[Step.LAST_FOLLOW_UP]
    (noted,) = follow_ups_of(desk.session, desk.file)
    assert (noted.asks_for_more, noted.move.stands) == (True, True)
    desk.back()
    assert (first.is_open, first.why, last.is_open) == (True, None, True)
    assert not noted.move.stands
    desk.back()
    assert desk.file.step is Step.RECEPTION
    assert {first.state, last.state} == {TaskState.WITHDRAWN}
    desk.now += timedelta(days=2)
    desk.go(Step.FIRST_FOLLOW_UP)
    assert first.is_open
    assert first.due_on == desk.file.due_on == date(2026, 5, 12)
    assert last.due_on == date(2026, 10, 12)


def test_a_follow_up_is_noted_from_a_week_before_its_day_unless_nobody_can_be_asked(
    desk: Adapting,
) -> None:
    def early() -> date | None:
        return too_early_until(desk.session, desk.file, today=today_in_paris(desk.now))

    desk.receive()
    assert early() == date(2026, 4, 3)
    with pytest.raises(Conflict, match="follow_up_too_early"):
        desk.note_today(USED)
    desk.now += timedelta(days=24)
    assert (today_in_paris(desk.now), early()) == (date(2026, 4, 3), None)
    desk.note_today(USED)
    assert early() == date(2026, 9, 3)
    with pytest.raises(Conflict, match="follow_up_too_early"):
        desk.note_today(USED)
    told = Told(HowTold.PAGE, desk.user.id, desk.now)
    record_death(desk.session, desk.person, on=desk.now.date(), told=told)
    assert early() is None
    desk.note_today(FollowUpSaid("not_known", "not_known", said="Décédée depuis."))


def test_a_follow_up_says_both_things_and_why_where_nobody_could_tell(desk: Adapting) -> None:
    desk.go(Step.ELIGIBILITY)
    with pytest.raises(Conflict, match="not_to_follow_up"):
        desk.note_today(USED)
    desk.back()
    desk.receive()
    for said, fields in (
        (FollowUpSaid("", ""), {"used": "required", "holds": "required"}),
        (FollowUpSaid("yes", "perhaps"), {"holds": "bad_choice"}),
        (FollowUpSaid("yes", "yes", "a" * 501), {"needed": "too_long"}),
        (FollowUpSaid("not_known", "not_known"), {"said": "required"}),
    ):
        with pytest.raises(Invalid) as refused:
            desk.note(said)
        assert refused.value.fields == fields
    desk.note(FollowUpSaid("not_known", "not_known", said="Partie en maison de repos."))


def test_what_an_adaptation_has_to_do_is_closed_in_its_file_alone(desk: Adapting) -> None:
    desk.receive()
    task = desk.asked()[Step.FIRST_FOLLOW_UP]
    for to in (TaskState.DONE, TaskState.WITHDRAWN, TaskState.IMPOSSIBLE):
        with pytest.raises(Conflict, match="note_in_adaptation"):
            close_task(desk.session, task, to, why="Fait", viewer=desk.viewer, now=desk.now)
    helper = make_viewer(make_user(desk.session, role=Role.SOCIAL_WORKER))
    assert held_among(desk.session, helper, [task]) == set()
    desk.note(USED)
    with pytest.raises(Conflict, match="note_in_adaptation"):
        reopen_task(desk.session, task, viewer=desk.viewer, now=desk.now)


def test_a_call_that_reached_her_answers_the_call_and_the_file_waits_for_what_came(
    desk: Adapting,
) -> None:
    desk.receive()
    desk.now += timedelta(days=30)
    task = desk.asked()[Step.FIRST_FOLLOW_UP]
    called = Attempt(Disposition.WELL, answers=(task.id,))
    record_attempt(desk.session, desk.case, called, viewer=desk.viewer, now=desk.now)
    assert task.state is TaskState.DONE
    assert desk.file.step is Step.FIRST_FOLLOW_UP
    follow_up(desk.session, desk.file, times=1, viewer=desk.viewer, now=desk.now)
    desk.back()
    assert task.state is TaskState.DONE  # she was called, whatever becomes of the note


def test_a_follow_up_with_a_kind_of_visit_is_one(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    class Visiting(Adapting):
        programme = Adapting.programme + (
            '[[adaptation_step]]\nstep = "first_follow_up"\nvisit_kind = "look"\n'
        )

    desk = Visiting(session, now, tmp_path)
    desk.receive()
    task = desk.asked()[Step.FIRST_FOLLOW_UP]
    assert (task.kind, task.visit_kind) == (TaskKind.VISIT, "look")
    desk.now += timedelta(days=30)
    assert may_be_filled_in(session, task, now=desk.now)


def test_the_case_that_is_closed_takes_them_along_and_brings_back_what_still_counts(
    desk: Adapting,
) -> None:
    session = desk.session
    desk.receive()
    first, last = desk.asked()[Step.FIRST_FOLLOW_UP], desk.asked()[Step.LAST_FOLLOW_UP]
    close_case(session, desk.case, outcome="linked", viewer=desk.viewer, now=desk.now)
    session.expire_all()
    assert {first.state, last.state} == {TaskState.WITHDRAWN}
    assert not may_be_asked(session, desk.viewer, desk.file)
    desk.note(USED)
    assert desk.file.step is Step.LAST_FOLLOW_UP
    reopen_case(session, desk.case, viewer=desk.viewer, now=desk.now)
    session.expire_all()
    assert (first.state, last.state) == (TaskState.WITHDRAWN, TaskState.OPEN)


def test_a_death_leaves_nothing_to_do_in_the_case(desk: Adapting) -> None:
    desk.receive()
    told = Told(HowTold.PAGE, desk.user.id, desk.now)
    record_death(desk.session, desk.person, on=today_in_paris(desk.now), told=told)
    desk.session.expire_all()
    assert not any(task.is_open for task in desk.asked().values())


def test_whose_they_are_goes_with_whoever_has_the_file_in_hand(desk: Adapting) -> None:
    session = desk.session
    desk.receive()
    social = make_user(session, role=Role.SOCIAL_WORKER)
    social.organisation_id = desk.user.organisation_id
    hand_to(session, desk.file, social.id, viewer=desk.viewer, now=desk.now)
    assert {one.owner_id for one in desk.asked().values()} == {social.id}
    hand_to(session, desk.file, None, viewer=desk.viewer, now=desk.now)
    task = desk.asked()[Step.FIRST_FOLLOW_UP]
    assert (task.owner_id, task.owner_role) == (None, "social_worker")


def test_who_has_no_case_is_asked_for_in_the_one_she_has_later(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    desk = Adapting(session, now, tmp_path)
    other = make_person(session)
    home = other.occupancies[0].tenancy.dwelling
    said = Request("shower", "phone", today_in_paris(now))
    desk.file = open_by_hand(session, other, home, said, viewer=desk.viewer, now=now)
    desk.go(Step.ELIGIBILITY, Step.VISIT)
    assert desk.asked() == {}
    assert not may_be_asked(session, desk.viewer, desk.file)
    with pytest.raises(Conflict, match="not_to_ask"):
        ask_in_case(session, desk.file, viewer=desk.viewer, now=now)
    desk.person = other
    desk.case = desk.open()
    ask_in_case(session, desk.file, viewer=desk.viewer, now=now)
    assert desk.asked()[Step.VISIT].case_id == desk.case.id
    assert not may_be_asked(session, desk.viewer, desk.file)


def test_the_list_of_what_is_to_do_shows_them_from_a_week_before(desk: Adapting) -> None:
    desk.receive()
    task = desk.asked()[Step.FIRST_FOLLOW_UP]

    def listed(today: date) -> bool:
        only = TaskFilter(state=DUE, kind="call")
        rows = list_tasks(desk.session, desk.viewer, only=only, wanted=Wanted(), today=today).rows
        return task in rows

    assert not listed(date(2026, 4, 2))
    assert listed(date(2026, 4, 3))


def test_a_file_of_a_file_is_one(desk: Adapting) -> None:
    """What is made twice would be asked twice."""
    desk.go(Step.ELIGIBILITY, Step.VISIT)
    desk.back()
    desk.go(Step.VISIT)
    made = desk.session.scalars(select(AdaptationTask)).all()
    assert len(made) == 1
    assert desk.session.get_one(AdaptationFile, made[0].file_id) is desk.file
