"""Whether a visitor can be at a door at a time: never in two at once, and elsewhere not unasked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from visits.agenda.visitors import visitors_seen
from visits.agenda.working_time import away_then
from visits.cases.charge import worked_in
from visits.cases.pauses import pauses_on
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.ground.unusual_hours import unusual_hour
from visits.models.accounts import Role, User
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.visits import AT_HOME, LIVE, Visit, made_by
from visits.people.protection import named_for
from visits.sight import Viewer, visible_cases
from visits.sight.landlords import may_work_for

WHY_LENGTH = 500


def visitors(session: Session, landlord_id: uuid.UUID) -> Sequence[User]:
    """List by name the active visitors who may visit a landlord's tenants."""
    active = select(User).where(User.role == Role.VISITOR, User.active.is_(True))
    statement = active.where(may_work_for(landlord_id)).options(joinedload(User.organisation))
    return session.scalars(statement.order_by(User.name, User.id)).all()


@dataclass(frozen=True)
class Slot:
    """A visitor's time, and whoever goes along; `but` are the visits that move there, or away."""

    visitor_id: uuid.UUID
    start_at: datetime
    end_at: datetime
    but: tuple[uuid.UUID, ...] = ()
    second_id: uuid.UUID | None = None

    def each(self) -> Sequence["Slot"]:
        """Give the time of each who goes, always in the same order: nobody waits for another."""
        goers = {one for one in (self.visitor_id, self.second_id) if one}
        return [replace(self, visitor_id=one, second_id=None) for one in sorted(goers, key=str)]

    def taken(self) -> tuple[ColumnElement[bool], ...]:
        """Give the conditions on `Visit` for those at the same time."""
        return (
            Visit.state.in_(LIVE),
            AT_HOME,
            Visit.planned_start_at < self.end_at,
            Visit.planned_end_at > self.start_at,
            Visit.id.not_in(self.but),
        )


def slot_of(
    visit: Visit, visitor_id: uuid.UUID, start_at: datetime, *, but: tuple[uuid.UUID, ...] = ()
) -> Slot:
    """Give a visit's time at an hour by a visitor; whoever goes along still does.

    Where it is given to her, whose it was goes along.
    """
    second_id = visit.second_visitor_id
    if second_id == visitor_id:
        second_id = visit.visitor_id
    end_at = start_at + (visit.planned_end_at - visit.planned_start_at)
    return Slot(visitor_id, start_at, end_at, but, second_id)


def check_slot(
    session: Session,
    case: Case,
    slot: Slot,
    *,
    viewer: Viewer,
    insist: str,
    now: datetime,
) -> str | None:
    """Refuse what cannot be; gives why it is all the same to be, where that had to be said."""
    if slot.visitor_id == slot.second_id:
        raise Invalid({"second_visitor_id": "second_is_the_first"})
    whys = []
    for hers in slot.each():
        try:
            whys.append(_check_hers(session, case, hers, viewer=viewer, insist=insist, now=now))
        except Invalid as refused:
            if hers.visitor_id != slot.second_id or "visitor_id" not in refused.fields:
                raise
            code = refused.fields["visitor_id"]
            raise Invalid({"second_visitor_id": code}, **refused.details) from None
    return next((why for why in whys if why), None)


def _check_hers(
    session: Session, case: Case, slot: Slot, *, viewer: Viewer, insist: str, now: datetime
) -> str | None:
    # Two visits planned at once would not see each other in the visitor's diary.
    visitor = session.get(User, slot.visitor_id, with_for_update={"key_share": True})
    if visitor is None or visitor not in visitors(session, case.person.landlord_id):
        raise Invalid({"visitor_id": "unknown_visitor"})
    if slot.start_at <= now:
        raise Invalid({"start_at": "must_be_in_future"})
    named = named_for(session, case.person, case.dwelling_id)
    if named is not None and slot.visitor_id not in named:
        raise Invalid({"visitor_id": "visitor_not_named"})
    if not (_goes_already(session, case, slot) or _works_there(session, case, visitor, slot)):
        raise Invalid({"visitor_id": "visitor_without_mandate"})
    _refuse_collision(session, slot, viewer)
    odd = unusual_hour(slot.start_at, slot.end_at)
    away = away_then(session, slot.visitor_id, slot.start_at, slot.end_at, but=slot.but)
    unusual = f"visit_{odd}" if odd else away
    if unusual is None and _home_is_visited(session, case, slot, viewer):
        unusual = "home_visited_then"
    day = today_in_paris(slot.start_at)
    until = pauses_on(session, [case.id], day).get(case.id)
    if until is not None:
        unusual = "paused_then"
    if unusual is None:
        return None
    if not insist.strip():
        raise Invalid({"insist": unusual}, until=until or day)
    if len(insist.strip()) > WHY_LENGTH:
        raise Invalid({"insist": "too_long"})
    return insist.strip()


def _goes_already(session: Session, case: Case, slot: Slot) -> bool:
    """Tell whether a visit that stands is the visitor's: it stands after a mandate has ended."""
    hers = _standing(case).where(made_by([slot.visitor_id]), Visit.id.in_(slot.but))
    return session.scalars(hers.limit(1)).first() is not None


def _standing(case: Case) -> Select[uuid.UUID]:
    return select(Visit.id).where(Visit.case_id == case.id, Visit.state.in_(LIVE))


def _works_there(session: Session, case: Case, visitor: User, slot: Slot) -> bool:
    day = today_in_paris(slot.start_at)
    return bool(worked_in(session, [case.id], visitor.organisation, day))


def _refuse_collision(session: Session, slot: Slot, viewer: Viewer) -> None:
    statement = (
        select(Visit.planned_start_at, Person, visible_cases(viewer).label("seen"))
        .join(Visit.case)
        .join(Case.person)
        .where(made_by([slot.visitor_id]), *slot.taken())
        .order_by(Visit.planned_start_at, Visit.id)
        .limit(1)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        return
    at, person, seen = found
    if not seen:
        raise Invalid({"start_at": "visitor_busy"})
    raise Invalid({"start_at": "visitor_busy_with"}, name=person.name, at=at)


def _home_is_visited(session: Session, case: Case, slot: Slot, viewer: Viewer) -> bool:
    """Tell whether somebody else is at this door then, as far as the viewer may know."""
    if case.dwelling_id is None:
        return False
    statement = (
        select(Visit.id)
        .join(Visit.case)
        .join(Case.person)
        .where(Case.dwelling_id == case.dwelling_id, visible_cases(viewer))
        .where(*slot.taken())
    )
    return session.scalars(statement.order_by(Visit.id).limit(1)).first() is not None


def may_go(session: Session, case: Case, viewer: Viewer, *, on: date) -> list[User]:
    """List by name the visitors a viewer may send to somebody on a day.

    Of her area, named if need be, of an organisation that works there then; whoever goes already
    may go on.
    """
    seen = set(session.scalars(select(User.id).where(visitors_seen(viewer))))
    there = case.residence.territory_id if case.residence else None
    named = named_for(session, case.person, case.dwelling_id)
    going = [
        one
        for one in visitors(session, case.person.landlord_id)
        if one.id in seen
        and (there is None or one.territory_id in (None, there))
        and (named is None or one.id in named)
    ]
    places = {one.organisation for one in going}
    work_there = {one.id for one in places if worked_in(session, [case.id], one, on)}
    go_already = set(session.scalars(_standing(case).with_only_columns(Visit.visitor_id)))
    return [one for one in going if one.organisation_id in work_there or one.id in go_already]
