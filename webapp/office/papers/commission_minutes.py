"""The minutes of a commission, on adaptations or on places: who was there, each decision."""

import uuid
from collections.abc import Iterable
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.adaptations import commissions as on_adaptations
from visits.adaptations.asking import asked_by
from visits.admissions import commissions as on_places
from visits.models.accounts import Organisation
from visits.models.commissions import Commission
from webapp.access.auth import Action, requires, viewer
from webapp.office.frame.access import showing
from webapp.office.frame.programmes import programme_names
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.deciding import Told, also_asked, minuted, of_admission, of_item
from webapp.office.papers.saying import Wording, headed, spoken_day

commission_minutes = Blueprint("commission_minutes", __name__)


@commission_minutes.get("/adaptations/commissions/<uuid:commission_id>/minutes.pdf")
@requires(Action.FOLLOW_ADAPTATIONS)
def adaptations(commission_id: uuid.UUID) -> ResponseReturnValue:
    """Give the minutes of a commission on adaptations as a PDF."""
    seeing = viewer(Action.FOLLOW_ADAPTATIONS)
    with showing("commission_minutes") as (session, shown), force_locale(typed_language()):
        commission = on_adaptations.find_commission(session, viewer(), commission_id)
        items = on_adaptations.agenda_of(session, seeing, commission)
        told = [of_item(session, one) for one in items]
        asked = asked_by(session, seeing, commission)
        shown.update(one.person.id for one in told)
        shown.update(file.person_id for file in asked)
        said = minutes_of(session, commission, told)
        said["items"] += also_asked(asked, after=len(said["items"]))
    return sent_paper("commission_minutes", said)


@commission_minutes.get("/admissions/commissions/<uuid:admission_commission_id>/minutes.pdf")
@requires(Action.SUPPORT)
def places(admission_commission_id: uuid.UUID) -> ResponseReturnValue:
    """Give the minutes of a commission on places as a PDF."""
    seeing = viewer(Action.SUPPORT)
    with showing("commission_minutes") as (session, shown), force_locale(typed_language()):
        commission = on_places.find_commission(session, seeing, admission_commission_id)
        name = programme_names(session).get(commission.programme or "", "")
        items = on_places.agenda_of(session, seeing, commission)
        told = [of_admission(one.admission, one.decided, name) for one in items]
        shown.update(one.person.id for one in told)
        said = minutes_of(session, commission, told)
    return sent_paper("commission_minutes", said)


def minutes_of(
    session: Session,
    commission: Commission,
    told: Iterable[Told],
    wording: Wording | None = None,
) -> dict[str, Any]:
    """Say what the minutes tell, in the language of the moment."""
    day = spoken_day(commission.held_on)
    title = _("Minutes of the commission of %(day)s", day=day)
    about = [(_("Who was there"), commission.present)] if commission.present else []
    if commission.closed_at is None:
        about += [(_("Minutes of the meeting"), _("not closed yet"))]
    elif commission.closed_by is not None:
        said = {"day": spoken_day(commission.closed_at), "name": commission.closed_by.name}
        by = _("closed on %(day)s by %(name)s", **said)
        if commission.cancelled:
            by = _("cancelled on %(day)s by %(name)s", **said)
        about += [(_("Minutes of the meeting"), by)]
    landlord = session.get_one(Organisation, commission.organisation_id)
    return headed(session, title, landlord, ends="minutes", said=wording) | {
        "about": about,
        "items": minuted(told),
        "nothing": _("Nothing was on the agenda."),
        "note": commission.note or "",
        "small": _("Whoever is protected stands on no paper. For those of the commission alone."),
    }
