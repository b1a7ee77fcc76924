"""A submission set aside: what is named with it is cancelled; all of it can be taken up again."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.following.findings import still_called_for
from visits.following.follow_list import OPEN
from visits.ground.errors import Invalid
from visits.models.visits import Consequence, Submission, SubmissionState
from visits.models.works import (
    OPEN_STATES,
    FollowUp,
    FollowUpState,
    WorkOrder,
    WorkOrderFinding,
    WorkOrderState,
)
from visits.sight import Viewer

REASON_LENGTH = 500


@dataclass(frozen=True)
class Hanging:
    """What is open still and called for by one submission alone."""

    orders: Sequence[WorkOrder]
    follow_ups: Sequence[FollowUp]

    @property
    def ids(self) -> set[uuid.UUID]:
        """The ids of all of it."""
        return {one.id for one in self.orders} | {one.id for one in self.follow_ups}


def hanging_on(
    session: Session, submission: Submission, *, beside: Submission | None = None
) -> Hanging:
    """List what only this submission calls for; what `beside` promises too is not among it."""
    alone = [
        order for order in _orders(session, submission) if not still_called_for(order, submission)
    ]
    promised = _promises(session, beside) if beside is not None else []
    twins = {(one.code, one.consequence.path) for one in promised}
    own = [
        one
        for one in _promises(session, submission)
        if (one.code, one.consequence.path) not in twins
    ]
    return Hanging(alone, own)


def set_aside(
    session: Session,
    submission: Submission,
    *,
    cancel: Collection[uuid.UUID],
    reason: str,
    note: Mapping[str, Any],
    viewer: Viewer,
    now: datetime,
    beside: Submission | None = None,
) -> None:
    """Let a submission no longer count; what hangs on it alone goes on unless `cancel` names it.

    A promise that `beside` makes too is cancelled here: it stands there. `note` is kept with what
    was before, so that `take_up` can put it back.
    """
    _orders(session, submission, only_open=False, to_change=True)
    hanging = hanging_on(session, submission, beside=beside)
    twins = (
        [one for one in _promises(session, submission) if one.id not in hanging.ids]
        if beside
        else []
    )
    orders = [one for one in hanging.orders if one.id in cancel]
    promises = [one for one in hanging.follow_ups if one.id in cancel] + twins
    kept_note = {
        **note,
        "by": str(viewer.user_id),
        "at": now.isoformat(),
        "reason": reason,
        "state": submission.state.value,
        "orders": {str(one.id): one.state.value for one in orders},
        "follow_ups": {str(one.id): one.state.value for one in promises},
    }
    _lean_on_others(session, submission)
    submission.state, submission.decided_at = SubmissionState.SET_ASIDE, now
    submission.findings = {**(submission.findings or {}), "set_aside": kept_note}
    for order in orders:
        order.state, order.closing_note = WorkOrderState.CANCELLED, reason
        order.closed_at, order.closed_by_id = now, viewer.user_id
    for promise in promises:
        promise.state, promise.note = FollowUpState.CANCELLED, reason
        promise.closed_at, promise.closed_by_id = now, viewer.user_id
    session.flush()


def take_up(session: Session, submission: Submission) -> None:
    """Let a submission that was set aside count again, with what was cancelled with it.

    What somebody closed otherwise meanwhile stays as it is.
    """
    findings = dict(submission.findings or {})
    note = findings.pop("set_aside", {})
    submission.state = SubmissionState(note.get("state", SubmissionState.TO_REVIEW))
    submission.decided_at = None
    submission.findings = findings
    for name, state in note.get("orders", {}).items():
        order = session.get(WorkOrder, uuid.UUID(name), with_for_update={"key_share": True})
        if order is not None and order.state is WorkOrderState.CANCELLED:
            order.state = WorkOrderState(state)
            order.closing_note = order.closed_at = order.closed_by_id = None
    for name, state in note.get("follow_ups", {}).items():
        promise = session.get(FollowUp, uuid.UUID(name), with_for_update={"key_share": True})
        if promise is not None and promise.state is FollowUpState.CANCELLED:
            promise.state = FollowUpState(state)
            promise.note = promise.closed_at = promise.closed_by_id = None
    session.flush()


def cancel_promises(
    session: Session, submission: Submission, *, reason: str, viewer: Viewer, now: datetime
) -> None:
    """Cancel the open follow-ups of a submission."""
    for promise in _promises(session, submission):
        promise.state, promise.note = FollowUpState.CANCELLED, reason
        promise.closed_at, promise.closed_by_id = now, viewer.user_id
    session.flush()


def reason_given(reason: str) -> str:
    """Give a reason without its blanks; raises Invalid for none and for one too long."""
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": "required"})
    if len(reason) > REASON_LENGTH:
        raise Invalid({"reason": "too_long"})
    return reason


def _lean_on_others(session: Session, submission: Submission) -> None:
    """Let orders that others call for too no longer stand on this submission."""
    for order in _orders(session, submission, only_open=False):
        others = still_called_for(order, submission)
        if others and order.consequence.submission_id == submission.id:
            order.consequence = others[0]


def _orders(
    session: Session, submission: Submission, *, only_open: bool = True, to_change: bool = False
) -> Sequence[WorkOrder]:
    told = (
        select(WorkOrderFinding.work_order_id)
        .join(Consequence, Consequence.id == WorkOrderFinding.consequence_id)
        .where(Consequence.submission_id == submission.id)
    )
    statement = (
        select(WorkOrder)
        .where(WorkOrder.id.in_(told))
        .order_by(WorkOrder.severity, WorkOrder.opened_at, WorkOrder.id)
    )
    if to_change:
        statement = statement.with_for_update(of=WorkOrder, key_share=True)
        statement = statement.execution_options(populate_existing=True)
    if only_open:
        statement = statement.where(WorkOrder.state.in_(OPEN_STATES))
    return session.scalars(statement).all()


def _promises(session: Session, submission: Submission) -> Sequence[FollowUp]:
    statement = (
        select(FollowUp)
        .join(FollowUp.consequence)
        .where(Consequence.submission_id == submission.id, FollowUp.state.in_(OPEN))
        .options(contains_eager(FollowUp.consequence))
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    return session.scalars(statement).all()
