"""Submissions to look at: those that never ended, and those that say two things of one home."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from visits.ground.errors import NotFound
from visits.models.cases import Case
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, SubmissionState, Visit
from visits.sight.homes import took_place_in
from visits.sight.reach import Reach, Viewer, visible_cases

UNFINISHED_AFTER = timedelta(days=1)
MOST_SHOWN = 50
# States in which the answers can be read as a whole.
WHOLE = (*COUNTED, SubmissionState.SET_ASIDE)


def unfinished_submissions(
    session: Session, viewer: Viewer, *, now: datetime
) -> Sequence[Submission]:
    """List what began to arrive over a day ago and lacks files still, the oldest first.

    What came without a visit is shown to those who may see everybody.
    """
    seen = visible_cases(viewer)
    statement = (
        select(Submission)
        .outerjoin(Submission.visit)
        .outerjoin(Visit.case)
        .outerjoin(Case.person)
        .where(Submission.state == SubmissionState.INCOMPLETE)
        .where(Submission.received_at < now - UNFINISHED_AFTER)
        .where(or_(seen, Submission.visit_id.is_(None)) if viewer.reach is Reach.ALL else seen)
        .options(
            contains_eager(Submission.visit).contains_eager(Visit.case).contains_eager(Case.person),
            joinedload(Submission.form_version),
            joinedload(Submission.sent_by),
            selectinload(Submission.files),
        )
        .order_by(Submission.received_at, Submission.id)
        .limit(MOST_SHOWN)
    )
    return session.scalars(statement).all()


def find_seen_submission(
    session: Session, viewer: Viewer, submission_id: uuid.UUID, *, to_change: bool = False
) -> Submission:
    """Find a whole submission of a visit to a person the viewer may see, else raise NotFound."""
    statement = (
        select(Submission)
        .join(Submission.visit)
        .join(Visit.case)
        .join(Case.person)
        .where(Submission.id == submission_id, visible_cases(viewer))
        .where(Submission.state.in_(WHOLE))
        .options(joinedload(Submission.form_version), joinedload(Submission.sent_by))
    )
    if viewer.reach is Reach.OWN:
        statement = statement.where(Visit.visitor_id == viewer.user_id)
    if to_change:
        statement = statement.with_for_update(of=Submission, key_share=True)
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("submission_not_found")
    return found


def others_of_dwelling(
    session: Session, viewer: Viewer, submission: Submission
) -> Sequence[Submission]:
    """List what the same form said of the same dwelling at other visits, the latest first."""
    visit = submission.visit
    if visit is None or visit.home is None:
        return []
    statement = (
        select(Submission)
        .join(Submission.visit)
        .join(Visit.case)
        .join(Case.person)
        .join(Submission.form_version)
        .where(took_place_in == visit.home.id, Visit.id != visit.id)
        .where(FormVersion.form_id == submission.form_version.form_id)
        .where(Submission.state.in_(COUNTED), visible_cases(viewer))
        .options(contains_eager(Submission.visit))
        .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
        .limit(5)
    )
    if viewer.reach is Reach.OWN:
        statement = statement.where(Visit.visitor_id == viewer.user_id)
    return session.scalars(statement).all()
