"""The OpenRosa door: our tablet app and ODK Collect come in here alike."""

import hashlib
import uuid
from email.utils import format_datetime
from xml.sax.saxutils import escape

from flask import Blueprint, Response, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from visits.forms.published import KeptFile, find_form, list_forms, shown_files
from visits.ground.errors import NotFound
from visits.intake.submissions import record_submission
from visits.models.portfolio import FormVersion
from visits.models.visits import Submission, SubmissionState
from webapp.access.auth import Action, late_door, requires, viewer
from webapp.api.collect_visits import FILE as VISITS_FILE
from webapp.api.collect_visits import (
    asking_for_visit,
    note_carried,
    visits_file,
    visits_to_choose,
)
from webapp.frame.parcels import INCOMPLETE, parts, receipt_of, sent_at
from webapp.frame.transaction import house, now, reading, transaction

MAX_BODY = 40 * 1024 * 1024

openrosa = Blueprint("openrosa", __name__, url_prefix="/openrosa")


@openrosa.after_request
def add_openrosa_headers(answer: Response) -> Response:
    """Mark every answer as OpenRosa 1.0."""
    answer.headers["X-OpenRosa-Version"] = "1.0"
    answer.headers["X-OpenRosa-Accept-Content-Length"] = str(MAX_BODY)
    answer.headers["Date"] = format_datetime(now(), usegmt=True)
    return answer


def _xml(body: str, status: int = 200) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>{body}'
    return Response(text, status, content_type="text/xml; charset=utf-8")


@openrosa.get("/formList")
@requires(Action.VISIT)
def form_list() -> ResponseReturnValue:
    """List the versions that new visits are filled with."""
    with reading() as session:
        newest = {form.form_id: form for form in reversed(list_forms(session)) if _in_use(form)}
        asks = bool(visits_to_choose(session, viewer()))
    rows = "".join(_listed(form, asks=asks) for form in newest.values())
    return _xml(f'<xforms xmlns="http://openrosa.org/xforms/xformsList">{rows}</xforms>')


def _in_use(form: FormVersion) -> bool:
    return form.retired_at is None


def _listed(form: FormVersion, *, asks: bool) -> str:
    key = {"form_id": form.form_id, "version": form.version}
    title = form.title.get("fr") or form.form_id
    digest = _md5(_for_collect(form, asks=asks))
    return (
        f"<xform><formID>{escape(form.form_id)}</formID><name>{escape(title)}</name>"
        f"<version>{escape(form.version)}</version><hash>md5:{digest}</hash>"
        f"<downloadUrl>{escape(url_for('.form', **key, _external=True))}</downloadUrl>"
        f"<manifestUrl>{escape(url_for('.manifest', **key, _external=True))}</manifestUrl></xform>"
    )


def _for_collect(form: FormVersion, *, asks: bool) -> bytes:
    """Give a form as Collect gets it: it asks which visit where there is one to choose."""
    return asking_for_visit(form.xform) if asks else form.xform


def _md5(data: bytes) -> str:
    # OpenRosa names forms by MD5; nothing is trusted to it.
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@openrosa.get("/forms/<form_id>/<version>.xml")
@requires(Action.VISIT)
def form(form_id: str, version: str) -> ResponseReturnValue:
    """Send the XForm of a version."""
    with reading() as session:
        found = find_form(session, form_id, version)
        asks = bool(visits_to_choose(session, viewer()))
    return Response(_for_collect(found, asks=asks), content_type="text/xml; charset=utf-8")


@openrosa.get("/forms/<form_id>/<version>/manifest")
@requires(Action.VISIT)
def manifest(form_id: str, version: str) -> ResponseReturnValue:
    """List the files beside a form: its pictures, sounds and films, and the visits to choose."""
    with reading() as session:
        files = shown_files(find_form(session, form_id, version))
        visits = visits_to_choose(session, viewer())
    rows = "".join(_media_file(form_id, version, file) for file in files)
    if visits:
        rows += _media(VISITS_FILE, visits_file(visits), url_for(".visits", _external=True))
    return _xml(f'<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{rows}</manifest>')


def _media_file(form_id: str, version: str, file: KeptFile) -> str:
    key = {"form_id": form_id, "version": version, "name": file.name}
    address = url_for("forms.file", **key, _external=True)
    return _media(file.name, house().store.get(file.sha256), address)


def _media(name: str, data: bytes, address: str) -> str:
    return (
        f"<mediaFile><filename>{escape(name)}</filename><hash>md5:{_md5(data)}</hash>"
        f"<downloadUrl>{escape(address)}</downloadUrl></mediaFile>"
    )


@openrosa.get("/visits.csv")
@requires(Action.VISIT)
def visits() -> ResponseReturnValue:
    """Send the visitor's own visits of these days, to choose from in Collect."""
    with transaction() as session:
        own = visits_to_choose(session, viewer())
        note_carried(session, viewer(), own)
        listed = visits_file(own)
    return Response(listed, content_type="text/csv; charset=utf-8")


@openrosa.route("/submission", methods=["HEAD"])
@requires(Action.VISIT)
def greet() -> ResponseReturnValue:
    """Tell where to send and how much at once."""
    return "", 204, {"Location": url_for(".submit", _external=True)}


@openrosa.post("/submission")
@requires(Action.VISIT)
@late_door
def submit() -> ResponseReturnValue:
    """Keep a submission or a part of it; the answer goes out after the commit."""
    by_tablet = sent_at()
    xml, files = parts()
    with transaction() as session:
        kept = record_submission(
            session,
            house().store,
            xml=xml,
            files=files,
            viewer=viewer(),
            now=now(),
            visit_id=_visit_id(),
            incomplete=INCOMPLETE in request.form or INCOMPLETE in request.files,
            sent_at=by_tablet,
            device_name=g.account.device_name,
        )
        answer = _receipt(kept)
    return answer  # noqa: RET504 -- the answer goes out after the commit


def _visit_id() -> uuid.UUID | None:
    given = request.args.get("visit")
    if not given and g.account.closed:
        raise NotFound("visit_not_found")  # only what belongs to one of her visits comes in
    if not given:
        return None
    try:
        return uuid.UUID(given)
    except ValueError:
        raise NotFound("visit_not_found") from None


def _receipt(kept: Submission) -> Response:
    """List what is kept so far: 202 while more is to come, 201 when it is whole."""
    status = 202 if kept.state is SubmissionState.INCOMPLETE else 201
    if request.accept_mimetypes.best_match(["text/xml", "application/json"]) == "application/json":
        answer = jsonify(receipt_of(kept))
        answer.status_code = status
        return answer
    return _xml(
        '<OpenRosaResponse xmlns="http://openrosa.org/http/response">'
        f'<message nature="submit_success">{escape(_said(kept))}</message></OpenRosaResponse>',
        status,
    )


def _said(kept: Submission) -> str:
    if kept.state is not SubmissionState.INCOMPLETE:
        return "Visite reçue"
    names = ", ".join(file.name for file in kept.files) or "aucun"
    return f"Partie reçue, la suite est attendue. Fichiers reçus : {names}"
