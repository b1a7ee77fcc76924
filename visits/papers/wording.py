"""A landlord's own words on its papers: said, kept version by version, put back."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.bare import without_metadata
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.models.accounts import Organisation
from visits.models.papers import PaperChange, PaperField
from visits.sight import Viewer

TEXT_LENGTH = 600
TEXTS = tuple(field for field in PaperField if field is not PaperField.LOGO)
LARGEST_LOGO = 300 * 1024
# So many dots a side: more would be a photograph, or a small file that unpacks to a huge one.
WIDEST_LOGO = 3000
_PNG = b"\x89PNG\r\n\x1a\n"


def wording_of(session: Session, landlord_id: uuid.UUID) -> dict[PaperField, str]:
    """Give what a landlord says in each place; a place without a word of its own is left out."""
    said = {one.field: one.content for one in reversed(changes_of(session, landlord_id))}
    return {field: text for field, text in said.items() if text}


def changes_of(session: Session, landlord_id: uuid.UUID) -> Sequence[PaperChange]:
    """List all a landlord ever said on its papers, the latest first."""
    statement = (
        select(PaperChange)
        .where(PaperChange.landlord_id == landlord_id)
        .options(joinedload(PaperChange.noted_by))
        .order_by(PaperChange.noted_at.desc(), PaperChange.id.desc())
    )
    return session.scalars(statement).all()


def say(
    session: Session,
    landlord_id: uuid.UUID,
    said: Mapping[PaperField, str],
    *,
    seen: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Say some texts otherwise from now on; what is as it was makes no version.

    `seen` is the id of the latest change that was read, empty for none: Conflict when somebody
    said something since. Raises Invalid for a text over `TEXT_LENGTH` characters.
    """
    texts = {field: text.strip().replace("\r\n", "\n") for field, text in said.items()}
    long = {field: "too_long" for field, text in texts.items() if len(text) > TEXT_LENGTH}
    if long:
        raise Invalid({str(field): code for field, code in long.items()})
    _hold(session, landlord_id, seen)
    standing = wording_of(session, landlord_id)
    for field, text in texts.items():
        if text != standing.get(field, ""):
            _note(session, landlord_id, field, text, viewer=viewer, now=now)


def keep_logo(
    session: Session,
    store: FileStore,
    landlord_id: uuid.UUID,
    data: bytes,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Put a picture at the head of the papers; none takes it away. Raises Invalid for no PNG.

    It is kept without its metadata.
    """
    digest = store.put(session, _bare_logo(data)) if data else ""
    if digest != wording_of(session, landlord_id).get(PaperField.LOGO, ""):
        _note(session, landlord_id, PaperField.LOGO, digest, viewer=viewer, now=now)


def _bare_logo(data: bytes) -> bytes:
    wide, high = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if len(data) > LARGEST_LOGO or max(wide, high) > WIDEST_LOGO:
        raise Invalid({"logo": "logo_too_large"})
    bare = without_metadata(data, media_type="image/png") if data.startswith(_PNG) else None
    if not bare:
        raise Invalid({"logo": "logo_unreadable"})
    return bare


def put_back(
    session: Session,
    landlord_id: uuid.UUID,
    change_id: uuid.UUID,
    *,
    viewer: Viewer,
    now: datetime,
) -> PaperField:
    """Say again what a landlord said once; gives where. Raises NotFound."""
    change = session.get(PaperChange, change_id)
    if change is None or change.landlord_id != landlord_id:
        raise NotFound("paper_change_not_found")
    if change.content != wording_of(session, landlord_id).get(change.field, ""):
        _note(session, landlord_id, change.field, change.content, viewer=viewer, now=now)
    return change.field


def _hold(session: Session, landlord_id: uuid.UUID, seen: str) -> None:
    """Let one write at a time, and only over what she has read."""
    session.get_one(Organisation, landlord_id, with_for_update={"key_share": True})
    latest = next(iter(changes_of(session, landlord_id)), None)
    if seen != (str(latest.id) if latest else ""):
        raise Conflict("wording_said_since")


def _note(
    session: Session,
    landlord_id: uuid.UUID,
    field: PaperField,
    said: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    picture = field is PaperField.LOGO
    session.add(
        PaperChange(
            landlord_id=landlord_id,
            field=field,
            said="" if picture else said,
            sha256=(said or None) if picture else None,
            noted_at=now,
            noted_by_id=viewer.user_id,
        )
    )
    session.flush()
