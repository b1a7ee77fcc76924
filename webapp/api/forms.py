"""Published forms for tablets: a version never changes."""

import uuid
from typing import Any

from flask import after_this_request
from flask.wrappers import Response
from flask_smorest import Blueprint

from diagnostics.facts import proposals
from diagnostics.form import parse_form
from visits.forms.drafts import find_draft
from visits.forms.published import KeptFile, find_file, find_form, shown_files
from visits.models.portfolio import FormDraft, FormVersion
from webapp.access.auth import Action, requires
from webapp.frame.schemas.forms import FormSchema
from webapp.frame.transaction import house, reading

forms = Blueprint("forms", __name__, url_prefix="/api/forms", description="Published forms")


@forms.get("/<form_id>/<version>")
@forms.response(200, FormSchema)
@requires(Action.READ_FORMS)
def form(form_id: str, version: str) -> dict[str, Any]:
    """Give a version whole: the XForm, what it may call for, what may be proposed."""
    with reading() as session:
        found = find_form(session, form_id, version)
    after_this_request(_for_ever)
    return _whole(found)


@forms.get("/drafts/<uuid:draft_id>")
@forms.response(200, FormSchema)
@requires(Action.MANAGE_FORMS)
def draft(draft_id: uuid.UUID) -> dict[str, Any]:
    """Give a draft whole, to be tried on a tablet's screen."""
    with reading() as session:
        found = find_draft(session, draft_id)
    return _whole(found)


@forms.get("/<form_id>/<version>/files/<name>")
@requires(Action.READ_FORMS)
def file(form_id: str, version: str, name: str) -> Response:
    """Send a file that stands beside a version: a picture, a sound, a film, a list."""
    with reading() as session:
        found = find_file(find_form(session, form_id, version), name)
    after_this_request(_for_ever)
    return _sent(found)


@forms.get("/drafts/<uuid:draft_id>/files/<name>")
@requires(Action.MANAGE_FORMS)
def draft_file(draft_id: uuid.UUID, name: str) -> Response:
    """Send a file that stands beside a draft."""
    with reading() as session:
        found = find_file(find_draft(session, draft_id), name)
    return _sent(found)


def _sent(found: KeptFile) -> Response:
    answer = Response(house().store.read(found.sha256), content_type=found.media_type)
    answer.content_length = found.size
    kind = "inline" if found.shown else "attachment"
    answer.headers.set("Content-Disposition", kind, filename=found.name)
    # Were it a page in disguise, it could do nothing.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _whole(found: FormVersion | FormDraft) -> dict[str, Any]:
    return {
        "form_id": found.form_id,
        "version": found.version,
        "title": found.title,
        "sha256": found.sha256,
        "xform": found.xform.decode(),
        "consequences": found.consequences,
        "proposals": proposals(parse_form(found.xform)),
        "files": shown_files(found),
    }


def _for_ever(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer
