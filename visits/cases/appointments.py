"""Where a visit stands: the one place that moves it, and that calls off what a case has planned."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.cases.tasks import let_go
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.messages.making import overtake, tell_of_visit
from visits.models.accounts import User
from visits.models.cases import Case, CasePause
from visits.models.visits import AT_HOME, LIVE, Visit, VisitState, made_by

# Answers that are taken from a visit again let it wait again, and so does an ending that called it
# off and was none; what a door ended stays.
REACHED_FROM = {
    VisitState.PLANNED: (VisitState.DONE, VisitState.CANCELLED),
    VisitState.UNDER_WAY: (*LIVE, VisitState.DONE),
    VisitState.DONE: LIVE,
    VisitState.FAILED: LIVE,
    VisitState.CANCELLED: LIVE,
}


def move_visit(visit: Visit, to: VisitState) -> None:
    """Move a visit to a state. Raises Conflict when it cannot come there from where it stands."""
    if visit.state not in REACHED_FROM[to]:
        raise Conflict("visit_not_planned", state=visit.state)
    visit.state = to


def call_off(
    session: Session, visit: Visit, *, reason: str, now: datetime, told: bool = True
) -> None:
    """Take a visit out of the diary; what it was planned for is to do again.

    Whom it was planned with is `told`, unless what ended it is of her own life.
    """
    move_visit(visit, VisitState.CANCELLED)
    visit.closed_reason = reason or None
    visit.turn += 1
    let_go(session, visit)
    (tell_of_visit if told else overtake)(session, visit, now=now)


def put_down(session: Session, visit: Visit) -> None:
    """Close the form of a call that nobody sends: what it was begun for is to do again."""
    move_visit(visit, VisitState.CANCELLED)
    let_go(session, visit)


def call_off_all(
    session: Session,
    case: Case,
    *,
    now: datetime,
    reason: str = "",
    late: bool = False,
    told: bool = True,
) -> list[Visit]:
    """Call off all that a case has planned. Raises Conflict while one is under way.

    What comes too `late` to be refused, from a tablet or a file, lets that one go on. A form that
    somebody fills in on the phone just now is put down.
    """
    live = select(Visit).where(Visit.case_id == case.id, Visit.state.in_(LIVE))
    found = session.scalars(live.order_by(Visit.planned_start_at, Visit.id)).all()
    if not late and any(one.state is VisitState.UNDER_WAY for one in found if not one.is_by_phone):
        raise Conflict("visit_under_way")
    for visit in found:
        if visit.is_by_phone:
            put_down(session, visit)
    visits = [visit for visit in found if visit.is_planned]
    for visit in visits:
        call_off(session, visit, reason=reason, now=now, told=told)
    return visits


def put_back(session: Session, visit: Visit, *, now: datetime) -> bool:
    """Put a visit that was called off by mistake back into the diary, if it can still take place.

    Tells whether it can: its hour is to come, in no pause, and whoever goes works here and is free.
    """
    # Two visits put there at once would not see each other in the visitor's diary.
    goers = [
        session.get_one(User, one, with_for_update={"key_share": True})
        for one in sorted(visit.goers, key=str)
    ]
    taken = select(Visit.id).where(
        made_by(visit.goers),
        AT_HOME,
        Visit.state.in_(LIVE),
        Visit.planned_start_at < visit.planned_end_at,
        Visit.planned_end_at > visit.planned_start_at,
    )
    over = visit.planned_start_at <= now or visit.state is not VisitState.CANCELLED
    gone = any(not one.active for one in goers)
    if over or gone or session.scalars(taken.limit(1).order_by(Visit.id)).first():
        return False
    if _rests(session, visit):
        return False
    move_visit(visit, VisitState.PLANNED)
    visit.closed_reason = None
    visit.turn += 1
    tell_of_visit(session, visit, now=now)
    return True


def _rests(session: Session, visit: Visit) -> bool:
    """Tell whether a visit's day lies in a pause of its case."""
    day = today_in_paris(visit.planned_start_at)
    pauses = select(CasePause.id).where(
        CasePause.case_id == visit.case_id, CasePause.withdrawn_at.is_(None),
        CasePause.from_on <= day, CasePause.until_on >= day,
    )  # fmt: skip
    return session.scalars(pauses.order_by(CasePause.id).limit(1)).first() is not None
