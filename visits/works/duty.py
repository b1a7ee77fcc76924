"""The rota: who is on duty for what is urgent, when, and when nobody is."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnostics.codes import TRADES
from diagnostics.delays import PARIS
from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Organisation, Role, Territory, User
from visits.models.duty import DutyTurn
from visits.models.portfolio import Residence
from visits.sight import Viewer
from visits.sight.homes import landlords_run

PHONE_LENGTH = 30
PLACES = (1, 2, 3, 4)
LONGEST, FURTHEST = timedelta(days=14), timedelta(days=366)
# Once noted, a turn may come again each week; so many weeks in all.
WEEKS = range(1, 27)
# Holes are looked for this far ahead.
AHEAD = timedelta(days=14)
ON_DUTY = (Role.TECHNICIAN, Role.COORDINATOR, Role.MANAGER)


@dataclass(frozen=True)
class TurnSaid:
    """A turn of duty as it was typed; without an agency or a trade it is for all."""

    landlord_id: uuid.UUID | None
    user_id: uuid.UUID | None
    place: int
    phone: str
    starts_at: datetime
    ends_at: datetime
    agency_id: uuid.UUID | None = None
    trade: str = ""


@dataclass(frozen=True)
class Hole:
    """A time in which nobody is told first of what is urgent; `agency` is None for all of them."""

    landlord: Organisation
    agency: Territory | None
    starts_at: datetime
    ends_at: datetime


def may_be_on_duty(session: Session, landlords: Iterable[uuid.UUID]) -> Sequence[User]:
    """List whoever of some landlords may take on what is urgent, by name."""
    statement = select(User).where(
        User.active, User.role.in_(ON_DUTY), User.organisation_id.in_(list(landlords))
    )
    return session.scalars(statement.order_by(User.name, User.id)).all()


def agencies_of(
    session: Session, landlords: Iterable[uuid.UUID], *, viewer: Viewer
) -> Sequence[Territory]:
    """List the agencies in whose area some landlords have homes, by name.

    Of whoever looks after one area it is that one alone.
    """
    used = select(Residence.territory_id).where(Residence.landlord_id.in_(list(landlords)))
    statement = select(Territory).where(Territory.id.in_(used))
    if viewer.territory_id is not None:
        statement = statement.where(Territory.id == viewer.territory_id)
    return session.scalars(statement.order_by(Territory.name, Territory.id)).all()


def turns_between(
    session: Session,
    landlords: Iterable[uuid.UUID],
    since: datetime,
    until: datetime,
    *,
    withdrawn: bool = False,
) -> Sequence[DutyTurn]:
    """List the turns of some landlords that touch a time, those that stand or those withdrawn."""
    stands = DutyTurn.withdrawn_at.is_not(None) if withdrawn else DutyTurn.withdrawn_at.is_(None)
    statement = (
        select(DutyTurn)
        .where(DutyTurn.landlord_id.in_(list(landlords)), stands)
        .where(DutyTurn.starts_at < until, DutyTurn.ends_at > since)
        .options(joinedload(DutyTurn.user), joinedload(DutyTurn.agency))
        .options(joinedload(DutyTurn.landlord), joinedload(DutyTurn.withdrawn_by))
        .order_by(DutyTurn.starts_at, DutyTurn.place, DutyTurn.id)
    )
    return session.scalars(statement).all()


def note_turns(
    session: Session, said: TurnSaid, *, weeks: int = 1, viewer: Viewer, now: datetime
) -> list[DutyTurn]:
    """Note a turn of duty, and the same in the weeks after it, so many in all.

    Each begins and ends at the same hour of a Paris clock. Raises Invalid, field by field,
    Conflict when somebody has that place at one of these times already: then none is noted.
    """
    said = _checked(session, said, viewer=viewer, now=now)
    if weeks not in WEEKS:
        raise Invalid({"weeks": "bad_choice"})
    take_turn(session, f"duty {said.landlord_id}")
    return [_note(session, _weeks_later(said, week), viewer, now) for week in range(weeks)]


def change_turn(
    session: Session, turn_id: uuid.UUID, said: TurnSaid, *, viewer: Viewer, now: datetime
) -> DutyTurn:
    """Let another turn stand in the place of one; the one before can be put back.

    Raises Invalid, field by field, NotFound, Conflict for one that is withdrawn already.
    """
    said = _checked(session, said, viewer=viewer, now=now)
    take_turn(session, f"duty {said.landlord_id}")
    withdraw_turn(session, turn_id, viewer=viewer, now=now)
    session.flush()
    return _note(session, said, viewer, now)


def withdraw_turn(
    session: Session, turn_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> DutyTurn:
    """Let a turn of duty not be. Raises NotFound, Conflict for one that is withdrawn already."""
    turn = find_turn(session, turn_id, viewer=viewer, to_change=True)
    if turn.withdrawn_at is not None:
        raise Conflict("duty_withdrawn")
    turn.withdrawn_at, turn.withdrawn_by_id = now, viewer.user_id
    return turn


def put_back_turn(
    session: Session, turn_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> DutyTurn:
    """Let a withdrawn turn be again. Raises NotFound, Conflict when another has its place."""
    turn = find_turn(session, turn_id, viewer=viewer, to_change=True)
    take_turn(session, f"duty {turn.landlord_id}")
    if turn.withdrawn_at is None or turn.ends_at <= now:
        raise Conflict("duty_not_withdrawn")
    _refuse_two(session, _as_said(turn))
    turn.withdrawn_at = turn.withdrawn_by_id = None
    return turn


def find_turn(
    session: Session, turn_id: uuid.UUID, *, viewer: Viewer, to_change: bool = False
) -> DutyTurn:
    """Find a turn of a landlord whose stock a viewer runs, else raise NotFound."""
    lock = {"key_share": True} if to_change else None
    turn = session.get(DutyTurn, turn_id, with_for_update=lock)
    reached = {one.id for one in landlords_run(session, viewer)}
    if turn is None or turn.landlord_id not in reached:
        raise NotFound("duty_not_found")
    return turn


def _checked(session: Session, said: TurnSaid, *, viewer: Viewer, now: datetime) -> TurnSaid:
    reached = {one.id for one in landlords_run(session, viewer)}
    landlords = [one for one in reached if one == said.landlord_id]
    people = {one.id for one in may_be_on_duty(session, landlords)}
    agencies = {None, *(one.id for one in agencies_of(session, landlords, viewer=viewer))}
    said = replace(said, phone=said.phone.strip())
    faults = {
        "landlord": "" if landlords else "bad_choice",
        "user": _choice(said.user_id, people),
        "place": "" if said.place in PLACES else "bad_choice",
        "agency": "" if said.agency_id in agencies else "bad_choice",
        "trade": "bad_choice" if said.trade and said.trade not in TRADES else "",
        "phone": _phone_fault(said.phone),
        "ends_at": _end_fault(said, now),
    }
    if fields := {name: code for name, code in faults.items() if code}:
        raise Invalid(fields)
    return said


def _choice(value: object, choices: Iterable[object]) -> str:
    if not value:
        return "required"
    return "" if value in choices else "bad_choice"


def _phone_fault(phone: str) -> str:
    if not phone:
        return "required"
    digits = sum(one.isdigit() for one in phone)
    told = len(phone) <= PHONE_LENGTH and digits >= 4 and not set(phone) - set("+0123456789 .-()")
    return "" if told else "no_phone"


def _end_fault(said: TurnSaid, now: datetime) -> str:
    if said.ends_at <= said.starts_at:
        return "duty_ends_first"
    if said.ends_at <= now:
        return "must_not_be_past"
    if said.ends_at - said.starts_at > LONGEST:
        return "duty_too_long"
    return "too_far_ahead" if said.starts_at > now + FURTHEST else ""


def _weeks_later(said: TurnSaid, weeks: int) -> TurnSaid:
    """Move a turn by weeks, to the same hours of a Paris clock."""
    local = [
        one.astimezone(PARIS) + timedelta(weeks=weeks) for one in (said.starts_at, said.ends_at)
    ]
    starts_at, ends_at = (one.astimezone(UTC) for one in local)
    return replace(said, starts_at=starts_at, ends_at=ends_at)


def _note(session: Session, said: TurnSaid, viewer: Viewer, now: datetime) -> DutyTurn:
    _refuse_two(session, said)
    turn = DutyTurn(
        landlord_id=said.landlord_id,
        agency_id=said.agency_id,
        trade=said.trade or None,
        user_id=said.user_id,
        place=said.place,
        phone=said.phone,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(turn)
    session.flush()
    return turn


def _refuse_two(session: Session, said: TurnSaid) -> None:
    """Refuse a second turn of one place, agency and trade in one time, whoever has it."""
    assert said.landlord_id is not None
    for one in turns_between(session, [said.landlord_id], said.starts_at, said.ends_at):
        stands = (one.place, one.agency_id, one.trade or "")
        if stands == (said.place, said.agency_id, said.trade):
            raise Conflict("duty_taken", name=one.user.name)


def _as_said(turn: DutyTurn) -> TurnSaid:
    return TurnSaid(
        turn.landlord_id,
        turn.user_id,
        turn.place,
        turn.phone,
        turn.starts_at,
        turn.ends_at,
        turn.agency_id,
        turn.trade or "",
    )
