"""Workbooks handed in: examined, tried on a tablet's screen, published."""

import uuid
from collections.abc import Mapping
from pathlib import PurePath

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from diagnostics.workbook import (
    Examination,
    Validation,
    WorkbookRefused,
    compare,
    examine,
    files_wanted,
    named,
    read_workbook,
    validate,
    write_workbook,
)
from visits.forms.drafts import delete_draft, find_draft, keep_draft, publish_draft, warnings_of
from visits.forms.listing import list_form_versions
from visits.forms.published import (
    WorkbookFile,
    current_published,
    files_in_use,
    files_of,
    published,
    workbook_of,
)
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.portfolio.listing import names_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import house, now, reading, transaction
from webapp.office.forms.contents import change_name, contents
from webapp.office.forms.published import EXCEL, as_file, preview_page, spreadsheet

LARGEST = 5 * 1024 * 1024
LARGEST_TOGETHER = 20 * 1024 * 1024

form_drafts = Blueprint("form_drafts", __name__, url_prefix="/forms")


@form_drafts.get("/new")
@requires(Action.MANAGE_FORMS)
def new() -> ResponseReturnValue:
    """Show where to hand in a workbook."""
    return _upload_page()


@form_drafts.post("/new")
@requires(Action.MANAGE_FORMS)
def upload() -> ResponseReturnValue:
    """Examine a workbook: keep it as a draft, or say on which cells it must be mended."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _upload_page({"file": sentence("no_file")}), 422
    data, beside = _read(file), _read_beside()
    if len(data) > LARGEST:
        return _upload_page({"file": sentence("workbook_too_large")}), 422
    if sum(map(len, beside.values())) > LARGEST_TOGETHER:
        return _upload_page({"files": sentence("form_files_too_large")}), 422
    workbook, examined = _examined(WorkbookFile(file.filename, data), beside)
    if examined.form is None:
        return _upload_page(examined=examined, file_name=workbook.name), 422
    validation = validate(examined.form.xform)
    try:
        with transaction() as session:
            draft = keep_draft(
                session,
                house().store,
                examined,
                workbook,
                validation=validation,
                by=viewer().user_id,
                now=now(),
            )
    except Conflict as refused:
        said = {"files": sentence(refused.code, refused.details)}
        return _upload_page(said, file_name=workbook.name), 422
    return redirect(url_for(".show", draft_id=draft.id))


def _read(file: FileStorage) -> bytes:
    data = file.stream.read(LARGEST_TOGETHER + 1)
    file.close()
    return data


def _read_beside() -> dict[str, bytes]:
    """Read the files handed in with the workbook, by name."""
    given = ((PurePath(one.filename or "").name, one) for one in request.files.getlist("files"))
    return {name: _read(file) for name, file in given if name}


def _examined(
    workbook: WorkbookFile, beside: Mapping[str, bytes]
) -> tuple[WorkbookFile, Examination]:
    """Examine a workbook; one that did not name itself comes back with the name proposed."""
    place = PurePath(workbook.name)
    try:
        read = read_workbook(workbook.data, suffix=place.suffix)
        read = named(read, file_name=workbook.name, on=today_in_paris(now()))
        if read.remarks:
            data = write_workbook(read, suffix=".xlsx")
            workbook = WorkbookFile(f"{place.stem}.xlsx", data)
    except WorkbookRefused as refused:
        return workbook, Examination(None, refused.problems, ())
    form_id = read.setting("form_id")
    with reading() as session:
        since = current_published(session, form_id)
        before = files_in_use(session, form_id, house().store)
    # What the version in use has is not asked for again.
    known = {name: data for name, data in before.items() if name in files_wanted(read)}
    return workbook, examine(read, since=since, files={**known, **beside})


def _upload_page(
    errors: dict[str, str] | None = None,
    *,
    examined: Examination | None = None,
    file_name: str = "",
) -> str:
    with reading() as session:
        versions = [
            one for one in list_form_versions(session, viewer()) if one.in_use and one.has_workbook
        ]
    return render_template(
        "forms/new.html",
        errors=errors or {},
        examined=examined,
        file_name=file_name,
        versions=versions,
    )


@form_drafts.get("/drafts/<uuid:draft_id>")
@requires(Action.MANAGE_FORMS)
def show(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Show a draft: what was said of it, what changes, what it asks and calls for."""
    with reading() as session:
        draft = find_draft(session, draft_id)
        since = current_published(session, draft.form_id)
        comparison = compare(since, published(draft)) if since is not None else None
        taken = {
            one.version for one in list_form_versions(session, viewer(), form_id=draft.form_id)
        }
        return render_template(
            "forms/draft.html",
            draft=draft,
            by=names_of(session, [draft.uploaded_by_id]).get(draft.uploaded_by_id, ""),
            warnings=warnings_of(draft),
            validation=Validation(**draft.validation),
            since=since,
            comparison=comparison,
            change_name=change_name,
            version_taken=draft.version in taken,
            files=files_of(draft),
            **contents(draft),
        )


@form_drafts.post("/drafts/<uuid:draft_id>/publication")
@requires(Action.MANAGE_FORMS)
def publish(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Publish a draft: from now on new visits are filled with it."""
    try:
        with transaction() as session:
            version = publish_draft(session, draft_id, by=viewer().user_id, now=now())
    except Conflict as refused:
        flash(sentence(refused.code, refused.details), "error")
        return redirect(url_for(".show", draft_id=draft_id))
    flash(_("Version %(version)s is published.", version=version.version), "success")
    return redirect(
        url_for("published_forms.show", form_id=version.form_id, version=version.version)
    )


@form_drafts.post("/drafts/<uuid:draft_id>/deletion")
@requires(Action.MANAGE_FORMS)
def delete(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    with transaction() as session:
        delete_draft(session, draft_id)
    flash(_("The draft is deleted."), "success")
    return redirect(url_for("published_forms.index"))


@form_drafts.get("/drafts/<uuid:draft_id>.xlsx")
@requires(Action.MANAGE_FORMS)
def workbook(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Send the workbook of a draft as a spreadsheet."""
    with reading() as session:
        draft = find_draft(session, draft_id)
    kept = workbook_of(draft)
    assert kept is not None  # a draft always has its workbook
    return as_file(spreadsheet(kept), f"{draft.form_id}-{draft.version}", "xlsx", kind=EXCEL)


@form_drafts.get("/drafts/<uuid:draft_id>/preview")
@requires(Action.MANAGE_FORMS)
def preview(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Show a draft as a tablet does: filled for real, nothing stored."""
    with reading() as session:
        draft = find_draft(session, draft_id)
    back = url_for(".show", draft_id=draft_id)
    return preview_page(draft.title, f"preview/drafts/{draft_id}", back=back)
