"""Visits of the programmes beside the seniors': planned by whoever works there, held, missed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from diagnostics.form import Form, parse_form
from visits.agenda.doors import Knock, report_shut_door
from visits.agenda.planning import cancel_visit, plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.cases.tasks import visits_due
from visits.forms.published import current_form
from visits.ground.errors import Refused
from visits.intake.submissions import record_submission
from visits.models.accounts import User
from visits.models.calls import Disposition
from visits.models.cases import Case, Task
from visits.models.visits import Visit, VisitState
from visits.programmes import VisitKind
from visits.programmes.published import find_programme
from visits.sight import Viewer
from webapp.access.auth import Action
from webapp.demo.answers import Answers
from webapp.demo.calendar import day_of, moment, working_days_after
from webapp.demo.cast import acting
from webapp.demo.programme_answers import fill_programme
from webapp.demo.story import Story
from webapp.demo.works import Works

Look = Callable[[Action, datetime], Viewer]


@dataclass
class Round:
    """The visits of one programme: who plans them, on which form, with what known of a case."""

    story: Story
    works: Works
    programme: str
    look: Look
    visit_kind: VisitKind
    form: Form

    def call(self, case: Case, attempt: Attempt, now: datetime) -> bool:
        """Record a call; tells whether there was anything to record it for."""
        person = case.person
        if not case.is_open or person.protected or person.do_not_contact:
            return False
        viewer = self.look(Action.CALL, now)
        record_attempt(self.story.session, case, attempt, viewer=viewer, now=now)
        return True

    def agree(self, case: Case, now: datetime) -> bool:
        """Record a plain yes."""
        return self.call(case, Attempt(Disposition.AGREED), now)

    def due(self, case: Case, by: date) -> list[Task]:
        """List the visits of a case that are due by a day and not planned."""
        found = visits_due(self.story.session, case)
        return [task for task in found if task.due_on <= by and task.cadence]

    def plan(
        self, case: Case, visitor: User, start_at: datetime, now: datetime, tasks: Collection[Task]
    ) -> Visit | None:
        """Plan a visit for what is due; None when somebody else is there, or agreed to none."""
        try:
            return plan_visit(
                self.story.session, case, visitor_id=visitor.id, start_at=start_at,
                minutes=self.visit_kind.minutes, kind=self.visit_kind.code,
                tasks=[task.id for task in tasks], viewer=self.look(Action.PLAN, now), now=now,
            )  # fmt: skip
        except Refused:
            return None

    def hold(self, visit: Visit, known: Answers) -> None:
        """Let a planned visit take place, and its form be sent when it ends."""
        rng = self.story.rng
        length = timedelta(minutes=self.visit_kind.minutes * rng.uniform(0.7, 1.1))
        end_at = visit.planned_start_at + length

        def sent(now: datetime) -> None:
            if visit.state is not VisitState.PLANNED:
                return
            span = {"start_at": visit.planned_start_at, "end_at": end_at}
            xml = fill_programme(rng, self.form, known, **span)
            submission = record_submission(
                self.story.session, self.story.store, xml=xml, files=(),
                viewer=self._visiting(visit), now=now, visit_id=visit.id,
            )  # fmt: skip
            self.works.follow(submission, now)

        self.story.timeline.at(end_at + timedelta(minutes=rng.randint(1, 50)), sent)

    def shut(self, visit: Visit, after: Callable[[datetime], None]) -> None:
        """Let a visitor find the door shut, and what comes of it."""

        def knocked(now: datetime) -> None:
            if visit.state is not VisitState.PLANNED:
                return
            report_id = UUID(int=self.story.rng.getrandbits(128), version=4)
            at = now - timedelta(minutes=6)
            knock = Knock(Disposition.NO_ANSWER, at=at, left_behind=("card",), report_id=report_id)
            viewer = self._visiting(visit)
            report_shut_door(self.story.session, visit, knock, viewer=viewer, now=now)
            after(now)

        self.story.timeline.at(visit.planned_start_at + timedelta(minutes=17), knocked)

    def call_off(self, visit: Visit, reason: str, now: datetime) -> None:
        """Take a visit out of the diary."""
        if visit.state is VisitState.PLANNED:
            viewer = self.look(Action.PLAN, now)
            cancel_visit(self.story.session, visit, reason=reason, viewer=viewer, now=now)

    def visit(self, task: Task) -> Visit:
        """Give the visit that is planned for a task."""
        return self.story.session.get_one(Visit, task.visit_id)

    def _visiting(self, visit: Visit) -> Viewer:
        visitor = self.story.session.get_one(User, visit.visitor_id)
        return acting(visitor, Action.VISIT)


def make_round(
    story: Story, works: Works, programme: str, look: Look, code: str | None = None
) -> Round:
    """Take up a kind of visit of a programme, its first where none is named, with its form."""
    kinds = find_programme(story.session, programme).visit_kinds
    kind = next(one for one in kinds if code in (None, one.code))
    form = parse_form(current_form(story.session, kind.forms[0]).xform)
    return Round(story, works, programme, look, kind, form)


def morning(at: datetime, days: int = 1) -> datetime:
    """Give ten o'clock some working days later."""
    return moment(working_days_after(day_of(at), days), time(10, 5))
