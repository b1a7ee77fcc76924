"""Two submissions where one was expected: both are kept, a coordinator decides."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.agenda.carried import hold_visit
from visits.following.setting_aside import reason_given, set_aside, take_up
from visits.ground.errors import Conflict
from visits.intake.risks import risk_of
from visits.intake.told import Told, of_visit
from visits.mapping.points import refresh_map
from visits.models.accounts import User
from visits.models.people import AccessKind
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, SubmissionState, Visit, VisitState
from visits.sight import Viewer
from visits.sight.access_log import log_access


def doubts_of(
    session: Session,
    submission: Submission,
    told: Iterable[Told],
    *,
    corrected: Submission | None = None,
) -> list[str]:
    """Name what about a submission's visit somebody should look at before she believes it.

    The caller holds the visit: of two tablets that send at once the later one sees the earlier.
    Among `second` (this form was sent from this visit already), `cancelled`, `failed`,
    `reassigned` (it was somebody else's visit by then), `account_closed` (its sender's) and
    `corrects_unknown` (it says that it corrects what is not here). The version that it does correct
    is no second one. `told` is what else counts in the case.
    """
    doubts = ["corrects_unknown"] if submission.corrects and corrected is None else []
    visit = submission.visit
    if visit is None:
        return doubts
    form_id, first = submission.form_version.form_id, corrected.id if corrected else None
    same = [one.id for one in of_visit(told, visit.id) if one.form_id == form_id]
    if any(one != first for one in same):
        doubts.append("second")
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
    for submission, other in ((first, second), (second, first)):
        _decide(submission, other, viewer, now)
    _written(session, visit, viewer, now=now, what="submissions_both_kept")


def keep_one(
    session: Session,
    kept: Submission,
    other: Submission,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
    cancel: Collection[UUID] = (),
) -> None:
    """Set the other submission aside: what it alone opened goes on unless `cancel` names it.

    Nothing of it is deleted. Raises Conflict when it was decided already, Invalid without a reason.
    """
    visit = _same_visit(kept, other)
    hold_visit(session, visit.id)
    reason = reason_given(reason)
    _decide(kept, None, viewer, now)
    set_aside(
        session,
        other,
        cancel=cancel,
        reason=reason,
        note={"instead": str(kept.id)},
        beside=kept,
        viewer=viewer,
        now=now,
    )
    visit.case.risk = risk_of(session, visit.case)
    _written(session, visit, viewer, now=now, what="submission_set_aside")


def withdraw_decision(
    session: Session, first: Submission, second: Submission, *, viewer: Viewer, now: datetime
) -> None:
    """Take back what was decided between two submissions: both count and wait again.

    Raises Conflict when nothing was decided between these two.
    """
    visit = first.visit
    if visit is None or second.visit_id != visit.id or not was_decided(first, second):
        raise Conflict("nothing_to_withdraw")
    hold_visit(session, visit.id)
    for submission in (first, second):
        if submission.state is SubmissionState.SET_ASIDE:
            take_up(session, submission, now=now)
        findings = dict(submission.findings or {})
        findings.pop("decided_beside", None)
        submission.findings, submission.decided_at = findings, None
    visit.case.risk = risk_of(session, visit.case)
    _written(session, visit, viewer, now=now, what="submission_decision_withdrawn")


def was_decided(first: Submission, second: Submission) -> bool:
    """Tell whether a coordinator decided between just these two."""
    if first.id == second.id:
        return False
    return _decided_beside(first, second) or _decided_beside(second, first)


def _decided_beside(one: Submission, other: Submission) -> bool:
    findings = one.findings or {}
    aside = findings.get("set_aside", {})
    if one.state is SubmissionState.SET_ASIDE:
        return bool(aside.get("instead") == str(other.id))
    both = other.state is not SubmissionState.SET_ASIDE
    return both and findings.get("decided_beside") == str(other.id)


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


def _decide(
    submission: Submission, other: Submission | None, viewer: Viewer, now: datetime
) -> None:
    submission.decided_at = now
    findings = dict(submission.findings or {})
    if other is not None:
        findings["decided_beside"] = str(other.id)
    if submission.state is SubmissionState.TO_REVIEW:
        # Whoever decides has read both: that is the review.
        submission.state = SubmissionState.CHECKED
        findings["review"] = {"by": str(viewer.user_id), "at": now.isoformat(), "note": ""}
    submission.findings = findings


def _written(session: Session, visit: Visit, viewer: Viewer, *, now: datetime, what: str) -> None:
    session.flush()
    refresh_map(session, [visit.case.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[visit.case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
