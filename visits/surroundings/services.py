"""Services around a residence: noted by hand, corrected, withdrawn and put back; all is kept."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.portfolio import Residence
from visits.models.surroundings import NearbyService, ServiceNote, ServiceSource
from visits.sight import Viewer
from visits.sight.homes import find_residence
from visits.sight.withdrawing import withdraw
from visits.surroundings.around import counts, current
from visits.surroundings.said import ServiceSaid, Walk, with_distance, wrong_in


def hold(session: Session, residence_id: uuid.UUID) -> None:
    """Wait until nobody else notes something around a residence: no service is there twice."""
    take_turn(session, f"services around {residence_id}")


def note_service(
    session: Session,
    residence: Residence,
    said: ServiceSaid,
    *,
    walk: Walk,
    viewer: Viewer,
    now: datetime,
) -> NearbyService:
    """Note a service by hand; without a distance it is worked out where both places are known.

    Raises Invalid, field by field, Conflict for one that is noted there, or was withdrawn.
    """
    said = _checked(said, residence, walk, now)
    hold(session, residence.id)
    same = known_as(session, residence.id, said)
    if same is not None and same.withdrawn_at is not None:
        raise Conflict("service_was_withdrawn")
    if same is not None and note_now(session, same) is not None:
        raise Conflict("service_noted_already")
    service = same or new_service(session, residence.id, viewer=viewer, now=now)
    add_note(session, service, said, ServiceSource.HAND, viewer=viewer, now=now)
    return service


def correct_service(
    session: Session,
    service: NearbyService,
    said: ServiceSaid,
    *,
    walk: Walk,
    viewer: Viewer,
    now: datetime,
) -> ServiceNote:
    """Say what is true of a service by now; what was said before is kept, no file replaces it.

    Raises Invalid, field by field, Conflict for a withdrawn one and when another is called so.
    """
    said = _checked(said, service.residence, walk, now)
    if service.withdrawn_at is not None:
        raise Conflict("service_was_withdrawn")
    hold(session, service.residence_id)
    _refuse_another(session, service, said)
    return add_note(session, service, said, ServiceSource.HAND, viewer=viewer, now=now)


def _checked(said: ServiceSaid, residence: Residence, walk: Walk, now: datetime) -> ServiceSaid:
    fields = wrong_in(said, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    return with_distance(said, residence, walk)


def known_as(session: Session, residence_id: uuid.UUID, said: ServiceSaid) -> NearbyService | None:
    """Find the service of a kind and name around a residence, withdrawn or not.

    One of which what was told counts no more (a file taken back, a form set aside) is found last.
    """
    called = (ServiceNote.kind == said.kind, ServiceNote.name_key == said.name_key)
    found = (
        select(NearbyService)
        .join(NearbyService.notes)
        .where(NearbyService.residence_id == residence_id, *called)
        .where(ServiceNote.withdrawn_at.is_(None))
        .order_by(NearbyService.withdrawn_at.is_not(None), ~counts(ServiceNote), NearbyService.id)
    )
    return session.scalars(found.limit(1)).unique().first()


def new_service(
    session: Session, residence_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> NearbyService:
    """Make the row of a service, of which notes are to follow."""
    service = NearbyService(
        id=new_id(), residence_id=residence_id, noted_at=now, noted_by_id=viewer.user_id
    )
    session.add(service)
    return service


def add_note(
    session: Session,
    service: NearbyService,
    said: ServiceSaid,
    source: ServiceSource,
    *,
    file_id: uuid.UUID | None = None,
    submission_id: uuid.UUID | None = None,
    viewer: Viewer,
    now: datetime,
) -> ServiceNote:
    """Keep what one source tells of a service."""
    note = ServiceNote(
        id=new_id(),
        service_id=service.id,
        kind=said.kind,
        name=said.name,
        name_key=said.name_key,
        place=said.place or None,
        lat=said.lat,
        lon=said.lon,
        metres=said.metres,
        measured=said.measured,
        ways=list(said.ways),
        open_days=said.open_days or None,
        phone=said.phone or None,
        known_on=said.known_on or today_in_paris(now),
        source=source,
        file_id=file_id,
        submission_id=submission_id,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(note)
    session.flush()
    return note


def take_note_back(
    session: Session,
    service: NearbyService,
    note_id: uuid.UUID,
    *,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take back what somebody noted by hand: what was known before counts again.

    Raises NotFound, Invalid for no reason, Conflict for what a file or a visit told, for one taken
    back already, and for all that is known of a service: that is withdrawn.
    """
    hold(session, service.residence_id)
    note = session.get(ServiceNote, note_id)
    if note is None or note.service_id != service.id:
        raise NotFound("service_not_found")
    if note.source is not ServiceSource.HAND:
        raise Conflict("service_note_not_by_hand")
    others = select(ServiceNote.id).where(
        ServiceNote.service_id == service.id, ServiceNote.id != note.id, counts(ServiceNote)
    )
    if session.scalars(others.limit(1)).first() is None:
        raise Conflict("service_only_note")
    withdraw(note, why=why, viewer=viewer, now=now)
    session.flush()


def withdraw_service(
    session: Session, service: NearbyService, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Note that a service is not there (any more), with why; no file brings it back."""
    withdraw(service, why=why, viewer=viewer, now=now)
    session.flush()


def put_service_back(session: Session, service: NearbyService) -> None:
    """Let a withdrawn service be there again.

    Raises Conflict for one that is, and where another of its kind is called so meanwhile.
    """
    if service.withdrawn_at is None:
        raise Conflict("service_is_there")
    hold(session, service.residence_id)
    note = note_now(session, service)
    if note is None:
        raise Conflict("service_told_no_more")
    _refuse_another(session, service, ServiceSaid(kind=note.kind, name=note.name))
    service.withdrawn_at = service.withdrawn_by_id = service.withdrawn_why = None
    session.flush()


def _refuse_another(session: Session, service: NearbyService, said: ServiceSaid) -> None:
    """Refuse that two services which are there bear one name."""
    same = known_as(session, service.residence_id, said)
    if same is None or same.id == service.id or same.withdrawn_at is not None:
        return
    if note_now(session, same) is not None:
        raise Conflict("service_noted_already")


def find_service(
    session: Session, viewer: Viewer, service_id: uuid.UUID, *, to_change: bool = False
) -> NearbyService:
    """Find a service around a residence that the viewer may see. Raises NotFound."""
    statement = select(NearbyService).where(NearbyService.id == service_id)
    if to_change:
        statement = statement.with_for_update(key_share=True)
    service = session.scalars(statement).one_or_none()
    if service is None:
        raise NotFound("service_not_found")
    find_residence(session, viewer, service.residence_id)
    return service


def told_of(session: Session, service: NearbyService) -> Sequence[ServiceNote]:
    """List all that was ever noted of a service, the latest first."""
    found = select(ServiceNote).where(ServiceNote.service_id == service.id)
    found = found.options(
        joinedload(ServiceNote.noted_by),
        joinedload(ServiceNote.withdrawn_by),
        joinedload(ServiceNote.file),
        joinedload(ServiceNote.submission),
    )
    newest = (ServiceNote.known_on.desc(), ServiceNote.id.desc())
    return session.scalars(found.order_by(*newest)).all()


def note_now(session: Session, service: NearbyService) -> ServiceNote | None:
    """Give what is known of a service now; None where all that told of it counts no more."""
    found = select(ServiceNote).where(ServiceNote.service_id == service.id, current())
    return session.scalars(found).one_or_none()
