"""Stays in places: begun, renewed, ended with where to; each act is taken back, none is deleted.

Days, terms and ages are judged in `days`; what is asked of the tables stands here.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.matching import may_be_offered
from visits.homes.needs import needs_of
from visits.homes.register import tell
from visits.models.cases import Case
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling
from visits.models.stays import ExitTo, Place, Stay, StayKind, StayRenewal
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.places import visible_stays
from visits.sight.reach import BY_MANDATE, visible_cases
from visits.stays.contracts import kind_fits
from visits.stays.days import (
    Days,
    contract_over_on,
    days_of,
    is_too_young,
    why_not_renewed,
)
from visits.stays.free import offered_to_others

WHY_LENGTH = 300
AHEAD = timedelta(days=92)


@dataclass(frozen=True)
class StaySaid:
    """A stay as it was said, with the case it belongs to."""

    kind: str
    from_on: date | None
    case_id: uuid.UUID | None = None


def begin_stay(
    session: Session, place: Place, person: Person, said: StaySaid, *, viewer: Viewer, now: datetime
) -> Stay:
    """Let a person stay in a place; both are within the viewer's reach.

    Raises Invalid by field, NotFound for a place of another landlord, Conflict when nobody stays
    there, it does not fit her, she is known to be under 16 or died, or the days are taken.
    """
    _refuse(session, place, person, said, viewer=viewer, now=now)
    assert said.from_on is not None
    assert place.contract is not None
    stay = Stay(
        id=new_id(),
        place_id=place.id,
        person=person,
        case_id=said.case_id,
        kind=StayKind(said.kind),
        contract=place.contract,
        months=place.months,
        fee=place.fee,
        from_on=said.from_on,
        turn=0,
        begun_at=now,
        begun_by_id=viewer.user_id,
        renewals=[],
    )
    _settle(stay)
    _refuse_overlap(session, stay, days_of(stay), viewer)
    session.add(stay)
    session.flush()
    _log(session, stay, "stay_begun", viewer=viewer, now=now)
    return stay


def renew_stay(session: Session, stay: Stay, *, turn: int, viewer: Viewer, now: datetime) -> None:
    """Renew the contract of a stay for one more term.

    Raises Conflict past its limit, before its last term has begun, or when it is over.
    """
    read_just_now(stay, turn)
    _refuse_over(stay)
    why = why_not_renewed(
        stay.from_on, stay.contract, stay.months, renewals=stay.renewed, today=today_in_paris(now)
    )
    if why is not None:
        raise Conflict(why)
    stay.renewals.append(StayRenewal(id=new_id(), renewed_at=now, renewed_by_id=viewer.user_id))
    _changed(session, stay, "stay_renewed", viewer=viewer, now=now)


@dataclass(frozen=True)
class EndSaid:
    """How a stay ended: on which day, where to, why."""

    ended_on: date | None
    exit_to: str
    why: str


def end_stay(
    session: Session, stay: Stay, said: EndSaid, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """End a stay; its place is free from that day on. Raises Invalid by field, Conflict."""
    read_just_now(stay, turn)
    _refuse_over(stay)
    fields = _wrong_end(stay, said, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    stay.ended_on, stay.ended_by_id = said.ended_on, viewer.user_id
    stay.exit_to, stay.exit_why = ExitTo(said.exit_to), said.why.strip()
    _changed(session, stay, "stay_ended", viewer=viewer, now=now)


def take_stay_back(
    session: Session, stay: Stay, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Take the latest act on a stay back: its end, or else its last renewal.

    Raises Conflict when there is none, the person died or somebody else has the place.
    """
    read_just_now(stay, turn)
    if stay.withdrawn_at is not None:
        raise Conflict("stay_withdrawn")
    if stay.ended_on is not None:
        if stay.person.died_on is not None:
            raise Conflict("stay_of_who_died")
        _refuse_overlap(session, stay, Days(stay.from_on), viewer)
        go_on(stay)
    else:
        last = next((one for one in reversed(stay.renewals) if one.taken_back_at is None), None)
        if last is None:
            raise Conflict("stay_nothing_to_take_back")
        last.taken_back_at, last.taken_back_by_id = now, viewer.user_id
    _changed(session, stay, "stay_taken_back", viewer=viewer, now=now)


def withdraw_stay(
    session: Session, stay: Stay, why: str, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Withdraw a stay that was begun by mistake: it fills no day. Raises Invalid, Conflict."""
    read_just_now(stay, turn)
    if stay.withdrawn_at is not None:
        raise Conflict("stay_withdrawn")
    why = why.strip()
    if not why or len(why) > WHY_LENGTH:
        raise Invalid({"why": "place_why_too_long" if why else "required"})
    stay.withdrawn_at, stay.withdrawn_by_id, stay.withdrawn_why = now, viewer.user_id, why
    _changed(session, stay, "stay_withdrawn", viewer=viewer, now=now)


def find_stay(
    session: Session, viewer: Viewer, stay_id: uuid.UUID, *, to_change: bool = False
) -> Stay:
    """Find a stay the viewer may see, else raise NotFound; `to_change` waits for others."""
    statement = seen(viewer).where(Stay.id == stay_id)
    statement = statement.options(
        selectinload(Stay.renewals).joinedload(StayRenewal.renewed_by),
        *(joinedload(one) for one in (Stay.begun_by, Stay.ended_by, Stay.withdrawn_by)),
    )
    if to_change:
        statement = statement.with_for_update(of=Stay, key_share=True)
    stay = session.scalars(statement).one_or_none()
    if stay is None:
        raise NotFound("stay_not_found")
    return stay


def stays_of(session: Session, viewer: Viewer, person: Person) -> Sequence[Stay]:
    """List the stays of a person that the viewer may see, the latest first."""
    hers = seen(viewer).where(Stay.person_id == person.id)
    return session.scalars(hers.order_by(Stay.from_on.desc(), Stay.id.desc())).all()


def stays_in(session: Session, viewer: Viewer, place: Place) -> Sequence[Stay]:
    """List the stays in a place that the viewer may see, the latest first."""
    there = seen(viewer).where(Stay.place_id == place.id)
    return session.scalars(there.order_by(Stay.from_on.desc(), Stay.id.desc())).all()


def seen(viewer: Viewer) -> Select[Stay]:
    """Select the stays a viewer may see, with who stays and where."""
    return (
        select(Stay)
        .join(Stay.person)
        .join(Stay.place)
        .join(Place.dwelling)
        .join(Dwelling.residence)
        .where(visible_stays(viewer))
        .options(
            contains_eager(Stay.person),
            contains_eager(Stay.place)
            .contains_eager(Place.dwelling)
            .contains_eager(Dwelling.residence),
        )
    )


def read_just_now(stay: Stay, turn: int) -> None:
    """Raise Conflict when a stay is not as it was when it was read."""
    if stay.turn != turn:
        raise Conflict("stay_changed_meanwhile")


def _refuse(
    session: Session, place: Place, person: Person, said: StaySaid, *, viewer: Viewer, now: datetime
) -> None:
    fields = _wrong(session, place, person, said, viewer=viewer, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.from_on is not None
    refuse_place(session, place, person, on=said.from_on, now=now)


def refuse_place(
    session: Session,
    place: Place,
    person: Person,
    *,
    on: date,
    now: datetime,
) -> None:
    """Refuse a place to whom it is not for, whoever has it on those days.

    Raises NotFound, Conflict as a stay that is begun does.
    """
    if person.landlord_id != place.dwelling.landlord_id:
        raise NotFound("place_not_found")
    if not place.is_to_stay_in or place.withdrawn_on is not None:
        raise Conflict("place_nobody_stays_in")
    if person.died_on is not None:
        raise Conflict("stay_of_who_died")
    if is_too_young(on, born_on=person.born_on, birth_year=person.birth_year):
        raise Conflict("stay_under_16")
    home = tell(session, [place.dwelling_id], today=today_in_paris(now))[place.dwelling_id]
    if not may_be_offered(needs_of(session, person.id), home, place):
        raise Conflict("place_does_not_fit")
    if place.id in session.scalars(offered_to_others(person.id)).all():
        raise Conflict("place_is_offered")


def _wrong(
    session: Session, place: Place, person: Person, said: StaySaid, *, viewer: Viewer, today: date
) -> dict[str, str]:
    fields = {}
    if said.kind not in tuple(StayKind):
        fields["kind"] = "bad_choice" if said.kind else "required"
    elif place.contract is not None and not kind_fits(StayKind(said.kind), place.contract):
        fields["kind"] = "stay_kind_not_here"
    if said.from_on is None:
        fields["from_on"] = "required"
    elif said.from_on > today + AHEAD:
        fields["from_on"] = "stay_too_far_ahead"
    elif said.from_on < place.since_on:
        fields["from_on"] = "stay_before_place"
    if said.case_id is None and viewer.reach in BY_MANDATE:
        fields["case"] = "required"
    elif said.case_id not in (None, *(one.id for one in open_cases(session, viewer, person))):
        fields["case"] = "bad_choice"
    return fields


def open_cases(session: Session, viewer: Viewer, person: Person) -> Sequence[Case]:
    """List the open cases of a person that the viewer may see: a stay belongs to one, or none."""
    hers = select(Case).join(Case.person).where(Case.person_id == person.id)
    hers = hers.where(Case.closed_on.is_(None), visible_cases(viewer))
    return session.scalars(hers.order_by(Case.opened_at, Case.id)).all()


def _wrong_end(stay: Stay, said: EndSaid, *, today: date) -> dict[str, str]:
    fields, why = {}, said.why.strip()
    if said.ended_on is None:
        fields["ended_on"] = "required"
    elif said.ended_on > today:
        fields["ended_on"] = "must_not_be_future"
    elif said.ended_on <= stay.from_on:
        fields["ended_on"] = "stay_ends_before_it_began"
    if said.exit_to not in tuple(ExitTo):
        fields["exit_to"] = "bad_choice" if said.exit_to else "required"
    elif said.exit_to == ExitTo.SLID and stay.kind is not StayKind.SLIDING:
        fields["exit_to"] = "stay_slides_not"
    if not why or len(why) > WHY_LENGTH:
        fields["why"] = "place_why_too_long" if why else "required"
    return fields


def _refuse_over(stay: Stay) -> None:
    if stay.withdrawn_at is not None:
        raise Conflict("stay_withdrawn")
    if stay.ended_on is not None:
        raise Conflict("stay_is_over")


def _refuse_overlap(session: Session, stay: Stay, days: Days, viewer: Viewer) -> None:
    """Raise Conflict when somebody has the place in those days, or the person another one.

    In the place all count; of the person's, those that the viewer may see.
    """
    if is_taken(session, stay, days):
        raise Conflict("place_is_taken")
    take_turn(session, f"stays of {stay.person.id}")
    if _any_meets(days, stay, stays_of(session, viewer, stay.person)):
        raise Conflict("stay_elsewhere")


def is_taken(session: Session, stay: Stay, days: Days) -> bool:
    """Tell whether somebody else has the place; others who ask wait until this is done."""
    take_turn(session, f"stays in {stay.place_id}")
    there = select(Stay).where(Stay.place_id == stay.place_id)
    return _any_meets(days, stay, session.scalars(there.order_by(Stay.id)).all())


def _any_meets(days: Days, stay: Stay, others: Sequence[Stay]) -> bool:
    standing = (one for one in others if one.id != stay.id and one.withdrawn_at is None)
    return any(days.meet(days_of(one)) for one in standing)


def _settle(stay: Stay) -> None:
    """Let the end of the contract follow from its renewals: the one place that says it."""
    renewed = stay.renewed
    stay.until_on = contract_over_on(stay.from_on, stay.contract, stay.months, renewals=renewed)


def go_on(stay: Stay) -> None:
    """Let a stay that was ended stand again."""
    stay.ended_on = stay.ended_by_id = stay.exit_to = stay.exit_why = None


def _changed(session: Session, stay: Stay, what: str, *, viewer: Viewer, now: datetime) -> None:
    _settle(stay)
    stay.turn += 1
    session.flush()
    _log(session, stay, what, viewer=viewer, now=now)


def _log(session: Session, stay: Stay, what: str, *, viewer: Viewer, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[stay.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
