"""A visitor's hours of the week, the days that are otherwise, and how she works."""

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from visits.agenda.visitors import find_visitor
from visits.agenda.working_time import BUFFER_MINUTES
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.agenda import (
    Availability,
    AvailabilityDay,
    DayKind,
    Language,
    Skill,
    VisitorTerms,
)
from visits.models.portfolio import Residence
from visits.sight import Viewer
from visits.sight.homes import residences_run

WHY_LENGTH, START_LENGTH = 200, 200
MOST_BUFFER, MOST_A_DAY = 120, 20
COORDINATES = re.compile(r"(-?\d{1,2}(?:[.,]\d+)?)\s*[;,/ ]\s*(-?\d{1,3}(?:[.,]\d+)?)")
NO_END = date.max


@dataclass(frozen=True)
class HoursSaid:
    """Hours of the week as they were read: Monday is 0. `start` is a residence or a position."""

    weekday: int | None = None
    from_time: time | None = None
    until_time: time | None = None
    first_on: date | None = None
    last_on: date | None = None
    start: str = ""


@dataclass(frozen=True)
class DaySaid:
    """An exception as it was read."""

    on_day: date | None = None
    kind: str = ""
    from_time: time | None = None
    until_time: time | None = None


def hours_noted(session: Session, visitor_id: uuid.UUID, *, since: date) -> Sequence[Availability]:
    """List a visitor's hours of the week that hold on a day or later, Monday first."""
    stands = select(Availability).where(
        Availability.visitor_id == visitor_id,
        Availability.withdrawn_at.is_(None),
        or_(Availability.last_on.is_(None), Availability.last_on >= since),
    )
    ordered = stands.order_by(Availability.weekday, Availability.from_time, Availability.id)
    return session.scalars(ordered).all()


def days_noted(
    session: Session, visitor_id: uuid.UUID, *, since: date
) -> Sequence[AvailabilityDay]:
    """List a visitor's exceptions from a day on."""
    stands = select(AvailabilityDay).where(
        AvailabilityDay.visitor_id == visitor_id,
        AvailabilityDay.withdrawn_at.is_(None),
        AvailabilityDay.on_day >= since,
    )
    ordered = stands.order_by(AvailabilityDay.on_day, AvailabilityDay.id)
    return session.scalars(ordered).all()


def note_hours(
    session: Session, visitor_id: uuid.UUID, said: HoursSaid, *, viewer: Viewer, now: datetime
) -> Availability:
    """Note hours of the week. Raises Invalid, field by field, also for hours noted already."""
    find_visitor(session, viewer, visitor_id, to_keep=True, to_change=True)
    fields = _check_span(said.from_time, said.until_time)
    if said.weekday not in range(6):
        fields["weekday"] = "bad_choice" if said.weekday is not None else "required"
    if said.first_on is None:
        fields["first_on"] = "required"
    elif said.last_on is not None and said.last_on < said.first_on:
        fields["last_on"] = "before_start"
    start = _start(session, said.start, fields, viewer)
    if fields:
        raise Invalid(fields)
    noted = Availability(
        visitor_id=visitor_id,
        weekday=said.weekday,
        from_time=said.from_time,
        until_time=said.until_time,
        first_on=said.first_on,
        last_on=said.last_on,
        start=start,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    _refuse_overlap(session, noted)
    session.add(noted)
    session.flush()
    return noted


def _refuse_overlap(session: Session, noted: Availability) -> None:
    last = noted.last_on or NO_END
    same = select(Availability.id).where(
        Availability.visitor_id == noted.visitor_id,
        Availability.withdrawn_at.is_(None),
        Availability.weekday == noted.weekday,
        Availability.from_time < noted.until_time,
        Availability.until_time > noted.from_time,
        Availability.first_on <= last,
        or_(Availability.last_on.is_(None), Availability.last_on >= noted.first_on),
    )
    if session.scalars(same.order_by(Availability.id).limit(1)).first() is not None:
        raise Invalid({"from_time": "hours_noted_already"})


def _check_span(first: time | None, last: time | None) -> dict[str, str]:
    fields = {}
    if first is None:
        fields["from_time"] = "required"
    if last is None:
        fields["until_time"] = "required"
    elif first is not None and last <= first:
        fields["until_time"] = "hours_end_first"
    return fields


def _start(
    session: Session, typed: str, fields: dict[str, str], viewer: Viewer
) -> dict[str, object] | None:
    """Read where she sets out from: a position, or a residence of the stock that has one."""
    name = " ".join(typed.split())
    if not name:
        return None
    if len(name) > START_LENGTH:
        fields["start"] = "too_long"
        return None
    if match := COORDINATES.fullmatch(name):
        lat, lon = (float(part.replace(",", ".")) for part in match.groups())
        if -90 <= lat <= 90 and -180 <= lon <= 180:
            return {"name": name, "lat": lat, "lon": lon}
    column = (Residence.reference, Residence.address)
    named = or_(*(func.lower(one) == name.lower() for one in column))
    placed = select(Residence.lat, Residence.lon).where(named, Residence.lat.is_not(None))
    placed = placed.where(residences_run(viewer))
    found = session.execute(placed.order_by(Residence.id).limit(2)).all()
    if len(found) != 1:
        fields["start"] = "two_residences" if found else "start_not_found"
        return None
    return {"name": name, "lat": found[0].lat, "lon": found[0].lon}


def withdraw_hours(
    session: Session,
    visitor_id: uuid.UUID,
    hours_id: uuid.UUID,
    why: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw hours of the week; they are kept. Raises NotFound, Invalid without a reason."""
    _withdraw(session, Availability, visitor_id, hours_id, why, viewer=viewer, now=now)


def note_day(
    session: Session, visitor_id: uuid.UUID, said: DaySaid, *, viewer: Viewer, now: datetime
) -> AvailabilityDay:
    """Note that a day is otherwise. Raises Invalid, Conflict for a day that is noted already."""
    find_visitor(session, viewer, visitor_id, to_keep=True, to_change=True)
    fields = _check_span(said.from_time, said.until_time)
    if said.on_day is None:
        fields["on_day"] = "required"
    elif said.on_day < today_in_paris(now):
        fields["on_day"] = "must_not_be_past"
    if said.kind not in tuple(DayKind):
        fields["kind"] = "bad_choice" if said.kind else "required"
    if fields:
        raise Invalid({f"day-{name}": code for name, code in fields.items()})
    same = select(AvailabilityDay.id).where(
        AvailabilityDay.visitor_id == visitor_id,
        AvailabilityDay.on_day == said.on_day,
        AvailabilityDay.withdrawn_at.is_(None),
    )
    if session.scalar(same) is not None:
        raise Conflict("day_noted_already")
    noted = AvailabilityDay(
        visitor_id=visitor_id,
        on_day=said.on_day,
        kind=DayKind(said.kind),
        from_time=said.from_time,
        until_time=said.until_time,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(noted)
    session.flush()
    return noted


def withdraw_day(
    session: Session,
    visitor_id: uuid.UUID,
    day_id: uuid.UUID,
    why: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw an exception; it is kept. Raises NotFound, Invalid without a reason."""
    _withdraw(session, AvailabilityDay, visitor_id, day_id, why, viewer=viewer, now=now)


def _withdraw(
    session: Session,
    kind: type[Availability] | type[AvailabilityDay],
    visitor_id: uuid.UUID,
    noted_id: uuid.UUID,
    why: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    find_visitor(session, viewer, visitor_id, to_keep=True, to_change=True)
    noted: Any = session.get(kind, noted_id)
    if noted is None or noted.visitor_id != visitor_id or noted.withdrawn_at is not None:
        raise NotFound("hours_not_found")
    if not why.strip() or len(why.strip()) > WHY_LENGTH:
        raise Invalid({f"why-{noted_id}": "too_long" if why.strip() else "required"})
    noted.withdrawn_at, noted.withdrawn_by_id = now, viewer.user_id
    noted.withdrawn_why = why.strip()
    session.flush()


def say_terms(
    session: Session,
    visitor_id: uuid.UUID,
    *,
    buffer: str,
    most: str,
    languages: Collection[str],
    skills: Collection[str],
    viewer: Viewer,
    now: datetime,
) -> VisitorTerms:
    """Say how a visitor works: numbers as typed. Raises Invalid, field by field."""
    find_visitor(session, viewer, visitor_id, to_keep=True, to_change=True)
    fields: dict[str, str] = {}
    minutes = _whole(fields, "buffer", buffer or str(BUFFER_MINUTES), 0, MOST_BUFFER)
    a_day = _whole(fields, "most", most, 1, MOST_A_DAY) if most.strip() else None
    if not set(languages) <= set(Language):
        fields["languages"] = "bad_choice"
    if not set(skills) <= set(Skill):
        fields["skills"] = "bad_choice"
    if fields:
        raise Invalid(fields)
    terms = session.get(VisitorTerms, visitor_id) or VisitorTerms(visitor_id=visitor_id)
    terms.buffer_minutes, terms.most_a_day = minutes or 0, a_day
    terms.languages, terms.skills = sorted(set(languages)), sorted(set(skills))
    terms.said_at, terms.said_by_id = now, viewer.user_id
    session.add(terms)
    session.flush()
    return terms


def _whole(fields: dict[str, str], field: str, text: str, least: int, most: int) -> int | None:
    typed = text.strip()
    if typed.isascii() and typed.isdigit() and len(typed) <= 4 and least <= int(typed) <= most:
        return int(typed)
    fields[field] = f"bad_visitor_{field}"
    return None
