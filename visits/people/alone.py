"""Whether somebody lives alone, as she says it: no later file replaces it while it holds."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.people import AccessKind, AloneSaid, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.people.roles import last_by_hand
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.reach import hidden_homes, open_to


def say_alone(
    session: Session,
    person: Person,
    stay_id: uuid.UUID,
    alone: bool,
    *,
    viewer: Viewer,
    now: datetime,
) -> AloneSaid:
    """Note whether a person lives alone in the home where she is listed.

    Raises NotFound for a home she does not live in, Invalid where others are listed beside her,
    as far as the viewer sees them, Conflict when that is known already.
    """
    lease = session.scalars(
        select(Tenancy)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.id == stay_id, Occupancy.person_id == person.id)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
        .where(Tenancy.dwelling_id.not_in(hidden_homes(viewer.user_id)))
        .with_for_update(of=Tenancy, key_share=True)
    ).one_or_none()
    if lease is None:
        raise NotFound("does_not_live_there")
    if alone and _listed(session, lease, viewer) > 1:
        raise Invalid({"alone": "others_are_listed"})
    if lease.lives_alone == alone:
        raise Conflict("nothing_changes")
    said = AloneSaid(
        tenancy_id=lease.id,
        person_id=person.id,
        before=lease.lives_alone,
        alone=alone,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(said)
    lease.lives_alone = alone
    session.flush()
    _log(session, person, viewer, now)
    return said


def alone_said(session: Session, viewer: Viewer, person: Person) -> Sequence[AloneSaid]:
    """List what was said of whether a person lives alone, the latest first, as far as seen."""
    statement = (
        select(AloneSaid)
        .join(AloneSaid.tenancy)
        .where(AloneSaid.person_id == person.id)
        .where(Tenancy.dwelling_id.not_in(hidden_homes(viewer.user_id)))
        .options(joinedload(AloneSaid.tenancy), joinedload(AloneSaid.noted_by))
        .order_by(AloneSaid.noted_at.desc(), AloneSaid.id.desc())
    )
    return session.scalars(statement).all()


def still_holds(said: Sequence[AloneSaid]) -> set[uuid.UUID]:
    """Choose of what `alone_said` lists what may be taken back: the last word of each home.

    It may while the home is still as it was said.
    """
    last: dict[uuid.UUID, AloneSaid] = {}
    for one in said:
        if one.taken_back_at is None:
            last.setdefault(one.tenancy_id, one)
    return {one.id for one in last.values() if one.tenancy.lives_alone == one.alone}


def take_alone_back(
    session: Session, person: Person, said_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let it be again what it was before; files count again for it.

    Raises NotFound, Conflict for one that another one followed, or that holds no more.
    """
    found = alone_said(session, viewer, person)
    one = next((one for one in found if one.id == said_id), None)
    if one is None:
        raise NotFound("not_found")
    if one.id not in still_holds(found):
        raise Conflict("not_still_holds")
    one.taken_back_at, one.taken_back_by_id = now, viewer.user_id
    one.tenancy.lives_alone = one.before
    session.flush()
    _log(session, person, viewer, now)


def alone_by_hand(session: Session, leases: Collection[uuid.UUID]) -> dict[uuid.UUID, AloneSaid]:
    """Give by lease what was said last and not taken back."""
    return last_by_hand(session, AloneSaid, AloneSaid.tenancy_id, leases)


def _listed(session: Session, lease: Tenancy, viewer: Viewer) -> int:
    """Count who is listed there of those whom the viewer may see: no refusal tells of others."""
    living = select(func.count()).select_from(Occupancy).join(Occupancy.person)
    here = (Occupancy.tenancy_id == lease.id, Occupancy.ended_on.is_(None))
    return session.scalar(living.where(*here, open_to(viewer.user_id))) or 0


def _log(session: Session, person: Person, viewer: Viewer, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person.id],
        kind=AccessKind.WRITE,
        what="alone_said",
        now=now,
    )
