"""The diary: visits planned, moved, cancelled."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.agenda.slot_check import WHY_LENGTH, Slot, check_slot, slot_of
from visits.agenda.visit_wishes import checked_company
from visits.cases.appointments import call_off
from visits.cases.stages import after_cancelling, move
from visits.cases.tasks import plan_for, promises_open, visits_due
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.mapping.points import refresh_map
from visits.messages.making import tell_of_visit
from visits.models.accounts import User
from visits.models.cases import Case, CaseState, Task, TaskState
from visits.models.people import AccessKind
from visits.models.portfolio import Dwelling
from visits.models.visits import AT_HOME, LIVE, Visit, VisitState, made_by
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access

PLACE_LENGTH = 200
# Whoever was visited agreed to it then, and may be planned for again.
MAY_BE_PLANNED = (CaseState.AGREED, CaseState.PLANNED, CaseState.VISITED)


def came_last(visits: Collection[Visit], offered: Collection[User]) -> uuid.UUID | None:
    """Name whom a person knows: who of those that may go held her last visit."""
    may_go = {user.id for user in offered}
    held = [one for one in visits if one.state is VisitState.DONE and one.visitor_id in may_go]
    latest = max(held, key=lambda one: (one.planned_start_at, one.id), default=None)
    return latest.visitor_id if latest else None


def may_be_planned(case: Case, due: Collection[Task]) -> bool:
    """Tell whether a visit may be planned: agreed to, and none is planned or more is due."""
    if not case.is_open or case.state not in MAY_BE_PLANNED:
        return False
    return case.state is not CaseState.PLANNED or bool(due)


def plan_visit(
    session: Session,
    case: Case,
    *,
    visitor_id: uuid.UUID,
    start_at: datetime,
    minutes: int,
    viewer: Viewer,
    now: datetime,
    kind: str = "",
    tasks: Collection[uuid.UUID] | None = None,
    insist: str = "",
    place: str = "",
    attended_by: str = "",
    beside: tuple[uuid.UUID, ...] = (),
    second_id: uuid.UUID | None = None,
) -> Visit:
    """Put a visit in a visitor's diary, ahead of time too and beside one that is planned already.

    It answers the `tasks` named, else what of its kind is due next and was promised by then.
    Raises Conflict when the person has not agreed, when a visit is planned and nothing more is due,
    Invalid when the visitor cannot come then, or when nobody comes then unless somebody says why in
    `insist`. To somebody who has no home here it says the `place`; `attended_by` says who else is
    to be there, `beside` which visits are made at once with it, `second_id` who goes along.
    """
    answered = _what_it_answers(session, case, kind, tasks, by=today_in_paris(start_at))
    elsewhere = _checked_place(case, place)
    end_at = start_at + timedelta(minutes=minutes)
    slot = Slot(visitor_id, start_at, end_at, but=beside, second_id=second_id)
    why = check_slot(session, case, slot, viewer=viewer, insist=insist, now=now)
    visit = Visit(
        case_id=case.id,
        kind=kind or next((one.visit_kind for one in answered if one.visit_kind), ""),
        visitor_id=visitor_id,
        planned_start_at=start_at,
        planned_end_at=end_at,
        state=VisitState.PLANNED,
        planned_by_id=viewer.user_id,
        planned_at=now,
        unusual_why=why,
        place=elsewhere,
        attended_by=checked_company(attended_by) or None,
        second_visitor_id=second_id,
    )
    session.add(visit)
    session.flush()
    plan_for(session, visit, answered)
    move(case, CaseState.PLANNED)
    case.call_back_at = None
    tell_of_visit(session, visit, now=now)
    changed(session, case, viewer, "visit_planned", now)
    return visit


def _what_it_answers(
    session: Session, case: Case, kind: str, tasks: Collection[uuid.UUID] | None, *, by: date
) -> Sequence[Task]:
    """Give the tasks that a visit planned now answers. Raises Conflict when none may be planned."""
    if not case.is_open:
        raise Conflict("case_closed")
    if case.state not in MAY_BE_PLANNED:
        raise Conflict("not_agreed_yet")
    answered = _tasks_to_answer(session, case, kind, tasks, by=by)
    if case.state is CaseState.PLANNED and not answered:
        raise Conflict("visit_already_planned")
    return answered


def move_visit(
    session: Session,
    visit: Visit,
    *,
    visitor_id: uuid.UUID,
    start_at: datetime,
    viewer: Viewer,
    now: datetime,
    insist: str = "",
    turn: int | None = None,
) -> None:
    """Give a planned visit another time or visitor, by the rules it was planned by.

    What is made beside it moves too, and so does whoever goes along. It moves from the `turn` that
    was seen alone, if one is told.
    """
    if visit.state is not VisitState.PLANNED:
        raise Conflict("visit_not_planned")
    if turn not in (None, visit.turn):
        raise Conflict("visit_moved_meanwhile")
    together = [visit, *made_together(session, visit, viewer)]
    slot = slot_of(visit, visitor_id, start_at, but=tuple(one.id for one in together))
    for one in together:
        one.unusual_why = check_slot(session, one.case, slot, viewer=viewer, insist=insist, now=now)
    for one in together:
        put(session, one, slot, now)
        changed(session, one.case, viewer, "visit_moved", now)


def go_along(
    session: Session,
    visit: Visit,
    second_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    now: datetime,
    insist: str = "",
) -> None:
    """Say who goes along on a planned visit, or that nobody does; what is made beside it alike.

    Raises Conflict when it is not planned any more, Invalid when she cannot be there.
    """
    if visit.state is not VisitState.PLANNED:
        raise Conflict("visit_not_planned")
    together = [visit, *made_together(session, visit, viewer)]
    its = slot_of(visit, visit.visitor_id, visit.planned_start_at)
    slot = replace(its, but=tuple(one.id for one in together), second_id=second_id)
    if second_id is not None:
        said = insist or visit.unusual_why or ""
        check_slot(session, visit.case, slot, viewer=viewer, insist=said, now=now)
    for one in together:
        one.second_visitor_id = second_id
        one.turn += 1
        changed(session, one.case, viewer, "second_visitor_said", now)


def made_together(session: Session, visit: Visit, viewer: Viewer) -> Sequence[Visit]:
    """List the visits made beside another: same visitor, same hour, same home, as far as seen."""
    if visit.case.dwelling_id is None:
        return []
    beside = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(
            Visit.id != visit.id,
            Visit.state == VisitState.PLANNED,
            Visit.visitor_id == visit.visitor_id,
            Visit.planned_start_at == visit.planned_start_at,
            Case.dwelling_id == visit.case.dwelling_id,
            visible_cases(viewer),
        )
    )
    return session.scalars(beside.order_by(Visit.id)).all()


def put(session: Session, visit: Visit, slot: Slot, now: datetime) -> None:
    """Let a visit be at a time that was checked, and tell whom it is with."""
    former_at = visit.planned_start_at
    visit.visitor_id, visit.second_visitor_id = slot.visitor_id, slot.second_id
    visit.planned_start_at, visit.planned_end_at = slot.start_at, slot.end_at
    visit.turn += 1
    tell_of_visit(session, visit, now=now, former_at=former_at)


def put_at(
    session: Session,
    visit: Visit,
    *,
    visitor_id: uuid.UUID,
    start_at: datetime,
    why: str | None,
    viewer: Viewer,
    now: datetime,
) -> bool:
    """Put a visit back where it was, with the reason it had for it; tells whether that can be.

    What is made beside it stays where it is.
    """
    if visit.state is not VisitState.PLANNED:
        return False
    beside = (one.id for one in made_together(session, visit, viewer))
    slot = slot_of(visit, visitor_id, start_at, but=(visit.id, *beside))
    beside_then = replace(slot, but=(*slot.but, *_there_then(session, visit.case, slot)))
    try:
        visit.unusual_why = check_slot(
            session, visit.case, beside_then, viewer=viewer, insist=why or "", now=now
        )
    except Invalid:
        return False
    put(session, visit, slot, now)
    changed(session, visit.case, viewer, "visit_moved", now)
    return True


def _there_then(session: Session, case: Case, slot: Slot) -> Sequence[uuid.UUID]:
    """Name the visits of a home by the same visitor at the same hour: they were made together."""
    if case.dwelling_id is None:
        return []
    same = (
        select(Visit.id)
        .join(Visit.case)
        .where(Visit.state == VisitState.PLANNED, Visit.visitor_id == slot.visitor_id)
        .where(Visit.planned_start_at == slot.start_at, Case.dwelling_id == case.dwelling_id)
    )
    return session.scalars(same.order_by(Visit.id)).all()


def due_before(session: Session, visit: Visit) -> date | None:
    """Give the first day by which a visit should have taken place, when it is planned after it."""
    due = select(func.min(Task.due_on)).where(Task.visit_id == visit.id)
    day = session.scalar(due.where(Task.state == TaskState.OPEN))
    late = day is not None and today_in_paris(visit.planned_start_at) > day
    return day if late else None


def cancel_visit(
    session: Session, visit: Visit, *, reason: str, viewer: Viewer, now: datetime
) -> None:
    """Take a visit out of the diary; what it was planned for is to do again."""
    if visit.state not in LIVE:
        raise Conflict("visit_not_planned")
    if not reason.strip():
        raise Invalid({"reason": "required"})
    if len(reason.strip()) > WHY_LENGTH:
        raise Invalid({"reason": "too_long"})
    call_off(session, visit, reason=reason.strip(), now=now)
    after_cancelling(session, visit.case)
    changed(session, visit.case, viewer, "visit_cancelled", now)


def _checked_place(case: Case, place: str) -> str | None:
    """Give where a visit is that is at no dwelling of ours; None at her home."""
    if case.dwelling_id is not None:
        return None
    if not place.strip():
        raise Invalid({"place": "required"})
    if len(place.strip()) > PLACE_LENGTH:
        raise Invalid({"place": "too_long"})
    return place.strip()


def _tasks_to_answer(
    session: Session, case: Case, kind: str, wanted: Collection[uuid.UUID] | None, *, by: date
) -> list[Task]:
    waiting = visits_due(session, case)
    if wanted is None:
        return answered_unless_said(waiting, by=by, kind=kind)
    offered = [*waiting, *promises_open(session, case)]
    named = [one for one in offered if one.id in set(wanted)]
    if len(named) < len(set(wanted)):
        raise Conflict("task_planned")
    return named


def answered_unless_said(due: Sequence[Task], *, by: date, kind: str = "") -> list[Task]:
    """Choose of `visits_due` what a visit of a day answers where nobody says: a kind of visit.

    What is due first. A turn of a rule and what was promised by that day are one visit: who comes
    for the one comes for the other.
    """
    fits = [one for one in due if not kind or one.visit_kind in (kind, None)]
    if not fits:
        return []
    first, *others = fits
    kinds = {first.visit_kind, None} if first.visit_kind else {one.visit_kind for one in others}
    alike = [one for one in others if one.visit_kind in kinds]
    turns = [one for one in alike if one.consequence_id is None and one.not_before <= by]
    promised = [one for one in alike if one.consequence_id is not None and one.due_on <= by]
    return [first, *(turns[:1] if first.consequence_id is not None else []), *promised]


def changed(session: Session, case: Case, viewer: Viewer, what: str, now: datetime) -> None:
    """Keep that something of a case's visits changed: on the map, and who did it."""
    refresh_map(session, [case.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )


def find_visit(
    session: Session, viewer: Viewer, visit_id: uuid.UUID, *, to_change: bool = False
) -> Visit:
    """Find a visit to a person the viewer may see; a visitor finds her own only.

    `to_change` waits until nobody else is changing it or its case.
    """
    statement = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(Visit.id == visit_id, visible_cases(viewer))
        .options(joinedload(Visit.visitor), joinedload(Visit.second_visitor))
    )
    if viewer.reach == "own":
        statement = statement.where(made_by([viewer.user_id]))
    if to_change:
        statement = statement.with_for_update(of=(Visit, Case), key_share=True)
    visit = session.scalars(statement).one_or_none()
    if visit is None:
        raise NotFound("visit_not_found")
    return visit


def visits_of_visitor(
    session: Session, viewer: Viewer, *, start_at: datetime, end_at: datetime
) -> Sequence[Visit]:
    """List the viewer's own visits that begin in a span of time, in order, with whom and where."""
    statement = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(made_by([viewer.user_id]), visible_cases(viewer))
        .where(Visit.planned_start_at >= start_at, Visit.planned_start_at < end_at)
        .where(Visit.state != VisitState.CANCELLED, AT_HOME)
        .options(
            contains_eager(Visit.case).contains_eager(Case.person),
            contains_eager(Visit.case).joinedload(Case.dwelling).joinedload(Dwelling.residence),
            joinedload(Visit.visitor),
            joinedload(Visit.second_visitor),
        )
        .order_by(Visit.planned_start_at, Visit.id)
    )
    return session.scalars(statement).all()
