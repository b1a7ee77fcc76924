"""A pause in a case: hospital, holiday. Nothing is due meanwhile, and it ends by itself."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import Session, contains_eager

from visits.cases.appointments import call_off, put_back
from visits.cases.paths import recount
from visits.cases.stages import after_cancelling
from visits.cases.tasks import IN_PAUSE, bring_back, plan_for, visits_due, withdraw_in_pause
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case, CasePause
from visits.models.people import AccessKind
from visits.models.visits import Visit, VisitState
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access

WHY_LENGTH = 200
LONGEST_DAYS = 366


@dataclass
class PlannedAgain:
    """Which visits came back into the diary when a pause was taken back, and which could not."""

    planned: list[Visit] = field(default_factory=list)
    lost: list[Visit] = field(default_factory=list)


def pause(
    session: Session,
    case: Case,
    *,
    from_on: date,
    until_on: date,
    why: str,
    called_off: Collection[uuid.UUID] | None = None,
    viewer: Viewer,
    now: datetime,
) -> CasePause:
    """Let nothing be due in a case from one day to another, both included.

    What a cadence made for those days and nobody planned is withdrawn; a step of a path has so many
    days more. Where visits are planned then, `called_off` says which are not to be; the others
    stand. Raises Invalid, also when that was not said, Conflict for a closed case.
    """
    if fields := _wrong(from_on, until_on, why, today=today_in_paris(now)):
        raise Invalid(fields)
    if not case.is_open:
        raise Conflict("case_closed")
    if called_off is None:
        must_say_which_stand(session, case, from_on, until_on)
    noted = CasePause(
        case_id=case.id,
        from_on=from_on,
        until_on=until_on,
        why=why.strip(),
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(noted)
    for visit in visits_between(session, case, from_on, until_on):
        if visit.id in (called_off or ()):
            call_off(session, visit, reason=IN_PAUSE, now=now)
            after_cancelling(session, case)
    session.flush()
    withdraw_in_pause(session, case, from_on, until_on, by=viewer.user_id, now=now)
    recount(session, [case.id])
    _log(session, case, viewer, "case_paused", now)
    return noted


def must_say_which_stand(session: Session, case: Case, first: date, last: date) -> None:
    """Raise Invalid when visits are planned in days of a pause: somebody says which stand."""
    if visits_between(session, case, first, last):
        raise Invalid({"visits": "visits_in_pause"})


def _wrong(from_on: date, until_on: date, why: str, *, today: date) -> dict[str, str]:
    fields = {}
    if until_on < from_on:
        fields["until_on"] = "before_start"
    elif until_on < today:
        fields["until_on"] = "must_not_be_past"
    elif (until_on - from_on).days > LONGEST_DAYS:
        fields["until_on"] = "too_far"
    if not why.strip():
        fields["why"] = "required"
    elif len(why.strip()) > WHY_LENGTH:
        fields["why"] = "too_long"
    return fields


def end_pause(
    session: Session, case: Case, pause_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> PlannedAgain:
    """Take back a pause that is not over: what it withdrew of the days to come is due again.

    What falls in another pause that stands rests. Visits it called off are planned again, where
    they can still take place; tells which. Raises Conflict for a closed case: nothing is due there.
    """
    noted = session.get(CasePause, pause_id)
    if noted is None or noted.case_id != case.id:
        raise NotFound("not_found")
    if noted.withdrawn_at is not None or noted.until_on < today_in_paris(now):
        raise Conflict("pause_over")
    if not case.is_open:
        raise Conflict("case_closed")
    noted.withdrawn_at, noted.withdrawn_by_id = now, viewer.user_id
    session.flush()
    others = [(one.from_on, one.until_on) for one in pauses_of(session, case.id)]
    bring_back(session, case, why=IN_PAUSE, since=today_in_paris(now), but=others)
    session.flush()
    recount(session, [case.id])
    back = _plan_again(session, case, noted, now)
    _log(session, case, viewer, "case_pause_ended", now)
    return back


def visits_between(session: Session, case: Case, first: date, last: date) -> Sequence[Visit]:
    """List the visits a case has planned from one day to another, both included."""
    return _visits(session, case, VisitState.PLANNED, first, last)


def visits_elsewhere(
    session: Session, viewer: Viewer, case: Case, *, today: date
) -> Sequence[Visit]:
    """List what her other cases, of those one may see, have planned in days when this one rests.

    A pause is of one case: nobody was asked about these.
    """
    days = [
        and_(
            Visit.planned_start_at >= midnight_in_paris(max(one.from_on, today)),
            Visit.planned_start_at < midnight_in_paris(one.until_on + timedelta(days=1)),
        )
        for one in pauses_of(session, case.id)
        if one.until_on >= today
    ]
    if not days:
        return []
    hers = (Case.person_id == case.person_id, Case.id != case.id, visible_cases(viewer))
    statement = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(*hers, Visit.state == VisitState.PLANNED, or_(false(), *days))
        .options(contains_eager(Visit.case))
    )
    return session.scalars(statement.order_by(Visit.planned_start_at, Visit.id)).all()


def in_pause(today: date) -> Select[uuid.UUID]:
    """Select the cases that rest on a day: few, as most pauses are over."""
    return select(CasePause.case_id).where(
        CasePause.withdrawn_at.is_(None), CasePause.from_on <= today, CasePause.until_on >= today
    )


def pauses_on(session: Session, cases: Collection[uuid.UUID], day: date) -> dict[uuid.UUID, date]:
    """Tell of each of some cases that rests on a day until when."""
    statement = select(CasePause.case_id, CasePause.until_on).where(
        CasePause.case_id.in_(cases), CasePause.case_id.in_(in_pause(day)),
        CasePause.withdrawn_at.is_(None), CasePause.from_on <= day,
    )  # fmt: skip
    ordered = statement.order_by(CasePause.until_on, CasePause.id)
    return {case_id: until_on for case_id, until_on in session.execute(ordered)}


def pauses_of(session: Session, case_id: uuid.UUID) -> Sequence[CasePause]:
    """List the pauses of a case that stand, those of long ago among them."""
    statement = select(CasePause).where(
        CasePause.case_id == case_id, CasePause.withdrawn_at.is_(None)
    )
    return session.scalars(statement.order_by(CasePause.from_on, CasePause.id)).all()


def _plan_again(session: Session, case: Case, noted: CasePause, now: datetime) -> PlannedAgain:
    """Put visits back into the diary, each for what is due of its kind."""
    back = PlannedAgain()
    for visit in _visits(session, case, VisitState.CANCELLED, noted.from_on, noted.until_on):
        if visit.closed_reason != IN_PAUSE:
            continue
        if not put_back(session, visit, now=now):
            back.lost.append(visit)
            continue
        back.planned.append(visit)
        due = visits_due(session, case)
        plan_for(session, visit, [one for one in due if one.visit_kind == visit.kind][:1])
        after_cancelling(session, case)
    return back


def _visits(
    session: Session, case: Case, state: VisitState, first: date, last: date
) -> Sequence[Visit]:
    within = (
        Visit.planned_start_at >= midnight_in_paris(first),
        Visit.planned_start_at < midnight_in_paris(last + timedelta(days=1)),
    )
    statement = select(Visit).where(Visit.case_id == case.id, Visit.state == state, *within)
    return session.scalars(statement.order_by(Visit.planned_start_at, Visit.id)).all()


def _log(session: Session, case: Case, viewer: Viewer, what: str, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
