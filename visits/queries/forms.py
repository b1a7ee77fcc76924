"""Published forms as the office lists them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.models.accounts import User
from visits.models.portfolio import FormVersion
from visits.models.visits import Submission


@dataclass(frozen=True)
class ListedForm:
    """A version: who published it when, and how often it was filled."""

    form_id: str
    version: str
    title: dict[str, Any]
    published_at: datetime
    published_by: str | None
    retired_at: datetime | None
    submissions: int


def list_form_versions(session: Session, *, form_id: str = "") -> list[ListedForm]:
    """List every version, or those of one form, by form and the newest first."""
    filled = (
        select(func.count(Submission.id))
        .where(Submission.form_version_id == FormVersion.id)
        .correlate(FormVersion)
        .scalar_subquery()
    )
    statement = (
        select(FormVersion.form_id, FormVersion.version, FormVersion.title)
        .add_columns(FormVersion.published_at, User.name, FormVersion.retired_at, filled)
        .outerjoin(User, User.id == FormVersion.published_by_id)
        .order_by(FormVersion.form_id, FormVersion.published_at.desc())
    )
    if form_id:
        statement = statement.where(FormVersion.form_id == form_id)
    return [ListedForm(*row) for row in session.execute(statement)]
