"""Who goes to look at a home before it is adapted: a visit of the case, or a technician's order.

Both are what they are everywhere: a visit is planned, moved, called off and told to the tenant in
the agenda and carried on the tablet with its form; an order is given, planned and done in works.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.adaptations.to_do import tasks_of_file
from visits.adaptations.works import orders_of
from visits.models.adaptations import AdaptationFile, AdaptationMove, Step
from visits.models.cases import Task
from visits.models.visits import AT_HOME, Visit
from visits.models.works import DONE_STATES, WorkOrder


@dataclass(frozen=True)
class OnSite:
    """Who is to go, went or did not: what the case has to do, its visits since, the orders.

    `visit` is the one that answers the task, or is planned to.
    """

    task: Task | None
    visit: Visit | None
    visits: Sequence[Visit]
    orders: Sequence[WorkOrder]

    @property
    def is_done(self) -> bool:
        """Tell whether somebody saw the home."""
        return self.seen_by is not None or any(one.state in DONE_STATES for one in self.orders)

    @property
    def seen_by(self) -> Visit | None:
        """Give the visit that was made for it."""
        return self.visit if self.task is not None and self.task.is_done else None

    @property
    def planned(self) -> Visit | None:
        """Give the visit that is planned for it."""
        return self.visit if self.task is not None and self.task.is_open else None

    @property
    def is_awaited(self) -> bool:
        """Tell whether somebody is still sent."""
        return self.planned is not None or any(one.is_open for one in self.orders)


def on_site(session: Session, file: AdaptationFile) -> OnSite:
    """Tell who goes, or went, to look at the home of an adaptation."""
    task = tasks_of_file(session, file).get(Step.VISIT)
    since = _since(session, file)
    visits: Sequence[Visit] = ()
    if task is not None and since is not None:
        made = (
            select(Visit)
            .where(Visit.case_id == task.case_id, AT_HOME, Visit.planned_at >= since)
            .options(joinedload(Visit.visitor))
            .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
        )
        visits = session.scalars(made).all()
    answers = session.get(Visit, task.visit_id) if task is not None and task.visit_id else None
    return OnSite(task, answers, visits, orders_of(session, file, step=Step.VISIT))


def _since(session: Session, file: AdaptationFile) -> datetime | None:
    """Tell since when somebody was to go: when the file came to that step first."""
    came = select(AdaptationMove.at).where(
        AdaptationMove.file_id == file.id, AdaptationMove.step == Step.VISIT
    )
    return session.scalars(came.order_by(AdaptationMove.at, AdaptationMove.id).limit(1)).first()
