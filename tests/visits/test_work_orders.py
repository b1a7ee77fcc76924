"""Work orders move where they may, say why, and cry when nobody comes."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.submissions import FALLS, GAS, fill, home_visit
from visits.cases.task_list import DUE, TaskFilter, list_tasks
from visits.cases.tasks import close_task
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.cases import TaskState
from visits.models.works import CORRECTED, WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import Reach
from visits.sight.listing import Wanted
from visits.works.moves import MoveSaid, move_work_order
from visits.works.work_list import WorkOrderFilter, list_work_orders
from visits.works.work_orders import escalate_work_orders, find_work_order


@pytest.fixture
def order(session: Session, tmp_path: Path, now: datetime) -> WorkOrder:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    record_submission(
        session,
        FileStore(tmp_path),
        xml=fill(GAS | FALLS | {"gas_smell": "yes"}),
        files=(),
        viewer=make_viewer(visitor, Reach.OWN),
        now=now,
        visit_id=visit.id,
    )
    return session.scalars(select(WorkOrder)).one()


def test_an_order_is_closed_with_a_note(session: Session, order: WorkOrder, now: datetime) -> None:
    viewer = make_viewer(make_user(session, role=Role.TECHNICIAN))
    with pytest.raises(Invalid):
        move_work_order(
            session, order, WorkOrderState.DONE, MoveSaid(note=" "), viewer=viewer, now=now
        )
    move_work_order(
        session, order, WorkOrderState.DONE, MoveSaid(note="Réparé"), viewer=viewer, now=now
    )
    assert (order.state, order.closed_at, order.closed_by_id) == ("done", now, viewer.user_id)
    with pytest.raises(Conflict):
        move_work_order(session, order, WorkOrderState.STARTED, MoveSaid(), viewer=viewer, now=now)


def test_an_order_closed_by_mistake_is_opened_again_and_says_both(
    session: Session, order: WorkOrder, now: datetime
) -> None:
    viewer = make_viewer(make_user(session, role=Role.TECHNICIAN))
    move = partial(move_work_order, session, order, viewer=viewer, now=now)
    with pytest.raises(Conflict):
        move(WorkOrderState.OPEN, MoveSaid(note="Elle est ouverte"))
    move(WorkOrderState.DONE, MoveSaid(note="Réparé"))
    with pytest.raises(Invalid):
        move(WorkOrderState.OPEN, MoveSaid(note=" "))
    move(WorkOrderState.OPEN, MoveSaid(note="Fuit encore"))
    assert (order.state, order.closed_at, order.closed_by_id) == ("open", None, None)
    assert order.closing_note == "Réparé · Fuit encore"


def test_an_order_that_its_answers_closed_comes_back_with_them_alone(
    session: Session, order: WorkOrder, now: datetime
) -> None:
    viewer = make_viewer(make_user(session, role=Role.TECHNICIAN))
    order.state, order.closing_note = WorkOrderState.CANCELLED, CORRECTED
    with pytest.raises(Conflict):
        move_work_order(
            session, order, WorkOrderState.OPEN, MoveSaid(note="Oui"), viewer=viewer, now=now
        )


def test_an_urgent_order_nobody_started_is_escalated_once(
    session: Session, order: WorkOrder, now: datetime
) -> None:
    assert escalate_work_orders(session, now=now + timedelta(minutes=29)) == 0
    assert escalate_work_orders(session, now=now + timedelta(minutes=31)) == 1
    assert escalate_work_orders(session, now=now + timedelta(minutes=60)) == 0
    assert order.escalated_at is not None


def test_a_started_order_is_not_escalated(
    session: Session, order: WorkOrder, now: datetime
) -> None:
    viewer = make_viewer(make_user(session, role=Role.TECHNICIAN))
    move_work_order(session, order, WorkOrderState.STARTED, MoveSaid(), viewer=viewer, now=now)
    assert escalate_work_orders(session, now=now + timedelta(days=1)) == 0


def test_an_order_for_a_protected_person_shows_to_the_named_alone(
    session: Session, order: WorkOrder, now: datetime
) -> None:
    chief, technician = make_user(session), make_user(session, role=Role.TECHNICIAN)
    everything = {"only": WorkOrderFilter(), "wanted": Wanted(), "now": now}
    assert list_work_orders(session, make_viewer(technician), **everything).total == 1
    protect(session, order.person, by=chief.id, now=now)
    assert list_work_orders(session, make_viewer(technician), **everything).total == 0
    assert list_work_orders(session, make_viewer(chief), **everything).total == 1
    with pytest.raises(NotFound):
        find_work_order(session, make_viewer(technician), order.id)


@pytest.mark.parametrize(
    ("only", "count"),
    [
        (WorkOrderFilter(), 1),
        (WorkOrderFilter(state="done"), 0),
        (WorkOrderFilter(state="nonsense"), 1),
        (WorkOrderFilter(severity="U0"), 1),
        (WorkOrderFilter(severity="U3"), 0),
        (WorkOrderFilter(trade="gas"), 1),
        (WorkOrderFilter(trade="lift"), 0),
        (WorkOrderFilter(text="BEAUVAIS"), 1),
        (WorkOrderFilter(text="%"), 0),
    ],
)
def test_the_list_is_filtered(
    session: Session, order: WorkOrder, only: WorkOrderFilter, count: int
) -> None:
    viewer = make_viewer(make_user(session, role=Role.TECHNICIAN))
    listed = list_work_orders(session, viewer, only=only, wanted=Wanted(sort="due"), now=NOW)
    assert listed.total == len(listed.rows) == count


def test_follow_ups_become_due_and_are_closed_with_a_note(
    session: Session, order: WorkOrder, now: datetime
) -> None:
    viewer = make_viewer(make_user(session))
    only = TaskFilter(state=DUE, promised=True)
    later = now + timedelta(days=40)
    for day, count in ((now, 0), (later, 1)):
        found = list_tasks(session, viewer, only=only, wanted=Wanted(sort="due"), today=day.date())
        assert found.total == count
    (due,) = found.rows
    with pytest.raises(Invalid):
        close_task(session, due, TaskState.DONE, why="", viewer=viewer, now=later)
    close_task(session, due, TaskState.DONE, why="Va mieux", viewer=viewer, now=later)
    with pytest.raises(Conflict):
        close_task(session, due, TaskState.DONE, why="Encore", viewer=viewer, now=later)
