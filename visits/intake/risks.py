"""How much at risk a person is, by what the forms said of her last."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.cases import Case
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, Visit

RISK_OF_BAND = {"low": 1, "intermediate": 2, "high": 3}


def risk_of(session: Session, case: Case) -> int:
    """Give the highest risk among the latest word of each form that says one; 0 for none."""
    statement = (
        select(FormVersion.form_id, Submission.findings)
        .join(Submission.form_version)
        .join(Submission.visit)
        .where(Visit.case_id == case.id, Submission.state.in_(COUNTED))
        .order_by(Submission.received_at, Submission.id)
    )
    latest: dict[str, int] = {}
    for form_id, findings in session.execute(statement):
        bands = (findings or {}).get("bands", {}).values()
        risks = [RISK_OF_BAND[band] for band in bands if band in RISK_OF_BAND]
        if risks:
            latest[form_id] = max(risks)
    return max(latest.values(), default=0)
