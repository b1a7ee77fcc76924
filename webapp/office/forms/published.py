"""Published forms: which versions there are, what one asks and calls for, what changed."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.workbook import compare, read_workbook, write_workbook
from visits.forms.listing import ListedForm, list_drafts, list_form_versions
from visits.forms.published import (
    WorkbookFile,
    current_form,
    files_of,
    find_form,
    published,
    retire_form,
    use_again,
    workbook_of,
)
from visits.ground.errors import Conflict, NotFound
from visits.models.portfolio import FormVersion
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import current_language
from webapp.frame.security import content_policy
from webapp.frame.transaction import now, reading, transaction
from webapp.office.forms.contents import change_name, contents, labels_of

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

form_pages = Blueprint("published_forms", __name__, url_prefix="/forms")


@form_pages.get("/")
@requires(Action.SEE_FORMS)
def index() -> ResponseReturnValue:
    """List every published version, and the drafts for those who may publish them."""
    with reading() as session:
        drafts = list_drafts(session) if may(Action.MANAGE_FORMS) else []
        return render_template(
            "forms/index.html", versions=list_form_versions(session, viewer()), drafts=drafts
        )


@form_pages.get("/<form_id>/<version>")
@requires(Action.SEE_FORMS)
def show(form_id: str, version: str) -> ResponseReturnValue:
    """Show what a version asks, and what its answers may call for."""
    with reading() as session:
        found = find_form(session, form_id, version)
        this, others = _among(session, found)
        return render_template(
            "forms/show.html",
            this=this,
            others=others,
            before=_before(session, found),
            files=files_of(found),
            **contents(found),
        )


def _among(session: Session, found: FormVersion) -> tuple[ListedForm, list[ListedForm]]:
    listed = list_form_versions(session, viewer(), form_id=found.form_id)
    this = next(one for one in listed if one.version == found.version)
    return this, [one for one in listed if one is not this]


def _before(session: Session, found: FormVersion) -> str:
    """Give the version published before this one; empty when it is the first."""
    listed = list_form_versions(session, viewer(), form_id=found.form_id)
    versions = [one.version for one in listed]
    return next(iter(versions[versions.index(found.version) + 1 :]), "")


@form_pages.get("/<form_id>/<version>/changes")
@requires(Action.SEE_FORMS)
def changes(form_id: str, version: str) -> ResponseReturnValue:
    """Compare a version with another of the same form, by default the one before."""
    with reading() as session:
        found = find_form(session, form_id, version)
        _this, others = _among(session, found)
        since = request.args.get("since") or _before(session, found)
        if not since:
            raise NotFound("form_not_found")
        other = find_form(session, form_id, since)
        return render_template(
            "forms/changes.html",
            form=found,
            since=since,
            others=others,
            comparison=compare(published(other), published(found)),
            change_name=change_name,
            labels=labels_of(other) | labels_of(found),
        )


@form_pages.get("/<form_id>/<version>.xml")
@requires(Action.SEE_FORMS)
def xform(form_id: str, version: str) -> ResponseReturnValue:
    """Send the XForm of a version as a file."""
    with reading() as session:
        found = find_form(session, form_id, version)
    return as_file(found.xform, f"{form_id}-{version}", "xml", kind="text/xml; charset=utf-8")


@form_pages.get("/<form_id>/<version>.xlsx")
@requires(Action.SEE_FORMS)
def workbook(form_id: str, version: str) -> ResponseReturnValue:
    """Send the workbook of a version as a spreadsheet."""
    with reading() as session:
        kept = workbook_of(find_form(session, form_id, version))
    if kept is None:
        raise NotFound("workbook_not_kept")
    return as_file(spreadsheet(kept), f"{form_id}-{version}", "xlsx", kind=EXCEL)


@form_pages.get("/<form_id>/<version>/preview")
@requires(Action.SEE_FORMS)
def preview(form_id: str, version: str) -> ResponseReturnValue:
    """Show a version as a tablet does: filled for real, nothing stored."""
    with reading() as session:
        found = find_form(session, form_id, version)
    back = url_for(".show", form_id=form_id, version=version)
    return preview_page(found.title, f"preview/{form_id}/{version}", back=back)


@form_pages.post("/<form_id>/<version>/retirement")
@requires(Action.MANAGE_FORMS)
def retire(form_id: str, version: str) -> ResponseReturnValue:
    """Take a version out of use."""
    try:
        with transaction() as session:
            retire_form(session, form_id, version, now=now())
    except Conflict as refused:
        flash(sentence(refused.code, refused.details), "error")
    else:
        flash(_("The version is retired. What was filled with it stays readable."), "success")
    return redirect(url_for(".show", form_id=form_id, version=version))


@form_pages.post("/<form_id>/<version>/return")
@requires(Action.MANAGE_FORMS)
def bring_back(form_id: str, version: str) -> ResponseReturnValue:
    """Take a retired version back into use."""
    with transaction() as session:
        use_again(session, form_id, version)
        newest = current_form(session, form_id).version
    if newest == version:
        flash(_("The version is in use again: new visits are filled with it."), "success")
    else:
        said = _("The version is not retired any more; new visits go on with version %(newest)s.")
        flash(said % {"newest": newest}, "success")
    return redirect(url_for(".show", form_id=form_id, version=version))


def preview_page(title: dict[str, str], place: str, *, back: str) -> ResponseReturnValue:
    """Give the page with the tablet in a frame; `place` is where in the app the form opens."""
    source = f"/tablet/?language={current_language()}#/{place}"
    answer = Response(render_template("forms/preview.html", title=title, source=source, back=back))
    answer.headers["Content-Security-Policy"] = content_policy(None, frames=True)
    return answer


def spreadsheet(kept: WorkbookFile) -> bytes:
    """Give a kept workbook as XLSX: one that came as XLSX byte for byte."""
    if kept.name.lower().endswith(".xlsx"):
        return kept.data
    suffix = f".{kept.name.rpartition('.')[2]}"
    return write_workbook(read_workbook(kept.data, suffix=suffix), suffix=".xlsx")


def as_file(data: bytes, name: str, ending: str, *, kind: str) -> Response:
    """Answer with a file to keep."""
    answer = Response(data, content_type=kind)
    safe = "".join(char for char in name if char.isalnum() or char in "-_")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{safe}.{ending}")
    return answer
