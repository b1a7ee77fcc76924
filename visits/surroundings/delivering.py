"""What a visit with the form of the surroundings tells becomes services around its residence."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import today_in_paris
from visits.ground.folding import fold
from visits.models.portfolio import Dwelling, Residence
from visits.models.surroundings import (
    Measured,
    NearbyService,
    OrderedService,
    ServiceNote,
    ServiceSource,
)
from visits.models.visits import Submission
from visits.sight import Viewer
from visits.surroundings.around import counts
from visits.surroundings.kinds import KINDS, METRES_A_MINUTE, MOST_METRES, ORDERED, WAYS
from visits.surroundings.said import ServiceSaid, wrong_in
from visits.surroundings.services import add_note, hold, known_as, new_service

FORM = ORDERED["surroundings"].form
REPEAT = "service"


def note_surroundings(
    session: Session,
    submission: Submission,
    values: Mapping[str, Any],
    dwelling_id: uuid.UUID,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note, once, the services that a visit saw; they count as long as its form does.

    One that is known there by kind and name gets one note more: none is there twice. `values` are
    the answers as they were checked.
    """
    if submission.form_version.form_id != FORM:
        return
    of_it = ServiceNote.submission_id == submission.id
    residence = session.scalars(
        select(Residence).join(Dwelling, Dwelling.residence_id == Residence.id)
        .where(Dwelling.id == dwelling_id)
    ).one()  # fmt: skip
    there = select(NearbyService.id).where(NearbyService.residence_id == residence.id)
    # A visit that was given to another home told of that one.
    session.execute(delete(ServiceNote).where(of_it, ServiceNote.service_id.not_in(there)))
    if session.scalar(select(exists().where(of_it))):
        return
    hold(session, residence.id)
    seen_on = today_in_paris(submission.ended_at or submission.received_at)
    told: set[tuple[str, str]] = set()
    for said in services_in(values, seen_on):
        if (said.kind, said.name_key) in told or wrong_in(said, today=today_in_paris(now)):
            continue
        told.add((said.kind, said.name_key))
        service = known_as(session, residence.id, said)
        service = service or new_service(session, residence.id, viewer=viewer, now=now)
        add_note(
            session, service, said, ServiceSource.VISIT,
            submission_id=submission.id, viewer=viewer, now=now,
        )  # fmt: skip


def services_in(values: Mapping[str, Any], seen_on: date) -> Iterator[ServiceSaid]:
    """Read the services of a form, one a turn; one without a name bears its kind’s."""
    for turn in _turns(values):
        lat, lon = _place(turn.get("service_place"))
        metres = _metres(turn)
        kind = str(turn.get("service_kind") or "")
        name = _words(turn, "service_name")
        if not fold(name) and kind in KINDS:
            name = KINDS[kind].name.fr
        yield ServiceSaid(
            kind=kind,
            name=name,
            place=_words(turn, "service_address"),
            lat=lat,
            lon=lon,
            metres=metres,
            measured=None if metres is None else Measured.WALKED,
            ways=tuple(one for one in WAYS if one in str(turn.get("service_ways") or "").split()),
            open_days=_words(turn, "service_open"),
            known_on=seen_on,
        )


def _turns(values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = values.get(REPEAT)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _words(turn: Mapping[str, Any], question: str) -> str:
    return " ".join(str(turn.get(question) or "").split())


def _metres(turn: Mapping[str, Any]) -> int | None:
    """Give the distance in metres, or that of the minutes walked; nothing where neither is told."""
    for name, each in (("service_metres", 1), ("service_minutes", METRES_A_MINUTE)):
        try:
            metres = int(float(str(turn.get(name) or "")) * each)
        except ValueError:
            continue
        return metres if 0 <= metres <= MOST_METRES else None
    return None


def _place(answer: Any) -> tuple[float | None, float | None]:
    """Read a geopoint: latitude, longitude, altitude, accuracy, a space apart."""
    parts = str(answer or "").split()
    try:
        lat, lon = float(parts[0]), float(parts[1])
    except (IndexError, ValueError):
        return None, None
    return lat, lon


def told_by_visit(session: Session, ordered: OrderedService) -> Sequence[ServiceNote]:
    """List what the visit of an ordered service told that counts, in the order of its form."""
    visit_id = ordered.task.visit_id if ordered.task else None
    if visit_id is None:
        return []
    found = (
        select(ServiceNote)
        .join(Submission, Submission.id == ServiceNote.submission_id)
        .where(Submission.visit_id == visit_id, counts(ServiceNote))
        .options(joinedload(ServiceNote.service))
        .order_by(ServiceNote.id)
    )
    return session.scalars(found).all()
