"""What somebody is in a household, changed by hand: no later file replaces it."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.people import AccessKind, AloneSaid, Occupancy, Person, RoleChange
from visits.models.portfolio import Tenancy
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.reach import hidden_homes

ROLES = ("holder", "spouse", "child", "carer", "other")
AT_ONCE = 2_000
ByHand = TypeVar("ByHand", RoleChange, AloneSaid)


def change_role(
    session: Session,
    person: Person,
    stay_id: uuid.UUID,
    role: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> RoleChange:
    """Change what a person is in the household she lives in.

    Raises NotFound for a household she is not in, Invalid, Conflict when nothing would change.
    """
    living = _stays(person, viewer).where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
    stay = session.scalars(living.where(Occupancy.id == stay_id)).one_or_none()
    if stay is None:
        raise NotFound("does_not_live_there")
    if role not in ROLES:
        raise Invalid({"new_role": "bad_choice"})
    if stay.role == role:
        raise Conflict("nothing_changes")
    made = note_role(session, stay, role, by=viewer.user_id, now=now)
    _log(session, person, viewer, now)
    return made


def note_role(
    session: Session, stay: Occupancy, role: str, *, by: uuid.UUID, now: datetime
) -> RoleChange:
    """Let somebody be something else in a household, with a trace of what she was."""
    made = RoleChange(
        occupancy_id=stay.id, before=stay.role, after=role, noted_at=now, noted_by_id=by
    )
    session.add(made)
    stay.role = role
    session.flush()
    return made


def role_changes(session: Session, viewer: Viewer, person: Person) -> Sequence[RoleChange]:
    """List what was changed of a person's roles, the latest first, in homes the viewer may see."""
    statement = (
        select(RoleChange)
        .join(RoleChange.occupancy)
        .where(RoleChange.occupancy_id.in_(_stays(person, viewer).with_only_columns(Occupancy.id)))
        .options(contains_eager(RoleChange.occupancy), joinedload(RoleChange.noted_by))
        .order_by(RoleChange.noted_at.desc(), RoleChange.id.desc())
    )
    return session.scalars(statement).all()


def standing_roles(changes: Sequence[RoleChange]) -> dict[uuid.UUID, RoleChange]:
    """Give by stay the change that holds: the latest that nobody took back."""
    found: dict[uuid.UUID, RoleChange] = {}
    for one in changes:
        if one.taken_back_at is None:
            found.setdefault(one.occupancy_id, one)
    return found


def take_role_back(
    session: Session, person: Person, change_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let somebody be again what she was; files count again for it.

    Raises NotFound, Conflict for a change that another one followed.
    """
    changes = role_changes(session, viewer, person)
    one = next((one for one in changes if one.id == change_id), None)
    if one is None:
        raise NotFound("not_found")
    if standing_roles(changes).get(one.occupancy_id) is not one:
        raise Conflict("not_to_take_back")
    undo_role(session, one, by=viewer.user_id, now=now)
    _log(session, person, viewer, now)


def undo_role(session: Session, change: RoleChange, *, by: uuid.UUID | None, now: datetime) -> None:
    """Take a change back; what somebody made of her role since stays."""
    change.taken_back_at, change.taken_back_by_id = now, by
    if change.occupancy.role == change.after:
        change.occupancy.role = change.before
    session.flush()


def roles_by_hand(session: Session, stays: Collection[uuid.UUID]) -> dict[uuid.UUID, RoleChange]:
    """Give by stay the last change of role that stands."""
    return last_by_hand(session, RoleChange, RoleChange.occupancy_id, stays)


def last_by_hand(
    session: Session,
    kind: type[ByHand],
    about: InstrumentedAttribute[uuid.UUID],
    wanted: Collection[uuid.UUID],
) -> dict[uuid.UUID, ByHand]:
    """Give by what it is about the last that was noted by hand and not taken back."""
    found: dict[uuid.UUID, ByHand] = {}
    ids = list(wanted)
    for start in range(0, len(ids), AT_ONCE):
        some = about.in_(ids[start : start + AT_ONCE])
        rows = select(about, kind).where(some, kind.taken_back_at.is_(None))
        for ident, one in session.execute(rows.order_by(kind.noted_at.desc(), kind.id.desc())):
            found.setdefault(ident, one)
    return found


def _stays(person: Person, viewer: Viewer) -> Select[Occupancy]:
    return (
        select(Occupancy)
        .join(Occupancy.tenancy)
        .where(Occupancy.person_id == person.id)
        .where(Tenancy.dwelling_id.not_in(hidden_homes(viewer.user_id)))
    )


def _log(session: Session, person: Person, viewer: Viewer, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person.id],
        kind=AccessKind.WRITE,
        what="role_changed",
        now=now,
    )
