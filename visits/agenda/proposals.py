"""What may become of visits whose visitor is away: who could take each of them, and when else."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.agenda.diary import Diary, Stop, read_diary
from visits.agenda.slot_check import may_go
from visits.models.accounts import User
from visits.models.visits import Visit
from visits.sight import Viewer

# So many days after an absence another day is looked for.
AHEAD = timedelta(days=28)


@dataclass(frozen=True)
class Proposal:
    """Who is free at the hour of a visit, and the next day on which its visitor is, at its hour."""

    takes: Sequence[User]
    start_at: datetime | None


def propose(
    session: Session,
    visits: Sequence[Visit],
    *,
    visitor_id: uuid.UUID,
    first: date,
    last: date,
    viewer: Viewer,
) -> Mapping[uuid.UUID, Proposal]:
    """Propose for each visit of an absence who takes it and when else; no time is told twice."""
    if not visits:
        return {}
    going = {visit.id: may_go(session, visit.case, viewer) for visit in visits}
    every = {one.id for each in going.values() for one in each} | {visitor_id}
    but = [visit.id for visit in visits]
    diary = read_diary(session, every, first, last + AHEAD, viewer=viewer, but=but)
    found = {}
    for visit in visits:
        takes = [
            one
            for one in going[visit.id]
            if one.id != visitor_id
            and diary.is_free(one.id, visit.planned_start_at, visit.planned_end_at)
        ]
        hers = any(one.id == visitor_id for one in going[visit.id])
        found[visit.id] = Proposal(takes, _later(diary, visit, last) if hers else None)
    return found


def _later(diary: Diary, visit: Visit, last: date) -> datetime | None:
    lasts = visit.planned_end_at - visit.planned_start_at
    for start_at in _same_hour(visit.planned_start_at, last):
        if diary.is_free(visit.visitor_id, start_at, start_at + lasts):
            diary.take(visit.visitor_id, Stop(start_at, start_at + lasts, visit.id))
            return start_at
    return None


def _same_hour(at: datetime, after: date) -> Iterable[datetime]:
    """Give the moments of the days after one at which a Paris clock shows the same hour."""
    clock = at.astimezone(PARIS).time()
    for days in range(1, AHEAD.days + 1):
        day = after + timedelta(days=days)
        yield datetime.combine(day, clock, tzinfo=PARIS).astimezone(UTC)
