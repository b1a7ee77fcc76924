"""What a visitor's tablet carries into the day."""

from datetime import timedelta
from typing import Any

from flask import g
from flask_smorest import Blueprint

from visits.models.people import AccessKind
from visits.models.portfolio import FormVersion
from visits.models.visits import Visit
from visits.own_account import note_seen
from visits.planning import visits_of_visitor
from visits.privacy import log_access
from visits.programmes import load_programmes
from visits.published_forms import current_form
from webapp.auth import Action, requires, viewer
from webapp.languages import PARIS
from webapp.schemas import DaySchema
from webapp.transaction import now, transaction

DAYS_BACK, DAYS_AHEAD = 1, 7

tablet_day = Blueprint("tablet_day", __name__, url_prefix="/api/tablet", description="The day")


@tablet_day.get("/day")
@tablet_day.response(200, DaySchema)
@requires(Action.VISIT)
def day() -> dict[str, Any]:
    """List the visitor's own visits of yesterday to a week ahead, and the forms they need."""
    moment = now()
    midnight = moment.astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction() as session:
        if g.account.device_id is not None:
            note_seen(session, g.account.device_id, now=moment)
        visits = visits_of_visitor(
            session,
            viewer(),
            start_at=midnight - timedelta(days=DAYS_BACK),
            end_at=midnight + timedelta(days=DAYS_AHEAD),
        )
        log_access(
            session,
            user_id=g.account.id,
            persons=sorted({visit.enrolment.person_id for visit in visits}),
            kind=AccessKind.READ,
            what="tablet_day",
            now=moment,
        )
        programmes = load_programmes()
        names = {visit.enrolment.programme for visit in visits}
        forms = {name: current_form(session, programmes[name].forms[0]) for name in names}
        return {
            "server_now": moment,
            "user": g.account,
            "visits": [_visit(visit, forms[visit.enrolment.programme]) for visit in visits],
            "forms": list({form.id: form for form in forms.values()}.values()),
        }


def _visit(visit: Visit, form: FormVersion) -> dict[str, Any]:
    person, dwelling = visit.enrolment.person, visit.enrolment.dwelling
    residence = dwelling.residence
    return {
        "id": visit.id,
        "planned_start_at": visit.planned_start_at,
        "planned_end_at": visit.planned_end_at,
        "state": visit.state,
        "person": person,
        "dwelling": {
            "reference": dwelling.reference,
            "address": residence.address,
            "postcode": residence.postcode,
            "city": residence.city,
            "floor": dwelling.floor,
            "door": dwelling.door,
            "access_code": dwelling.access_code,
            "lift": residence.has_lift,
        },
        "form": form,
    }
