"""The tenant's report of a visit: what it will say and for whom, then the paper."""

import uuid
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy.orm import Session

from visits.agenda.planning import find_visit
from visits.ground.errors import Conflict, NotFound
from visits.intake.leaving import Reader
from visits.intake.visit_file import counted_submissions
from visits.models.visits import Visit
from visits.people.measures import alert_kind, standing_alerts
from webapp.access.auth import Action, requires, viewer
from webapp.office.frame.access import showing
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.telling import report_of

tenant_reports = Blueprint("tenant_reports", __name__, url_prefix="/visits")


@tenant_reports.get("/<uuid:visit_id>/report")
@requires(Action.SEE_ANSWERS)
def show(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Show what the report will say, whom it is for, and what to mind with it."""
    reader, language = _typed_reader(), typed_language()
    with showing("tenant_report") as (session, shown):
        visit = _reported(session, visit_id)
        person = visit.case.person
        shown.add(person.id)
        alerts = standing_alerts(session, [person.id]).get(person.id, ())
        return render_template(
            "papers/report.html",
            visit=visit,
            person=person,
            discretion=[one for one in alerts if alert_kind(one.code) == "discretion"],
            to_review=any(one.is_to_review for one in counted_submissions(session, visit)),
            said=_said(session, visit, reader, language),
            reader=reader,
            readers=list(Reader),
            language=language,
        )


@tenant_reports.get("/<uuid:visit_id>/report.pdf")
@requires(Action.SEE_ANSWERS)
def paper(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Give the report as a PDF."""
    reader, language = _typed_reader(), typed_language()
    with showing("tenant_report_made") as (session, shown):
        visit = _reported(session, visit_id)
        if visit.case.person.died_on is not None:
            raise Conflict("report_to_the_dead")
        shown.add(visit.case.person_id)
        said = _said(session, visit, reader, language)
    return sent_paper("tenant_report", said)


def _reported(session: Session, visit_id: uuid.UUID) -> Visit:
    visit = find_visit(session, viewer(), visit_id)
    if not counted_submissions(session, visit):
        raise NotFound("nothing_to_report")
    return visit


def _said(session: Session, visit: Visit, reader: Reader, language: str) -> dict[str, Any]:
    with force_locale(language):
        return report_of(session, visit, reader)


def _typed_reader() -> Reader:
    try:
        return Reader(request.args.get("reader", ""))
    except ValueError:
        return Reader.HOME
