"""Two forms of one visit that say different things of one fact: remarked, never settled by us."""

from collections.abc import Iterable
from typing import Any

from visits.intake.told import Told, of_visit
from visits.models.visits import Submission


def contradictions_of(submission: Submission, told: Iterable[Told]) -> list[dict[str, Any]]:
    """List the facts that another form of the same visit answers otherwise.

    Each with the question and both answers in words. `told` is what else counts in the case. A
    fact is a question of one name that lasts; one for certain readers only is none.
    """
    mine = (submission.findings or {}).get("facts", {})
    found = []
    for one in of_visit(told, submission.visit_id):
        if one.form_id == submission.form_version.form_id:
            continue
        theirs = one.findings.get("facts", {})
        found += [
            {
                "name": name,
                "question": fact["question"],
                "here": fact["shown"],
                "there": theirs[name]["shown"],
                "form": one.form_title,
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
