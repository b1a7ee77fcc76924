"""What the door refused and a visitor hands to the coordinator as it is: kept apart, never lost."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.following.setting_aside import reason_given
from visits.ground.clocks import on_our_clock
from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, TooManyTries
from visits.ground.file_store import FileStore
from visits.intake.submissions import MAX_FILES, MAX_NAME, SentFile, record_submission
from visits.models.accounts import Device
from visits.models.handed_in import HandedIn, HandedInFile, HandedInKind
from visits.models.visits import Submission
from visits.sight import Reach, Viewer

# Against a tablet gone mad: a visitor has a handful of forms a day, each with a few photos.
MOST_A_DAY = 200
MOST_BYTES_A_DAY = 2_000_000_000


@dataclass(frozen=True)
class RefusedItem:
    """An item the door refused, as the tablet tells of it.

    `item_id` is the instance id of a form or the id of a report; `reason` the code of the refusal;
    `content` the XML or the JSON, None in a request that only adds files.
    """

    item_id: str
    kind: HandedInKind
    reason: str
    content: bytes | None = None
    files: Sequence[SentFile] = ()
    visit_said: uuid.UUID | None = None
    sent_at: datetime | None = None


def hand_in(
    session: Session,
    store: FileStore,
    refused: RefusedItem,
    *,
    viewer: Viewer,
    now: datetime,
    device_id: uuid.UUID | None = None,
) -> HandedIn:
    """Keep a refused item and its files, byte for byte; the same again changes nothing.

    Other content under the same id is kept beside the first. Raises Invalid for too many files,
    TooManyTries over `MOST_A_DAY` items or `MOST_BYTES_A_DAY` of one account.
    """
    _look_at(refused)
    for file in refused.files:
        store.put(session, file.data)
    # A tablet that lost its answer sends again while the first try is still at work.
    take_turn(session, f"handed in {viewer.user_id}")
    kept = _kept(session, refused, viewer) or _begun(session, refused, viewer, now, device_id)
    if refused.content is not None and kept.content is None:
        kept.content = refused.content
        kept.sha256 = hashlib.sha256(refused.content).hexdigest()
        kept.size = len(refused.content)
    _add_files(kept, refused.files)
    session.flush()
    _refuse_flood(session, viewer, now)
    return kept


def _look_at(refused: RefusedItem) -> None:
    if len(refused.files) > MAX_FILES:
        raise Invalid({"files": "too_many_files"})
    if any(not file.name or len(file.name) > MAX_NAME for file in refused.files):
        raise Invalid({"files": "bad_file_name"})


def _kept(session: Session, refused: RefusedItem, viewer: Viewer) -> HandedIn | None:
    """Find what this adds to: the same content, or what lacks its content still."""
    statement = (
        select(HandedIn)
        .where(HandedIn.sent_by_id == viewer.user_id, HandedIn.kind == refused.kind)
        .where(HandedIn.item_id == refused.item_id)
        .order_by(HandedIn.received_at.desc(), HandedIn.id)
    )
    known = session.scalars(statement).all()
    if refused.content is None:
        return known[0] if known else None
    digest = hashlib.sha256(refused.content).hexdigest()
    same = [one for one in known if one.sha256 == digest]
    lacking = [one for one in known if one.content is None]
    return next(iter(same or lacking), None)


def _begun(
    session: Session,
    refused: RefusedItem,
    viewer: Viewer,
    now: datetime,
    device_id: uuid.UUID | None,
) -> HandedIn:
    device = session.get(Device, device_id) if device_id is not None else None
    sent_at = refused.sent_at
    kept = HandedIn(
        item_id=refused.item_id,
        kind=refused.kind,
        visit_said=refused.visit_said,
        reason=refused.reason,
        content=None,
        sha256="",
        size=0,
        sent_by_id=viewer.user_id,
        device_name=device.name if device is not None else None,
        sent_at=on_our_clock(sent_at, sent_at=sent_at, now=now) if sent_at else None,
        received_at=now,
        files=[],
    )
    session.add(kept)
    return kept


def _add_files(kept: HandedIn, files: Sequence[SentFile]) -> None:
    known = {(file.name, file.sha256) for file in kept.files}
    for file in files:
        digest = hashlib.sha256(file.data).hexdigest()
        if (file.name, digest) in known:
            continue
        known.add((file.name, digest))
        kept.files.append(
            HandedInFile(
                name=file.name,
                sha256=digest,
                size=len(file.data),
                media_type=file.media_type[:100],
            )
        )
    if len(kept.files) > MAX_FILES:
        raise Invalid({"files": "too_many_files"})


def _refuse_flood(session: Session, viewer: Viewer, now: datetime) -> None:
    of_today = (
        HandedIn.sent_by_id == viewer.user_id,
        HandedIn.received_at > now - timedelta(days=1),
    )
    items = session.scalar(select(func.count(HandedIn.id)).where(*of_today)) or 0
    content = session.scalar(select(func.sum(HandedIn.size)).where(*of_today)) or 0
    files = session.scalar(
        select(func.sum(HandedInFile.size)).join(HandedInFile.handed_in).where(*of_today)
    )
    if items > MOST_A_DAY or content + (files or 0) > MOST_BYTES_A_DAY:
        raise TooManyTries("too_many_handed_in")


def take_in(
    session: Session, store: FileStore, item: HandedIn, *, viewer: Viewer, now: datetime
) -> Submission:
    """Record a form that was handed in, as its visitor's and of no visit; the item is closed.

    Raises what recording raises: the item stays as it is then.
    """
    if item.kind is not HandedInKind.SUBMISSION or item.content is None or item.closed_at:
        raise Conflict("already_dealt_with")
    sender = item.sent_by
    kept = record_submission(
        session,
        store,
        xml=item.content,
        files=[SentFile(one.name, one.media_type, store.get(one.sha256)) for one in item.files],
        viewer=Viewer(sender.id, sender.organisation_id, sender.territory_id, Reach.OWN),
        now=now,
    )
    item.closed_at, item.closed_by_id, item.submission = now, viewer.user_id, kept
    session.flush()
    return kept


def close(item: HandedIn, *, reason: str, viewer: Viewer, now: datetime) -> None:
    """Note that an item was dealt with; raises Invalid without a reason."""
    if item.closed_at is not None:
        raise Conflict("already_dealt_with")
    item.closed_reason = reason_given(reason)
    item.closed_at, item.closed_by_id = now, viewer.user_id


def open_again(item: HandedIn) -> None:
    """Let an item wait again; one that was taken in stays so."""
    if item.closed_at is None or item.submission_id is not None:
        raise Conflict("already_dealt_with")
    item.closed_at = item.closed_by_id = item.closed_reason = None
