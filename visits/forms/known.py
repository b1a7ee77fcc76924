"""What the newest answers say of a home, or of a person, of those that a reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from visits.forms.listing import confidential_names
from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, Visit
from visits.sight.reach import Viewer, visible_cases


@dataclass(frozen=True)
class Known:
    """The newest answer about a dwelling, or a person, under one name."""

    question: dict[str, str]
    shown: dict[str, str]
    answered_on: date


def sent_where(session: Session, viewer: Viewer, where: ColumnElement[bool]) -> Sequence[Any]:
    """Select what was answered at some visits, as far as a viewer sees, the oldest first."""
    at = func.coalesce(Submission.ended_at, Submission.received_at)
    return session.execute(
        select(Submission.id, Submission.findings, Submission.received_at, FormVersion.form_id)
        .add_columns(Submission.ended_at)
        .join(Submission.form_version)
        .join(Submission.visit)
        .join(Visit.case)
        .join(Case.person)
        .where(where, Submission.state.in_(COUNTED), visible_cases(viewer))
        .order_by(at, Submission.id)
    ).all()


def known_about(session: Session, sent: Sequence[Any], about: str) -> list[Known]:
    """Give the newest answer of each name; one that only some read is told to nobody here."""
    marked = confidential_names(session, {row.form_id for row in sent})
    found: dict[str, Known] = {}
    for row in sent:
        answered_on = today_in_paris(row.ended_at or row.received_at)
        for name, fact in ((row.findings or {}).get("facts") or {}).items():
            if fact["about"] == about and name not in marked[row.form_id]:
                found[name] = Known(fact["question"], fact["shown"], answered_on)
    return list(found.values())
