"""Answers that the check marked, looked at by a person."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.following.setting_aside import reason_given
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.people import AccessKind
from visits.models.visits import Submission, SubmissionState, Visit
from visits.sight import Viewer
from visits.sight.access_log import log_access

NOTE_LENGTH = 500


def find_submission(session: Session, visit: Visit, submission_id: uuid.UUID) -> Submission:
    """Find a submission of a visit to change it, else raise NotFound."""
    statement = (
        select(Submission)
        .where(Submission.id == submission_id, Submission.visit_id == visit.id)
        .with_for_update(key_share=True)
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("submission_not_found")
    return found


def review_submission(
    session: Session, submission: Submission, *, note: str, viewer: Viewer, now: datetime
) -> None:
    """Note that somebody looked at a marked submission; what was found stays beside it.

    Raises Conflict when there is nothing to review, Invalid for a note over `NOTE_LENGTH`.
    """
    if submission.state is not SubmissionState.TO_REVIEW:
        raise Conflict("nothing_to_review")
    if len(note.strip()) > NOTE_LENGTH:
        raise Invalid({"note": "too_long"})
    submission.state = SubmissionState.CHECKED
    review = {"by": str(viewer.user_id), "at": now.isoformat(), "note": note.strip()}
    submission.findings = {**(submission.findings or {}), "review": review}
    _written(session, submission, viewer, what="submission_reviewed", now=now)


def take_review_back(
    session: Session, submission: Submission, *, reason: str, viewer: Viewer, now: datetime
) -> None:
    """Let answers wait for a review again; the review that is taken back stays beside them.

    Raises Conflict when nobody reviewed them, or only by deciding between two sets of answers: that
    decision is taken back itself. Raises Invalid without a reason.
    """
    findings = dict(submission.findings or {})
    decided = submission.decided_at is not None or "decided_beside" in findings
    if submission.state is not SubmissionState.CHECKED or "review" not in findings or decided:
        raise Conflict("nothing_to_take_back")
    reason = reason_given(reason)
    review = findings.pop("review")
    gone = {**review, "taken_back_by": str(viewer.user_id), "why": reason}
    findings["reviews_taken_back"] = [
        *findings.get("reviews_taken_back", ()),
        {**gone, "taken_back_at": now.isoformat()},
    ]
    submission.findings, submission.state = findings, SubmissionState.TO_REVIEW
    _written(session, submission, viewer, what="review_taken_back", now=now)


def _written(
    session: Session, submission: Submission, viewer: Viewer, *, what: str, now: datetime
) -> None:
    session.flush()
    if submission.visit is not None:
        log_access(
            session,
            user_id=viewer.user_id,
            persons=[submission.visit.case.person_id],
            kind=AccessKind.WRITE,
            what=what,
            now=now,
        )
