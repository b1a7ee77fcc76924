"""An hour that fell free: who waits for a visit and could have it, who costs least first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.agenda.diary import read_diary
from visits.agenda.fitting import Roads, Travel, added_at, places_of
from visits.agenda.slot_check import may_go
from visits.agenda.slots import home_taken, place_of
from visits.agenda.visitors import visitors_seen
from visits.cases.pauses import pauses_on
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import User
from visits.models.cases import Case, CaseState
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.visits import Visit, VisitState
from visits.sight import Viewer, visible_cases

# So many are shown, and so many that wait are looked at.
SHOWN, LOOKED_AT = 10, 2_000


@dataclass(frozen=True)
class Waiting:
    """Somebody who agreed and has no visit planned, and the minutes that hers adds to the drive."""

    case: Case
    added: int


def is_freed(visit: Visit, *, now: datetime) -> bool:
    """Tell whether a visit was called off whose hour is still to come."""
    return visit.state is VisitState.CANCELLED and visit.planned_start_at > now


def who_could_take(
    session: Session, visit: Visit, *, travel: Travel, viewer: Viewer, now: datetime
) -> Sequence[Waiting] | None:
    """List who could have the hour of a visit that was called off, by the rules of planning.

    Nobody of an unknown place is among them. None where the hour is over, taken, or not one at
    which this visitor comes, or she is not for the viewer to plan.
    """
    theirs = select(User.id).where(User.id == visit.visitor_id, visitors_seen(viewer))
    if not is_freed(visit, now=now) or session.scalar(theirs) is None:
        return None
    day = today_in_paris(visit.planned_start_at)
    diary = read_diary(session, [visit.visitor_id], day, day, viewer=viewer)
    if not diary.is_free(visit.visitor_id, visit.planned_start_at, visit.planned_end_at):
        return None
    roads = Roads(travel)
    places = places_of(diary, [visit.visitor], day, day)
    waiting = []
    for case in _waiting(session, visit, viewer):
        home = place_of(case)
        if home is not None:
            roads.ask(home, places)
            added = added_at(diary, roads, visit.visitor_id, visit.planned_start_at, home)
            waiting.append(Waiting(case, added))
    waiting.sort(key=lambda one: (one.added, -one.case.score, one.case.id))
    may_be = (one for one in waiting if _may_be_then(session, one.case, visit, viewer))
    return list(islice(may_be, SHOWN))


def _waiting(session: Session, visit: Visit, viewer: Viewer) -> Sequence[Case]:
    agreed = (
        select(Case)
        .join(Case.person)
        .where(Case.state == CaseState.AGREED, Case.closed_on.is_(None))
        .where(Case.id != visit.case_id, Case.dwelling_id.is_not(None))
        .where(Person.landlord_id == visit.case.person.landlord_id, visible_cases(viewer))
        .options(
            contains_eager(Case.person), joinedload(Case.dwelling).joinedload(Dwelling.residence)
        )
        .order_by(Case.score.desc(), Case.id)
        .limit(LOOKED_AT)
    )
    return session.scalars(agreed).all()


def _may_be_then(session: Session, case: Case, visit: Visit, viewer: Viewer) -> bool:
    day = today_in_paris(visit.planned_start_at)
    goes = any(one.id == visit.visitor_id for one in may_go(session, case, viewer, on=day))
    if not goes or pauses_on(session, [case.id], day):
        return False
    return not any(
        since < visit.planned_end_at and until > visit.planned_start_at
        for since, until in home_taken(session, case, day, day, viewer)
    )
