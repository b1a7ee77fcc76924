"""The receipt of a kit: what was fitted and given at a visit, and what it may save."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.codes import Kind
from visits.agenda.planning import find_visit
from visits.intake.kit_savings import items_of, savings_told
from visits.models.visits import Visit
from webapp.access.auth import Action, requires, viewer
from webapp.office.frame.access import showing
from webapp.office.frame.codes import coded
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.saying import Wording, about_visit, headed, saved_lines

kit_receipts = Blueprint("kit_receipts", __name__, url_prefix="/visits")


@kit_receipts.get("/<uuid:visit_id>/kit-receipt.pdf")
@requires(Action.SEE_ANSWERS)
def paper(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Give the receipt of a visit's kit as a PDF."""
    with showing("kit_receipt") as (session, shown):
        visit = find_visit(session, viewer(), visit_id)
        shown.add(visit.case.person_id)
        with force_locale(typed_language()):
            said = receipt_of(session, visit)
    return sent_paper("kit_receipt", said)


def receipt_of(session: Session, visit: Visit, wording: Wording | None = None) -> dict[str, Any]:
    """Say what the receipt of a visit's kit tells, in the language of the moment.

    Its items are those that any form of the visit counts; what they save is left out where no
    answers tell it. Raises NotFound where nothing was fitted or given.
    """
    items = items_of(session, visit)
    rows = [[coded(Kind.KIT, item), str(count)] for item, count in items.items()]
    landlord = visit.case.person.landlord
    title = _("Receipt of your kit")
    return headed(session, title, landlord, ends="receipt", said=wording) | {
        "about": list(about_visit(visit)),
        "fitted": {
            "title": _("What was fitted or given"),
            "heads": [_("Item"), _("How many")],
            "rows": rows,
        },
        "saves_title": _("What it may save in a year"),
        "saves": saved_lines(savings_told(session, visit)),
        "care": {"title": _("To make it last"), "lines": _care(items)},
        "signed": [str(_("Signature of the visitor")), str(_("Signature of the tenant"))],
    }


def _care(items: Mapping[str, int]) -> list[str]:
    said = [_("It is yours to keep. If something leaks or is in your way, ring us.")]
    if items.keys() & {"aerator", "shower_head"}:
        said.append(_("Take the lime off aerators and shower heads twice a year, with vinegar."))
    return [str(one) for one in said]
