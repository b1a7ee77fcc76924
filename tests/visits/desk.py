"""Support, visit after visit, and a desk that moves one case through it."""

import uuid
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_mandate, make_person, make_user, make_viewer
from tests.submissions import GAS, fill, home_visit
from visits.agenda.planning import plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.cases.coming import make_what_is_due
from visits.cases.tasks import make_task, tasks_of
from visits.choosing.targeting import enrol
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.calls import Disposition
from visits.models.cases import Case, Task, TaskKind, TaskState
from visits.models.visits import Visit
from visits.programmes.published import find_programme, publish_programme

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

    programme = SUPPORT

    def __init__(self, session: Session, now: datetime, folder: Path) -> None:
        self.session, self.now, self.store = session, now, FileStore(folder)
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.visitor = make_user(session, role=Role.VISITOR, organisation="Relais des aînés")
        make_mandate(session, self.visitor, programme="support")
        publish_form(session, home_visit(), by=None, now=now)
        publish_programme(session, self.programme, source="support", by=None, now=now)
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


def note_task(desk: Desk, what: str, due_on: date) -> Task:
    """Note a call to make."""
    return make_task(
        desk.session, desk.case, TaskKind.CALL, what=what, due_on=due_on, viewer=desk.viewer,
        now=desk.now,
    )  # fmt: skip
