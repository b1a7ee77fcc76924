"""What comes back from a home: kept as sent, checked, assessed, and what it calls for opened."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from diagnostics.submission import BadSubmission
from diagnostics.wellformed import Element, Head, head_of, read_submission
from visits.agenda.carried import find_carried_visit, hold_visit
from visits.forms.published import find_light_form
from visits.ground.clocks import put_right, read_moment, skew_of
from visits.ground.db import new_id, take_turn
from visits.ground.errors import DifferentSubmission, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.intake.conclusion import conclude
from visits.models.people import ConsentScope
from visits.models.visits import (
    Submission,
    SubmissionFile,
    SubmissionState,
    Visit,
)
from visits.sight import Viewer

CONSENTS = tuple(scope.value for scope in ConsentScope)
MAX_FILES = 200
MAX_NAME = 255
MAX_ID = 100

# A tablet that does not tell its time may still be a time zone off.
CLOCK_SKEW = timedelta(days=1)


# Made once: it is asked with each submission.
_KNOWN = select(Submission).where(Submission.instance_id == bindparam("instance_id"))


@dataclass(frozen=True)
class SentFile:
    """A photo or signature as it came."""

    name: str
    media_type: str
    data: bytes


def record_submission(
    session: Session,
    store: FileStore,
    *,
    xml: bytes,
    files: Sequence[SentFile],
    viewer: Viewer,
    now: datetime,
    visit_id: uuid.UUID | None = None,
    incomplete: bool = False,
    sent_at: datetime | None = None,
    device_name: str | None = None,
) -> Submission:
    """Keep a submission and open what it calls for; the same one again gives the same row.

    `incomplete` says that more files are to come (OpenRosa's `*isIncomplete*`); `sent_at` is the
    moment of sending by the tablet's own clock. Raises diagnostics' BadSubmission when it is no
    submission at all, NotFound for an unknown form or a visit of somebody else,
    DifferentSubmission when this id is kept with other bytes.
    """
    # Before the first statement: reading and the disk hold up no other writer.
    parcel = _unpack(session, store, xml, files)
    # A tablet that lost its answer sends again while the first try is still at work.
    take_turn(session, f"submission {parcel.head.instance_id}")
    known = session.scalars(_KNOWN, {"instance_id": parcel.head.instance_id}).one_or_none()
    if known is None:
        visit = find_carried_visit(session, viewer, visit_id, now=now) if visit_id else None
        visit = (
            visit
            or _visit_answered(session, parcel.head, viewer, now)
            or _visit_of_first(session, parcel.head, viewer)
        )
        known = _begin(session, parcel, visit=visit, viewer=viewer, now=now)
        _note_tablet(known, parcel.head, device_name=device_name, sent_at=sent_at, now=now)
    else:
        _refuse_another(known, parcel, viewer)
        if known.visit_id is not None and known.state is SubmissionState.INCOMPLETE:
            hold_visit(session, known.visit_id)
    _keep_files(known, parcel)
    if known.state is SubmissionState.INCOMPLETE and not incomplete:
        conclude(session, known, parcel.sent, viewer=viewer, now=now)
    session.add(known)
    session.flush()
    return known


@dataclass(frozen=True)
class _Parcel:
    """What came through the door, its photos on the disk already. `digests` are by file name."""

    sent: Element
    head: Head
    xml: bytes
    sha256: str
    files: Sequence[SentFile]
    digests: Mapping[str, str]


def _unpack(session: Session, store: FileStore, xml: bytes, files: Sequence[SentFile]) -> _Parcel:
    sent = read_submission(xml)
    head = head_of(sent)
    if not 0 < len(head.instance_id) <= MAX_ID:
        raise BadSubmission("Ce formulaire rempli n’a pas de numéro valable (instanceID).")
    if len(files) > MAX_FILES:
        raise Invalid({"files": "too_many_files"})
    digests: dict[str, str] = {}
    for file in files:
        if not file.name or len(file.name) > MAX_NAME:
            raise Invalid({"files": "bad_file_name"})
        digest = hashlib.sha256(file.data).hexdigest()
        if digests.setdefault(file.name, digest) != digest:
            raise DifferentSubmission("different_file", name=file.name)
    for file in files:
        store.put(session, file.data)
    return _Parcel(sent, head, xml, hashlib.sha256(xml).hexdigest(), files, digests)


def _begin(
    session: Session, parcel: _Parcel, *, visit: Visit | None, viewer: Viewer, now: datetime
) -> Submission:
    """Take down what came, not yet in the session: it is written once, with what it means."""
    version = find_light_form(session, parcel.head.form_id, parcel.head.version)
    kept = Submission(
        id=new_id(),
        instance_id=parcel.head.instance_id,
        visit_id=visit.id if visit is not None else None,
        form_version_id=version.id,
        sent_by_id=viewer.user_id,
        xml=parcel.xml,
        sha256=parcel.sha256,
        received_at=now,
        state=SubmissionState.INCOMPLETE,
        corrects=parcel.head.corrects[:MAX_ID] or None,
        files=[],
        consequences=[],
    )
    # As if they were read: a visit that is written meanwhile does not wait for what came from it.
    set_committed_value(kept, "visit", visit)
    set_committed_value(kept, "form_version", version)
    return kept


def _visit_answered(session: Session, head: Head, viewer: Viewer, now: datetime) -> Visit | None:
    """Give the visit that was chosen in ODK Collect; a wrong answer is no reason to refuse it."""
    try:
        return find_carried_visit(session, viewer, uuid.UUID(head.visit), now=now)
    except (ValueError, NotFound):
        return None


def _visit_of_first(session: Session, head: Head, viewer: Viewer) -> Visit | None:
    """Give the visit of the version that this one corrects: ODK Collect names none."""
    if not head.corrects:
        return None
    statement = select(Submission).where(
        Submission.instance_id == head.corrects, Submission.sent_by_id == viewer.user_id
    )
    first = session.scalars(statement).one_or_none()
    same_form = first is not None and first.form_version.form_id == head.form_id
    if first is None or first.visit_id is None or not same_form:
        return None
    hold_visit(session, first.visit_id)
    return first.visit


def _note_tablet(
    kept: Submission,
    head: Head,
    *,
    device_name: str | None,
    sent_at: datetime | None,
    now: datetime,
) -> None:
    """Note which tablet sent it, and when the visit began and ended by our clock."""
    kept.device_name = device_name
    skew = skew_of(sent_at, now=now)
    kept.clock_skew_s = None if skew is None else round(skew.total_seconds())
    unbelieved = []
    for name, text in (("started_at", head.started_at), ("ended_at", head.ended_at)):
        said = read_moment(text)
        if said is None:
            continue
        right = put_right(said, skew=skew, now=now)
        setattr(kept, name, right.at)
        if not right.believed:
            unbelieved.append(name)
    kept.findings = {"unbelieved": unbelieved} if unbelieved else None


def _refuse_another(known: Submission, parcel: _Parcel, viewer: Viewer) -> None:
    if known.sha256 != parcel.sha256 or known.sent_by_id != viewer.user_id:
        raise DifferentSubmission("different_submission", instance_id=known.instance_id)


def _keep_files(submission: Submission, parcel: _Parcel) -> None:
    kept = {file.name: file.sha256 for file in submission.files}
    if len({**kept, **parcel.digests}) > MAX_FILES:
        raise Invalid({"files": "too_many_files"})
    for file in parcel.files:
        digest = parcel.digests[file.name]
        if kept.get(file.name, digest) != digest:
            raise DifferentSubmission("different_file", name=file.name)
        if file.name in kept:
            continue
        kept[file.name] = digest
        submission.files.append(
            SubmissionFile(
                name=file.name,
                sha256=digest,
                size=len(file.data),
                media_type=file.media_type[:100],
            )
        )
