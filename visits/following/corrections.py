"""A corrected version of a form that was sent: the first stays readable and no longer counts."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission


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
