"""Answers that the check marked, looked at by a person."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

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
    session.flush()
    if submission.visit is not None:
        log_access(
            session,
            user_id=viewer.user_id,
            persons=[submission.visit.case.person_id],
            kind=AccessKind.WRITE,
            what="submission_reviewed",
            now=now,
        )
