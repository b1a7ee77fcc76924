"""A submission that names no visit: given to one, or set aside; both can be taken back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from visits.agenda.carried import hold_visit
from visits.agenda.visit_forms import missing_forms
from visits.cases.appointments import call_off, move_visit
from visits.cases.coming import make_for
from visits.cases.stages import after_cancelling, move
from visits.cases.tasks import CASE_CLOSED, reopen_answered, tasks_of, withdraw
from visits.following.corrections import versions_before
from visits.following.setting_aside import reason_given, set_aside, take_back, take_up
from visits.following.what_follows import open_urgent_works
from visits.ground.errors import Conflict
from visits.intake.conclusion import judge, read_checked, settle
from visits.intake.risks import risk_of
from visits.mapping.points import refresh_map
from visits.models.cases import CaseState
from visits.models.people import AccessKind, Consent
from visits.models.visits import COUNTED, Submission, SubmissionState, Visit, VisitState
from visits.sight import Viewer
from visits.sight.access_log import log_access


def attach(
    session: Session, submission: Submission, visit: Visit, *, viewer: Viewer, now: datetime
) -> None:
    """Give a submission to the visit it comes from; all that follows a visit follows now, once.

    Raises Conflict when it has a visit already or does not count.
    """
    if submission.visit_id is not None or submission.state not in COUNTED:
        raise Conflict("already_attached")
    hold_visit(session, visit.id)
    case = visit.case
    note = {
        "by": str(viewer.user_id),
        "at": now.isoformat(),
        "visit_state": visit.state.value,
        "done_at": visit.done_at.isoformat() if visit.done_at else None,
        "case_state": case.state.value,
    }
    submission.visit = visit
    submission.findings = {**(submission.findings or {}), "attached": note}
    # Earlier versions of these answers are read beside them.
    for first in versions_before(session, submission):
        if first.visit_id is None and first.sent_by_id == submission.sent_by_id:
            first.visit = visit
    session.flush()
    judge(session, submission)
    settle(session, submission, read_checked(submission), viewer=viewer, now=now)


def detach(session: Session, submission: Submission, *, viewer: Viewer, now: datetime) -> None:
    """Take a submission from the visit it was given to: it waits again and counts for nobody.

    Where its case was closed since, the visit is not to be made. Raises Conflict when nobody
    attached it.
    """
    visit, note = submission.visit, (submission.findings or {}).get("attached")
    if visit is None or not note or submission.state not in COUNTED:
        raise Conflict("not_attached")
    hold_visit(session, visit.id)
    dwelling_id, person_id = visit.case.dwelling_id, visit.case.person_id
    take_back(session, submission, viewer=viewer, now=now)
    session.execute(delete(Consent).where(Consent.submission_id == submission.id))
    submission.visit = None
    findings = {**(submission.findings or {})}
    findings.pop("attached")
    submission.findings, submission.decided_at = findings, None
    session.flush()
    judge(session, submission)
    open_urgent_works(session, submission.consequences, now=now)
    _reopen_visit(session, visit, note)
    if visit.is_planned and not visit.case.is_open:
        _end_with_case(session, visit, viewer=viewer, now=now)
    make_for(session, [visit.case], now=now)
    visit.case.risk = risk_of(session, visit.case)
    session.flush()
    refresh_map(session, [dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person_id],
        kind=AccessKind.WRITE,
        what="submission_detached",
        now=now,
    )


def _reopen_visit(session: Session, visit: Visit, note: dict[str, str | None]) -> None:
    """Put the visit back to where it stood, unless other answers made it what it is."""
    if visit.state is not VisitState.DONE or not missing_forms(session, visit):
        return
    others = any(one.state in COUNTED for one in visit.submissions)
    before = VisitState(str(note["visit_state"]))
    to = VisitState.UNDER_WAY if others else before
    if to is VisitState.DONE:
        return
    move_visit(visit, to)
    visit.done_at = None
    if visit.case.state is CaseState.VISITED:
        move(visit.case, CaseState(str(note["case_state"])))
    reopen_answered(session, visit)


def _end_with_case(session: Session, visit: Visit, *, viewer: Viewer, now: datetime) -> None:
    """Call off a visit of a closed case; what it was for is due when the case is open again."""
    due = [one for one in tasks_of(session, visit.case_id) if one.visit_id == visit.id]
    to_come = visit.planned_start_at > now
    call_off(session, visit, reason=CASE_CLOSED, now=now, told=to_come)
    for task in due:
        if task.is_open:
            withdraw(task, why=CASE_CLOSED, by=viewer.user_id, now=now)
    after_cancelling(session, visit.case)


def leave_aside(
    session: Session,
    submission: Submission,
    *,
    reason: str,
    cancel: Collection[UUID],
    viewer: Viewer,
    now: datetime,
) -> None:
    """Set aside a submission without a visit; its open orders go on unless `cancel` names them.

    Raises Conflict when it has a visit or does not count, Invalid without a reason.
    """
    if submission.visit_id is not None or submission.state not in COUNTED:
        raise Conflict("already_attached")
    reason = reason_given(reason)
    set_aside(
        session, submission, cancel=cancel, reason=reason, note={}, viewer=viewer, now=now
    )  # fmt: skip


def take_up_again(session: Session, submission: Submission, *, now: datetime) -> None:
    """Let a submission without a visit wait in the queue again; raises Conflict for another."""
    note = (submission.findings or {}).get("set_aside", {})
    aside = submission.state is SubmissionState.SET_ASIDE and "corrected_by" not in note
    if submission.visit_id is not None or not aside:
        raise Conflict("not_set_aside")
    take_up(session, submission, now=now)
