"""What the submissions of a case tell, read at once: each step of taking in another one asks."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, Visit

RISK_OF_BAND = {"low": 1, "intermediate": 2, "high": 3}


@dataclass(frozen=True)
class Told:
    """A submission that counts, and what the check found in it."""

    id: uuid.UUID
    instance_id: str
    visit_id: uuid.UUID
    sent_by_id: uuid.UUID
    corrects: str | None
    form_id: str
    form_title: dict[str, Any]
    findings: dict[str, Any]


def told_in(session: Session, case_id: uuid.UUID) -> list[Told]:
    """List what the submissions of a case that count tell, the latest last."""
    rows = session.execute(_TOLD, {"case_id": case_id})
    return [Told(**row | {"findings": row["findings"] or {}}) for row in map(dict, rows.mappings())]


def others(told: Iterable[Told], submission: Submission) -> list[Told]:
    """Leave a submission out of what is told beside it."""
    return [one for one in told if one.id != submission.id]


def told_of(submission: Submission) -> Told:
    """Tell the same of a submission that is only just being taken in."""
    assert submission.visit_id is not None
    version = submission.form_version
    return Told(
        submission.id, submission.instance_id, submission.visit_id, submission.sent_by_id,
        submission.corrects, version.form_id, {}, submission.findings or {},
    )  # fmt: skip


def of_visit(told: Iterable[Told], visit_id: uuid.UUID | None) -> Iterator[Told]:
    """Keep what came from one visit."""
    return (one for one in told if one.visit_id == visit_id)


def risk_in(told: Sequence[Told]) -> int:
    """Give the highest risk among the latest word of each form that says one; 0 for none."""
    latest: dict[str, int] = {}
    for one in told:
        bands = one.findings.get("bands", {}).values()
        risks = [RISK_OF_BAND[band] for band in bands if band in RISK_OF_BAND]
        if risks:
            latest[one.form_id] = max(risks)
    return max(latest.values(), default=0)


# Made once: it is asked with each submission.
_TOLD = (
    select(
        Submission.id, Submission.instance_id, Submission.visit_id, Submission.sent_by_id,
        Submission.corrects, FormVersion.form_id, FormVersion.title.label("form_title"),
        Submission.findings,
    )
    .join(Submission.form_version)
    .join(Submission.visit)
    .where(Visit.case_id == bindparam("case_id"), Submission.state.in_(COUNTED))
    .order_by(Submission.received_at, Submission.id)
)  # fmt: skip
