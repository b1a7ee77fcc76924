"""The files that were uploaded, without their content."""

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session, defer, joinedload

from visits.models.accounts import User
from visits.models.portfolio import Import, ImportState
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.reach import Reach, Viewer

ORDER: dict[str, Any] = {
    "when": Import.uploaded_at,
    "file": Import.file_name,
    "kind": Import.kind,
    "state": Import.state,
}


def visible_imports(viewer: Viewer | None) -> ColumnElement[bool]:
    """Give the condition on `Import`: whoever has a territory sees what she brought herself.

    A file may speak of persons from anywhere, whatever its sender's territory; of one landlord.
    """
    if viewer is None or viewer.reach is Reach.ALL:
        return true()
    if viewer.reach is Reach.LANDLORD:
        return Import.landlord_id == viewer.landlord_id
    its = Import.landlord_id == viewer.landlord_id if viewer.landlord_id else true()
    return and_(its, Import.uploaded_by_id == viewer.user_id)


def list_imports(session: Session, viewer: Viewer, *, wanted: Wanted) -> Listed[Import]:
    """List uploaded files."""
    statement = (
        select(Import)
        .where(visible_imports(viewer))
        .options(defer(Import.content), defer(Import.problems), joinedload(Import.landlord))
    )
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=Import.id)


def names_of(session: Session, user_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Give the names of users."""
    statement = select(User.id, User.name).where(User.id.in_(set(user_ids)))
    return {user_id: name for user_id, name in session.execute(statement)}


def imported_before(session: Session, viewer: Viewer, kept: Import) -> Import | None:
    """Find the latest import of the very same bytes, if there was one."""
    statement = (
        select(Import)
        .options(defer(Import.content), defer(Import.problems))
        .where(Import.sha256 == kept.sha256, Import.id != kept.id)
        .where(Import.state == ImportState.IMPORTED, visible_imports(viewer))
        .order_by(Import.imported_at.desc(), Import.id.desc())
        .limit(1)
    )
    return session.scalars(statement).one_or_none()
