"""The best hours for a visit while somebody is on the phone: by her wishes, planned at once."""

import uuid
from dataclasses import dataclass
from datetime import time

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from visits.agenda.fitting import FreeSlot, Wish
from visits.agenda.planning import came_last, may_be_planned
from visits.agenda.slots import find_slots
from visits.agenda.together import also_to_plan
from visits.agenda.visit_wishes import (
    COMPANY_LENGTH,
    note_visit_wish,
    standing_visit_wishes,
    wish_of,
    withdraw_visit_wish,
)
from visits.calls.call_list import case_file
from visits.cases.cases import find_case
from visits.cases.tasks import visits_due
from visits.models.agenda import Language, Skill
from visits.models.cases import Case
from visits.programmes.published import programme_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.agenda.typed import asked_day, asked_id
from webapp.office.calls.cases import change_on_page, offered_visitors
from webapp.office.frame.access import showing

slots = Blueprint("slots", __name__, url_prefix="/cases")

SHORTEST, LONGEST, USUAL = 15, 480, 60
PARTS = ("morning", "afternoon")


@dataclass(frozen=True)
class _Asked:
    """What the address asks: the wish, who else is visited at once, who must be there."""

    wish: Wish
    others: frozenset[uuid.UUID]
    attended_by: str


@slots.get("/<uuid:case_id>/slots")
@requires(Action.PLAN)
def find(case_id: uuid.UUID) -> ResponseReturnValue:
    """Show the three best hours for a visit, as a page or as a part of one."""
    part = request.headers.get("HX-Request") == "true"
    with showing("diary") as (session, shown):
        case = find_case(session, viewer(), case_id)
        shown.add(case.person_id)
        waiting = also_to_plan(session, case, viewer())
        shown.update(one.person_id for one in waiting)
        due = visits_due(session, case)
        asked = _asked(session, case, [one.id for one in waiting])
        offered = offered_visitors(session, case)
        found = _found(session, case, asked) if may_be_planned(case, due) else []
        return render_template(
            "agenda/_slots.html" if part else "agenda/slots.html",
            case=case,
            found=found,
            asked=asked,
            wish=asked.wish,
            kept=standing_visit_wishes(session, [case.id]).get(case.id),
            waiting=waiting,
            visitors=offered,
            plannable=may_be_planned(case, due),
            parts=PARTS,
            skills=list(Skill),
            languages=list(Language),
            company_length=COMPANY_LENGTH,
            shortest=SHORTEST,
            longest=LONGEST,
        )


@slots.post("/<uuid:case_id>/visit-wish")
@requires(Action.PLAN)
def keep(case_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what was looked for as what she asks of visits: rounds are proposed by it too."""

    def do(session: Session, case: Case) -> str:
        asked = _asked(session, case, [])
        note_visit_wish(
            session, case, asked.wish, attended_by=asked.attended_by, viewer=viewer(), now=now()
        )
        return str(_("Kept: hours are looked for and rounds proposed by it."))

    return change_on_page(case_id, "visit_wish", do, back_to="slots")


@slots.post("/<uuid:case_id>/visit-wish/<uuid:wish_id>/withdraw")
@requires(Action.PLAN)
def withdraw(case_id: uuid.UUID, wish_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what she asked of visits; it stays in the file."""

    def do(session: Session, case: Case) -> str:
        why = request.form.get("why", "")
        withdraw_visit_wish(session, case, wish_id, why=why, viewer=viewer(), now=now())
        return str(_("Withdrawn: nothing is asked of visits any more."))

    return change_on_page(case_id, "visit_wish", do, back_to="slots")


def _found(session: Session, case: Case, asked: _Asked) -> list[FreeSlot]:
    visits = case_file(session, case)
    return find_slots(
        session,
        case,
        asked.wish,
        came_last=came_last(visits, offered_visitors(session, case)),
        travel=Geodesic(),
        viewer=viewer(),
        now=now(),
    )


def _asked(session: Session, case: Case, waiting: list[uuid.UUID]) -> _Asked:
    asked = request.values
    noted = standing_visit_wishes(session, [case.id]).get(case.id)
    if noted is not None and not asked:
        kept = wish_of(noted, _minutes(session, case, 0))
        return _Asked(kept, frozenset(), noted.said["attended_by"])
    others = frozenset(one for one in waiting if str(one) in asked.getlist("with"))
    wish = Wish(
        minutes=_minutes(session, case, len(others)),
        part=asked.get("part", "") if asked.get("part") in PARTS else "",
        not_on=frozenset(int(one) for one in asked.getlist("not") if one in tuple("0123456")),
        from_time=_clock("from_time"),
        until_time=_clock("until_time"),
        skill=asked.get("skill", "") if asked.get("skill") in tuple(Skill) else "",
        speaks=asked.get("speaks", "") if asked.get("speaks") in tuple(Language) else "",
        visitor_id=asked_id("visitor"),
        first_on=asked_day("from"),
        last_on=asked_day("to"),
    )
    return _Asked(wish, others, asked.get("attended_by", ""))


def _minutes(session: Session, case: Case, others: int) -> int:
    """Read how long it is to take; by itself as long as the programme says, for each of them."""
    asked = request.values.get("lasts", 0, type=int)
    if SHORTEST <= asked <= LONGEST:
        return asked
    due, programme = visits_due(session, case), programme_of(session, case)
    kind = due[0].visit_kind if due else None
    usual = programme.minutes_of(kind, case.tier) if programme else USUAL
    return min(LONGEST, usual * (1 + others))


def _clock(name: str) -> time | None:
    """Read an hour of the address; nonsense wishes nothing."""
    try:
        text = request.values.get(name, "")
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None
