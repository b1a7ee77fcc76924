"""What a visitor's tablet carries into the day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import g
from flask_babel import gettext as _
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from diagnostics.codes import KITS
from diagnostics.delays import PARIS
from visits.accounts.own_account import note_seen
from visits.agenda.beside import Beside, due_beside
from visits.agenda.carried import BESIDE, DAY, taken_back
from visits.agenda.doors import tries_at_doors
from visits.agenda.planning import visits_of_visitor
from visits.agenda.visit_forms import VisitForm, forms_of_visits, forms_to_come
from visits.cases.interpreters import standing_interpreters
from visits.following.kinds import Due
from visits.forms.listing import confidential_names
from visits.ground.deadlines import today_in_paris
from visits.intake.day import Earlier, Sent, due_in_homes, earlier_answers, sent_since
from visits.models.cases import Case
from visits.models.interpreters import InterpreterNeed
from visits.models.people import AccessKind, PartRefusal, Person, PersonAlert
from visits.models.portfolio import FormVersion
from visits.models.visits import LIVE, Visit
from visits.people.measures import alert_kind, standing_alerts
from visits.people.part_refusals import standing_refusals
from visits.programmes import Programme
from visits.programmes.published import programme_of
from visits.programmes.shape import VisitKind
from visits.sight.access_log import log_access
from visits.stock.bags import bag_of
from visits.works.delays import delays_on
from visits.works.interventions import ROUND
from webapp.access.auth import Action, may, requires, viewer
from webapp.api.tablet_orders import round_of
from webapp.frame.schemas.day import DaySchema, HeldSchema
from webapp.frame.transaction import house, now, reading, transaction
from webapp.words import both, in_both, interpreter_said

DAYS_BACK, DAYS_AHEAD = 1, 7
# What the tablet is told of a place that is no dwelling of the landlord's.
ELSEWHERE: dict[str, Any] = {
    **dict.fromkeys(("reference", "postcode", "city"), ""),
    **dict.fromkeys(("floor", "door", "access_code", "lift", "lat", "lon")),
}
SENT_DAYS = 14

tablet_day = Blueprint("tablet_day", __name__, url_prefix="/api/tablet", description="The day")


@dataclass(frozen=True)
class _Bundle:
    """What stands beside the visits, by visit or by person."""

    programmes: Mapping[UUID, Programme | None]
    forms: Mapping[UUID, list[VisitForm]]
    attempts: Mapping[UUID, int]
    alerts: Mapping[UUID, list[PersonAlert]]
    interpreters: Mapping[UUID, InterpreterNeed]
    earlier: Mapping[UUID, list[Earlier]]
    due: Mapping[UUID, list[Due]]
    refused: Mapping[UUID, list[PartRefusal]]
    beside: Mapping[UUID, list["_Answered"]]


@dataclass(frozen=True)
class _Answered:
    """Something else that is due in a home, with what it takes to answer it there."""

    due: Beside
    programme: Programme
    kind: VisitKind
    forms: list[VisitForm]


@tablet_day.get("/day")
@tablet_day.arguments(HeldSchema, location="query")
@tablet_day.response(200, DaySchema)
@requires(Action.CARRY_DAY)
def day(query: dict[str, Any]) -> dict[str, Any]:
    """List what its holder does from yesterday to a week ahead, with all she needs there.

    Visits for a visitor, work orders for a technician. `taken_back` names those of the `held` that
    the tablet is to reduce.
    """
    moment = now()
    with reading() as session:
        bag = bag_of(session, g.account.id)
        delays = delays_on(session, today_in_paris(moment))
        if may(Action.CARRY_WORKS):
            told = _works(session)
        else:
            told = _visits(session, query["held"], moment)
    _log(told.carried, moment)
    return told.answer | {
        "server_now": moment,
        "user": g.account,
        "kit": [_kit_item(item, bag[item]) for item in KITS if item in bag],
        "visit_idle_minutes": house().settings.visit_idle_minutes,
        "order_delays": {severity.value: str(delay) for severity, delay in delays.items()},
    }


@dataclass(frozen=True)
class _Told:
    """What the tablet is told, and whose data it takes along as what."""

    answer: dict[str, Any]
    carried: tuple[tuple[set[UUID], str], ...]


def _works(session: Session) -> _Told:
    told, persons = round_of(session)
    nothing: dict[str, Any] = {"visits": [], "forms": [], "sent": [], "taken_back": []}
    return _Told(nothing | told, ((persons, ROUND),))


def _visits(session: Session, held: Sequence[UUID], moment: datetime) -> _Told:
    seeing = viewer(Action.VISIT)
    midnight = moment.astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
    until = midnight + timedelta(days=DAYS_AHEAD)
    since = midnight - timedelta(days=DAYS_BACK)
    visits = visits_of_visitor(session, seeing, start_at=since, end_at=until)
    bundle = _bundle(session, visits, until)
    sent = sent_since(session, seeing, moment - timedelta(days=SENT_DAYS))
    answer = {
        "visits": [_visit(visit, bundle) for visit in visits],
        "orders": [],
        "more_orders": False,
        "parts": [],
        "forms": _forms(session, bundle),
        "sent": [_sent(one) for one in sent],
        "taken_back": taken_back(session, seeing, held),
    }
    # Whose data the tablet takes along: visited, living there, or only visited before.
    carried = {visit.case.person_id for visit in visits}
    beside = _persons_beside(bundle) - carried
    named = {one.person_id for one in sent if one.person_id is not None} - carried - beside
    return _Told(answer, ((carried, DAY), (beside, BESIDE), (named, "tablet_sent")))


def _log(carried: tuple[tuple[set[UUID], str], ...], moment: datetime) -> None:
    with transaction() as session:
        if g.account.device_id is not None:
            note_seen(session, g.account.device_id, now=moment)
        for persons, what in carried:
            log_access(
                session,
                user_id=g.account.id,
                persons=persons,
                kind=AccessKind.READ,
                what=what,
                now=moment,
            )


def _bundle(session: Session, visits: Sequence[Visit], until: datetime) -> _Bundle:
    beside = _beside(session, visits)
    persons = {one.due.task.case.person_id for found in beside.values() for one in found}
    persons |= {visit.case.person_id for visit in visits}
    cases = {one.due.task.case_id for found in beside.values() for one in found}
    cases |= {visit.case_id for visit in visits}
    return _Bundle(
        programmes={visit.id: programme_of(session, visit.case) for visit in visits},
        forms=forms_of_visits(session, visits, until=until),
        attempts=tries_at_doors(session, visits),
        alerts=standing_alerts(session, persons),
        interpreters=standing_interpreters(session, cases),
        earlier=earlier_answers(session, visits),
        due=due_in_homes(session, visits),
        refused=standing_refusals(session, persons),
        beside=beside,
    )


def _beside(session: Session, visits: Sequence[Visit]) -> dict[UUID, list[_Answered]]:
    """Give by visit what else is due there and can be answered with the forms that there are."""
    found = due_beside(session, visits, viewer(Action.VISIT_BESIDE))
    asked = [
        (visit_id, due, programme_of(session, due.task.case))
        for visit_id, all_due in found.items()
        for due in all_due
    ]
    forms = forms_to_come(session, [(one, due.task.visit_kind or "") for _, due, one in asked])
    answered: dict[UUID, list[_Answered]] = {visit_id: [] for visit_id in found}
    for (visit_id, due, programme), needed in zip(asked, forms, strict=True):
        if programme and needed:
            kind = programme.visit_kind(due.task.visit_kind)
            answered[visit_id].append(_Answered(due, programme, kind, needed))
    return answered


def _persons_beside(bundle: _Bundle) -> set[UUID]:
    return {one.due.task.case.person_id for found in bundle.beside.values() for one in found}


def _forms(session: Session, bundle: _Bundle) -> list[dict[str, Any]]:
    """List each form once, whichever visits need it."""
    wanted = [*bundle.forms.values()]
    wanted += [one.forms for found in bundle.beside.values() for one in found]
    needed = {one.form.id: one.form for forms in wanted for one in forms}.values()
    marked = confidential_names(session, {form.form_id for form in needed})
    return [_form(form, sorted(marked[form.form_id])) for form in needed]


def _form(form: FormVersion, confidential: list[str]) -> dict[str, Any]:
    return {
        "form_id": form.form_id,
        "version": form.version,
        "title": form.title,
        "sha256": form.sha256,
        "confidential": confidential,
    }


def _visit(visit: Visit, bundle: _Bundle) -> dict[str, Any]:
    person, programme = visit.case.person, bundle.programmes[visit.id]
    return {
        "id": visit.id,
        "programme": programme.name if programme else None,
        "planned_start_at": visit.planned_start_at,
        "planned_end_at": visit.planned_end_at,
        "state": visit.state,
        "attempt": bundle.attempts[visit.id],
        "person": person,
        "dwelling": _dwelling(visit),
        "home": _home(visit, person),
        "alerts": [*_to_mind(visit.case, bundle), *_who_else_goes(visit)],
        "refused": [one.part for one in bundle.refused.get(person.id, ())],
        "forms": bundle.forms[visit.id] if _is_hers(visit) else [],
        "earlier": bundle.earlier[visit.id],
        "due": bundle.due[visit.id],
        "beside": [_answered(visit, one, bundle) for one in bundle.beside[visit.id]]
        if _is_hers(visit)
        else [],
    }


def _is_hers(visit: Visit) -> bool:
    """Tell whether its forms are for the tablet's holder; whoever goes along fills in none."""
    return bool(visit.visitor_id == g.account.id)


def _who_else_goes(visit: Visit) -> Iterator[dict[str, Any]]:
    if visit.second_visitor is None:
        return
    yield {"code": "second_visitor", "kind": "help", "label": both(partial(_two_go, visit))}


def _two_go(visit: Visit) -> str:
    if _is_hers(visit):
        assert visit.second_visitor is not None
        return str(_("Two go: %(name)s comes along", name=visit.second_visitor.name))
    return str(_("Two go: %(name)s fills in the form", name=visit.visitor.name))


def _home(visit: Visit, person: Person) -> UUID | None:
    """Name the home whose answers the visits of a day share: not what a protected person says."""
    return None if person.protected else visit.case.dwelling_id


def _answered(visit: Visit, one: _Answered, bundle: _Bundle) -> dict[str, Any]:
    person = one.due.task.case.person
    return {
        "id": one.due.id,
        "task_id": one.due.task.id,
        "person": person,
        "programme": one.programme.name,
        "kind": one.kind.name,
        "due_on": one.due.task.due_on,
        "alerts": _to_mind(one.due.task.case, bundle),
        "refused": [refusal.part for refusal in bundle.refused.get(person.id, ())],
        "forms": one.forms,
        "home": _home(visit, person),
    }


def _dwelling(visit: Visit) -> dict[str, Any]:
    """Say where it is; the code of the door is for who is still to ring."""
    dwelling = visit.case.dwelling
    if dwelling is None:
        return ELSEWHERE | {"address": visit.place or ""}
    residence = dwelling.residence
    return {
        "reference": dwelling.reference,
        "address": residence.address,
        "postcode": residence.postcode,
        "city": residence.city,
        "floor": dwelling.floor,
        "door": dwelling.door,
        "access_code": dwelling.access_code if visit.state in LIVE else None,
        "lift": residence.has_lift,
        "lat": residence.lat,
        "lon": residence.lon,
    }


def _to_mind(case: Case, bundle: _Bundle) -> list[dict[str, Any]]:
    """List what to mind at a door: measures, and the interpreter of this very case."""
    minded = [_alert(alert) for alert in bundle.alerts.get(case.person_id, ())]
    need = bundle.interpreters.get(case.id)
    if need is not None:
        said = both(partial(interpreter_said, need))
        minded.append({"code": "interpreter", "kind": "help", "label": said})
    return minded


def _alert(alert: PersonAlert) -> dict[str, Any]:
    return {
        "code": alert.code,
        "kind": alert_kind(alert.code),
        "label": in_both("alert", alert.code),
    }


def _kit_item(item: str, quantity: int) -> dict[str, Any]:
    return {"item": item, "label": asdict(KITS[item]), "quantity": quantity}


def _sent(one: Sent) -> dict[str, Any]:
    submission = one.submission
    return {
        "instance_id": submission.instance_id,
        "visit_id": submission.visit_id,
        "form_id": one.form_id,
        "person_name": one.person_name,
        "received_at": submission.received_at,
        "state": submission.state,
        "opened": one.opened,
    }
