"""Days on which a visitor is away: noted with what becomes of her visits, taken back with them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.agenda.planning import cancel_visit, made_together, move_visit, put_at
from visits.agenda.visitors import find_visitor, visitors_kept, visitors_seen
from visits.cases.appointments import put_back
from visits.cases.stages import after_cancelling
from visits.cases.tasks import plan_for, visits_due
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import User
from visits.models.agenda import Absence, AbsenceChange, AbsenceKind, ChangeKind
from visits.models.cases import Case
from visits.models.visits import Visit, VisitState, made_by
from visits.sight import Viewer, visible_cases
from visits.sight.listing import By, Listed, Wanted, page_of_found

NOTE_LENGTH, WHY_LENGTH, LONGEST_DAYS = 500, 200, 366
# Kept as the reason of a visit that went back to be planned.
VISITOR_AWAY = "visitor_was_away"
TO_COME, PAST, WITHDRAWN, ALL = "to_come", "past", "withdrawn", "all"
LISTS = (TO_COME, PAST, WITHDRAWN, ALL)
ORDER = {
    "first": By(Absence.first_on, known=True),
    "last": By(Absence.last_on, known=True),
    "visitor": By(User.name, (Absence.visitor,)),
}


@dataclass(frozen=True)
class AbsenceSaid:
    """An absence as it was read."""

    first_on: date | None = None
    last_on: date | None = None
    kind: str = ""
    note: str = ""


@dataclass(frozen=True)
class Doing:
    """What becomes of a visit: handed over to `visitor_id`, moved to `start_at`, or given back."""

    kind: ChangeKind = ChangeKind.GIVEN_BACK
    visitor_id: uuid.UUID | None = None
    start_at: datetime | None = None


@dataclass(frozen=True)
class Hit:
    """The visits in some days: those the viewer may see, and how many she may not."""

    visits: Sequence[Visit] = ()
    hidden: int = 0


@dataclass
class BackAgain:
    """Which visits stand again as they did before an absence, and which could not."""

    back: list[Visit] = field(default_factory=list)
    lost: list[Visit] = field(default_factory=list)


def list_absences(
    session: Session,
    viewer: Viewer,
    *,
    state: str,
    wanted: Wanted,
    now: datetime,
    visitor_id: uuid.UUID | None = None,
) -> Listed[Absence]:
    """List the absences of the visitors whose days a viewer keeps."""
    found = select(Absence.id).join(Absence.visitor).where(visitors_kept(viewer))
    found = found.where(*_in_state(state, today_in_paris(now)))
    if visitor_id is not None:
        found = found.where(Absence.visitor_id == visitor_id)
    kept: Select[uuid.UUID] = select(Absence.id).where(Absence.id.in_(found))
    rows = select(Absence).options(joinedload(Absence.visitor), selectinload(Absence.changes))
    return page_of_found(
        session, kept, rows, wanted=wanted, order=ORDER, tie=(Absence.first_on, Absence.id)
    )


def _in_state(state: str, today: date) -> list[ColumnElement[bool]]:
    stands = Absence.withdrawn_at.is_(None)
    if state == TO_COME:
        return [stands, Absence.last_on >= today]
    if state == PAST:
        return [stands, Absence.last_on < today]
    return [Absence.withdrawn_at.is_not(None)] if state == WITHDRAWN else []


def find_absence(
    session: Session, viewer: Viewer, absence_id: uuid.UUID, *, to_change: bool = False
) -> Absence:
    """Find an absence of a visitor whose days a viewer keeps. Raises NotFound."""
    found = select(Absence).where(Absence.id == absence_id)
    if to_change:
        found = found.with_for_update(of=Absence, key_share=True)
    absence = session.scalars(found).one_or_none()
    if absence is None:
        raise NotFound("absence_not_found")
    try:
        find_visitor(session, viewer, absence.visitor_id, to_keep=True)
    except NotFound:
        raise NotFound("absence_not_found") from None
    return absence


def check_absence(said: AbsenceSaid) -> None:
    """Raise Invalid, field by field, for what is no absence."""
    fields = {}
    if said.first_on is None:
        fields["first_on"] = "required"
    if said.last_on is None:
        fields["last_on"] = "required"
    elif said.first_on is not None and said.last_on < said.first_on:
        fields["last_on"] = "before_start"
    elif said.first_on is not None and (said.last_on - said.first_on).days > LONGEST_DAYS:
        fields["last_on"] = "absence_too_long"
    if said.kind not in tuple(AbsenceKind):
        fields["kind"] = "bad_choice" if said.kind else "required"
    if len(said.note.strip()) > NOTE_LENGTH:
        fields["note"] = "too_long"
    if fields:
        raise Invalid(fields)


def hit_by(
    session: Session,
    visitor_id: uuid.UUID,
    first: date,
    last: date,
    *,
    viewer: Viewer,
    now: datetime,
) -> Hit:
    """Find what a visitor has planned from one day to another, both included, and to come."""
    planned = (
        select(Visit, visible_cases(viewer).label("seen"))
        .join(Visit.case)
        .join(Case.person)
        .where(made_by([visitor_id]), Visit.state == VisitState.PLANNED)
        .where(Visit.planned_start_at >= max(midnight_in_paris(first), now))
        .where(Visit.planned_start_at < midnight_in_paris(last + timedelta(days=1)))
        .order_by(Visit.planned_start_at, Visit.id)
    )
    found = session.execute(planned).all()
    seen = [visit for visit, is_seen in found if is_seen]
    return Hit(seen, len(found) - len(seen))


def note_absence(
    session: Session,
    visitor_id: uuid.UUID,
    said: AbsenceSaid,
    *,
    doing: Mapping[uuid.UUID, Doing] | None,
    viewer: Viewer,
    now: datetime,
) -> Absence:
    """Note that a visitor is away, and do at once what was said of each visit of those days.

    Raises Invalid, field by field: also when visits are planned then and nobody said what becomes
    of each of them, or one cannot be where it is put; then nothing is done.
    """
    find_visitor(session, viewer, visitor_id, to_keep=True, to_change=True)
    check_absence(said)
    assert said.first_on is not None and said.last_on is not None  # or it was refused
    _refuse_overlap(session, visitor_id, said.first_on, said.last_on)
    hit = hit_by(session, visitor_id, said.first_on, said.last_on, viewer=viewer, now=now)
    if {one.id for one in hit.visits} - (doing or {}).keys():
        raise Invalid({"visits": "visits_in_absence"})
    absence = Absence(
        visitor_id=visitor_id,
        first_on=said.first_on,
        last_on=said.last_on,
        kind=AbsenceKind(said.kind),
        note=said.note.strip() or None,
        noted_at=now,
        noted_by_id=viewer.user_id,
        changes=[],
    )
    session.add(absence)
    session.flush()
    done: set[uuid.UUID] = set()
    for visit in hit.visits:
        if visit.id not in done:
            chosen = (doing or {})[visit.id]
            done |= _change(session, absence, visit, chosen, viewer=viewer, now=now)
    return absence


def _refuse_overlap(session: Session, visitor_id: uuid.UUID, first: date, last: date) -> None:
    same = select(Absence).where(
        Absence.visitor_id == visitor_id,
        Absence.withdrawn_at.is_(None),
        Absence.first_on <= last,
        Absence.last_on >= first,
    )
    known = session.scalars(same.order_by(Absence.first_on, Absence.id).limit(1)).first()
    if known is not None:
        days = {"first": known.first_on, "last": known.last_on}
        raise Invalid({"first_on": "absent_then_already"}, **days)


def _change(
    session: Session,
    absence: Absence,
    visit: Visit,
    doing: Doing,
    *,
    viewer: Viewer,
    now: datetime,
) -> set[uuid.UUID]:
    """Do with a visit, and with what is made beside it, what was said; tells which they are."""
    together = [visit]
    if doing.kind is not ChangeKind.GIVEN_BACK:
        together += made_together(session, visit, viewer)
    if doing.visitor_id is not None and visit.second_visitor_id == absence.visitor_id:
        for one in together:  # whose place is taken is its visitor, and the other goes along
            one.visitor_id, one.second_visitor_id = absence.visitor_id, one.visitor_id
    for one in together:
        absence.changes.append(
            AbsenceChange(
                visit=one,
                kind=doing.kind,
                visitor_was_id=one.visitor_id,
                start_was=one.planned_start_at,
                why_was=one.unusual_why,
                turn=0,
            )
        )
    try:
        if doing.kind is ChangeKind.GIVEN_BACK:
            cancel_visit(session, visit, reason=VISITOR_AWAY, viewer=viewer, now=now)
        else:
            move_visit(
                session,
                visit,
                visitor_id=doing.visitor_id or visit.visitor_id,
                start_at=doing.start_at or visit.planned_start_at,
                viewer=viewer,
                now=now,
            )
    except Invalid as refused:
        code = next(iter(refused.fields.values()))
        raise Invalid({f"do-{visit.id}": code}, **refused.details) from None
    for change in absence.changes[-len(together) :]:
        change.turn = change.visit.turn
    session.flush()
    return {one.id for one in together}


def take_back(
    session: Session, absence: Absence, why: str, *, viewer: Viewer, now: datetime
) -> BackAgain:
    """Take an absence back with a reason; the visits it changed stand again where they still can.

    What somebody moved or called off since stays as it is. Raises Conflict once it is over or taken
    back, Invalid without a reason.
    """
    if absence.withdrawn_at is not None or absence.last_on < today_in_paris(now):
        raise Conflict("absence_is_over")
    if not why.strip() or len(why.strip()) > WHY_LENGTH:
        raise Invalid({"why": "too_long" if why.strip() else "required"})
    absence.withdrawn_at, absence.withdrawn_by_id = now, viewer.user_id
    absence.withdrawn_why = why.strip()
    session.flush()
    again = BackAgain()
    for change in sorted(absence.changes, key=lambda one: (one.start_was, one.id)):
        stands = _undo(session, change, viewer=viewer, now=now)
        (again.back if stands else again.lost).append(change.visit)
    return again


def _undo(session: Session, change: AbsenceChange, *, viewer: Viewer, now: datetime) -> bool:
    visit = change.visit
    if visit.turn != change.turn or change.start_was <= now:
        return False
    if change.kind is ChangeKind.GIVEN_BACK:
        if not visit.case.is_open or not put_back(session, visit, now=now):
            return False
        due = [one for one in visits_due(session, visit.case) if one.visit_kind == visit.kind]
        plan_for(session, visit, due[:1])
        after_cancelling(session, visit.case)
    elif not put_at(
        session,
        visit,
        visitor_id=change.visitor_was_id,
        start_at=change.start_was,
        why=change.why_was,
        viewer=viewer,
        now=now,
    ):
        return False
    change.put_back_at = now
    session.flush()
    return True


def absences_between(
    session: Session, viewer: Viewer, first: date, last: date
) -> Sequence[Absence]:
    """List the absences of the visitors whose days a viewer sees, in some days."""
    stands = (
        select(Absence)
        .join(Absence.visitor)
        .where(visitors_seen(viewer), Absence.withdrawn_at.is_(None))
        .where(Absence.first_on <= last, Absence.last_on >= first)
    )
    return session.scalars(stands.order_by(Absence.first_on, Absence.id)).all()
