"""A file of services is brought, looked at, taken in around residences, and undone."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.portfolio import Residence
from visits.models.surroundings import (
    Measured,
    NearbyService,
    ServiceFile,
    ServiceNote,
    ServiceSource,
)
from visits.sight import Reach, Viewer
from visits.sight.homes import landlords_run, visible_residences
from visits.surroundings.around import counts
from visits.surroundings.files import Point, ServicesRead, read_services
from visits.surroundings.kinds import WITHIN
from visits.surroundings.said import ServiceSaid, Walk
from visits.surroundings.services import add_note, hold, new_service

# What a file brings to a residence: the nearest of each kind, no further than one walks.
FURTHEST_M, MOST_OF_A_KIND = WITHIN[-1], 3
# Degrees that are longer than that walk anywhere in France: what is nearer is worked out.
CELL = 0.025


class Becomes(StrEnum):
    """What becomes of a service of the file at a residence, or of one near none."""

    NEW = "new"
    AGAIN = "again"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"
    NEARER = "nearer"
    FAR = "far"


@dataclass(frozen=True)
class Placed:
    """A service of the file near a residence: how far, and what becomes of it there."""

    point: Point
    residence: Residence
    metres: int
    becomes: Becomes


@dataclass(frozen=True)
class FileLookedAt:
    """What taking a file in would do. `far` are services near no residence."""

    read: ServicesRead
    placed: Sequence[Placed]
    far: Sequence[Point]
    residences: int

    @property
    def counts(self) -> dict[str, int]:
        """Count what becomes of the services, each once a residence; and those near none."""
        told = Counter(one.becomes.value for one in self.placed)
        told[Becomes.FAR.value] = len(self.far)
        return {name.value: told[name.value] for name in Becomes}


def visible_files(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `ServiceFile` for those of the landlords whose stock a viewer runs.

    Whoever has a territory sees what she brought herself: a file speaks of residences anywhere.
    """
    run = ServiceFile.landlord_id.in_([one.id for one in landlords_run(session, viewer)])
    if viewer.reach is not Reach.TERRITORY:
        return run
    return and_(run, ServiceFile.brought_by_id == viewer.user_id)


def bring_file(
    session: Session,
    landlord_id: uuid.UUID | None,
    data: bytes,
    file_name: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> ServiceFile:
    """Keep a file of services to be looked at; nothing is taken in yet.

    Raises Invalid, field by field, NotATable for a file that is none.
    """
    if landlord_id not in {one.id for one in landlords_run(session, viewer)}:
        raise Invalid({"landlord": "bad_choice"})
    read_services(data, file_name=file_name)
    file = ServiceFile(
        landlord_id=landlord_id,
        file_name=PurePath(file_name.replace("\\", "/")).name[:200],
        content=data,
        brought_at=now,
        brought_by_id=viewer.user_id,
    )
    session.add(file)
    session.flush()
    return file


def look_at_file(
    session: Session, file: ServiceFile, *, walk: Walk, viewer: Viewer
) -> FileLookedAt:
    """Work out what taking a file in would do. Raises Conflict once its content is gone."""
    if file.content is None:
        raise Conflict("services_file_elsewhere")
    read = read_services(file.content, file_name=file.file_name)
    about = _residences(file, viewer)
    homes = session.scalars(about.order_by(Residence.id)).all()
    known = _known(session, about)
    near = list(_near(read.points, homes, walk))
    placed, seen = list[Placed](), set[int]()
    for home, found in near:
        placed += _of_residence(home, found, known)
        seen.update(one.line for _metres, one in found)
    far = [one for one in read.points if one.line not in seen]
    return FileLookedAt(read, placed, far, len(near))


def _residences(file: ServiceFile, viewer: Viewer) -> Select[Residence]:
    """Select what a file may tell of: a residence whose homes are all hidden is as none."""
    return select(Residence).where(
        Residence.landlord_id == file.landlord_id,
        visible_residences(viewer),
        Residence.lat.is_not(None),
        Residence.lon.is_not(None),
    )


def _near(
    points: Iterable[Point], homes: Sequence[Residence], walk: Walk
) -> Iterator[tuple[Residence, list[tuple[int, Point]]]]:
    """Give for each residence the services within a walk, the nearest first."""
    cells: defaultdict[tuple[int, int], list[Point]] = defaultdict(list)
    for one in points:
        cells[_cell(one.lat, one.lon)].append(one)
    for home in homes:
        here = (home.lat or 0.0, home.lon or 0.0)
        row, column = _cell(*here)
        found = []
        for beside in range(9):
            for one in cells.get((row + beside // 3 - 1, column + beside % 3 - 1), ()):
                metres = walk(here, (one.lat, one.lon))
                if metres <= FURTHEST_M:
                    found.append((metres, one))
        if found:
            yield home, sorted(found, key=lambda it: (it[0], it[1].line))


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return int(lat // CELL), int(lon // CELL)


Key = tuple[uuid.UUID, str, str]


def _known(session: Session, about: Select[Residence]) -> dict[Key, Becomes]:
    """Tell of what is known around some residences, by kind and name, what a file may do to it."""
    place = NearbyService.residence_id
    rows = session.execute(
        select(
            place, ServiceNote.kind, ServiceNote.name_key, ServiceNote.source,
            NearbyService.withdrawn_at,
        )
        .join(ServiceNote.service)
        .where(place.in_(about.with_only_columns(Residence.id)), counts(ServiceNote))
        .order_by(place, ServiceNote.id)
    )  # fmt: skip
    known: dict[Key, Becomes] = {}
    rank = (Becomes.AGAIN, Becomes.KEPT, Becomes.WITHDRAWN)
    for residence_id, kind, name_key, source, withdrawn_at in rows:
        told = Becomes.AGAIN if source is ServiceSource.FILE else Becomes.KEPT
        told = Becomes.WITHDRAWN if withdrawn_at is not None else told
        key = (residence_id, kind, name_key)
        known[key] = max(known.get(key, told), told, key=rank.index)
    return known


def _of_residence(
    home: Residence, found: Sequence[tuple[int, Point]], known: dict[Key, Becomes]
) -> Iterator[Placed]:
    """Say what becomes of the services near a residence: of each kind the nearest few."""
    taken, names = Counter[str](), set[tuple[str, str]]()
    for metres, one in found:
        name = (one.kind, _said(one, metres).name_key)
        becomes = known.get((home.id, *name), Becomes.NEW)
        if name in names or (becomes is Becomes.NEW and taken[one.kind] >= MOST_OF_A_KIND):
            becomes = Becomes.NEARER
        else:
            taken[one.kind] += 1
        names.add(name)
        yield Placed(one, home, metres, becomes)


def _said(one: Point, metres: int) -> ServiceSaid:
    return ServiceSaid(
        one.kind, one.name, one.place, one.lat, one.lon, metres, Measured.WORKED_OUT,
        open_days=one.open_days, phone=one.phone,
    )  # fmt: skip


def take_file_in(
    session: Session, file: ServiceFile, *, walk: Walk, viewer: Viewer, now: datetime
) -> FileLookedAt:
    """Take a file in: what is new around a residence, and what a file told before.

    What somebody noted or a visitor saw stays as it is, and what was withdrawn stays withdrawn.
    Raises Conflict for one that is taken in or let go already, and for one that brings nothing.
    """
    take_turn(session, f"services file {file.id}")
    if file.taken_at is not None or file.withdrawn_at is not None:
        raise Conflict("services_file_elsewhere")
    looked = look_at_file(session, file, walk=walk, viewer=viewer)
    taken = [one for one in looked.placed if one.becomes in (Becomes.NEW, Becomes.AGAIN)]
    if not taken:
        raise Conflict("services_file_brings_nothing")
    for residence_id in sorted({one.residence.id for one in taken}):
        hold(session, residence_id)
    services = _services(session, [one for one in taken if one.becomes is Becomes.AGAIN])
    for one in taken:
        said, home = _said(one.point, one.metres), one.residence.id
        key = (home, said.kind, said.name_key)
        service = services.get(key) or new_service(session, home, viewer=viewer, now=now)
        add_note(
            session, service, said, ServiceSource.FILE, file_id=file.id, viewer=viewer, now=now
        )
    left = {f"left_{why.value}": number for why, number in looked.read.faults.items()}
    file.counts = looked.counts | left | {"lines": len(looked.read.points) + sum(left.values())}
    file.taken_at, file.taken_by_id, file.content = now, viewer.user_id, None
    session.flush()
    return looked


def _services(session: Session, placed: Sequence[Placed]) -> dict[Key, NearbyService]:
    homes = {one.residence.id for one in placed}
    rows = session.execute(
        select(NearbyService, ServiceNote.kind, ServiceNote.name_key)
        .join(NearbyService.notes)
        .where(NearbyService.residence_id.in_(homes), counts(ServiceNote))
        .order_by(NearbyService.id, ServiceNote.id)
    )
    return {(one.residence_id, kind, key): one for one, kind, key in rows}


def withdraw_file(session: Session, file: ServiceFile, *, viewer: Viewer, now: datetime) -> None:
    """Let a file go, or take it back: what it told counts no more. Raises Conflict when it is."""
    if file.withdrawn_at is not None:
        raise Conflict("services_file_elsewhere")
    file.withdrawn_at, file.withdrawn_by_id, file.content = now, viewer.user_id, None
    session.flush()


def list_files(session: Session, viewer: Viewer) -> Sequence[ServiceFile]:
    """List the last hundred files of services, the latest first."""
    found = select(ServiceFile).where(visible_files(session, viewer))
    found = found.options(joinedload(ServiceFile.brought_by))
    latest = found.order_by(ServiceFile.brought_at.desc(), ServiceFile.id.desc())
    return session.scalars(latest.limit(100)).all()


def find_file(
    session: Session, file_id: uuid.UUID, *, viewer: Viewer, to_change: bool = False
) -> ServiceFile:
    """Find a file of a landlord in reach, else raise NotFound."""
    statement = select(ServiceFile).where(ServiceFile.id == file_id, visible_files(session, viewer))
    if to_change:
        statement = statement.with_for_update(key_share=True)
    file = session.scalars(statement).one_or_none()
    if file is None:
        raise NotFound("services_file_not_found")
    return file
