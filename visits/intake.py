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
from diagnostics.form import parse_form
from diagnostics.submission import BadSubmission, Checked, check, read_head
from diagnostics.wellformed import Head
from visits.db import take_turn
from visits.deadlines import PARIS, due_at
from visits.errors import DifferentSubmission, Invalid, NotFound
from visits.file_store import FileStore
from visits.kits import record_fitted
from visits.map_points import refresh_map
from visits.models.people import AccessKind, Consent, ConsentScope
from visits.models.portfolio import FormVersion
from visits.models.programmes import Enrolment, EnrolmentState
from visits.models.visits import (
    Consequence,
    Submission,
    SubmissionFile,
    SubmissionState,
    Visit,
    VisitState,
)
from visits.privacy import log_access
from visits.published_forms import consequences_of, find_form
from visits.queries import Viewer
from visits.visit_forms import NOT_COUNTED, missing_forms, received_forms
from visits.what_follows import open_what_follows

RISK_OF_BAND = {"low": 1, "intermediate": 2, "high": 3}
LIVE = (VisitState.PLANNED, VisitState.UNDER_WAY)
ENDED_OTHERWISE = (VisitState.CANCELLED, VisitState.FAILED)
CONSENTS = tuple(scope.value for scope in ConsentScope)
MAX_FILES = 200
MAX_NAME = 255
MAX_ID = 100

# A tablet may come back after a month; its clock may run fast.
OLDEST, CLOCK_SKEW = timedelta(days=60), timedelta(days=1)


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
) -> Submission:
    """Keep a submission and open what it calls for; the same one again gives the same row.

    `incomplete` says that more files are to come (OpenRosa's `*isIncomplete*`). Raises
    diagnostics' BadSubmission when it is no submission at all, NotFound for an unknown form or a
    visit of somebody else, DifferentSubmission when this id is kept with other bytes.
    """
    head = read_head(xml)
    if not 0 < len(head.instance_id) <= MAX_ID:
        raise BadSubmission("Ce formulaire rempli n’a pas de numéro valable (instanceID).")
    # A tablet that lost its answer sends again while the first try is still at work.
    take_turn(session, f"submission {head.instance_id}")
    known = session.scalars(
        select(Submission).where(Submission.instance_id == head.instance_id)
    ).one_or_none()
    if known is None:
        visit = _own_visit(session, viewer, visit_id) if visit_id else None
        known = _keep(session, head, xml, visit=visit, viewer=viewer, now=now)
    else:
        _refuse_another(known, xml, viewer)
    _keep_files(session, store, known, files)
    if known.state is SubmissionState.INCOMPLETE and not incomplete:
        _conclude(session, known, viewer=viewer, now=now)
    return known


def _keep(
    session: Session, head: Head, xml: bytes, *, visit: Visit | None, viewer: Viewer, now: datetime
) -> Submission:
    kept = Submission(
        instance_id=head.instance_id,
        visit=visit,
        form_version=find_form(session, head.form_id, head.version),
        sent_by_id=viewer.user_id,
        xml=xml,
        sha256=hashlib.sha256(xml).hexdigest(),
        received_at=now,
        state=SubmissionState.INCOMPLETE,
        files=[],
        consequences=[],
    )
    session.add(kept)
    session.flush()
    return kept


def _own_visit(session: Session, viewer: Viewer, visit_id: uuid.UUID) -> Visit:
    # A visit cancelled meanwhile did take place: what was found there is kept all the same.
    visit = session.get(Visit, visit_id, with_for_update={"key_share": True})
    if visit is None or visit.visitor_id != viewer.user_id:
        raise NotFound("visit_not_found")
    return visit


def _refuse_another(known: Submission, xml: bytes, viewer: Viewer) -> None:
    if known.sha256 != hashlib.sha256(xml).hexdigest() or known.sent_by_id != viewer.user_id:
        raise DifferentSubmission("different_submission", instance_id=known.instance_id)


def _keep_files(
    session: Session, store: FileStore, submission: Submission, files: Sequence[SentFile]
) -> None:
    kept = {file.name: file.sha256 for file in submission.files}
    if len(set(kept) | {file.name for file in files}) > MAX_FILES:
        raise Invalid({"files": "too_many_files"})
    for file in files:
        if not file.name or len(file.name) > MAX_NAME:
            raise Invalid({"files": "bad_file_name"})
        digest = hashlib.sha256(file.data).hexdigest()
        if kept.get(file.name, digest) != digest:
            raise DifferentSubmission("different_file", name=file.name)
        if file.name in kept:
            continue
        kept[file.name] = store.put(file.data)
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
    checked = check(form, submission.xml, now=filled_at(submission.xml, now))
    assessment = assess(form, checked, consequences_of(version))
    doubtful = bool(checked.violations or checked.corrected or checked.unknown)
    doubtful = doubtful or _came_beside(session, submission)
    submission.state = SubmissionState.TO_REVIEW if doubtful else SubmissionState.CHECKED
    submission.findings = {
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


def filled_at(xml: bytes, now: datetime) -> datetime:
    """Give the visit's end as the tablet wrote it, if believable: `today()` meant that day."""
    try:
        ended_at = datetime.fromisoformat(read_head(xml).ended_at)
    except ValueError:
        return now
    if ended_at.tzinfo is None:
        ended_at = ended_at.replace(tzinfo=PARIS)
    return ended_at if now - OLDEST < ended_at < now + CLOCK_SKEW else now


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
    visit.enrolment.risk = _risk(session, visit.enrolment) or visit.enrolment.risk
    _keep_consents(session, submission, visit, checked, now)


def _came_beside(session: Session, submission: Submission) -> bool:
    """Tell whether the visit had ended otherwise meanwhile, or has this very form already."""
    visit = submission.visit
    if visit is None:
        return False
    if visit.state in ENDED_OTHERWISE or visit.visitor_id != submission.sent_by_id:
        return True
    return submission.form_version.form_id in received_forms(session, [visit.id]).get(
        visit.id, set()
    )


def _risk(session: Session, enrolment: Enrolment) -> int:
    """Give the highest risk among the latest word of each form that says one; 0 for none."""
    statement = (
        select(FormVersion.form_id, Submission.findings)
        .join(Submission.form_version)
        .join(Submission.visit)
        .where(Visit.enrolment_id == enrolment.id, Submission.state.not_in(NOT_COUNTED))
        .order_by(Submission.received_at)
    )
    latest: dict[str, int] = {}
    for form_id, findings in session.execute(statement):
        bands = (findings or {}).get("bands", {}).values()
        risks = [RISK_OF_BAND[band] for band in bands if band in RISK_OF_BAND]
        if risks:
            latest[form_id] = max(risks)
    return max(latest.values(), default=0)


def _keep_consents(
    session: Session, submission: Submission, visit: Visit, checked: Checked, now: datetime
) -> None:
    version = submission.form_version
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
                submission_id=submission.id,
            )
        )


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
