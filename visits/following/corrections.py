"""A corrected version of a form that was sent: the first stays readable and no longer counts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from visits.following.findings import same_matter
from visits.following.setting_aside import hanging_on, set_aside
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Consequence, Submission
from visits.models.works import FollowUp
from visits.sight import Viewer

# The reason of what is cancelled by a correction; screens say it in words.
CORRECTED = "corrected"


def corrected_by(session: Session, submission: Submission) -> Submission | None:
    """Find the earlier version that a submission says it corrects.

    None when there is no such version of the same form and visit by the same sender, or when it
    does not count any more: then both stand side by side for a coordinator.
    """
    if not submission.corrects:
        return None
    statement = _alike(submission).where(Submission.instance_id == submission.corrects)
    return session.scalars(statement).one_or_none()


def correction_of(session: Session, submission: Submission) -> Submission | None:
    """Find the later version of a submission, when it came before the submission was whole."""
    statement = _alike(submission).where(Submission.corrects == submission.instance_id)
    return session.scalars(statement.order_by(Submission.received_at, Submission.id)).first()


def supersede(
    session: Session, first: Submission, by: Submission, *, viewer: Viewer, now: datetime
) -> None:
    """Let the later version stand for the first: what only the first called for is cancelled."""
    set_aside(
        session,
        first,
        cancel=hanging_on(session, first).ids,
        reason=CORRECTED,
        note={"corrected_by": str(by.id)},
        viewer=viewer,
        now=now,
    )


def promise_of_first(session: Session, consequence: Consequence) -> FollowUp | None:
    """Find what the corrected version promised for the same reason."""
    first = corrected_by(session, consequence.submission)
    if first is None:
        return None
    same = [one.id for one in first.consequences if same_matter(one, consequence)]
    promises = select(FollowUp).where(FollowUp.consequence_id.in_(same)).order_by(FollowUp.id)
    return session.scalars(promises).first()


def versions_before(session: Session, submission: Submission) -> Sequence[Submission]:
    """List the versions that a submission stands for."""
    statement = select(Submission).where(Submission.instance_id == (submission.corrects or ""))
    return session.scalars(statement).all()


def _alike(submission: Submission) -> Select[Submission]:
    same_visit = (
        Submission.visit_id == submission.visit_id
        if submission.visit_id is not None
        else Submission.visit_id.is_(None)
    )
    return (
        select(Submission)
        .join(Submission.form_version)
        .where(Submission.sent_by_id == submission.sent_by_id, same_visit)
        .where(FormVersion.form_id == submission.form_version.form_id)
        .where(Submission.id != submission.id, Submission.state.in_(COUNTED))
    )
