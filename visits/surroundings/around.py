"""What counts around residences: one condition, from which lists, figures and criteria are read."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from visits.models.surroundings import NearbyService, ServiceFile, ServiceNote, ServiceSource
from visits.models.visits import COUNTED, Submission
from visits.sight.listing import By, Listed, Wanted, page_of_found
from visits.surroundings.kinds import FAR_BY, NEEDS, RANKS

KIND_RANK = case(RANKS, value=ServiceNote.kind)
ORDER = {
    "kind": By(KIND_RANK, known=True),
    "name": By(ServiceNote.name, known=True),
    "metres": By(ServiceNote.metres),
    "known": By(ServiceNote.known_on, known=True),
}
TIE = (KIND_RANK, ServiceNote.metres.nulls_last(), ServiceNote.name, ServiceNote.id)


def counts(note: Any) -> ColumnElement[bool]:
    """Give the condition on a note that what told it still counts."""
    file, form = aliased(ServiceFile), aliased(Submission)
    taken = exists().where(file.id == note.file_id, file.withdrawn_at.is_(None))
    told = exists().where(
        form.id == note.submission_id, form.state.in_(COUNTED), form.visit_id.is_not(None)
    )
    return and_(
        note.withdrawn_at.is_(None),
        or_(note.file_id.is_(None), taken),
        or_(note.submission_id.is_(None), told),
    )


def current(note: Any = ServiceNote) -> ColumnElement[bool]:
    """Give the condition on a note that it counts, and that none of its service counts more.

    What somebody noted or a visitor saw counts more than any file; else the latest day does.
    """
    later = aliased(ServiceNote)
    by_file, later_by_file = note.source == ServiceSource.FILE, later.source == ServiceSource.FILE
    same_day = and_(later.known_on == note.known_on, later.id > note.id)
    after = or_(
        and_(by_file, ~later_by_file),
        and_(by_file == later_by_file, or_(later.known_on > note.known_on, same_day)),
    )
    of_same = later.service_id == note.service_id
    return and_(counts(note), ~exists().where(of_same, after, counts(later)))


@cache  # the same text each time, with four aliases of large tables in it: their making takes long
def stands() -> tuple[ColumnElement[bool], ...]:
    """Give the conditions on `ServiceNote` and `NearbyService` for what is there now."""
    return NearbyService.withdrawn_at.is_(None), current()


@dataclass(frozen=True)
class ServiceFilter:
    """Which services around a residence; an empty field does not filter. `within` in metres."""

    residence_id: uuid.UUID
    kind: str = ""
    within: int | None = None
    withdrawn: bool = False


def list_around(session: Session, *, only: ServiceFilter, wanted: Wanted) -> Listed[ServiceNote]:
    """List what is around a residence, as it is known now; or what was withdrawn."""
    found = select(ServiceNote.id).join(ServiceNote.service)
    found = found.where(NearbyService.residence_id == only.residence_id)
    if only.withdrawn:
        found = found.where(NearbyService.withdrawn_at.is_not(None), current())
    else:
        found = found.where(*stands())
    if only.kind:
        found = found.where(ServiceNote.kind == only.kind)
    if only.within is not None:
        found = found.where(ServiceNote.metres <= only.within)
    rows = select(ServiceNote).options(
        joinedload(ServiceNote.noted_by),
        joinedload(ServiceNote.service).joinedload(NearbyService.withdrawn_by),
    )
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=TIE)


@dataclass(frozen=True)
class Nearest:
    """How far the nearest of a kind is, in metres; None where no distance is known."""

    kind: str
    metres: int | None


@dataclass(frozen=True)
class Around:
    """What is known around a residence, by kind."""

    nearest: Mapping[str, Nearest]
    services: int

    def of(self, need: str) -> Nearest | None:
        """Give what answers a need nearest by; None where nothing is noted that would."""
        known = [self.nearest[kind] for kind in NEEDS[need] if kind in self.nearest]
        far = [one for one in known if one.metres is not None]
        if far:
            return min(far, key=lambda one: one.metres or 0)
        return known[0] if known else None

    def missing(self, within: int) -> list[tuple[str, Nearest | None]]:
        """List the needs that nothing noted answers within so many metres, with the nearest."""
        told = [(need, self.of(need)) for need in NEEDS]
        return [
            (need, one) for need, one in told
            if one is None or (one.metres is not None and one.metres > within)
        ]  # fmt: skip

    @property
    def distance(self) -> int | None:
        """Give how many metres away the furthest of what counts as near services is.

        None unless of each of these something is noted with its distance.
        """
        near = [self.of(need) for need in FAR_BY]
        metres = [one.metres for one in near if one is not None and one.metres is not None]
        return max(metres) if len(metres) == len(FAR_BY) else None

    def unknown(self) -> list[str]:
        """List the needs of which something is noted, but nothing of how far it is."""
        told = ((need, self.of(need)) for need in NEEDS)
        return [need for need, one in told if one is not None and one.metres is None]


NOTHING = Around({}, 0)


def around(
    session: Session, residences: Collection[uuid.UUID] | Select[uuid.UUID]
) -> dict[uuid.UUID, Around]:
    """Read what is around some residences: the nearest of each kind, how many services there are.

    One where nothing is noted is not among them.
    """
    read: dict[uuid.UUID, tuple[dict[str, Nearest], list[int]]] = {}
    for residence_id, kind, metres, count in session.execute(_by_kind(residences)):
        nearest, many = read.setdefault(residence_id, ({}, []))
        nearest[kind] = Nearest(kind, metres)
        many.append(count)
    return {one: Around(nearest, sum(many)) for one, (nearest, many) in read.items()}


def _by_kind(
    residences: Collection[uuid.UUID] | Select[uuid.UUID],
) -> Select[uuid.UUID, str, int | None, int]:
    place, kind = NearbyService.residence_id, ServiceNote.kind
    told = select(place, kind, func.min(ServiceNote.metres), func.count())
    told = told.join(ServiceNote.service).where(place.in_(residences), *stands())
    return told.group_by(place, kind).order_by(place, kind)


def answered(
    residence_id: Any, kinds: Collection[str], within: int | None = None
) -> ColumnElement[bool]:
    """Give the condition that something of some kinds is around a residence, so many metres away.

    What is noted without a distance answers too: nobody knows that it is missing.
    """
    near = exists().where(
        NearbyService.residence_id == residence_id,
        ServiceNote.service_id == NearbyService.id,
        *stands(),
    )
    if kinds:
        near = near.where(ServiceNote.kind.in_(kinds))
    if within is not None:
        near = near.where(or_(ServiceNote.metres <= within, ServiceNote.metres.is_(None)))
    return near


def notes_of(session: Session, residence_id: uuid.UUID) -> Sequence[ServiceNote]:
    """List all that stands around a residence by kind, the nearest first."""
    found = select(ServiceNote).join(ServiceNote.service)
    found = found.where(NearbyService.residence_id == residence_id, *stands())
    return session.scalars(found.order_by(*TIE)).all()
