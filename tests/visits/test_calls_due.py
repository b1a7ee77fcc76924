"""Calls that a programme asks for: when they are due, what answers them, and taking that back."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_user, make_viewer
from tests.submissions import home_visit
from visits.agenda.planning import plan_visit
from visits.calls.call_list import CaseFilter, list_cases
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.taking_back import may_be_taken_back, take_back
from visits.cases.cases import close_case, reopen_case
from visits.cases.coming import make_what_is_due
from visits.cases.pauses import pause
from visits.cases.tasks import close_task, make_task, tasks_of
from visits.choosing.targeting import enrol
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import Role
from visits.models.calls import ContactAttempt, Disposition, RefusalReason
from visits.models.cases import Case, CasePause, CaseState, Task, TaskKind, TaskState
from visits.models.visits import Visit, VisitState
from visits.programmes.published import find_programme, publish_programme
from visits.sight.listing import Wanted

CALLS = """
code = "heat"
horizon_days = 14
[name]
fr = "Appels"
en = "Calls"
[audience]
age_min = 60
[target]
number = 50
[[visit_kind]]
code = "visit"
name = { fr = "Visite", en = "Visit" }
forms = ["home_visit"]
minutes = 45
[[cadence]]
code = "weekly"
name = { fr = "Appel de la semaine", en = "Call of the week" }
task = "call"
every = "7d"
[[criterion]]
code = "old"
points = 40
when = [{ fact = "age", at_least = 75 }]
label = { fr = "75 ans et plus", en = "75 and over" }
"""
SUMMER = CALLS.replace('every = "7d"', 'every = "7d"\nmonths = [7, 8]')


class Desk:
    """Somebody who calls one person each week."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        publish_form(session, home_visit(), by=None, now=now)

    def open(self, programme: str = CALLS) -> Case:
        """Publish a programme and open a case in it."""
        publish_programme(self.session, programme, source="heat", by=None, now=self.now)
        person = make_person(self.session, dwelling=make_dwelling(self.session))
        found = find_programme(self.session, "heat")
        (self.case,) = enrol(self.session, found, [person.id], viewer=self.viewer, now=self.now)
        self.session.flush()
        return self.case

    def note(self, attempt: Attempt) -> ContactAttempt:
        """Record a call."""
        kept = record_attempt(self.session, self.case, attempt, viewer=self.viewer, now=self.now)
        self.session.flush()
        self.session.expire_all()
        return kept

    def undo(self, attempt: ContactAttempt) -> None:
        """Take a call back."""
        take_back(
            self.session, self.case, attempt.id, reason="Erreur", viewer=self.viewer, now=self.now
        )
        self.session.flush()
        self.session.expire_all()

    def tasks(self, state: TaskState = TaskState.OPEN) -> list[Task]:
        """List the tasks in a state, by their day."""
        self.session.flush()
        found = [one for one in tasks_of(self.session, self.case.id) if one.state is state]
        return sorted(found, key=lambda one: one.due_on)

    def to_call(self) -> bool:
        """Tell whether she is to be called now."""
        only, wanted = CaseFilter("heat"), Wanted()
        return bool(
            list_cases(self.session, self.viewer, only=only, wanted=wanted, now=self.now).rows
        )


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def test_a_call_that_reached_her_answers_what_is_due_and_is_undone_with_it(desk: Desk) -> None:
    desk.open()
    assert [one.due_on for one in desk.tasks()] == [date(2026, 3, 17), date(2026, 3, 24)]
    assert not desk.to_call()  # the first week of calls begins on the next day
    desk.now += timedelta(days=1)
    assert desk.to_call()
    desk.note(Attempt(Disposition.NO_ANSWER))
    assert desk.tasks(TaskState.DONE) == []
    desk.now += timedelta(hours=6)
    call = desk.note(Attempt(Disposition.WELL))
    (done,) = desk.tasks(TaskState.DONE)
    assert (done.due_on, done.closed_by_id) == (date(2026, 3, 17), desk.user.id)
    assert not desk.to_call()
    desk.undo(call)
    assert [one.due_on for one in desk.tasks()][:2] == [date(2026, 3, 17), date(2026, 3, 24)]
    assert desk.tasks(TaskState.DONE) == []
    assert desk.to_call()
    desk.now += timedelta(hours=6)
    desk.note(Attempt(Disposition.AGREED))
    assert len(desk.tasks(TaskState.DONE)) == 1


def test_a_call_is_not_taken_back_in_a_closed_case_where_nothing_is_to_do(desk: Desk) -> None:
    case = desk.open()
    desk.now += timedelta(days=1)
    call = desk.note(Attempt(Disposition.WELL))
    close_case(desk.session, case, outcome="completed", viewer=desk.viewer, now=desk.now)
    assert may_be_taken_back(case.attempts) is None
    with pytest.raises(Conflict, match="not_to_take_back"):
        desk.undo(call)
    assert desk.tasks() == []
    reopen_case(desk.session, case, viewer=desk.viewer, now=desk.now)
    desk.undo(call)
    assert [one.due_on for one in desk.tasks()][:1] == [date(2026, 3, 17)]


def test_a_call_noted_by_hand_is_answered_when_it_was_ticked(desk: Desk) -> None:
    case = desk.open()
    one, other = (
        make_task(
            desk.session, case, TaskKind.CALL, what=what, due_on=date(2026, 3, 12),
            viewer=desk.viewer, now=desk.now,
        )
        for what in ("Demander si le chauffage marche", "Appeler sa fille")
    )  # fmt: skip
    desk.note(Attempt(Disposition.WELL, answers=(one.id,)))
    assert (one.state, other.state) == (TaskState.DONE, TaskState.OPEN)
    assert len(desk.tasks()) == 3


def test_what_a_call_found_is_to_be_followed_and_goes_when_the_call_is_taken_back(
    desk: Desk,
) -> None:
    desk.open()
    with pytest.raises(Invalid) as refused:
        desk.note(Attempt(Disposition.TO_FOLLOW))
    assert refused.value.fields == {"note": "what_required"}
    call = desk.note(Attempt(Disposition.TO_FOLLOW, note="Le ventilateur est en panne"))
    (review,) = [one for one in desk.tasks() if one.kind is TaskKind.REVIEW]
    assert (review.what, review.due_on) == ("Le ventilateur est en panne", date(2026, 3, 17))
    desk.undo(call)
    assert [one.kind for one in desk.tasks(TaskState.WITHDRAWN)] == [TaskKind.REVIEW]


def test_how_she_is_is_asked_where_calls_are_due_and_nowhere_else(desk: Desk) -> None:
    visits = CALLS.replace('task = "call"', 'task = "visit"\nvisit_kind = "visit"')
    desk.open(visits)
    with pytest.raises(Invalid) as refused:
        desk.note(Attempt(Disposition.WELL))
    assert refused.value.fields == {"disposition": "disposition_required"}


def test_the_call_a_rule_asks_for_is_noted_and_not_ticked_off(desk: Desk) -> None:
    case = desk.open()
    ruled = desk.tasks()[0]
    with pytest.raises(Conflict, match="note_the_call"):
        close_task(desk.session, ruled, TaskState.DONE, why="Oui", viewer=desk.viewer, now=desk.now)
    by_hand = make_task(
        desk.session, case, TaskKind.CALL, what="Appeler sa fille", due_on=date(2026, 3, 12),
        viewer=desk.viewer, now=desk.now,
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        close_task(desk.session, by_hand, TaskState.DONE, why="", viewer=desk.viewer, now=desk.now)
    assert refused.value.fields == {"why": "required"}


def test_nobody_is_to_be_called_out_of_the_months_in_which_calls_are_made(desk: Desk) -> None:
    desk.open(SUMMER)
    assert (desk.tasks(), desk.to_call()) == ([], False)
    desk.now = datetime.fromisoformat("2026-07-03T09:00:00+00:00")
    make_what_is_due(desk.session, now=desk.now)
    desk.session.expire_all()
    assert desk.to_call()
    desk.case.state = CaseState.UNREACHABLE
    desk.session.flush()
    assert desk.to_call()
    desk.case.state = CaseState.REFUSED
    desk.session.flush()
    assert not desk.to_call()


def test_in_hospital_until_a_day_is_a_pause_that_goes_with_the_call(desk: Desk) -> None:
    desk.open()
    back = desk.now + timedelta(days=12)  # 22 March
    call = desk.note(Attempt(Disposition.IN_HOSPITAL, call_back_at=back, pauses=True))
    rest = desk.session.scalars(select(CasePause).order_by(CasePause.id)).one()
    assert (rest.from_on, rest.until_on) == (date(2026, 3, 10), date(2026, 3, 21))
    assert [one.due_on for one in desk.tasks()] == [date(2026, 3, 24)]
    assert may_be_taken_back(desk.case.attempts) is not None
    desk.undo(call)
    assert rest.withdrawn_at is not None
    assert [one.due_on for one in desk.tasks()] == [date(2026, 3, 17), date(2026, 3, 24)]
    assert desk.case.state is CaseState.TO_CALL
    assert desk.case.call_back_at is None


def test_in_hospital_with_every_visit_called_off_is_to_call_back_and_says_what_is_lost(
    desk: Desk,
) -> None:
    case = desk.open()
    desk.note(Attempt(Disposition.AGREED))
    visit = _plan(desk, 3)
    desk.now += timedelta(hours=1)
    back = desk.now + timedelta(days=12)
    call = desk.note(
        Attempt(Disposition.IN_HOSPITAL, call_back_at=back, pauses=True, called_off=(visit.id,))
    )
    assert (case.state, case.call_back_at) == (CaseState.CALL_BACK, back)
    desk.now += timedelta(days=4)  # the visit's day is over
    given = take_back(
        desk.session, case, call.id, reason="Erreur", viewer=desk.viewer, now=desk.now
    )
    assert (given.planned, given.lost) == ([], [visit])
    assert case.state is CaseState.AGREED


def test_a_refusal_taken_back_plans_nothing_again_inside_a_pause_noted_meanwhile(
    desk: Desk,
) -> None:
    case = desk.open()
    desk.note(Attempt(Disposition.AGREED))
    visit = _plan(desk, 3)
    desk.now += timedelta(hours=1)
    no = desk.note(Attempt(Disposition.REFUSED, reason=RefusalReason.TIMING))
    day = desk.now.date()
    pause(
        desk.session, case, from_on=day, until_on=day + timedelta(days=5), why="Hôpital",
        viewer=desk.viewer, now=desk.now,
    )  # fmt: skip
    given = take_back(desk.session, case, no.id, reason="Erreur", viewer=desk.viewer, now=desk.now)
    assert (given.planned, given.lost) == ([], [visit])
    assert (visit.state, case.state) == (VisitState.CANCELLED, CaseState.AGREED)


def _plan(desk: Desk, days: int) -> Visit:
    visitor = make_user(desk.session, role=Role.VISITOR)
    start = (desk.now + timedelta(days=days)).replace(hour=10, minute=0)
    return plan_visit(
        desk.session, desk.case, visitor_id=visitor.id, start_at=start, minutes=45,
        viewer=desk.viewer, now=desk.now,
    )  # fmt: skip


def test_a_stay_in_hospital_without_a_day_or_without_the_tick_is_no_pause(desk: Desk) -> None:
    desk.open()
    desk.note(Attempt(Disposition.IN_HOSPITAL, pauses=True))
    back = desk.now + timedelta(days=12)
    desk.now += timedelta(hours=1)
    desk.note(Attempt(Disposition.IN_HOSPITAL, call_back_at=back))
    assert len(desk.tasks()) == 2
