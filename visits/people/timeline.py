"""What a person lived through with us, from all her cases, as one dated list."""

import uuid
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.deadlines import midnight_in_paris
from visits.ground.months import by_month
from visits.models.people import (
    Person,
)
from visits.people.happened import SOURCES, Asked, EntryKind, Source
from visits.sight.listing import Listed, Wanted
from visits.sight.reach import Viewer


@dataclass(frozen=True)
class Entry:
    """A line: when, what it is about, whether it begins or ends there.

    `whole_day` tells that only the day is known of `at`. Lines that are `alike` within a month
    stand together.
    """

    kind: EntryKind
    step: str
    at: datetime
    whole_day: bool
    id: uuid.UUID
    alike: Hashable
    thing: Any = None


def timeline(
    session: Session,
    person: Person,
    viewers: Mapping[EntryKind, Viewer],
    *,
    wanted: Wanted,
    only: EntryKind | None = None,
) -> Listed[list[Entry]]:
    """Give a page of what happened, the latest first; each row is one line or a month's like.

    `viewers` says how far the reader sees of each kind; one without a viewer is not read.
    """
    found: list[Entry] = []
    for source in SOURCES:
        viewer = viewers.get(source.kind)
        if viewer is not None and only in (None, source.kind):
            found += _lines(session, source, Asked(person, viewer))
    rows = by_month(_latest_first(found), at=lambda one: one.at, alike=lambda one: one.alike)
    wanted = wanted.within(len(rows))
    page = rows[wanted.offset :][: wanted.size]
    things = _things(session, [one for row in page for one in row])
    filled = [[_filled(one, things) for one in row] for row in page]
    return Listed(filled, len(rows), wanted)


def _latest_first(found: Sequence[Entry]) -> list[Entry]:
    """Sort lines; what ends on a day was over before anything began on it, but for itself."""
    began = {(one.kind, one.id): one.at for one in found if one.step == "from"}

    def key(one: Entry) -> tuple[Any, ...]:
        if one.step != "until":
            return (one.at, one.kind, 1, one.id, one.step)
        since = began.get((one.kind, one.id))
        same_day = since is not None and since >= one.at
        return (since if same_day else one.at, one.kind, 2 if same_day else 0, one.id, one.step)

    return sorted(found, key=key, reverse=True)


def _lines(session: Session, source: Source, asked: Asked) -> list[Entry]:
    lines = []
    for id, at, *alike in session.execute(source.rows(asked)):
        whole_day = not isinstance(at, datetime)
        moment = midnight_in_paris(at) if whole_day else at.astimezone(UTC)
        same = (source.kind, source.step, *alike) if alike else None
        lines.append(Entry(source.kind, source.step, moment, whole_day, id, same))
    return lines


def _things(
    session: Session, entries: Sequence[Entry]
) -> dict[tuple[EntryKind, str, uuid.UUID], Any]:
    found: dict[tuple[EntryKind, str, uuid.UUID], Any] = {}
    for source in SOURCES:
        ids = {one.id for one in entries if (one.kind, one.step) == (source.kind, source.step)}
        if ids:
            model = source.thing
            rows = select(model).where(model.id.in_(ids)).options(*source.with_it)
            for thing in session.scalars(rows):
                found[source.kind, source.step, thing.id] = thing
    return found


def _filled(one: Entry, things: Mapping[tuple[EntryKind, str, uuid.UUID], Any]) -> Entry:
    thing = things[one.kind, one.step, one.id]
    return Entry(one.kind, one.step, one.at, one.whole_day, one.id, one.alike, thing)
