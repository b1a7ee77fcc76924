"""What is offered instead of an adaptation is begun: a work order, or a task of her case."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from visits.adaptations.alternatives import Alternative, answer_with
from visits.cases.owners import owner_said
from visits.cases.tasks import make_task
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import Role
from visits.models.adaptations import AdaptationFile, Instead
from visits.models.cases import Case, Task, TaskKind
from visits.models.works import WorkOrder
from visits.sight import Viewer
from visits.works.by_hand import OrderSaid, open_by_hand


def order_instead(
    session: Session,
    file: AdaptationFile,
    alternative: Alternative,
    said: OrderSaid,
    *,
    viewer: Viewer,
    now: datetime,
) -> WorkOrder:
    """Open the work order of an alternative in the home of a file.

    Raises Conflict for a move, which is wished for, Invalid field by field.
    """
    _refuse_move(alternative)
    order = open_by_hand(session, file.dwelling, said, person=file.person, viewer=viewer, now=now)
    session.flush()
    answer_with(session, file, alternative, order_id=order.id, viewer=viewer, now=now)
    return order


def plan_instead(
    session: Session,
    file: AdaptationFile,
    alternative: Alternative,
    what: str,
    due_on: date | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> Task:
    """Note an alternative as something to do, of whoever has the file, in the case it is of.

    Whoever may not hold it there leaves it to her coordinators. Raises Conflict for a move and
    where no case is open, Invalid field by field.
    """
    _refuse_move(alternative)
    case = case_of(file)
    if case is None:
        raise Conflict("no_case_for_alternative")
    if due_on is None:
        raise Invalid({"due_on": "required"})
    task = make_task(
        session,
        case,
        TaskKind.ANSWER,
        what=what,
        due_on=due_on,
        owner=_owner(session, case, alternative, viewer=viewer, now=now),
        viewer=viewer,
        now=now,
    )
    answer_with(session, file, alternative, task_id=task.id, viewer=viewer, now=now)
    return task


def case_of(file: AdaptationFile) -> Case | None:
    """Give the case in which an alternative may be something to do: the file's, if it is open."""
    return file.case if file.case is not None and file.case.is_open else None


def proposed_day(alternative: Alternative, *, now: datetime) -> date:
    """Give by when what is opened should be done: as it is due, never before today."""
    return max(alternative.offered.due_on, today_in_paris(now))


def _owner(
    session: Session, case: Case, alternative: Alternative, *, viewer: Viewer, now: datetime
) -> str:
    """Say whose the task is, as `owner_said` reads it."""
    if alternative.whose is not None:
        try:
            owner_said(session, case, str(alternative.whose.id), viewer=viewer, now=now)
            return str(alternative.whose.id)
        except Invalid:
            pass
    return str(Role.COORDINATOR)


def _refuse_move(alternative: Alternative) -> None:
    if alternative.offered.kind is Instead.TRANSFER:
        raise Conflict("move_is_wished_for")
