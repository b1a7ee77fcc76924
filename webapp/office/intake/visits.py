"""Visits: the list, and one visit with its answers and what they called for."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.audit import FILE_NAME as TIME_LOG
from visits.agenda.doors import ladder_of
from visits.agenda.planning import find_visit
from visits.cases.interpreters import standing_interpreters
from visits.cases.task_list import late_among
from visits.ground.bare import without_metadata
from visits.ground.errors import Invalid, NotFound
from visits.intake.alert_list import alerts_of_visit
from visits.intake.doubles import undecided
from visits.intake.report_list import TO_LEAVE, count_reports
from visits.intake.reports import standing
from visits.intake.reviews import find_submission, review_submission, take_review_back
from visits.intake.sealed_photos import sealed_photos
from visits.intake.unfinished import others_of_dwelling
from visits.intake.visit_file import (
    VisitFilter,
    awaiting_review,
    find_file,
    list_visits,
    visit_file,
    visitors_of_visits,
)
from visits.models.accounts import User
from visits.models.cases import Task
from visits.models.visits import Submission, Visit, VisitState
from visits.people.part_refusals import refused_parts
from visits.stock.bags import fitted_by
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import house, now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.deaths import deaths_of
from webapp.office.frame.listing import wanted_by
from webapp.office.frame.moments import day_of, typed_day, whole_day
from webapp.office.frame.programmes import programme_names
from webapp.office.intake.answers import read_submissions

visits = Blueprint("visits", __name__, url_prefix="/visits")

DAYS_BEFORE, DAYS_AFTER = 7, 30
# Pictures a browser shows by itself; anything else is offered as a download.
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


@visits.get("/")
@requires(Action.SEE_VISITS)
def index() -> ResponseReturnValue:
    """List visits of a span of days, by default the past week and the coming month."""
    today = day_of(now())
    first = _typed_day("from", today - timedelta(days=DAYS_BEFORE))
    last = max(_typed_day("to", today + timedelta(days=DAYS_AFTER)), first)
    only = VisitFilter(
        start_at=whole_day(first)[0],
        end_at=whole_day(last)[1],
        visitor_id=_typed_visitor(),
        state=request.args.get("state", ""),
        to_review=request.args.get("review") == "1",
    )
    with showing("visits") as (session, shown):
        listed = list_visits(session, viewer(), only=only, wanted=wanted_by("start"))
        shown.update(visit.case.person_id for visit in listed.rows)
        return render_template(
            "visits/index.html",
            listed=listed,
            only=only,
            first=first,
            last=last,
            to_review=awaiting_review(session, listed.rows),
            late=late_among(session, Task.visit_id, [visit.id for visit in listed.rows], today),
            visitors=visitors_of_visits(session, viewer()),
            states=list(VisitState),
            programmes=programme_names(session),
            reports=_reports_to_leave(session),
        )


def _reports_to_leave(session: Session) -> int:
    """Count the reports to leave, for who reads answers."""
    if not may(Action.SEE_ANSWERS):
        return 0
    return count_reports(session, viewer(Action.SEE_ANSWERS), which=TO_LEAVE)


def _typed_day(name: str, otherwise: date) -> date:
    try:
        return typed_day(request.args.get(name, ""))
    except ValueError:
        return otherwise


def _typed_visitor() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args.get("visitor", ""))
    except ValueError:
        return None


@visits.get("/<uuid:visit_id>")
@requires(Action.SEE_VISITS)
def show(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Show a visit: who, where, when, what was answered and what follows."""
    with showing("visit") as (session, shown):
        visit = find_visit(session, viewer(), visit_id)
        shown.add(visit.case.person_id)
        return _page(session, visit)


@visits.get("/<uuid:visit_id>/files/<uuid:file_id>")
@requires(Action.SEE_ANSWERS)
def file(visit_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Send a photo or signature that came from a visit."""
    with showing("photo") as (session, shown):
        visit = find_visit(session, viewer(), visit_id)
        found = find_file(session, visit, file_id)
        if found.name == TIME_LOG:  # it may repeat answers that are not for this reader
            raise NotFound("file_not_found")
        if found.name in sealed_photos(session, found.submission):
            raise NotFound("photo_refused")
        shown.add(visit.case.person_id)
    return sent_file(found.name, found.media_type, found.sha256)


def sent_file(name: str, media_type: str, sha256: str) -> Response:
    """Answer with a file that came from a tablet: shown when it is a picture, else offered.

    Kept as it was sent; what it tells beside itself, a place or a device, stays here.
    """
    bare = without_metadata(house().store.get(sha256), media_type=media_type)
    if bare is None:
        raise NotFound("file_withheld")
    picture = media_type in PICTURES
    answer = Response(bare, content_type=media_type if picture else "application/octet-stream")
    answer.headers.set(
        "Content-Disposition", "inline" if picture else "attachment", filename=_ascii(name)
    )
    # Were it a page in disguise, it could do nothing.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _ascii(name: str) -> str:
    kept = "".join(char for char in name if char.isascii() and (char.isalnum() or char in "._-"))
    return kept.lstrip(".") or "file"


@visits.post("/<uuid:visit_id>/submissions/<uuid:submission_id>/review")
@requires(Action.REVIEW_ANSWERS)
def review(visit_id: uuid.UUID, submission_id: uuid.UUID) -> ResponseReturnValue:
    """Note that the marked answers were looked at, or that they are to be looked at again."""
    again = request.form.get("state") == "again"
    try:
        with transaction() as session:
            visit = find_visit(session, viewer(), visit_id)
            found = find_submission(session, visit, submission_id)
            if again:
                reason = request.form.get("reason", "")
                take_review_back(session, found, reason=reason, viewer=viewer(), now=now())
            else:
                note = request.form.get("note", "")
                review_submission(session, found, note=note, viewer=viewer(), now=now())
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        with showing("visit") as (session, shown):
            visit = find_visit(session, viewer(), visit_id)
            shown.add(visit.case.person_id)
            return _page(session, visit, errors), 422
    said = _("The answers are to be reviewed again.") if again else _("The answers are reviewed.")
    flash(said, "success")
    return redirect(url_for(".show", visit_id=visit_id))


def _page(session: Session, visit: Visit, errors: dict[str, str] | None = None) -> str:
    file = visit_file(session, visit)
    reads = may(Action.SEE_ANSWERS)
    readings = read_submissions(session, file.submissions) if reads else ()
    reviewers = {
        str(reading.review["by"]): session.get(User, uuid.UUID(reading.review["by"]))
        for reading in readings
        if reading.review
    }
    return render_template(
        "visits/show.html",
        visit=visit,
        programmes=programme_names(session),
        person=visit.case.person,
        deaths=deaths_of(session, [visit.case.person]),
        dwelling=visit.home,
        interpreter=standing_interpreters(session, [visit.case_id]).get(visit.case_id),
        refused=refused_parts(session, visit.case.person_id),
        readings=readings,
        reviewers=reviewers,
        opened=file.opened,
        alerts=alerts_of_visit(session, visit) if reads else (),
        doubles=undecided(file.submissions) if may(Action.REVIEW_ANSWERS) else (),
        others=_others(session, file.submissions) if reads else {},
        knocks=[one for one in file.attempts if one.visit_id == visit.id],
        ladder=ladder_of(file.attempts),
        fitted=fitted_by(session, [one.id for one in file.submissions]) if reads else (),
        sent=len(file.submissions),
        left=standing(session, visit) if reads else (),
        errors=errors or {},
        typed=request.form,
        parse_moment=datetime.fromisoformat,
    )


def _others(
    session: Session, submissions: Sequence[Submission]
) -> dict[uuid.UUID, Sequence[Submission]]:
    seeing = viewer(Action.SEE_ANSWERS)
    return {one.id: others_of_dwelling(session, seeing, one) for one in submissions}
