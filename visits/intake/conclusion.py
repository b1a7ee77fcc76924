"""What a whole submission means: checked, assessed, and what it calls for opened, once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.assessment import Called, assess
from diagnostics.codes import Kind
from diagnostics.facts import facts
from diagnostics.falls import falls_told
from diagnostics.form import Question
from diagnostics.kit_left import items_left
from diagnostics.kits import items_used
from diagnostics.recall import outcome_of, recall
from diagnostics.submission import Checked, check
from diagnostics.wellformed import Element, head_of, read_submission
from visits.agenda.visit_forms import missing_forms
from visits.cases.appointments import move_visit
from visits.cases.coming import make_for
from visits.cases.stages import after_call, after_visit
from visits.cases.tasks import answered_by
from visits.following.corrections import corrected_by, correction_of
from visits.following.setting_aside import supersede
from visits.following.what_follows import open_urgent_works, open_what_follows, works_left
from visits.forms.published import LANGUAGES, read_form
from visits.ground.clocks import OLDEST, read_moment
from visits.ground.deadlines import today_in_paris
from visits.homes.traits import note_answers
from visits.intake.contradictions import contradictions_of
from visits.intake.doubles import doubts_of
from visits.intake.kept_savings import keep_savings
from visits.intake.risks import risk_of
from visits.intake.sealed_photos import photos_of
from visits.intake.told import Told, of_visit, others, risk_in, told_in, told_of
from visits.mapping.points import refresh_map
from visits.models.people import AccessKind, Consent, ConsentScope, PartRefusal, RefusedPart
from visits.models.visits import LIVE, Consequence, Submission, SubmissionState, Visit, VisitState
from visits.people.part_refusals import refused_parts
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.stock.bags import record_fitted
from visits.surroundings.delivering import note_surroundings
from visits.works.delays import Terms, terms_of

CONSENTS = tuple(scope.value for scope in ConsentScope)

# A tablet that does not tell its time may still be a time zone off.
CLOCK_SKEW = timedelta(days=1)
MOST_AT_ONCE = 50  # submissions checked while nobody else can write


def conclude(
    session: Session, submission: Submission, sent: Element, *, viewer: Viewer, now: datetime
) -> None:
    """Check and assess what has arrived whole, and open what follows.

    One that names no visit opens only what cannot wait, of a home unknown; the rest follows when
    it is attached. One that a later version corrects already opens nothing.
    """
    read = read_form(submission.form_version)
    form = read.form
    checked = check(form, sent, now=_filled_at(submission, head_of(sent).ended_at))
    assessment = assess(form, checked, read.consequences)
    submission.findings = {
        **(submission.findings or {}),
        "violations": [asdict(violation) for violation in checked.violations],
        "corrected": [corrected._asdict() for corrected in checked.corrected],
        "unknown": list(checked.unknown),
        "scores": assessment.scores,
        "bands": assessment.bands,
        "facts": {name: asdict(fact) for name, fact in facts(form, checked).items()},
    }
    if (falls := falls_told(form, checked)) is not None:
        submission.findings["falls"] = asdict(falls)
    if (left := items_left(form, checked)) is not None:
        submission.findings["kit_left"] = left
    submission.outcome = outcome_of(form, checked)
    terms = _terms(session, submission, assessment.called, now=now)
    for called in assessment.called:
        _call_for(submission, called, terms, now=now)
    aside = _beside(session, submission)
    judge(session, submission, aside)
    later = _later(session, submission, aside)
    if later is None:
        _keep_to_refusals(submission, checked, aside.refused)
    session.add(submission)  # all that is said of it is known by now: it is written once
    session.flush()
    used = items_used(read.consequences, assessment.called, checked)
    record_fitted(session, submission, used, now=now)
    if later is not None:
        supersede(session, submission, later, viewer=viewer, now=now)
    elif submission.visit is not None:
        _settle(session, submission, checked, aside, fresh=True, viewer=viewer, now=now)
    else:
        open_urgent_works(session, submission.consequences, now=now)
        _replace_first(session, submission, viewer=viewer, now=now)


@dataclass(frozen=True)
class Beside:
    """What is known beside a submission: what else counts in its case, what the person refuses."""

    told: Sequence[Told] = ()
    refused: Mapping[RefusedPart, PartRefusal] = field(default_factory=dict)


def _beside(session: Session, submission: Submission) -> Beside:
    visit = submission.visit
    if visit is None:
        return Beside()
    told = others(told_in(session, visit.case_id), submission)
    return Beside(told, refused_parts(session, visit.case.person_id))


def _later(session: Session, submission: Submission, aside: Beside) -> Submission | None:
    """Find the later version, when it came before; most of the time what is told has none."""
    corrects = {one.corrects for one in aside.told}
    if submission.visit is not None and submission.instance_id not in corrects:
        return None
    return correction_of(session, submission)


def judge(session: Session, submission: Submission, aside: Beside | None = None) -> None:
    """Say whether somebody should look at a submission before it is believed, and why."""
    told = (aside or _beside(session, submission)).told
    first = corrected_by(session, submission)
    doubts = doubts_of(session, submission, told, corrected=first)
    contradictions = contradictions_of(submission, told)
    findings = {**(submission.findings or {}), "doubts": doubts, "contradictions": contradictions}
    marks = (
        "violations", "corrected", "unknown", "doubts", "contradictions", "against_refusal",
    )  # fmt: skip
    doubtful = any(findings.get(mark) for mark in marks)
    submission.findings = findings
    submission.state = SubmissionState.TO_REVIEW if doubtful else SubmissionState.CHECKED


def settle(
    session: Session, submission: Submission, checked: Checked, *, viewer: Viewer, now: datetime
) -> None:
    """Let a submission count for its visit: state, consents, what follows, risk, map, log."""
    aside = _beside(session, submission)
    _keep_to_refusals(submission, checked, aside.refused)
    _settle(session, submission, checked, aside, viewer=viewer, now=now)


def _settle(
    session: Session,
    submission: Submission,
    checked: Checked,
    aside: Beside,
    *,
    fresh: bool = False,
    viewer: Viewer,
    now: datetime,
) -> None:
    visit = submission.visit
    assert visit is not None
    told = [*aside.told, told_of(submission)]
    risk_before = visit.case.risk
    visit.case.risk = risk_in(told) or risk_before
    close_visit(session, visit, told, now)
    _keep_consents(session, submission, visit, checked, aside.refused, now)
    keep_savings(session, submission, checked)
    called = submission.consequences
    refused = aside.refused
    open_what_follows(session, visit.case, called, refused=refused, fresh=fresh, now=now)
    if _replace_first(session, submission, viewer=viewer, now=now):
        visit.case.risk = risk_of(session, visit.case) or risk_before
    refresh_map(session, [visit.case.dwelling_id])
    if (home := visit.was_in_id or visit.case.dwelling_id) is not None:
        note_answers(session, submission, home, now=now)
        note_surroundings(session, submission, checked.values, home, viewer=viewer, now=now)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[visit.case.person_id],
        kind=AccessKind.WRITE,
        what="submission_recorded",
        now=now,
    )


def _replace_first(
    session: Session, submission: Submission, *, viewer: Viewer, now: datetime
) -> bool:
    first = corrected_by(session, submission)
    if first is not None:
        supersede(session, first, submission, viewer=viewer, now=now)
    return first is not None


def read_checked(submission: Submission, *, language: str = "fr") -> Checked:
    """Give a stored submission as it was checked when it came; no rule is worked out again."""
    form, sent = read_form(submission.form_version).form, read_submission(submission.xml)
    at = _filled_at(submission, head_of(sent).ended_at)
    if submission.outcome is None:
        return check(form, sent, now=at, language=language)
    return recall(form, sent, submission.outcome, now=at, language=language)


def keep_outcomes(session: Session, *, now: datetime) -> int:
    """Work out, some at a time, what the check told of submissions from before it was kept."""
    statement = (
        select(Submission)
        .where(Submission.outcome.is_(None), Submission.state != SubmissionState.INCOMPLETE)
        .where(Submission.received_at <= now)
        .order_by(Submission.received_at.desc(), Submission.id)
        .limit(MOST_AT_ONCE)
    )
    touched = 0
    for submission in session.scalars(statement):
        form = read_form(submission.form_version).form
        submission.outcome = outcome_of(form, read_checked(submission))
        touched += 1
    return touched


def _filled_at(submission: Submission, said: str) -> datetime:
    """Give the visit's end as the tablet wrote it, if believable: `today()` meant that day.

    By the tablet's clock, right or wrong, so that its form and ours calculate the same.
    """
    ended_at = read_moment(said)
    received_at = submission.received_at
    if ended_at is None:
        return received_at
    try:
        in_truth = ended_at - timedelta(seconds=submission.clock_skew_s or 0)
    except OverflowError:
        return received_at
    believable = received_at - OLDEST < in_truth < received_at + CLOCK_SKEW
    return ended_at if believable else received_at


def _terms(
    session: Session, submission: Submission, called: Sequence[Called], *, now: datetime
) -> Terms:
    """Read how long what is called for may wait, where any of it has an end."""
    if not any(one.due or one.kind == Kind.WORK_ORDER for one in called):
        return Terms({})
    landlord_id = submission.visit.case.landlord_id if submission.visit is not None else None
    return terms_of(session, landlord_id, on=today_in_paris(now))


def _call_for(submission: Submission, called: Called, terms: Terms, *, now: datetime) -> None:
    consequence = Consequence(
        position=len(submission.consequences),
        path=called.path,
        kind=called.kind,
        code=called.code,
        severity=called.severity or None,
        owner=called.owner or None,
        due_at=terms.end(called.kind, called.severity, called.due, since=now),
        label=dict(called.label),
        causes=[asdict(cause) for cause in called.causes],
    )
    submission.consequences.append(consequence)


def close_visit(session: Session, visit: Visit, told: Iterable[Told], now: datetime) -> None:
    """Let a live visit be done once its required forms are here, under way before."""
    if visit.state not in LIVE:
        return
    visit.was_in_id = visit.was_in_id or visit.case.dwelling_id
    if missing_forms(session, visit, {one.form_id for one in of_visit(told, visit.id)}):
        move_visit(visit, VisitState.UNDER_WAY)
    else:
        move_visit(visit, VisitState.DONE)
        visit.done_at = now
        with session.no_autoflush:
            answered_by(session, visit, now=now)
        if visit.is_by_phone:
            after_call(session, visit.case, today=today_in_paris(now))
        else:
            after_visit(session, visit)
        make_for(session, [visit.case], now=now)


def _keep_to_refusals(
    submission: Submission, checked: Checked, refused: Collection[RefusedPart]
) -> None:
    """Mark what a submission brings of the parts that the person refuses, for somebody to read."""
    if submission.visit is None:
        return
    agreed = {_consent_scope(name) for name, said in _flat(checked.values) if said == "yes"}
    against = {part for part in refused if part.value in {str(scope) for scope in agreed}}
    if RefusedPart.PHOTOS in refused and photos_of(submission):
        against.add(RefusedPart.PHOTOS)
    if works_left(submission.consequences, refused):
        against.add(RefusedPart.WORKS)
    submission.findings = {**(submission.findings or {}), "against_refusal": sorted(against)}
    if against:
        submission.state = SubmissionState.TO_REVIEW


def _keep_consents(
    session: Session,
    submission: Submission,
    visit: Visit,
    checked: Checked,
    refused_by_her: Iterable[RefusedPart],
    now: datetime,
) -> None:
    version = submission.form_version
    questions = {one.name: one for one in read_form(version).form.questions}
    refused = set(map(str, refused_by_her))
    for name, answer in _flat(checked.values):
        scope = _consent_scope(name)
        if scope is None or answer not in ("yes", "no"):
            continue
        if answer == "yes" and scope in refused:
            continue  # until she takes her refusal back, no agreement is read out of a form
        session.add(
            Consent(
                person_id=visit.case.person_id,
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
