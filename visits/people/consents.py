"""Consents that hold: those not said in answers set aside."""

from sqlalchemy import ColumnElement, exists

from visits.models.people import Consent
from visits.models.visits import Submission, SubmissionState


def still_counts() -> ColumnElement[bool]:
    """Give the condition on `Consent` that leaves out what was said in answers set aside."""
    aside = exists().where(
        Submission.id == Consent.submission_id, Submission.state == SubmissionState.SET_ASIDE
    )
    return ~aside.correlate(Consent)
