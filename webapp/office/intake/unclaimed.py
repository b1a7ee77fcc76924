"""The queue of what came without a visit: to attach, to set aside, to take back."""

import uuid
from collections.abc import Collection, Sequence

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.audit import FILE_NAME as TIME_LOG
from diagnostics.wellformed import BadSubmission, Element, head_of, read_submission
from visits.agenda.planning import find_visit
from visits.following.setting_aside import hanging_on
from visits.forms.listing import confidential_names
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.intake.attaching import attach, detach, leave_aside, take_up_again
from visits.intake.handing_in import close, open_again, take_in
from visits.intake.reviews import find_submission
from visits.intake.sealed_photos import sealed_as_handed_in, sealed_photos
from visits.intake.unclaimed import (
    UnclaimedFilter,
    find_handed_in,
    find_unclaimed,
    list_unclaimed,
    propose_visits,
    senders_of_unclaimed,
)
from visits.models.handed_in import HandedIn, HandedInFile, HandedInKind
from visits.models.visits import Submission, SubmissionFile
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import house, now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import wanted_by
from webapp.office.intake.answers import read_submissions
from webapp.office.intake.comparisons import named_to_cancel
from webapp.office.intake.visits import sent_file

unclaimed = Blueprint("unclaimed", __name__, url_prefix="/unclaimed")

LONGEST_SHOWN = 20_000


@unclaimed.get("/")
@requires(Action.REVIEW_ANSWERS)
def index() -> ResponseReturnValue:
    """List what waits for a visit, the urgent first."""
    only = UnclaimedFilter(
        state=request.args.get("state", "waiting"),
        sender_id=_typed_sender(),
        kind=request.args.get("kind", ""),
    )
    with reading() as session:
        return render_template(
            "unclaimed/index.html",
            listed=list_unclaimed(session, viewer(), only=only, wanted=wanted_by("urgency")),
            only=only,
            senders=senders_of_unclaimed(session, viewer(), state=only.state),
        )


def _typed_sender() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args.get("sender", ""))
    except ValueError:
        return None


@unclaimed.get("/forms/<uuid:submission_id>")
@requires(Action.REVIEW_ANSWERS)
def show(submission_id: uuid.UUID) -> ResponseReturnValue:
    """Show a filled form without a visit, and the visits it may come from."""
    with showing("visits_proposed") as (session, shown):
        return _page(session, find_unclaimed(session, viewer(), submission_id), shown)


@unclaimed.post("/forms/<uuid:submission_id>/attach")
@requires(Action.REVIEW_ANSWERS)
def give(submission_id: uuid.UUID) -> ResponseReturnValue:
    """Give a filled form to the visit it comes from."""
    with transaction() as session:
        found = find_unclaimed(session, viewer(), submission_id, to_change=True)
        visit = find_visit(session, viewer(), _typed_visit())
        attach(session, found, visit, viewer=viewer(), now=now())
        visit_id = visit.id
    flash(_("These answers stand with the visit now, with all that follows from them."), "success")
    return redirect(url_for("visits.show", visit_id=visit_id))


def _typed_visit() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("visit", ""))
    except ValueError:
        raise NotFound("visit_not_found") from None


@unclaimed.post("/attached/<uuid:visit_id>/<uuid:submission_id>/take-back")
@requires(Action.REVIEW_ANSWERS)
def take_back(visit_id: uuid.UUID, submission_id: uuid.UUID) -> ResponseReturnValue:
    """Take a filled form from the visit it was given to."""
    with transaction() as session:
        visit = find_visit(session, viewer(), visit_id)
        found = find_submission(session, visit, submission_id)
        detach(session, found, viewer=viewer(), now=now())
    flash(_("These answers wait for their visit again."), "success")
    return redirect(url_for(".index"))


@unclaimed.post("/forms/<uuid:submission_id>/aside")
@requires(Action.REVIEW_ANSWERS)
def aside(submission_id: uuid.UUID) -> ResponseReturnValue:
    """Set a filled form aside, or take it up again."""
    try:
        with transaction() as session:
            found = find_unclaimed(session, viewer(), submission_id, to_change=True)
            if request.form.get("state") == "waiting":
                take_up_again(session, found, now=now())
            else:
                reason, cancel = request.form.get("reason", ""), named_to_cancel("aside")
                leave_aside(
                    session, found, reason=reason, cancel=cancel, viewer=viewer(), now=now()
                )
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        with showing("visits_proposed") as (session, shown):
            found = find_unclaimed(session, viewer(), submission_id)
            return _page(session, found, shown, errors), 422
    return redirect(url_for(".show", submission_id=submission_id))


@unclaimed.get("/forms/<uuid:submission_id>/files/<uuid:file_id>")
@requires(Action.SEE_ANSWERS)
def file(submission_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Send a photo that came with a filled form."""
    with reading() as session:
        found = find_unclaimed(session, viewer(), submission_id)
        return _file(found.files, file_id, sealed=sealed_photos(session, found))


def _page(
    session: Session,
    found: Submission,
    shown: set[uuid.UUID | None],
    errors: dict[str, str] | None = None,
) -> str:
    proposed = propose_visits(session, viewer(), found, text=request.args.get("q", ""))
    shown.update(visit.case.person_id for visit in proposed)
    return render_template(
        "unclaimed/show.html",
        one=found,
        reading=read_submissions(session, [found])[0],
        proposed=proposed,
        hanging=hanging_on(session, found),
        errors=errors or {},
        typed=request.form,
    )


@unclaimed.get("/handed-in/<uuid:item_id>")
@requires(Action.REVIEW_ANSWERS)
def handed_in(item_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a tablet handed in as it is."""
    with reading() as session:
        return _handed_page(session, find_handed_in(session, viewer(), item_id))


@unclaimed.post("/handed-in/<uuid:item_id>")
@requires(Action.REVIEW_ANSWERS)
def settle(item_id: uuid.UUID) -> ResponseReturnValue:
    """Take in what was handed in, note that it is dealt with, or let it wait again."""
    doing = request.form.get("doing", "")
    try:
        with transaction() as session:
            item = find_handed_in(session, viewer(), item_id, to_change=True)
            if doing == "take_in":
                kept = take_in(session, house().store, item, viewer=viewer(), now=now())
                return redirect(url_for(".show", submission_id=kept.id))
            if doing == "open":
                open_again(item)
            else:
                reason = request.form.get("reason", "")
                close(item, reason=reason, viewer=viewer(), now=now())
    except (Invalid, BadSubmission, NotFound, Conflict) as refused:
        return _refused(item_id, refused)
    return redirect(url_for(".handed_in", item_id=item_id))


def _refused(item_id: uuid.UUID, refused: Exception) -> ResponseReturnValue:
    fields = getattr(refused, "fields", None)
    code = getattr(refused, "code", "")
    said = sentence(code, getattr(refused, "details", {})) if code else str(refused)
    errors = {name: sentence(why) for name, why in (fields or {}).items()} or {"doing": said}
    with reading() as session:
        item = find_handed_in(session, viewer(), item_id)
        return _handed_page(session, item, errors), 422


@unclaimed.get("/handed-in/<uuid:item_id>/files/<uuid:file_id>")
@requires(Action.SEE_ANSWERS)
def handed_in_file(item_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Send a photo that was handed in."""
    with reading() as session:
        item = find_handed_in(session, viewer(), item_id)
        sealed = [one.name for one in item.files] if sealed_as_handed_in(session, item) else ()
        return _file(item.files, file_id, sealed=sealed)


def _file(
    files: Sequence[SubmissionFile] | Sequence[HandedInFile],
    file_id: uuid.UUID,
    *,
    sealed: Collection[str],
) -> Response:
    found = next((one for one in files if one.id == file_id), None)
    if found is None or found.name == TIME_LOG:
        raise NotFound("file_not_found")
    if found.name in sealed:
        raise NotFound("photo_refused")
    return sent_file(found.name, found.media_type, found.sha256)


def _handed_page(session: Session, item: HandedIn, errors: dict[str, str] | None = None) -> str:
    answers, raw = _told(session, item)
    return render_template(
        "unclaimed/handed_in.html",
        item=item,
        answers=answers,
        raw=raw,
        files=[one for one in item.files if one.name != TIME_LOG],
        sealed=sealed_as_handed_in(session, item),
        refused_because=sentence,
        may_take_in=item.kind is HandedInKind.SUBMISSION and item.content is not None,
        errors=errors or {},
        typed=request.form,
    )


def _told(session: Session, item: HandedIn) -> tuple[list[tuple[str, str]], str]:
    """Give the answers by name, or the text as it came where nothing can be told apart.

    An answer for certain readers only is left out for all others.
    """
    content = item.content or b""
    text = content.decode(errors="replace")[:LONGEST_SHOWN]
    if item.kind is not HandedInKind.SUBMISSION:
        return [], text
    try:
        sent = read_submission(content)
        form_id = head_of(sent).form_id
    except BadSubmission:
        return [], text
    hidden = {
        name
        for name, readers in confidential_names(session, [form_id])[form_id].items()
        if g.account.role != readers
    }
    return [(name, said) for name, said in _leaves(sent) if name not in hidden], ""


def _leaves(top: Element) -> list[tuple[str, str]]:
    found, waiting = [], [top]
    while waiting:
        one = waiting.pop()
        if not one.children and one.text.strip():
            found.append((one.name, one.text.strip()))
        waiting.extend(reversed(one.children))
    return found
