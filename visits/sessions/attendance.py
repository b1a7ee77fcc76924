"""Who is expected at a session and who came, or how many; all of it can be withdrawn."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import age_on, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.people import AccessKind, Person
from visits.models.sessions import (
    CollectiveSession,
    Presence,
    SessionCount,
    SessionEnrolment,
    SessionState,
)
from visits.sessions.planning import MOST_SEATS, read_just_now
from visits.sessions.seats import expected, is_full, seats_of_one
from visits.sight import Viewer
from visits.sight.access_log import log_access

WHY_LENGTH = 200
YOUNGEST = 16


def enrolments_of(
    session: Session, one: CollectiveSession, viewer: Viewer
) -> Sequence[SessionEnrolment]:
    """List by name who is expected at a session, of those the viewer may see.

    Who waits for a seat stands at the end, the longest first.
    """
    by_name = Person.name_key
    listed = (
        select(SessionEnrolment)
        .join(SessionEnrolment.person)
        .where(SessionEnrolment.session_id == one.id, expected(viewer))
        .options(joinedload(SessionEnrolment.person))
        .order_by(SessionEnrolment.waiting, case((SessionEnrolment.waiting, None), else_=by_name))
        .order_by(SessionEnrolment.enrolled_at, SessionEnrolment.id)
    )
    return session.scalars(listed).all()


def count_of(session: Session, one: CollectiveSession) -> SessionCount | None:
    """Give how many came by the number that stands, None where there is none."""
    standing = select(SessionCount).where(SessionCount.session_id == one.id)
    standing = standing.where(SessionCount.withdrawn_at.is_(None))
    return session.scalars(standing.options(joinedload(SessionCount.noted_by))).one_or_none()


def enrol(
    session: Session,
    one: CollectiveSession,
    person: Person,
    *,
    or_wait: bool = False,
    viewer: Viewer,
    now: datetime,
) -> SessionEnrolment:
    """Enrol somebody whom the viewer sees; where no seat is left and she may, she waits for one.

    Raises NotFound for another landlord's tenant, Conflict when she died, is under 16 on that day
    or enrolled already, no seat is left, or the session is cancelled.
    """
    if person.landlord_id != one.landlord_id:
        raise NotFound("person_not_found")
    _may_come(one, person)
    twice = select(SessionEnrolment.id).where(
        SessionEnrolment.session_id == one.id,
        SessionEnrolment.person_id == person.id,
        SessionEnrolment.withdrawn_at.is_(None),
    )
    if session.scalars(twice.limit(1)).one_or_none() is not None:
        raise Conflict("enrolled_already")
    full = is_full(one, seats_of_one(session, viewer, one))
    if full and not or_wait:
        raise Conflict("session_is_full")
    made = SessionEnrolment(
        session_id=one.id,
        person_id=person.id,
        waiting=full,
        enrolled_at=now,
        enrolled_by_id=viewer.user_id,
    )
    session.add(made)
    session.flush()
    _log(session, [person.id], "session_enrolled", viewer=viewer, now=now)
    return made


def _may_come(one: CollectiveSession, person: Person) -> None:
    if one.state is SessionState.CANCELLED:
        raise Conflict("session_is_cancelled")
    if person.died_on is not None:
        raise Conflict("who_died_comes_no_more")
    day = today_in_paris(one.starts_at)
    if person.born_on is not None and age_on(day, born=person.born_on) < YOUNGEST:
        raise Conflict("too_young_for_session")
    if person.birth_year is not None and day.year - person.birth_year < YOUNGEST:
        raise Conflict("too_young_for_session")


def give_seat(
    session: Session,
    one: CollectiveSession,
    enrolment_id: uuid.UUID,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Give somebody who waits a seat. Raises NotFound, Conflict when none is left."""
    enrolment = _find(session, one, enrolment_id, viewer=viewer)
    if not enrolment.waiting:
        raise Conflict("has_a_seat")
    if is_full(one, seats_of_one(session, viewer, one)):
        raise Conflict("session_is_full")
    enrolment.waiting = False
    session.flush()
    _log(session, [enrolment.person_id], "session_seat_given", viewer=viewer, now=now)


def withdraw_enrolment(
    session: Session,
    one: CollectiveSession,
    enrolment_id: uuid.UUID,
    *,
    why: str = "",
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take somebody off the list of a session; it is kept, with why.

    Raises NotFound, Invalid for a reason too long, Conflict once it is noted whether she came.
    """
    enrolment = _find(session, one, enrolment_id, viewer=viewer)
    if len(why.strip()) > WHY_LENGTH:
        raise Invalid({f"why-{enrolment_id}": "session_why_too_long"})
    if enrolment.presence is not None:
        raise Conflict("presence_is_noted")
    enrolment.withdrawn_at, enrolment.withdrawn_by_id = now, viewer.user_id
    enrolment.withdrawn_why = why.strip() or None
    session.flush()
    _log(session, [enrolment.person_id], "session_withdrawn", viewer=viewer, now=now)


def note_presence(
    session: Session,
    one: CollectiveSession,
    said: Mapping[uuid.UUID, str],
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note by enrolment whether somebody came, an empty text for what nobody knows any more.

    Raises NotFound, Invalid for another word, Conflict unless the session was held, for who waits
    for a seat, where a number is noted, or when somebody changed it meanwhile.
    """
    read_just_now(one, turn)
    _was_held(one)
    if count_of(session, one) is not None:
        raise Conflict("number_is_noted")
    changed = []
    for enrolment_id, word in said.items():
        enrolment = _find(session, one, enrolment_id, viewer=viewer)
        if word and word not in tuple(Presence):
            raise Invalid({f"presence-{enrolment_id}": "bad_choice"})
        presence = Presence(word) if word else None
        if presence is enrolment.presence:
            continue
        if enrolment.waiting:
            raise Conflict("waits_for_a_seat")
        enrolment.presence, enrolment.presence_at = presence, now
        enrolment.presence_by_id = viewer.user_id
        changed.append(enrolment.person_id)
    if changed:
        one.turn += 1
    session.flush()
    _log(session, changed, "session_presence", viewer=viewer, now=now)


def note_number(
    session: Session, one: CollectiveSession, typed: str, *, viewer: Viewer, now: datetime
) -> SessionCount:
    """Note how many came, where nobody notes who.

    Raises Invalid for no number or more than there are seats, Conflict unless the session was held,
    when a number stands or it is noted who came.
    """
    _was_held(one)
    if count_of(session, one) is not None:
        raise Conflict("number_is_noted")
    if seats_of_one(session, viewer, one).noted:
        raise Conflict("persons_are_noted")
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MOST_SEATS):
        raise Invalid({"came": "bad_session_number" if text else "required"})
    if one.capacity is not None and int(text) > one.capacity:
        raise Invalid({"came": "more_than_seats"})
    counted = SessionCount(
        session_id=one.id, came=int(text), noted_at=now, noted_by_id=viewer.user_id
    )
    session.add(counted)
    session.flush()
    return counted


def withdraw_number(
    session: Session, one: CollectiveSession, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw how many came; it is kept. Raises Conflict when no number stands."""
    counted = count_of(session, one)
    if counted is None:
        raise Conflict("no_number_noted")
    counted.withdrawn_at, counted.withdrawn_by_id = now, viewer.user_id
    session.flush()


def _was_held(one: CollectiveSession) -> None:
    if one.state is not SessionState.HELD:
        raise Conflict("session_was_not_held")


def _find(
    session: Session, one: CollectiveSession, enrolment_id: uuid.UUID, *, viewer: Viewer
) -> SessionEnrolment:
    """Find an enrolment of a session among those the viewer may see; raises NotFound."""
    found = session.scalars(
        select(SessionEnrolment)
        .join(SessionEnrolment.person)
        .where(SessionEnrolment.id == enrolment_id, SessionEnrolment.session_id == one.id)
        .where(expected(viewer))
    ).one_or_none()
    if found is None:
        raise NotFound("enrolment_not_found")
    return found


def _log(
    session: Session, persons: Iterable[uuid.UUID], what: str, *, viewer: Viewer, now: datetime
) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=persons,
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
