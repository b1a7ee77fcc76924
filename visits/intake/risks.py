"""How much at risk a person is, by what the forms said of her last."""

from sqlalchemy.orm import Session

from visits.intake.told import risk_in, told_in
from visits.models.cases import Case


def risk_of(session: Session, case: Case) -> int:
    """Give the highest risk among the latest word of each form that says one; 0 for none."""
    return risk_in(told_in(session, case.id))
