"""Workbooks handed in: kept as drafts to be looked at and tried, until somebody publishes them."""

import uuid
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from diagnostics.workbook import Examination, Problem, Validation
from visits.forms.published import (
    WorkbookFile,
    columns_of,
    files_of,
    keep_files,
    publish_form,
    published,
)
from visits.ground.errors import Conflict, NotFound
from visits.ground.file_store import FileStore
from visits.models.portfolio import FormDraft, FormVersion


def keep_draft(
    session: Session,
    store: FileStore,
    examined: Examination,
    workbook: WorkbookFile,
    *,
    validation: Validation,
    by: uuid.UUID,
    now: datetime,
) -> FormDraft:
    """Keep a workbook that could be published, the files beside it and what was said of it.

    Raises Conflict for one that could not, and for a file beside it that cannot be read.
    """
    if examined.form is None:
        raise Conflict("draft_refused")
    draft = FormDraft(
        **columns_of(examined.form),
        workbook=workbook.data,
        workbook_name=workbook.name[-200:],
        files=[asdict(one) for one in keep_files(session, store, examined.files)],
        warnings=[asdict(warning) for warning in examined.warnings],
        validation=asdict(validation),
        uploaded_at=now,
        uploaded_by_id=by,
    )
    session.add(draft)
    session.flush()
    return draft


def find_draft(session: Session, draft_id: uuid.UUID) -> FormDraft:
    """Find a draft; raises NotFound."""
    found = session.get(FormDraft, draft_id)
    if found is None:
        raise NotFound("draft_not_found")
    return found


def publish_draft(
    session: Session, draft_id: uuid.UUID, *, by: uuid.UUID, now: datetime
) -> FormVersion:
    """Publish a draft for ever, and let go of it.

    Raises Conflict when ODK Validate refused it, or its version is published with another content.
    """
    draft = find_draft(session, draft_id)
    if draft.validation["errors"]:
        raise Conflict("draft_refused")
    workbook = WorkbookFile(draft.workbook_name, draft.workbook)
    form, files = published(draft), files_of(draft)
    version = publish_form(session, form, by=by, now=now, workbook=workbook, files=files)
    session.delete(draft)
    return version


def delete_draft(session: Session, draft_id: uuid.UUID) -> None:
    """Throw a draft away."""
    session.execute(delete(FormDraft).where(FormDraft.id == draft_id))


def warnings_of(draft: FormDraft) -> list[Problem]:
    """Give what was said of a draft when it was handed in."""
    return [Problem(**warning) for warning in draft.warnings]
