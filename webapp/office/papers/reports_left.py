"""The reports of finished visits: which are to leave or to print, printed in one go, undone."""

import uuid
from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.intake.report_list import (
    LISTS,
    TO_LEAVE,
    TO_PRINT,
    count_reports,
    list_reports,
    standing_by_visit,
)
from visits.intake.report_prints import (
    MOST_REPORTS,
    address_of_report,
    print_reports,
    recent_report_runs,
    reports_of_run,
    undo_reports,
)
from visits.intake.reports import kept_from_leaving
from visits.models.reports import LeftHow, ReportLeft
from visits.models.visits import Visit
from visits.sight.listing import Listed
from webapp.access.auth import Action, requires, viewer
from webapp.documents.typeset import together, typeset
from webapp.frame.errors import sentence
from webapp.frame.languages import moment
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.papers.tenant_reports import said_to
from webapp.words import word

reports_left = Blueprint("reports_left", __name__, url_prefix="/visits/reports")


@reports_left.get("/")
@requires(Action.SEE_ANSWERS)
def index() -> ResponseReturnValue:
    """List the reports of finished visits, by default those to leave, the oldest first."""
    return _page()


@reports_left.get("/reports.csv")
@requires(Action.SEE_ANSWERS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("reports_left") as (session, shown):
        listed = list_reports(session, viewer(), which=_which(), wanted=whole(wanted_by("start")))
        shown.update(one.case.person_id for one in listed.rows)
        lines = list(_lines(session, listed))
    return list_file("comptes-rendus.csv", lines, of=listed)


@reports_left.post("/")
@requires(Action.SEE_ANSWERS)
def print_all() -> ResponseReturnValue:
    """Take what is to be posted in one print run."""
    try:
        with transaction() as session:
            run_id = print_reports(session, viewer(), now=now()).id
    except Conflict as refused:
        return _page(sentence(refused.code)), 409
    flash(_("The reports are ready: open the PDF and print it."), "success")
    return redirect(url_for(".show", report_run_id=run_id))


@reports_left.get("/<uuid:report_run_id>")
@requires(Action.SEE_ANSWERS)
def show(report_run_id: uuid.UUID) -> ResponseReturnValue:
    """Show a print run: whose reports, the PDF, and how it is undone."""
    with showing("reports_left") as (session, shown):
        found = reports_of_run(session, viewer(), report_run_id)
        shown.update(one.visit.case.person_id for one in found)
        return render_template("papers/report_run.html", run=found[0].printed, found=found)


@reports_left.get("/<uuid:report_run_id>/reports.pdf")
@requires(Action.SEE_ANSWERS)
def pdf(report_run_id: uuid.UUID) -> ResponseReturnValue:
    """Give the reports of a run as one PDF, each under its address."""
    with showing("tenant_report_made") as (session, shown):
        found = reports_of_run(session, viewer(), report_run_id)
        shown.update(one.visit.case.person_id for one in found)
        said = [_addressed(session, one) for one in found]
    papers = [typeset("tenant_report", one, made_at=now()) for one in said]
    answer = Response(together(papers), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename="comptes-rendus.pdf")
    return answer


@reports_left.post("/<uuid:report_run_id>")
@requires(Action.SEE_ANSWERS)
def undo(report_run_id: uuid.UUID) -> ResponseReturnValue:
    """Let the reports of a run wait again."""
    with transaction() as session:
        count = len(undo_reports(session, report_run_id, viewer=viewer(), now=now()))
    said = ngettext("%(num)d report waits again.", "%(num)d reports wait again.", count)
    flash(said, "success")
    return redirect(url_for(".index", state=TO_PRINT))


def _page(said: str = "") -> str:
    which = TO_PRINT if said else _which()
    with showing("reports_left") as (session, shown):
        listed = list_reports(session, viewer(), which=which, wanted=wanted_by("start"))
        shown.update(one.case.person_id for one in listed.rows)
        left = standing_by_visit(session, listed.rows)
        return render_template(
            "papers/reports.html",
            listed=listed,
            which=which,
            lists=LISTS,
            left=left,
            kept={one.id: _kept(session, one, left.get(one.id, ())) for one in listed.rows},
            to_print=count_reports(session, viewer(), which=TO_PRINT),
            runs=recent_report_runs(session, viewer()),
            most=MOST_REPORTS,
            said=said,
        )


def _kept(session: Session, visit: Visit, left: Sequence[ReportLeft]) -> str:
    """Say why what waits to be printed will not be."""
    waits = any(one.how is LeftHow.POST and one.waits for one in left)
    return kept_from_leaving(session, visit, LeftHow.POST) if waits else ""


def _addressed(session: Session, left: ReportLeft) -> dict[str, object]:
    said = said_to(session, left.visit, left.reader, left.language)
    return said | {"to": address_of_report(left).lines}


def _which() -> str:
    asked = request.args.get("state", "")
    return asked if asked in LISTS else TO_LEAVE


def _lines(session: Session, listed: Listed[Visit]) -> Iterator[tuple[object, ...]]:
    yield (
        _("Date and time"), _("Person"), _("City"), _("Visit by"), _("How it is left"),
        _("Noted by"), _("Noted on"),
    )  # fmt: skip
    left = standing_by_visit(session, listed.rows)
    for one in listed.rows:
        noted = left.get(one.id, ())
        yield (
            moment(one.planned_start_at),
            one.case.person.name,
            one.home.residence.city if one.home else one.place or "",
            one.visitor.name,
            ", ".join(word("report_left", it.how) for it in noted),
            ", ".join(it.noted_by.name for it in noted),
            ", ".join(moment(it.noted_at) for it in noted),
        )
