"""One visit answers what is due in a case: the yearly one, and what an earlier one promised."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_viewer, promised
from tests.submissions import FALLS, fill
from tests.visits.desk import Desk
from visits.agenda.planning import cancel_visit, plan_visit
from visits.cases.tasks import promises_open, visits_due
from visits.ground.errors import Conflict
from visits.intake.submissions import record_submission
from visits.models.cases import Task, TaskState
from visits.models.visits import Visit


class After(Desk):
    """A first visit was done, promised a call and left the next one due."""

    def __init__(self, session: Session, now: datetime, folder: Path) -> None:
        super().__init__(session, now, folder)
        self.agree()
        first = self.plan(1)
        record_submission(
            session, self.store, xml=fill(FALLS), files=(), visit_id=first.id,
            viewer=make_viewer(self.visitor), now=now,
        )  # fmt: skip
        self.later(30)

    def next(self, tasks: list[Task]) -> Visit:
        """Plan a visit that answers some tasks."""
        start = (self.now + timedelta(days=1)).replace(hour=10, minute=0)
        return plan_visit(
            self.session, self.case, visitor_id=self.visitor.id, start_at=start, minutes=45,
            tasks=[task.id for task in tasks], viewer=self.viewer, now=self.now,
        )  # fmt: skip


@pytest.fixture
def desk(session: Session, now: datetime, tmp_path: Path) -> After:
    return After(session, now, tmp_path)


def test_a_visit_answers_what_is_due_and_what_was_promised(desk: After) -> None:
    (due, *_), promises = (
        visits_due(desk.session, desk.case),
        promises_open(desk.session, desk.case),
    )
    assert {one.id for one in promises} == {one.id for one in desk.session.scalars(promised())}
    call = promises[0]
    visit = desk.next([due, call])
    desk.visit(visit)
    for task in (due, call):
        desk.session.refresh(task)
        assert (task.state, task.visit_id) == (TaskState.DONE, visit.id)


def test_what_a_visit_was_to_answer_is_to_do_again_when_it_is_called_off(desk: After) -> None:
    call = promises_open(desk.session, desk.case)[0]
    visit = desk.next([visits_due(desk.session, desk.case)[0], call])
    assert call not in promises_open(desk.session, desk.case)
    with pytest.raises(Conflict, match="task_planned"):
        desk.next([call])
    cancel_visit(desk.session, visit, reason="Malade", viewer=desk.viewer, now=desk.now)
    assert (call.state, call.visit_id) == (TaskState.OPEN, None)
    assert call in promises_open(desk.session, desk.case)
