"""What comes back from a home: kept as sent, checked, assessed, and what it calls for opened."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.assessment import Called, assess
from diagnostics.facts import facts
from diagnostics.form import Question, parse_form
from diagnostics.submission import BadSubmission, Checked, check, read_head
from diagnostics.wellformed import Head
from visits.clocks import OLDEST, put_right, read_moment, skew_of
from visits.db import take_turn
from visits.deadlines import due_at
from visits.doubles import doubts_of
from visits.errors import DifferentSubmission, Invalid
from visits.file_store import FileStore
from visits.kits import record_fitted
from visits.map_points import refresh_map
from visits.models.accounts import Device
from visits.models.people import AccessKind, Consent, ConsentScope
from visits.models.programmes import EnrolmentState
from visits.models.visits import (
    LIVE,
    Consequence,
    Submission,
    SubmissionFile,
    SubmissionState,
    Visit,
    VisitState,
)
from visits.privacy import log_access
from visits.published_forms import LANGUAGES, consequences_of, find_form
from visits.queries import Viewer
from visits.queries.carried import find_carried_visit, hold_visit
from visits.risks import risk_of
from visits.visit_forms import missing_forms
from visits.what_follows import open_what_follows

CONSENTS = tuple(scope.value for scope in ConsentScope)
MAX_FILES = 200
MAX_NAME = 255
MAX_ID = 100

# A tablet that does not tell its time may still be a time zone off.
CLOCK_SKEW = timedelta(days=1)


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
    device_id: uuid.UUID | None = None,
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
    known = session.scalars(
        select(Submission).where(Submission.instance_id == parcel.head.instance_id)
    ).one_or_none()
    if known is None:
        visit = find_carried_visit(session, viewer, visit_id, now=now) if visit_id else None
        known = _keep(session, parcel, visit=visit, viewer=viewer, now=now)
        _note_tablet(session, known, parcel.head, device_id=device_id, sent_at=sent_at, now=now)
    else:
        _refuse_another(known, parcel, viewer)
    _keep_files(session, known, parcel)
    if known.state is SubmissionState.INCOMPLETE and not incomplete:
        if known.visit_id is not None:
            hold_visit(session, known.visit_id)
        _conclude(session, known, viewer=viewer, now=now)
    return known


@dataclass(frozen=True)
class _Parcel:
    """What came through the door, its photos on the disk already. `digests` are by file name."""

    head: Head
    xml: bytes
    sha256: str
    files: Sequence[SentFile]
    digests: Mapping[str, str]


def _unpack(session: Session, store: FileStore, xml: bytes, files: Sequence[SentFile]) -> _Parcel:
    head = read_head(xml)
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
    return _Parcel(head, xml, hashlib.sha256(xml).hexdigest(), files, digests)


def _keep(
    session: Session, parcel: _Parcel, *, visit: Visit | None, viewer: Viewer, now: datetime
) -> Submission:
    kept = Submission(
        instance_id=parcel.head.instance_id,
        visit=visit,
        form_version=find_form(session, parcel.head.form_id, parcel.head.version),
        sent_by_id=viewer.user_id,
        xml=parcel.xml,
        sha256=parcel.sha256,
        received_at=now,
        state=SubmissionState.INCOMPLETE,
        files=[],
        consequences=[],
    )
    session.add(kept)
    session.flush()
    return kept


def _note_tablet(
    session: Session,
    kept: Submission,
    head: Head,
    *,
    device_id: uuid.UUID | None,
    sent_at: datetime | None,
    now: datetime,
) -> None:
    """Note which tablet sent it, and when the visit began and ended by our clock."""
    device = session.get(Device, device_id) if device_id is not None else None
    kept.device_name = device.name if device is not None else None
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


def _keep_files(session: Session, submission: Submission, parcel: _Parcel) -> None:
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
    session.flush()


def _conclude(session: Session, submission: Submission, *, viewer: Viewer, now: datetime) -> None:
    version = submission.form_version
    form = parse_form(version.xform)
    checked = check(form, submission.xml, now=filled_at(submission))
    assessment = assess(form, checked, consequences_of(version))
    doubts = doubts_of(session, submission)
    doubtful = bool(checked.violations or checked.corrected or checked.unknown or doubts)
    submission.state = SubmissionState.TO_REVIEW if doubtful else SubmissionState.CHECKED
    submission.findings = {
        **(submission.findings or {}),
        "doubts": doubts,
        "violations": [asdict(violation) for violation in checked.violations],
        "corrected": [corrected._asdict() for corrected in checked.corrected],
        "unknown": list(checked.unknown),
        "scores": assessment.scores,
        "bands": assessment.bands,
        "facts": {name: asdict(fact) for name, fact in facts(form, checked).items()},
    }
    opened = [_open(submission, called, now) for called in assessment.called]
    session.flush()
    record_fitted(session, submission, checked, now=now)
    if submission.visit is not None:
        _close_visit(session, submission, submission.visit, checked, now)
        open_what_follows(session, submission.visit.enrolment, opened, now=now)
        _tell_others(session, submission.visit, viewer, now)


def filled_at(submission: Submission) -> datetime:
    """Give the visit's end as the tablet wrote it, if believable: `today()` meant that day.

    By the tablet's clock, right or wrong, so that its form and ours calculate the same.
    """
    ended_at = read_moment(read_head(submission.xml).ended_at)
    received_at = submission.received_at
    if ended_at is None:
        return received_at
    try:
        in_truth = ended_at - timedelta(seconds=submission.clock_skew_s or 0)
    except OverflowError:
        return received_at
    believable = received_at - OLDEST < in_truth < received_at + CLOCK_SKEW
    return ended_at if believable else received_at


def _open(submission: Submission, called: Called, now: datetime) -> Consequence:
    consequence = Consequence(
        position=len(submission.consequences),
        path=called.path,
        kind=called.kind,
        code=called.code,
        severity=called.severity or None,
        owner=called.owner or None,
        due_at=due_at(now, called.due) if called.due else None,
        label=dict(called.label),
        causes=[asdict(cause) for cause in called.causes],
    )
    submission.consequences.append(consequence)
    return consequence


def _close_visit(
    session: Session,
    submission: Submission,
    visit: Visit,
    checked: Checked,
    now: datetime,
) -> None:
    if visit.state in LIVE:
        if missing_forms(session, visit):
            visit.state = VisitState.UNDER_WAY
        else:
            visit.state, visit.done_at = VisitState.DONE, now
            visit.enrolment.state = EnrolmentState.VISITED
    visit.enrolment.risk = risk_of(session, visit.enrolment) or visit.enrolment.risk
    _keep_consents(session, submission, visit, checked, now)


def _keep_consents(
    session: Session, submission: Submission, visit: Visit, checked: Checked, now: datetime
) -> None:
    version = submission.form_version
    questions = {one.name: one for one in parse_form(version.xform).questions}
    for name, answer in _flat(checked.values):
        scope = _consent_scope(name)
        if scope is None or answer not in ("yes", "no"):
            continue
        session.add(
            Consent(
                person_id=visit.enrolment.person_id,
                scope=scope,
                given=answer == "yes",
                at=now,
                text_version=f"{version.form_id} {version.version}"[:32],
                read_out=_read_out(questions[name]) if name in questions else None,
                submission_id=submission.id,
            )
        )


def _read_out(question: Question) -> dict[str, str]:
    """Give the words of a question and its hint, by language: what the person agreed to."""
    return {
        language: f"{question.label(language)} {question.hint(language)}".strip()
        for language in LANGUAGES
    }


def _consent_scope(name: str) -> ConsentScope | None:
    """Read the scope from a question's name: `health_agreed`, `share_ccas`."""
    scope = "sharing" if name.startswith("share_") else name.removesuffix("_agreed")
    known = scope != name and scope in CONSENTS
    return ConsentScope(scope) if known else None


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        else:
            yield name, value


def _tell_others(session: Session, visit: Visit, viewer: Viewer, now: datetime) -> None:
    refresh_map(session, [visit.enrolment.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[visit.enrolment.person_id],
        kind=AccessKind.WRITE,
        what="submission_recorded",
        now=now,
    )
