"""A visit's form filled in during a call: begun once, sent as any other, put down, not possible."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import make_due, make_promise, make_user, make_viewer, promised
from tests.submissions import FALLS, GAS, QUIET, fill
from tests.visits.desk import SUPPORT, Desk, note_task
from visits.agenda.by_phone import (
    answered_by_phone,
    begun_by_phone,
    filled_by_phone,
    find_by_phone,
    kind_by_phone,
    leave_for_later,
    leave_out,
    may_answer_too,
    may_be_asked,
    note_not_possible,
    open_by_phone,
    take_in,
)
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.desk import take, turn_of
from visits.cases.cases import close_case
from visits.cases.tasks import find_task, reopen_answered, reopen_task
from visits.ground.errors import Conflict, DoNotContact, Invalid, NotFound
from visits.intake.alerts import Raised, raise_alert
from visits.intake.submissions import record_submission
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.messages import Message
from visits.models.visits import Submission, SubmissionState, Visit, VisitChannel, VisitState
from visits.models.works import WorkOrder
from visits.people.protection import protect
from visits.programmes.published import programme_of
from visits.programmes.schema import ProgrammeSchema, written
from visits.programmes.shape import Programme

RINGING = """
[follow_up]
months = [1]
form = "home_visit"
[[visit_kind]]
code = "ring"
name = { fr = "Point de suivi", en = "Follow-up" }
forms = ["home_visit"]
minutes = 20
ask_first = false
by_phone = true
[[cadence]]
code = "monthly"
name = { fr = "Point du mois", en = "Follow-up of the month" }
task = "visit"
visit_kind = "ring"
every = "1m"
"""


class Ringing(Desk):
    """Support whose monthly follow-up, and what visits promise, may be asked on the phone."""

    programme = SUPPORT + RINGING

    def __init__(self, session: Session, now: datetime, folder: Path) -> None:
        super().__init__(session, now, folder)
        self.agree()
        first = self.plan(1)
        record_submission(
            session, self.store, xml=fill(FALLS), files=(), visit_id=first.id,
            viewer=make_viewer(self.visitor), now=now,
        )  # fmt: skip
        self.later(30)

    def due(self, kind: str) -> Task:
        """Give the task of a kind of visit that is due."""
        return next(one for one in self.tasks() if one.visit_kind == kind)

    @property
    def promise(self) -> Task:
        """The first call that the visit promised."""
        return self.session.scalars(promised()).first() or pytest.fail("nothing was promised")

    def promises(self, *days: int) -> list[Task]:
        """Let as many things be promised, each due so many days from now."""
        first = self.promise
        found = [first]
        found += [make_promise(self.session, first) for _ in days[1:]]
        for task, away in zip(found, days, strict=True):
            task.kind = TaskKind.CALL
            make_due(task, self.now.date() + timedelta(days=away))
        for task in self.tasks():
            if task.consequence_id is not None and task not in found:
                make_due(task, self.now.date() + timedelta(days=90))
        self.session.flush()
        return found

    def ring(self, task: Task | None = None) -> Visit:
        """Begin the form of a task on the phone."""
        task = task or self.due("ring")
        return open_by_phone(self.session, task, viewer=self.viewer, now=self.now)

    def send(self, visit: Visit, answers: dict[str, str] = QUIET) -> Submission:
        """Send the form of a call."""
        kept = record_submission(
            self.session, self.store, xml=fill(answers), files=(), visit_id=visit.id,
            viewer=self.viewer, now=self.now,
        )  # fmt: skip
        self.session.flush()
        return kept


@pytest.fixture
def desk(session: Session, now: datetime, tmp_path: Path) -> Ringing:
    return Ringing(session, now, tmp_path)


def programme(desk: Ringing) -> Programme:
    found = programme_of(desk.session, desk.case)
    assert found is not None
    return found


def test_a_kind_of_visit_says_whether_its_forms_are_for_the_phone(desk: Ringing) -> None:
    kinds = {one.code: one.by_phone for one in programme(desk).visit_kinds}
    assert kinds == {"weekly": False, "ring": True}
    said = written(ProgrammeSchema(), programme(desk))["visit_kind"]
    assert [one.get("by_phone") for one in said] == [None, True]


def test_what_a_form_on_the_phone_answers_is_data_of_the_programme(desk: Ringing) -> None:
    def asked(task: Task) -> str | None:
        kind = kind_by_phone(programme(desk), task)
        return kind.code if kind else None

    assert asked(desk.due("ring")) == "ring"
    assert asked(desk.due("weekly")) is None
    assert asked(desk.promise) == "ring"
    desk.promise.kind = TaskKind.VISIT  # somebody is to come
    assert asked(desk.promise) is None
    assert asked(note_task(desk, "Rappeler le fils", desk.now.date())) is None
    assert kind_by_phone(None, desk.due("ring")) is None


def test_a_form_is_begun_once_and_is_the_same_while_it_is_open(desk: Ringing) -> None:
    task = desk.due("ring")
    assert may_be_asked(desk.session, task, now=desk.now)
    visit = desk.ring(task)
    assert (visit.channel, visit.state, visit.kind) == (
        VisitChannel.PHONE, VisitState.UNDER_WAY, "ring",
    )  # fmt: skip
    assert visit.visitor_id == desk.user.id
    assert desk.ring(task) is visit
    assert may_be_asked(desk.session, task, now=desk.now)
    assert answered_by_phone(desk.session, visit) == [task]
    assert list(begun_by_phone(desk.session, desk.viewer)) == [visit]
    turn = turn_of(desk.session, desk.viewer, desk.case, desk.now)
    assert turn is not None and turn.caller_id == desk.user.id


def test_sent_it_is_done_as_at_home_and_the_next_one_is_due(desk: Ringing) -> None:
    task = desk.due("ring")
    due_on, visit = task.due_on, desk.ring(task)
    kept = desk.send(visit)
    assert kept.state is SubmissionState.CHECKED and kept.findings["scores"]
    assert (visit.state, visit.done_at) == (VisitState.DONE, desk.now)
    assert (task.state, task.closed_by_id) == (TaskState.DONE, desk.user.id)
    desk.later(14)
    assert desk.due("ring").due_on > due_on
    assert list(filled_by_phone(desk.session, desk.case)) == [visit]
    assert not begun_by_phone(desk.session, desk.viewer)


def test_what_was_promised_is_asked_and_answered(desk: Ringing) -> None:
    promise = desk.promise
    make_due(promise, desk.now.date())
    desk.send(desk.ring(promise))
    assert promise.state is TaskState.DONE


def test_one_form_answers_all_that_was_promised_and_is_due(desk: Ringing) -> None:
    first, second, tomorrow = desk.promises(0, -3, 1)
    visit = desk.ring(first)
    assert set(answered_by_phone(desk.session, visit)) == {first, second}
    desk.send(visit)
    assert {one.state for one in (first, second)} == {TaskState.DONE}
    assert (tomorrow.state, tomorrow.visit_id) == (TaskState.OPEN, None)
    reopen_answered(desk.session, visit)  # as when its answers are set aside
    assert {one.state for one in (first, second)} == {TaskState.OPEN}


def test_what_is_left_out_stays_due_and_is_taken_in_again(desk: Ringing) -> None:
    first, second = desk.promises(0, -3)
    visit, said = desk.ring(first), {"viewer": desk.viewer, "now": desk.now}
    leave_out(desk.session, visit, second.id, **said)
    assert answered_by_phone(desk.session, visit) == [first]
    assert may_answer_too(desk.session, visit, now=desk.now) == [second]
    with pytest.raises(Conflict, match="form_answers_nothing_else"):
        leave_out(desk.session, visit, first.id, **said)
    with pytest.raises(NotFound):
        leave_out(desk.session, visit, second.id, **said)
    take_in(desk.session, visit, second.id, **said)
    assert set(answered_by_phone(desk.session, visit)) == {first, second}
    with pytest.raises(NotFound):
        take_in(desk.session, visit, second.id, **said)
    leave_out(desk.session, visit, first.id, **said)
    desk.send(visit)
    assert (first.state, second.state) == (TaskState.OPEN, TaskState.DONE)


def test_put_down_all_that_it_answered_is_due_as_before(desk: Ringing) -> None:
    first, second = desk.promises(0, 0)
    visit = desk.ring(first)
    leave_for_later(desk.session, visit, viewer=desk.viewer, now=desk.now)
    assert {(one.state, one.visit_id) for one in (first, second)} == {(TaskState.OPEN, None)}
    with pytest.raises(Conflict, match="form_not_open"):
        take_in(desk.session, visit, second.id, viewer=desk.viewer, now=desk.now)


def test_another_caller_leaves_nothing_out(desk: Ringing) -> None:
    first, second = desk.promises(0, 0)
    visit, other = desk.ring(first), make_viewer(make_user(desk.session, name="Autre"))
    with pytest.raises(Conflict, match="asked_by_another"):
        leave_out(desk.session, visit, second.id, viewer=other, now=desk.now)


def test_what_somebody_is_to_come_for_is_not_answered_on_the_phone(desk: Ringing) -> None:
    first, visit_promised = desk.promises(0, 0)
    visit_promised.kind = TaskKind.VISIT
    assert answered_by_phone(desk.session, desk.ring(first)) == [first]


def test_a_danger_told_on_the_phone_is_one_at_once(desk: Ringing) -> None:
    visit = desk.ring()
    raised = Raised(
        id=uuid.uuid4(), instance_id=f"uuid:{uuid.uuid4()}", path="/data/gas", severity="U0",
        label={"fr": "Odeur de gaz", "en": "Smell of gas"}, raised_at=desk.now, sent_at=desk.now,
    )  # fmt: skip
    kept = raise_alert(desk.session, visit.id, raised, viewer=desk.viewer, now=desk.now)
    assert kept.visit is visit and kept.severity == "U0"
    desk.send(visit, GAS)
    orders = select(func.count()).select_from(WorkOrder)
    assert desk.session.scalar(orders)


def test_the_case_leaves_the_call_list_when_nothing_else_is_due(desk: Ringing) -> None:
    for task in desk.tasks():
        if task.visit_kind == "weekly":
            task.state = TaskState.LAPSED
    desk.case.state = CaseState.TO_CALL
    desk.send(desk.ring())
    assert desk.case.state is CaseState.VISITED


def test_whoever_is_to_be_asked_for_a_visit_stays_on_the_list(desk: Ringing) -> None:
    desk.case.state = CaseState.TO_CALL
    desk.send(desk.ring())
    assert desk.due("weekly") and desk.case.state is CaseState.TO_CALL


def test_a_call_makes_nobody_visited(desk: Ringing) -> None:
    for visit in desk.session.scalars(select(Visit)):
        visit.channel = VisitChannel.PHONE
    for task in desk.tasks():
        if task.visit_kind == "weekly":
            task.state = TaskState.LAPSED
    desk.case.state = CaseState.TO_CALL
    desk.send(desk.ring())
    assert desk.case.state is CaseState.TO_CALL


def test_nobody_is_written_to_about_a_call(desk: Ringing) -> None:
    messages = select(func.count()).select_from(Message)
    before = desk.session.scalar(messages)
    leave_for_later(desk.session, desk.ring(), viewer=desk.viewer, now=desk.now)
    assert desk.session.scalar(messages) == before


def test_a_form_put_down_leaves_its_task_due(desk: Ringing) -> None:
    task = desk.due("ring")
    state, visit = desk.case.state, desk.ring(task)
    leave_for_later(desk.session, visit, viewer=desk.viewer, now=desk.now)
    assert (task.state, task.visit_id) == (TaskState.OPEN, None)
    assert visit.state is VisitState.CANCELLED and desk.case.state is state
    with pytest.raises(Conflict, match="form_not_open"):
        leave_for_later(desk.session, visit, viewer=desk.viewer, now=desk.now)
    again = desk.ring(task)
    assert again.id != visit.id
    assert list(filled_by_phone(desk.session, desk.case)) == [again]


def test_answers_that_come_after_it_was_put_down_are_kept_to_review(desk: Ringing) -> None:
    visit = desk.ring()
    leave_for_later(desk.session, visit, viewer=desk.viewer, now=desk.now)
    assert desk.send(visit).state is SubmissionState.TO_REVIEW
    assert visit.state is VisitState.CANCELLED


def test_not_possible_says_why_and_is_taken_back(desk: Ringing) -> None:
    task = desk.due("ring")
    visit = desk.ring(task)
    with pytest.raises(Invalid):
        note_not_possible(desk.session, visit, why=" ", viewer=desk.viewer, now=desk.now)
    desk.session.refresh(task)
    again = desk.ring(task) if not visit.is_live else visit
    note_not_possible(desk.session, again, why="Sourde", viewer=desk.viewer, now=desk.now)
    assert (task.state, task.why, task.visit_id) == (TaskState.IMPOSSIBLE, "Sourde", None)
    reopen_task(desk.session, task, viewer=desk.viewer, now=desk.now)
    assert may_be_asked(desk.session, task, now=desk.now)


def test_another_caller_neither_begins_nor_takes_it(desk: Ringing) -> None:
    task = desk.due("ring")
    desk.ring(task)
    other = make_viewer(make_user(desk.session, name="Autre"))
    with pytest.raises(Conflict) as refused:
        open_by_phone(desk.session, task, viewer=other, now=desk.now)
    assert refused.value.code == "asked_by_another" and "who" in refused.value.details
    leave_for_later(desk.session, desk.ring(task), viewer=other, now=desk.now)
    later = desk.now + timedelta(minutes=11)
    assert open_by_phone(desk.session, task, viewer=other, now=later).visitor_id == other.user_id


def test_whom_another_caller_has_just_now_is_not_rung(desk: Ringing) -> None:
    other = make_viewer(make_user(desk.session, name="Autre"))
    take(desk.session, other, desk.case, now=desk.now)
    with pytest.raises(Conflict, match="with_another_caller"):
        desk.ring()


@pytest.mark.parametrize("code", ["task_closed", "not_due_yet", "not_by_phone_here", "case_closed"])
def test_what_cannot_be_asked_on_the_phone_is_refused_by_name(desk: Ringing, code: str) -> None:
    task = desk.due("ring")
    if code == "task_closed":
        task.state = TaskState.LAPSED
    elif code == "not_due_yet":
        make_due(task, desk.now.date() + timedelta(days=2))
    elif code == "not_by_phone_here":
        task = desk.due("weekly")
    else:
        close_case(desk.session, desk.case, outcome="linked", viewer=desk.viewer, now=desk.now)
        desk.session.refresh(task)
        task.state = TaskState.OPEN
    assert not may_be_asked(desk.session, task, now=desk.now)
    with pytest.raises(Conflict, match=code):
        desk.ring(task)


def test_whoever_is_not_to_be_called_is_not_asked(desk: Ringing) -> None:
    desk.person.do_not_contact = True
    with pytest.raises(DoNotContact):
        desk.ring()


def test_a_planned_visit_answers_its_task_alone(desk: Ringing) -> None:
    task = desk.due("ring")
    desk.case.state = CaseState.AGREED
    task.visit_id = desk.plan(2).id
    assert not may_be_asked(desk.session, task, now=desk.now)
    with pytest.raises(Conflict, match="task_planned"):
        desk.ring(task)


def test_a_refusal_puts_the_form_down(desk: Ringing) -> None:
    task, visit = desk.due("ring"), desk.ring()
    refusal = Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY)
    desk.case.state = CaseState.TO_CALL
    record_attempt(desk.session, desk.case, refusal, viewer=desk.viewer, now=desk.now)
    close_case(desk.session, desk.case, outcome="linked", viewer=desk.viewer, now=desk.now)
    desk.session.refresh(task)
    assert visit.state is VisitState.CANCELLED
    assert task.state is TaskState.WITHDRAWN


def test_a_protected_person_is_asked_by_whoever_is_named_alone(desk: Ringing) -> None:
    task, visit = desk.due("ring"), desk.ring()
    other = make_viewer(make_user(desk.session, name="Autre"))
    assert find_by_phone(desk.session, other, visit.id) is visit
    protect(desk.session, desk.person, by=desk.user.id, now=desk.now)
    desk.session.flush()
    assert find_by_phone(desk.session, desk.viewer, visit.id) is visit
    assert list(begun_by_phone(desk.session, desk.viewer)) == [visit]
    with pytest.raises(NotFound):
        find_by_phone(desk.session, other, visit.id)
    with pytest.raises(NotFound):
        find_task(desk.session, other, task.id)


def test_whoever_is_protected_from_her_caller_meanwhile_is_in_no_list_of_hers(
    desk: Ringing,
) -> None:
    visit = desk.ring()
    other = make_user(desk.session, name="Autre")
    protect(desk.session, desk.person, by=other.id, now=desk.now)
    desk.session.flush()
    assert not begun_by_phone(desk.session, desk.viewer)
    with pytest.raises(NotFound):
        find_by_phone(desk.session, desk.viewer, visit.id)


def test_a_visit_at_home_is_no_form_on_the_phone(desk: Ringing) -> None:
    first = desk.session.scalars(select(Visit).order_by(Visit.id)).first()
    assert first is not None
    with pytest.raises(NotFound):
        find_by_phone(desk.session, desk.viewer, first.id)


def test_only_its_caller_sends_it(desk: Ringing) -> None:
    visit = desk.ring()
    other = make_viewer(make_user(desk.session, name="Autre"))
    with pytest.raises(NotFound):
        record_submission(
            desk.session, desk.store, xml=fill(QUIET), files=(), visit_id=visit.id, viewer=other,
            now=desk.now,
        )  # fmt: skip
    assert desk.session.get_one(Case, desk.case.id).is_open
