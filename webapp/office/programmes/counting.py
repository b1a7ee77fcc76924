"""Whom what a programme says keeps today: counted, condition by condition."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from visits.choosing.audience import Counted, count_kept
from visits.programmes import Audience, Criterion
from visits.programmes.audience import AudienceSchema, CriterionSchema
from webapp.access.auth import viewer
from webapp.frame.transaction import now
from webapp.office.programmes.choices import choices_of
from webapp.office.programmes.kinds import say_condition


def count_said(
    session: Session, said: Mapping[str, Any], *, criteria: bool = False
) -> dict[str, Any] | None:
    """Count whom a programme's public keeps, and each of its criteria if asked.

    None while it does not say whom it is for. A criterion is called by what it asks, as that is
    what is counted, not what it is said to mean.
    """
    audience = _loaded(AudienceSchema(), said.get("audience", {}))
    if not isinstance(audience, Audience):
        return None
    listed = said.get("criterion", ()) if criteria else ()
    rows = [(row, _loaded(CriterionSchema(), row)) for row in listed]
    asked = [(row, one) for row, one in rows if isinstance(one, Criterion)]
    counted: Counted = count_kept(
        session, audience, [one.when for _row, one in asked], viewer(), now=now()
    )
    choices = choices_of(session, {})

    def in_words(conditions: Any) -> str:
        return " · ".join(say_condition(one, choices) for one in conditions)

    conditions = [in_words([one]) for one in said["audience"].get("when", ())]
    return {
        "counted": counted,
        "conditions": list(zip(conditions, counted.conditions, strict=True)),
        "criteria": [
            (in_words(row["when"]), kept)
            for (row, _one), kept in zip(asked, counted.criteria, strict=True)
        ],
    }


def _loaded(schema: Any, said: Any) -> Any:
    return None if schema.validate(said) else schema.load(said)
