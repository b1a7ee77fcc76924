"""Collective sessions: planned, alone or week after week, and changed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from diagnostics.delays import PARIS
from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.numbers import typed_cents
from visits.models.accounts import Organisation, OrganisationKind
from visits.models.portfolio import Residence
from visits.models.sessions import CollectiveSession, SessionKind, SessionMove, SessionState
from visits.sessions.seats import seats_of_one
from visits.sight import Viewer
from visits.sight.homes import landlords_run, residences_run
from visits.sight.reach import BY_MANDATE
from visits.sight.sessions import visible_sessions

TITLE_LENGTH, TEXT_LENGTH, NOTE_LENGTH = 120, 120, 2000
SHORTEST, LONGEST = 5, 24 * 60
MOST_SEATS, MOST_CENTS, MOST_WEEKS = 1_000, 100_000_000, 52
# What was held is noted so long afterwards, and none is planned further ahead.
BEFORE, AHEAD = timedelta(days=3 * 366), timedelta(days=2 * 366)
ELSEWHERE = "other"


@dataclass(frozen=True)
class SessionSaid:
    """A session as it was typed: numbers as they stand in the form, the cost in euros.

    `residence` is the reference of one, or its address, or empty, and `place` says where.
    `held_by` is the id of an organisation, or `other`, and `held_by_name` names it.
    """

    title: str = ""
    kind: str = ""
    starts_at: datetime | None = None
    minutes: str = ""
    residence: str = ""
    place: str = ""
    capacity: str = ""
    held_by: str = ""
    held_by_name: str = ""
    cost: str = ""
    payer: str = ""
    note: str = ""


def landlords_planned_for(
    session: Session, viewer: Viewer, programme: str
) -> Sequence[Organisation]:
    """List by name the landlords for whose tenants a viewer may plan sessions of a programme."""
    if viewer.reach not in BY_MANDATE:
        return landlords_run(session, viewer)
    given = {one.landlord_id for one in viewer.mandates if one.programme == programme}
    if viewer.landlord_id is not None:
        given &= {viewer.landlord_id}
    named = select(Organisation).where(Organisation.id.in_(given))
    return session.scalars(named.order_by(Organisation.name, Organisation.id)).all()


def holders_known(session: Session, viewer: Viewer) -> Sequence[Organisation]:
    """List by name who may hold a session a viewer plans; by a mandate, her own organisation."""
    known = select(Organisation).order_by(Organisation.name, Organisation.id)
    if viewer.reach in BY_MANDATE:
        return session.scalars(known.where(Organisation.id == viewer.organisation_id)).all()
    landlords = [one.id for one in landlords_run(session, viewer)]
    partners = Organisation.kind == OrganisationKind.PARTNER
    return session.scalars(known.where(partners | Organisation.id.in_(landlords))).all()


def plan_session(
    session: Session,
    programme: str,
    said: SessionSaid,
    *,
    landlord_id: uuid.UUID | None = None,
    weeks: str = "",
    viewer: Viewer,
    now: datetime,
) -> list[CollectiveSession]:
    """Plan a session, or one a week for so many `weeks`, at the same hour of Paris.

    Raises Invalid, field by field, Conflict when one of them is planned already.
    """
    landlord_id, fields = _landlord(session, programme, landlord_id, viewer=viewer)
    times = _whole(fields, "weeks", weeks, 1, MOST_WEEKS) or 1
    read = _read(session, said, fields, landlord_id, viewer=viewer, now=now, weeks=times)
    assert landlord_id is not None and said.starts_at is not None  # or it was refused
    take_turn(session, f"sessions of {landlord_id}")
    alike: dict[str, object] = read | {
        "landlord_id": landlord_id,
        "programme": programme,
        "series_id": new_id() if times > 1 else None,
        "planned_at": now,
        "planned_by_id": viewer.user_id,
    }
    starts = [weeks_after(said.starts_at, week) for week in range(times)]
    planned = [_planned(alike | {"starts_at": start}) for start in starts]
    if any(_planned_already(session, one) for one in planned):
        raise Conflict("session_planned_already")
    session.add_all(planned)
    session.flush()
    return planned


def _planned(said: dict[str, object]) -> CollectiveSession:
    return CollectiveSession(id=new_id(), state=SessionState.PLANNED, turn=0, moves=[], **said)


def change_session(
    session: Session,
    one: CollectiveSession,
    said: SessionSaid,
    *,
    turn: int,
    people: Viewer,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Say a session anew; its programme and landlord stay.

    `people` is how far one sees persons: no seat is taken away that one of them has. Raises
    Invalid, field by field, Conflict when it is cancelled or somebody changed it meanwhile.
    """
    read_just_now(one, turn)
    if one.state is SessionState.CANCELLED:
        raise Conflict("session_is_cancelled")
    read = _read(session, said, {}, one.landlord_id, viewer=viewer, now=now, before=one)
    seats, capacity = seats_of_one(session, people, one), read["capacity"]
    fewer = isinstance(capacity, int) and capacity < max(seats.taken, seats.number or 0)
    if fewer and capacity != one.capacity:
        raise Invalid({"capacity": "fewer_seats_than_taken"})
    for name, value in read.items():
        setattr(one, name, value)
    one.turn += 1
    session.flush()


def read_just_now(one: CollectiveSession, turn: int) -> None:
    """Raise Conflict when a session is not as it was when it was read."""
    if one.turn != turn:
        raise Conflict("session_changed_meanwhile")


def weeks_after(starts_at: datetime, weeks: int) -> datetime:
    """Give the moment some weeks later at which a Paris clock shows the same hour, in UTC."""
    local = starts_at.astimezone(PARIS)
    day = local.date() + timedelta(weeks=weeks)
    return datetime.combine(day, local.time(), tzinfo=PARIS).astimezone(UTC)


def find_session(
    session: Session, viewer: Viewer, session_id: uuid.UUID, *, to_change: bool = False
) -> CollectiveSession:
    """Find a session the viewer may see; `to_change` waits for others. Raises NotFound."""
    if to_change:
        alone = select(CollectiveSession.id).where(CollectiveSession.id == session_id)
        session.execute(alone.with_for_update(key_share=True))
    one = (
        session.scalars(
            select(CollectiveSession)
            .where(CollectiveSession.id == session_id, visible_sessions(viewer))
            .options(
                joinedload(CollectiveSession.residence),
                joinedload(CollectiveSession.held_by),
                joinedload(CollectiveSession.landlord),
                joinedload(CollectiveSession.planned_by),
                joinedload(CollectiveSession.moves).joinedload(SessionMove.by),
            )
        )
        .unique()
        .one_or_none()
    )
    if one is None:
        raise NotFound("session_not_found")
    return one


def _landlord(
    session: Session, programme: str, chosen: uuid.UUID | None, *, viewer: Viewer
) -> tuple[uuid.UUID | None, dict[str, str]]:
    """Give for which landlord it is: the one chosen, or the only one."""
    given = [one.id for one in landlords_planned_for(session, viewer, programme)]
    if chosen is None and len(given) == 1:
        return given[0], {}
    if chosen in given:
        return chosen, {}
    return None, {"landlord": "bad_choice" if chosen or not given else "required"}


def _planned_already(session: Session, one: CollectiveSession) -> bool:
    """Tell whether a session was sent twice."""
    same = exists().where(
        *(
            getattr(CollectiveSession, name) == getattr(one, name)
            for name in ("landlord_id", "programme", "starts_at", "title")
        ),
        CollectiveSession.state != SessionState.CANCELLED,
    )
    return bool(session.scalar(select(same)))


def _read(
    session: Session,
    said: SessionSaid,
    fields: dict[str, str],
    landlord_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    now: datetime,
    weeks: int = 1,
    before: CollectiveSession | None = None,
) -> dict[str, object]:
    """Read a session as it is kept; raises Invalid, field by field, `fields` among them."""
    if said.kind not in tuple(SessionKind):
        fields["kind"] = "bad_choice" if said.kind else "required"
    held = before is not None and before.state is SessionState.HELD
    _check_start(fields, said.starts_at, weeks, held=held, now=now)
    read: dict[str, object] = {
        "kind": said.kind,
        "starts_at": said.starts_at,
        "title": _line(fields, "title", said.title, TITLE_LENGTH, required=True),
        "minutes": _whole(fields, "minutes", said.minutes, SHORTEST, LONGEST, required=True),
        "capacity": _whole(fields, "capacity", said.capacity, 1, MOST_SEATS),
        "cost_cents": _cents(fields, said.cost),
        "payer": _line(fields, "payer", said.payer, TEXT_LENGTH),
        "note": said.note.strip() or None,
        **_place(session, said, fields, landlord_id, viewer=viewer, before=before),
        **_holder(session, said, fields, viewer=viewer, before=before),
    }
    if len(said.note.strip()) > NOTE_LENGTH:
        fields["note"] = "session_note_too_long"
    if fields:
        raise Invalid(fields)
    return read | {"kind": SessionKind(said.kind)}


def _check_start(
    fields: dict[str, str], starts_at: datetime | None, weeks: int, *, held: bool, now: datetime
) -> None:
    if starts_at is None:
        fields["day"] = "required"
        return
    today = today_in_paris(now)
    first, last = (today_in_paris(weeks_after(starts_at, week)) for week in (0, weeks - 1))
    if not today - BEFORE <= first or not last <= today + AHEAD:
        fields["day"] = "session_too_far_away"
    elif held and starts_at > now:
        fields["day"] = "held_is_not_to_come"


def _place(
    session: Session,
    said: SessionSaid,
    fields: dict[str, str],
    landlord_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    before: CollectiveSession | None,
) -> dict[str, object]:
    """Read where it is: in a residence of the landlord that she looks after, or as she says."""
    reference, place = said.residence.strip(), _line(fields, "place", said.place, TEXT_LENGTH)
    if reference and place:
        fields["place"] = "one_place_alone"
    if not reference:
        if not place:
            fields.setdefault("place", "session_without_place")
        return {"residence_id": None, "place": place}
    if before is not None and reference == residence_as_typed(before):
        return {"residence_id": before.residence_id, "place": None}
    its = (Residence.landlord_id == landlord_id, residences_run(viewer))
    names = (func.lower(Residence.reference), func.lower(Residence.address))
    named = or_(*(name == reference.lower() for name in names))
    found = session.scalars(select(Residence.id).where(named, *its).limit(2)).all()
    if len(found) != 1:
        fields["residence"] = "two_residences" if found else "no_such_residence"
        return {}
    return {"residence_id": found[0], "place": None}


def residence_as_typed(one: CollectiveSession) -> str:
    """Give how the residence of a session is called in its form, nothing when it is in none."""
    if one.residence is None:
        return ""
    return one.residence.reference or one.residence.address


def _holder(
    session: Session,
    said: SessionSaid,
    fields: dict[str, str],
    *,
    viewer: Viewer,
    before: CollectiveSession | None,
) -> dict[str, object]:
    """Read who holds it; whoever held it already may go on."""
    if said.held_by == ELSEWHERE and viewer.reach not in BY_MANDATE:
        named = _line(fields, "held_by_name", said.held_by_name, TEXT_LENGTH, required=True)
        return {"held_by_id": None, "held_by_name": named}
    known = {one.id for one in holders_known(session, viewer)}
    if before is not None and before.held_by_id is not None:
        known.add(before.held_by_id)
    chosen = next((one for one in known if str(one) == said.held_by), None)
    if chosen is None:
        fields["held_by"] = "bad_choice" if said.held_by else "required"
    return {"held_by_id": chosen, "held_by_name": None}


def _line(
    fields: dict[str, str], field: str, text: str, most: int, *, required: bool = False
) -> str | None:
    line = " ".join(text.split())
    if required and not line:
        fields[field] = "required"
    elif len(line) > most:
        fields[field] = "line_too_long"
    return line or None


def _whole(
    fields: dict[str, str], field: str, text: str, least: int, most: int, *, required: bool = False
) -> int | None:
    """Read a whole number; nothing for nothing, and what is none among the fields."""
    typed = text.strip()
    if not typed:
        if required:
            fields[field] = "required"
        return None
    if typed.isascii() and typed.isdigit() and len(typed) <= 5 and least <= int(typed) <= most:
        return int(typed)
    fields[field] = f"bad_session_{field}"
    return None


def _cents(fields: dict[str, str], text: str) -> int | None:
    try:
        cents = typed_cents(text) if text.strip() else None
    except ValueError:
        cents = -1
    if cents is not None and not 0 <= cents <= MOST_CENTS:
        fields["cost"] = "bad_session_cost"
    return cents
