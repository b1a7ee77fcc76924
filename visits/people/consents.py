"""Consents that hold, of those a viewer may know of."""

import uuid

from sqlalchemy import ColumnElement, Select, exists, or_, select

from visits.models.people import Consent
from visits.models.visits import Submission, SubmissionState, Visit


def still_counts() -> ColumnElement[bool]:
    """Give the condition on `Consent` that leaves out what was said in answers set aside."""
    aside = exists().where(
        Submission.id == Consent.submission_id, Submission.state == SubmissionState.SET_ASIDE
    )
    return ~aside.correlate(Consent)


def said_within(cases: Select[uuid.UUID]) -> ColumnElement[bool]:
    """Give the condition on `Consent` that keeps what was said in visits of some cases, or in none.

    When she said it tells when who was at her door: a visit that one may not see has no consents.
    """
    elsewhere = (
        select(Submission.id)
        .join(Visit, Visit.id == Submission.visit_id)
        .where(Submission.id == Consent.submission_id, Visit.case_id.not_in(cases))
    )
    return or_(Consent.submission_id.is_(None), ~elsewhere.correlate(Consent).exists())
