"""Published forms as the office lists them."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from diagnostics.form import parse_form
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.portfolio import FormDraft, FormVersion
from visits.models.visits import Submission, Visit
from visits.sight.reach import Viewer, visible_cases

READERS_MARK = b":readers="


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
    has_workbook: bool
    in_use: bool = False


@dataclass(frozen=True)
class ListedDraft:
    """A workbook handed in and not published yet."""

    id: uuid.UUID
    form_id: str
    version: str
    title: dict[str, Any]
    workbook_name: str
    uploaded_at: datetime
    uploaded_by: str


def list_drafts(session: Session, *, form_id: str = "") -> list[ListedDraft]:
    """List the drafts, or those of one form, the latest first."""
    statement = (
        select(FormDraft.id, FormDraft.form_id, FormDraft.version, FormDraft.title)
        .add_columns(FormDraft.workbook_name, FormDraft.uploaded_at, User.name)
        .join(User, User.id == FormDraft.uploaded_by_id)
        .order_by(FormDraft.uploaded_at.desc(), FormDraft.id.desc())
    )
    if form_id:
        statement = statement.where(FormDraft.form_id == form_id)
    return [ListedDraft(*row) for row in session.execute(statement)]


def list_form_versions(session: Session, viewer: Viewer, *, form_id: str = "") -> list[ListedForm]:
    """List every version, or those of one form, by form and the newest first.

    How often one was filled counts what the viewer may see, and what came without a visit.
    """
    seen = (select(Visit.id).join(Visit.case).join(Case.person)).where(visible_cases(viewer))
    filled = (
        select(func.count(Submission.id))
        .where(Submission.form_version_id == FormVersion.id)
        .where(or_(Submission.visit_id.is_(None), Submission.visit_id.in_(seen)))
        .correlate(FormVersion)
        .scalar_subquery()
    )
    statement = (
        select(FormVersion.form_id, FormVersion.version, FormVersion.title)
        .add_columns(FormVersion.published_at, User.name, FormVersion.retired_at, filled)
        .add_columns(FormVersion.workbook.is_not(None))
        .outerjoin(User, User.id == FormVersion.published_by_id)
        .order_by(FormVersion.form_id, FormVersion.published_at.desc(), FormVersion.version.desc())
    )
    if form_id:
        statement = statement.where(FormVersion.form_id == form_id)
    return list(_marked([ListedForm(*row) for row in session.execute(statement)]))


def _marked(listed: list[ListedForm]) -> Iterator[ListedForm]:
    """Mark of each form the newest version that is not retired: new visits are filled with it."""
    seen: set[str] = set()
    for one in listed:
        in_use = one.retired_at is None and one.form_id not in seen
        if in_use:
            seen.add(one.form_id)
        yield replace(one, in_use=in_use)


def confidential_names(session: Session, form_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Name by form the questions that only some read, and who, as any of its versions marks them.

    Answers given before a question was marked are no less confidential.
    """
    versions = session.execute(
        select(FormVersion.form_id, FormVersion.xform).where(FormVersion.form_id.in_(form_ids))
    )
    found: dict[str, dict[str, str]] = {form_id: {} for form_id in form_ids}
    for form_id, xform in versions:
        binds = parse_form(xform).binds if READERS_MARK in xform else {}
        marked = ((path.rpartition("/")[2], bind.readers) for path, bind in binds.items())
        found[form_id].update((name, readers) for name, readers in marked if readers)
    return found
