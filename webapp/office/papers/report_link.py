"""The page of a link that brings somebody her report: it asks for her date of birth first.

The token in the address is the link's secret, signed: one that was cut or changed is told apart.
"""

from datetime import date

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from visits.intake.report_links import ReportShut, find_link, open_with
from visits.models.reports import ReportLeft
from webapp.access.auth import public
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.signed_links import PRIVATE, secret_in
from webapp.office.papers.answering import sent_paper
from webapp.office.papers.tenant_reports import said_to

report_link = Blueprint("report_link", __name__, url_prefix="/report-link")


@report_link.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """Ask for the date of birth; the page says nothing of anybody."""
    try:
        with reading() as session:
            _found(session, token)
    except ReportShut as shut:
        return _shut(shut)
    return _page()


@report_link.post("/<token>")
@public
def open_report(token: str) -> ResponseReturnValue:
    """Give the report to who knows the date of birth; a wrong one counts."""
    try:
        with transaction() as session:
            left = _found(session, token, to_change=True)
            hers = open_with(session, left, _typed_birth(), now=now())
        with reading() as session:
            left = _found(session, token)
            said = said_to(session, left.visit, left.reader, left.language) if hers else None
    except ReportShut as shut:
        return _shut(shut)
    if said is None:
        return _page(sentence("report_birth_wrong"))
    answer: Response = sent_paper("tenant_report", said)
    answer.headers.update(PRIVATE)
    return answer


def _found(session: Session, token: str, *, to_change: bool = False) -> ReportLeft:
    secret = secret_in("report_link.show", token)
    if secret is None:
        raise ReportShut("report_link_tampered")
    return find_link(session, secret, now=now(), to_change=to_change)


def _typed_birth() -> date | None:
    try:
        return date.fromisoformat(request.form.get("born_on", ""))
    except ValueError:
        return None


def _page(wrong: str = "") -> tuple[str, int, dict[str, str]]:
    errors = {"born_on": wrong} if wrong else {}
    status = 422 if wrong else 200
    return render_template("report_link/show.html", errors=errors), status, PRIVATE


def _shut(shut: ReportShut) -> ResponseReturnValue:
    page = render_template("order_link/worthless.html", why=sentence(shut.code))
    return page, 410, PRIVATE
