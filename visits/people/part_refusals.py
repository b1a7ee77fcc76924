"""A part of a visit refused: noted, kept to, and taken back by whoever said it."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import User
from visits.models.people import AccessKind, PartRefusal, Person, RefusedPart
from visits.sight import Viewer
from visits.sight.access_log import log_access


def refuse_parts(
    session: Session,
    person: Person,
    parts: Collection[RefusedPart],
    *,
    viewer: Viewer,
    now: datetime,
    said_at: datetime | None = None,
    report_id: uuid.UUID | None = None,
) -> None:
    """Note what a person refuses; what stands already stays as it is.

    Raises Invalid for no part.
    """
    if not parts:
        raise Invalid({"parts": "required"})
    said_at = said_at or now
    told = _told(session, [person.id])
    for part in RefusedPart:
        hers = [one for one in told if one.part is part]
        if part not in parts or any(one.ended_at is None for one in hers):
            continue
        # Told late by a tablet, and taken back since: her last word stands, this one is to be read.
        later = next((one for one in hers if one.ended_at and one.ended_at > said_at), None)
        session.add(
            PartRefusal(
                person_id=person.id,
                part=part,
                said_at=said_at,
                noted_by_id=viewer.user_id,
                report_id=report_id,
                ended_at=later.ended_at if later else None,
                ended_by_id=later.ended_by_id if later else None,
            )
        )
    session.flush()
    _log(session, person.id, "part_refused", viewer, now)


def report_refused_parts(
    session: Session,
    person: Person,
    parts: Collection[RefusedPart],
    *,
    report_id: uuid.UUID,
    said_at: datetime,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note what a tablet tells that a person refuses; the same report again changes nothing.

    Raises Conflict when this report's number is another one's.
    """
    take_turn(session, f"report {report_id}")
    known = session.scalars(
        select(PartRefusal).where(PartRefusal.report_id == report_id).order_by(PartRefusal.id)
    ).first()
    if known is None:
        refuse_parts(
            session, person, parts, viewer=viewer, now=now, said_at=said_at, report_id=report_id
        )
    elif (known.person_id, known.noted_by_id) != (person.id, viewer.user_id):
        raise Conflict("different_report")


def take_part_back(
    session: Session, person: Person, refusal_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> PartRefusal:
    """Note that a person no longer refuses a part; that she did stays to be read.

    Raises NotFound for one that is not hers or was taken back already.
    """
    refusal = session.get(PartRefusal, refusal_id, with_for_update={"key_share": True})
    if refusal is None or refusal.person_id != person.id or refusal.ended_at is not None:
        raise NotFound("refusal_not_found")
    refusal.ended_at, refusal.ended_by_id = now, viewer.user_id
    session.flush()
    _log(session, person.id, "part_allowed", viewer, now)
    return refusal


def _log(session: Session, person_id: uuid.UUID, what: str, viewer: Viewer, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )


def standing_refusals(
    session: Session, persons: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[PartRefusal]]:
    """Give by person what she refuses and has not taken back, the oldest first."""
    found: dict[uuid.UUID, list[PartRefusal]] = {}
    for one in _told(session, persons, PartRefusal.ended_at.is_(None)):
        found.setdefault(one.person_id, []).append(one)
    return found


def _told(
    session: Session, persons: Iterable[uuid.UUID], *only: ColumnElement[bool]
) -> Sequence[PartRefusal]:
    statement = (
        select(PartRefusal)
        .where(PartRefusal.person_id.in_(list(persons)), *only)
        .order_by(PartRefusal.said_at, PartRefusal.id)
    )
    return session.scalars(statement).all()


def refused_parts(session: Session, person_id: uuid.UUID) -> dict[RefusedPart, PartRefusal]:
    """Give what one person refuses, by part."""
    hers = standing_refusals(session, [person_id]).get(person_id, [])
    return {one.part: one for one in hers}


def refusals_told(session: Session, person: Person) -> Sequence[Row[PartRefusal, str]]:
    """List all a person ever refused of a visit with who noted it, the latest first."""
    statement = (
        select(PartRefusal, User.name)
        .join(User, User.id == PartRefusal.noted_by_id)
        .where(PartRefusal.person_id == person.id)
        .order_by(PartRefusal.said_at.desc(), PartRefusal.id.desc())
    )
    return session.execute(statement).all()
