"""What a landlord says on its papers: its words, its logo, earlier versions, a look at both."""

import uuid
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.intake.leaving import latest_to_report
from visits.models.accounts import Organisation
from visits.models.papers import PaperField
from visits.models.reports import ReportReader
from visits.papers.wording import (
    LARGEST_LOGO,
    TEXT_LENGTH,
    TEXTS,
    changes_of,
    keep_logo,
    put_back,
    say,
    wording_of,
)
from visits.sight.landlords import landlord_for, landlords_written_for
from webapp.access.auth import Action, requires, viewer
from webapp.documents.logos import is_picture
from webapp.frame.errors import sentence
from webapp.frame.transaction import house, now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.telling import report_of

wording = Blueprint("wording", __name__, url_prefix="/papers")


@wording.get("/")
@requires(Action.EDIT_PAPERS)
def index() -> ResponseReturnValue:
    """Show what stands on the papers of a landlord, and all it ever said there."""
    return _page()


@wording.post("/")
@requires(Action.EDIT_PAPERS)
def change() -> ResponseReturnValue:
    """Say the texts of the papers otherwise from now on."""
    try:
        with transaction() as session:
            say(
                session,
                _landlord(session),
                _typed(),
                seen=request.form.get("seen", ""),
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return _page(refused), 422
    except Conflict as refused:
        return _page(said=sentence(refused.code)), 409
    return _back(_("The papers say so from now on."))


@wording.post("/preview")
@requires(Action.EDIT_PAPERS)
def preview() -> ResponseReturnValue:
    """Show what was typed, not kept yet, on the report of the latest visit that one may read."""
    with showing("tenant_report") as (session, shown):
        landlord_id = _landlord(session)
        visit = latest_to_report(session, viewer(Action.SEE_ANSWERS), landlord_id)
        if visit is None:
            raise NotFound("nothing_to_preview")
        shown.add(visit.case.person_id)
        tried = {**wording_of(session, landlord_id), **_typed()}
        with force_locale(typed_language()):
            said = report_of(session, visit, ReportReader.HOME, wording=tried)
    return sent_paper("tenant_report", said)


@wording.post("/logo")
@requires(Action.EDIT_PAPERS)
def logo() -> ResponseReturnValue:
    """Put a logo at the head of the papers, or take it away."""
    data = b"" if request.form.get("do") == "none" else _sent_logo()
    try:
        if data == b"" and request.form.get("do") != "none":
            raise Invalid({"logo": "no_file"})
        if data and len(data) <= LARGEST_LOGO and not is_picture(data):
            raise Invalid({"logo": "logo_unreadable"})
        with transaction() as session:
            landlord_id = _landlord(session)
            keep_logo(session, house().store, landlord_id, data, viewer=viewer(), now=now())
    except Invalid as refused:
        return _page(refused), 422
    return _back(_("The papers have this logo from now on.") if data else _("The logo is gone."))


def _sent_logo() -> bytes:
    sent = request.files.get("logo")
    return sent.stream.read(LARGEST_LOGO + 1) if sent else b""


@wording.get("/logo.png")
@requires(Action.EDIT_PAPERS)
def picture() -> ResponseReturnValue:
    """Send the logo that stands."""
    with reading() as session:
        digest = wording_of(session, _landlord(session)).get(PaperField.LOGO)
    if digest is None:
        raise NotFound("file_not_found")
    return Response(house().store.get(digest), content_type="image/png")


@wording.post("/changes/<uuid:change_id>")
@requires(Action.EDIT_PAPERS)
def again(change_id: uuid.UUID) -> ResponseReturnValue:
    """Say again what was said once."""
    with transaction() as session:
        put_back(session, _landlord(session), change_id, viewer=viewer(), now=now())
    return _back(_("It stands again."))


def _back(said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for(".index", landlord=request.values.get("landlord") or None))


def _landlord(session: Session) -> uuid.UUID:
    """Give for whose papers it is: the one that is asked for, else the only one, else the first."""
    asked = request.values.get("landlord", "")
    today = today_in_paris(now())
    try:
        chosen = uuid.UUID(asked) if asked else None
    except ValueError:
        raise NotFound("landlord_not_found") from None
    written = landlords_written_for(session, viewer().user_id, on=today)
    if chosen is None and written:
        return written[0].id
    try:
        return landlord_for(session, viewer().user_id, chosen, on=today)
    except Invalid:
        raise NotFound("landlord_not_found") from None


def _typed() -> dict[PaperField, str]:
    return {field: request.form[field] for field in TEXTS if field in request.form}


def _page(refused: Invalid | None = None, *, said: str = "") -> str:
    fields: dict[str, Any] = dict(refused.fields) if refused else {}
    with reading() as session:
        landlord_id = _landlord(session)
        changes = changes_of(session, landlord_id)
        standing = wording_of(session, landlord_id)
        return render_template(
            "papers/wording.html",
            landlord=session.get_one(Organisation, landlord_id),
            landlords=landlords_written_for(session, viewer().user_id, on=today_in_paris(now())),
            texts=TEXTS,
            values={**standing, **_typed()},
            standing=standing,
            changes=changes,
            seen=changes[0].id if changes else "",
            length=TEXT_LENGTH,
            errors={name: sentence(code) for name, code in fields.items()},
            said=said,
        )
