"""Promises: what a visit's answers say is to be asked again, a task of the case on its day."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.cases.task_list import DUE, SOON, TaskFilter, count_tasks
from visits.cases.tasks import find_task, promise_task, take_up, withdraw
from visits.following.corrections import corrected_by
from visits.following.kinds import (
    LANDLORD,
    TENANT,
    Due,
    Kind,
    Waits,
    is_hazard_to_do,
    is_seen_to,
    is_urgent_hazard,
)
from visits.following.promises import worded
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import NotFound
from visits.models.accounts import Role
from visits.models.cases import Case, Task, TaskKind, TaskState
from visits.models.visits import Consequence, Submission, Visit
from visits.models.works import TAKEN_BACK
from visits.sight import Viewer
from visits.works.findings import same_matter

# What a promise is to do; whatever is not here is a call.
DONE_BY = {
    "visit": TaskKind.VISIT,
    "works_check": TaskKind.CHECK,
    "kit_check": TaskKind.CHECK,
    "rights_check": TaskKind.REVIEW,
}


def open_promise(
    session: Session, case: Case, consequence: Consequence, *, fresh: bool = False, now: datetime
) -> Task:
    """Open what a finding promises; without a delay it is due today.

    What the version before these answers promised already goes on with its date.
    """
    known = None if fresh else _of(session, consequence)
    known = known or _of_first(session, consequence)
    if known is not None:
        known.consequence, known.case = consequence, case
        if known.why == TAKEN_BACK:
            take_up(known)
        session.flush()
        return known
    kind = DONE_BY.get(consequence.code) if consequence.kind == FollowUps.code else None
    due_on = today_in_paris(consequence.due_at or now)
    return promise_task(
        session, case, consequence, kind=kind or TaskKind.CALL, due_on=due_on, now=now
    )


def _of(session: Session, consequence: Consequence) -> Task | None:
    statement = select(Task).where(Task.consequence_id == consequence.id)
    return session.scalars(statement).one_or_none()


def _of_first(session: Session, consequence: Consequence) -> Task | None:
    """Find what the corrected version promised for the same reason."""
    first = corrected_by(session, consequence.submission)
    if first is None:
        return None
    same = [one.id for one in first.consequences if same_matter(one, consequence)]
    promises = select(Task).where(Task.consequence_id.in_(same)).order_by(Task.id)
    return session.scalars(promises).first()


def find_promise(
    session: Session, viewer: Viewer, task_id: uuid.UUID, *, to_change: bool = False
) -> Task:
    """Find a promise to a person the viewer may see; `to_change` waits. Raises NotFound."""
    task = find_task(session, viewer, task_id, to_change=to_change)
    if not task.is_promise:
        raise NotFound("task_not_found")
    return task


def _waits(name: str, roles: tuple[Role, ...], state: str, tone: str = "") -> Waits:
    def count(session: Session, viewer: Viewer, now: datetime) -> int:
        only = TaskFilter(state=state, promised=True)
        return count_tasks(session, viewer, only=only, today=today_in_paris(now))

    return Waits(name, roles, count, {"state": state}, tone)


class FollowUps(Kind):
    """What was promised to be asked again, and the hazards that are not the landlord's to mend."""

    code = "follow_up"
    noted_as = "follow_ups"
    states = "task_state"
    waits = (
        _waits("promises_due", (Role.COORDINATOR, Role.SOCIAL_WORKER), DUE, "warn"),
        _waits("promises_soon", (Role.SOCIAL_WORKER,), SOON),
    )

    def called_for(self, consequence: Consequence, called: Sequence[Consequence]) -> bool:
        """Tell whether somebody is to ask again; whatever is the landlord's is not claimed here.

        What may wait and is the tenant's own to do stays advice.
        """
        if consequence.kind == self.code:
            return True
        if is_urgent_hazard(consequence):
            return consequence.owner != LANDLORD
        of_others = consequence.owner not in (LANDLORD, TENANT)
        return of_others and is_hazard_to_do(consequence) and not is_seen_to(consequence, called)

    def open(
        self,
        session: Session,
        case: Case | None,
        consequence: Consequence,
        *,
        fresh: bool = False,
        now: datetime,
    ) -> None:
        """Open the promise in the case."""
        assert case is not None  # nothing is promised to a home that nobody knows
        open_promise(session, case, consequence, fresh=fresh, now=now)

    def opened_by(
        self, session: Session, consequence_ids: Collection[uuid.UUID]
    ) -> Mapping[uuid.UUID, Task]:
        """Give by finding its promise."""
        statement = (
            select(Task)
            .join(Task.consequence)
            .where(Task.consequence_id.in_(list(consequence_ids)))
            .options(contains_eager(Task.consequence))
            .order_by(Task.due_on, Task.id)
        )
        return {one.consequence_id: one for one in session.scalars(statement) if one.consequence_id}

    def is_open(self, thing: Task) -> bool:
        """Tell whether nobody has asked yet."""
        return thing.is_open

    def told(self, thing: Task) -> Due:
        """Say it with its day: the tablet may show it later than it was fetched."""
        assert thing.consequence is not None
        label = worded(thing.consequence.label, due_on=thing.due_on)
        return Due(self.code, label, thing.state, midnight_in_paris(thing.due_on))

    def due_in(
        self, session: Session, visits: Sequence[Visit]
    ) -> Mapping[uuid.UUID, Sequence[Task]]:
        """Give the open promises to the person of each visit."""
        persons = {visit.case.person_id for visit in visits}
        promises = session.scalars(
            select(Task)
            .join(Task.case)
            .where(Case.person_id.in_(persons), Task.consequence_id.is_not(None))
            .where(Task.state == TaskState.OPEN)
            .options(contains_eager(Task.case), joinedload(Task.consequence))
            .order_by(Task.due_on, Task.id)
        ).all()
        return {
            visit.id: [one for one in promises if one.case.person_id == visit.case.person_id]
            for visit in visits
        }

    def cancel(self, thing: Task, *, reason: str, viewer: Viewer, now: datetime) -> None:
        """Withdraw a promise for a reason that is kept with it."""
        withdraw(thing, why=reason, by=viewer.user_id, now=now)

    def take_up(self, session: Session, thing_id: uuid.UUID, state: str, *, now: datetime) -> None:
        """Let a withdrawn promise be due again, as all that is open is."""
        promise = session.get(Task, thing_id, with_for_update={"key_share": True})
        if promise is not None:
            take_up(promise)

    def twins(
        self, session: Session, submission: Submission, beside: Submission
    ) -> Collection[uuid.UUID]:
        """Name the promises that the other submission makes for the same reason."""
        there = {_reason(one) for one in self.hanging(session, beside)}
        return {one.id for one in self.hanging(session, submission) if _reason(one) in there}


def _reason(promise: Task) -> tuple[str, str]:
    assert promise.consequence is not None
    code = promise.consequence.code if promise.consequence.kind == FollowUps.code else "call"
    return code, promise.consequence.path
