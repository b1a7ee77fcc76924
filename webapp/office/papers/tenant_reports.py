"""The tenant's report of a visit: what it will say and for whom, the paper, how it is left."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.agenda.planning import find_visit
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.intake.reports import (
    LeaveSaid,
    kept_from_leaving,
    leave_report,
    left_of,
    withdraw_report,
)
from visits.intake.visit_file import counted_submissions
from visits.messages.kinds import EMAIL
from visits.messages.ways import wishes_of
from visits.models.reports import LeftHow, ReportReader
from visits.models.visits import Visit
from visits.people.measures import alert_kind, standing_alerts
from visits.sight.withdrawing import WHY_LENGTH
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.signed_links import signed_address
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.telling import report_of

tenant_reports = Blueprint("tenant_reports", __name__, url_prefix="/visits")


@tenant_reports.get("/<uuid:visit_id>/report")
@requires(Action.SEE_ANSWERS)
def show(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Show what the report will say, whom it is for, what to mind with it, and how it is left."""
    return _page(visit_id, _typed_reader(), typed_language())


@tenant_reports.post("/<uuid:visit_id>/report")
@requires(Action.SEE_ANSWERS)
def leave(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Note how the report that was just read is left, or withdraw what was noted."""
    typed = request.form
    said = LeaveSaid(typed.get("how", ""), typed.get("reader", ""), typed.get("language", ""))
    try:
        with transaction() as session:
            visit = find_visit(session, viewer(), visit_id)
            if typed.get("act") == "withdraw":
                withdraw_report(
                    session, visit, _typed_left(), why=typed.get("why", ""), viewer=viewer(),
                    now=now(),
                )  # fmt: skip
            else:
                leave_report(
                    session, visit, said, address_of=_address_of, viewer=viewer(), now=now()
                )
    except Invalid as refused:
        return _again(visit_id, said, errors=refused.fields), 422
    except Conflict as refused:
        return _again(visit_id, said, conflict=refused.code), 409
    flash(_("It is noted how the report is left."), "success")
    return redirect(
        url_for(".show", visit_id=visit_id, reader=said.reader or None, _anchor="leaving")
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
        said = said_to(session, visit, reader, language)
    return sent_paper("tenant_report", said)


def said_to(session: Session, visit: Visit, reader: ReportReader, language: str) -> dict[str, Any]:
    """Say what the report of a visit tells a reader in a language."""
    with force_locale(language):
        return report_of(session, visit, reader)


def _again(
    visit_id: uuid.UUID,
    said: LeaveSaid,
    *,
    errors: dict[str, str] | None = None,
    conflict: str = "",
) -> str:
    reader = said.reader if said.reader in tuple(ReportReader) else ReportReader.HOME
    return _page(visit_id, ReportReader(reader), typed_language(), errors=errors, conflict=conflict)


def _page(
    visit_id: uuid.UUID,
    reader: ReportReader,
    language: str,
    *,
    errors: dict[str, str] | None = None,
    conflict: str = "",
) -> str:
    with showing("tenant_report") as (session, shown):
        visit = _reported(session, visit_id)
        person = visit.case.person
        shown.add(person.id)
        alerts = standing_alerts(session, [person.id]).get(person.id, ())
        wish = wishes_of(session, person.id).get(EMAIL)
        return render_template(
            "papers/report.html",
            visit=visit,
            person=person,
            discretion=[one for one in alerts if alert_kind(one.code) == "discretion"],
            to_review=any(one.is_to_review for one in counted_submissions(session, visit)),
            said=said_to(session, visit, reader, language),
            reader=reader,
            readers=list(ReportReader),
            language=language,
            left=left_of(session, visit),
            ways=[(how, kept_from_leaving(session, visit, how)) for how in LeftHow],
            email=wish.address if wish is not None and wish.agreed else "",
            why_length=WHY_LENGTH,
            typed=request.form,
            conflict=sentence(conflict) if conflict else "",
            errors={name: sentence(code) for name, code in (errors or {}).items()},
        )


def _reported(session: Session, visit_id: uuid.UUID) -> Visit:
    visit = find_visit(session, viewer(), visit_id)
    if not counted_submissions(session, visit):
        raise NotFound("nothing_to_report")
    return visit


def _address_of(secret: str) -> str:
    return signed_address("report_link.show", secret)


def _typed_reader() -> ReportReader:
    try:
        return ReportReader(request.args.get("reader", ""))
    except ValueError:
        return ReportReader.HOME


def _typed_left() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("left", ""))
    except ValueError:
        raise NotFound("report_left_not_found") from None
