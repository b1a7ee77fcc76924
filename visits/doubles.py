"""Two submissions where one was expected: both are kept, a coordinator decides."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from visits.errors import Conflict, Invalid
from visits.map_points import refresh_map
from visits.models.accounts import User
from visits.models.people import AccessKind
from visits.models.portfolio import FormVersion
from visits.models.visits import (
    COUNTED,
    Consequence,
    Submission,
    SubmissionState,
    Visit,
    VisitState,
)
from visits.models.works import OPEN_STATES, FollowUp, FollowUpState, WorkOrder, WorkOrderState
from visits.privacy import log_access
from visits.queries import Viewer
from visits.queries.carried import hold_visit
from visits.risks import risk_of

REASON_LENGTH = 500


def doubts_of(session: Session, submission: Submission) -> list[str]:
    """Name what about a submission's visit somebody should look at before she believes it.

    The caller holds the visit: of two tablets that send at once the later one sees the earlier.
    Among `second` (this form was sent from this visit already), `cancelled`, `failed`,
    `reassigned` (it was somebody else's visit by then) and `account_closed` (its sender's).
    """
    visit = submission.visit
    if visit is None:
        return []
    doubts = ["second"] if beside(session, submission) else []
    if visit.state in (VisitState.CANCELLED, VisitState.FAILED):
        doubts.append(visit.state.value)
    if visit.visitor_id != submission.sent_by_id:
        doubts.append("reassigned")
    if not session.get_one(User, submission.sent_by_id).active:
        doubts.append("account_closed")
    return doubts


def beside(session: Session, submission: Submission) -> Sequence[Submission]:
    """List the other submissions of the same form from the same visit that count."""
    statement = (
        select(Submission)
        .join(Submission.form_version)
        .where(Submission.visit_id == submission.visit_id, Submission.id != submission.id)
        .where(FormVersion.form_id == submission.form_version.form_id)
        .where(Submission.state.in_(COUNTED))
        .order_by(Submission.received_at, Submission.id)
    )
    return session.scalars(statement).all()


def undecided(submissions: Sequence[Submission]) -> list[tuple[Submission, Submission]]:
    """Pair up the submissions of one visit that say the same form twice and wait for a decision."""
    pairs = []
    for at, second in enumerate(submissions):
        for first in submissions[:at]:
            same = first.form_version.form_id == second.form_version.form_id
            if same and waits_for_decision(first, second):
                pairs.append((first, second))
    return pairs


def waits_for_decision(first: Submission, second: Submission) -> bool:
    """Tell whether two submissions both count and have not been decided about."""
    open_still = first.decided_at is None or second.decided_at is None
    return open_still and {first.state, second.state} <= set(COUNTED)


def keep_both(
    session: Session, first: Submission, second: Submission, *, viewer: Viewer, now: datetime
) -> None:
    """Note that both submissions are right: two rooms, two persons, two moments.

    Raises Conflict when that was decided already.
    """
    visit = _same_visit(first, second)
    for submission in (first, second):
        _decide(submission, viewer, now)
    _written(session, visit, viewer, now=now, what="submissions_both_kept")


def keep_one(
    session: Session,
    kept: Submission,
    other: Submission,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Set the other submission aside: what it opened and is still open is cancelled.

    Nothing of it is deleted. Raises Conflict when it was decided already, Invalid without a reason.
    """
    visit = _same_visit(kept, other)
    hold_visit(session, visit.id)
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": "required"})
    if len(reason) > REASON_LENGTH:
        raise Invalid({"reason": "too_long"})
    _decide(kept, viewer, now)
    other.state, other.decided_at = SubmissionState.SET_ASIDE, now
    note = {"by": str(viewer.user_id), "at": now.isoformat(), "reason": reason}
    other.findings = {**(other.findings or {}), "set_aside": note}
    session.flush()
    _cancel_works(session, other, reason, viewer=viewer, now=now)
    _cancel_follow_ups(session, other, reason, viewer=viewer, now=now)
    visit.enrolment.risk = risk_of(session, visit.enrolment)
    _written(session, visit, viewer, now=now, what="submission_set_aside")


def _same_visit(first: Submission, second: Submission) -> Visit:
    visit = first.visit
    if (
        visit is None
        or first.id == second.id
        or second.visit_id != visit.id
        or first.form_version.form_id != second.form_version.form_id
        or not waits_for_decision(first, second)
    ):
        raise Conflict("nothing_to_decide")
    return visit


def _decide(submission: Submission, viewer: Viewer, now: datetime) -> None:
    submission.decided_at = now
    if submission.state is SubmissionState.TO_REVIEW:
        # Whoever decides has read both: that is the review.
        submission.state = SubmissionState.CHECKED
        review = {"by": str(viewer.user_id), "at": now.isoformat(), "note": ""}
        submission.findings = {**(submission.findings or {}), "review": review}


def _cancel_works(
    session: Session, submission: Submission, reason: str, *, viewer: Viewer, now: datetime
) -> None:
    orders = (
        select(WorkOrder)
        .join(WorkOrder.consequence)
        .where(Consequence.submission_id == submission.id, WorkOrder.state.in_(OPEN_STATES))
        .with_for_update(of=WorkOrder, key_share=True)
    )
    for order in session.scalars(orders):
        order.state, order.closing_note = WorkOrderState.CANCELLED, reason
        order.closed_at, order.closed_by_id = now, viewer.user_id


def _cancel_follow_ups(
    session: Session, submission: Submission, reason: str, *, viewer: Viewer, now: datetime
) -> None:
    called = select(Consequence.id).where(Consequence.submission_id == submission.id)
    session.execute(
        update(FollowUp)
        .where(FollowUp.consequence_id.in_(called))
        .where(FollowUp.state.in_((FollowUpState.WAITING, FollowUpState.DUE)))
        .values(
            state=FollowUpState.CANCELLED,
            note=reason,
            closed_at=now,
            closed_by_id=viewer.user_id,
        )
    )


def _written(session: Session, visit: Visit, viewer: Viewer, *, now: datetime, what: str) -> None:
    session.flush()
    refresh_map(session, [visit.enrolment.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[visit.enrolment.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
