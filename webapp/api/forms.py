"""Published forms for tablets: a version never changes."""

import uuid
from typing import Any

from flask import after_this_request
from flask.wrappers import Response
from flask_smorest import Blueprint

from diagnostics.facts import proposals
from diagnostics.form import parse_form
from visits.form_drafts import find_draft
from visits.models.portfolio import FormDraft, FormVersion
from visits.published_forms import find_form
from webapp.auth import Action, requires
from webapp.schemas import FormSchema
from webapp.transaction import reading

forms = Blueprint("forms", __name__, url_prefix="/api/forms", description="Published forms")


@forms.get("/<form_id>/<version>")
@forms.response(200, FormSchema)
@requires(Action.OWN_ACCOUNT)
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


def _whole(found: FormVersion | FormDraft) -> dict[str, Any]:
    return {
        "form_id": found.form_id,
        "version": found.version,
        "title": found.title,
        "sha256": found.sha256,
        "xform": found.xform.decode(),
        "consequences": found.consequences,
        "proposals": proposals(parse_form(found.xform)),
    }


def _for_ever(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer
