"""Published diagnostics: immutable versions, the newest of which new visits are filled with."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from diagnostics.form import parse_form
from diagnostics.workbook import Consequence, PublishedForm
from visits.errors import Conflict, NotFound
from visits.models.portfolio import FormVersion

LANGUAGES = ("fr", "en")


def publish_form(
    session: Session, form: PublishedForm, *, by: uuid.UUID | None, now: datetime
) -> FormVersion:
    """Keep a form version for ever; publishing the very same one again is harmless.

    Raises Conflict when this version exists with another content: a change is a new version.
    """
    known = session.scalars(_version(form.form_id, form.version)).one_or_none()
    if known is not None:
        if known.sha256 != form.sha256:
            raise Conflict("version_already_published", version=form.version)
        return known
    shown = parse_form(form.xform)
    version = FormVersion(
        form_id=form.form_id,
        version=form.version,
        title={language: shown.title(language) for language in LANGUAGES},
        xform=form.xform,
        consequences=[asdict(row) for row in form.consequences],
        sha256=form.sha256,
        published_at=now,
        published_by_id=by,
    )
    session.add(version)
    session.flush()
    return version


def find_form(session: Session, form_id: str, version: str) -> FormVersion:
    """Find the very version a submission was filled with, retired or not."""
    found = session.scalars(_version(form_id, version)).one_or_none()
    if found is None:
        raise NotFound("form_not_found", form=form_id, version=version)
    return found


def current_form(session: Session, form_id: str) -> FormVersion:
    """Find the newest version of a form that is not retired."""
    statement = (
        select(FormVersion)
        .where(FormVersion.form_id == form_id, FormVersion.retired_at.is_(None))
        .order_by(FormVersion.published_at.desc(), FormVersion.version.desc())
        .limit(1)
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("form_not_found", form=form_id)
    return found


def list_forms(session: Session) -> Sequence[FormVersion]:
    """List every version, by form and newest first."""
    statement = select(FormVersion).order_by(FormVersion.form_id, FormVersion.published_at.desc())
    return session.scalars(statement).all()


def consequences_of(version: FormVersion) -> tuple[Consequence, ...]:
    """Give the consequences a version may call for, as the workbook said them."""
    return tuple(
        Consequence(**{**row, "causes": tuple(row["causes"])}) for row in version.consequences
    )


def _version(form_id: str, version: str) -> Select[FormVersion]:
    return select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.version == version)
