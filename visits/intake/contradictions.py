"""Two forms of one visit that say different things of one fact: remarked, never settled by us."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission


def contradictions_of(session: Session, submission: Submission) -> list[dict[str, Any]]:
    """List the facts that another form of the same visit answers otherwise.

    Each with the question and both answers in words. A fact is a question of one name that lasts;
    one for certain readers only is none.
    """
    if submission.visit_id is None:
        return []
    others = (
        select(Submission.findings, FormVersion.title)
        .join(Submission.form_version)
        .where(Submission.visit_id == submission.visit_id, Submission.id != submission.id)
        .where(Submission.state.in_(COUNTED))
        .where(FormVersion.form_id != submission.form_version.form_id)
        .order_by(Submission.received_at, Submission.id)
    )
    mine = (submission.findings or {}).get("facts", {})
    found = []
    for findings, title in session.execute(others):
        theirs = (findings or {}).get("facts", {})
        found += [
            {
                "name": name,
                "question": fact["question"],
                "here": fact["shown"],
                "there": theirs[name]["shown"],
                "form": title,
            }
            for name, fact in mine.items()
            if name in theirs and _differ(fact["value"], theirs[name]["value"])
        ]
    return found


def _differ(one: str, other: str) -> bool:
    """Tell whether two answers say different things; 2 and 2.0 and an order of choices do not."""
    try:
        return float(one) != float(other)
    except ValueError:
        return sorted(one.split()) != sorted(other.split())
