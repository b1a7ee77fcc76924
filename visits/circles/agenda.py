"""The agenda of a meeting: what moved since the last one, by kind and day, never what was said."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager

from visits.circles.points import points_of, tasks_of
from visits.ground.db import UtcDateTime
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.cases import Case, CaseCharge, CasePause
from visits.models.circles import (
    CircleCase,
    CircleItem,
    CircleMeeting,
    CirclePoint,
    CircleStep,
    CircleStepKind,
    CircleTask,
)
from visits.models.support import SupportAct
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.sight import Viewer
from visits.sight.circles import visible_circle_cases
from visits.sight.reach import open_to

ONE_DAY = timedelta(days=1)


class Moved(NamedTuple):
    """Something that happened in a case: what a circle is told of it."""

    on: date
    kind: str


@dataclass(frozen=True)
class Source:
    """Where moves of a kind are found: the column of their day, and whose they are."""

    kind: str
    of: Any
    day: Any
    where: tuple[ColumnElement[bool], ...] = ()


# Whose ids lead to the case itself, and those of what the circle noted of it.
OF_CASES = (
    Source(
        "visit",
        Visit.case_id,
        Visit.planned_start_at,
        (Visit.state == VisitState.DONE, AT_HOME),
    ),
    Source(
        "act",
        SupportAct.case_id,
        SupportAct.happened_on,
        (SupportAct.withdrawn_at.is_(None), SupportAct.confidential.is_(False)),
    ),
    Source("pause", CasePause.case_id, CasePause.from_on, (CasePause.withdrawn_at.is_(None),)),
    Source(
        "pause_over", CasePause.case_id, CasePause.until_on, (CasePause.withdrawn_at.is_(None),)
    ),
    Source("charge", CaseCharge.case_id, CaseCharge.noted_at, (CaseCharge.withdrawn_at.is_(None),)),
    Source("closed", Case.id, Case.closed_on),
)
OF_CIRCLE = (
    Source("put", CircleCase.id, CircleCase.noted_at),
    Source(
        "task_done",
        CircleTask.circle_case_id,
        CircleTask.done_on,
        (CircleTask.withdrawn_at.is_(None),),
    ),
    *(
        Source(
            kind.value,
            CircleStep.circle_case_id,
            CircleStep.of_day,
            (CircleStep.kind == kind, CircleStep.withdrawn_at.is_(None)),
        )
        for kind in CircleStepKind
    ),
)


@dataclass(frozen=True)
class Line:
    """A case on an agenda: what moved, what stands to do, what was said and given out there."""

    of: CircleCase
    moved: Sequence[Moved]
    point: CirclePoint | None
    last: CirclePoint | None
    to_do: Sequence[CircleTask]
    given: Sequence[CircleTask]


def agenda_of(session: Session, viewer: Viewer, meeting: CircleMeeting) -> list[Line]:
    """List the cases of an agenda that the viewer may read; where most moved comes first."""
    cases = session.scalars(_on_it(session, viewer, meeting)).all()
    ids = [one.id for one in cases]
    what = moved(session, cases, since=_last_before(session, meeting), until=meeting.held_on)
    points, tasks = defaultdict(list), defaultdict(list)
    for point in points_of(session, ids):
        points[point.circle_case_id].append(point)
    for task in tasks_of(session, ids):
        tasks[task.circle_case_id].append(task)
    lines = [
        _line(one, meeting, what.get(one.id, ()), points[one.id], tasks[one.id]) for one in cases
    ]
    return sorted(lines, key=lambda line: -len(line.moved))


def _line(
    one: CircleCase,
    meeting: CircleMeeting,
    what: Sequence[Moved],
    points: Sequence[CirclePoint],
    tasks: Sequence[CircleTask],
) -> Line:
    here = [point for point in points if point.meeting_id == meeting.id]
    before = [point for point in points if point.meeting.held_on < meeting.held_on]
    others = [task for task in tasks if task.meeting_id != meeting.id]
    return Line(
        of=one,
        moved=what,
        point=next(iter(here), None),
        last=next(iter(before), None),
        to_do=[task for task in others if task.done_on is None],
        given=[task for task in tasks if task.meeting_id == meeting.id],
    )


def left_since(session: Session, viewer: Viewer, meeting: CircleMeeting) -> int:
    """Count who no longer agrees to be discussed since the meeting before; nobody is named."""
    last = _last_before(session, meeting)
    ended = (
        select(func.count(CircleCase.id))
        .join(CircleCase.case)
        .join(Case.person)
        .where(CircleCase.circle_id == meeting.circle_id, CircleCase.withdrawn_at.is_(None))
        .where(CircleCase.ended_on <= meeting.held_on, open_to(viewer.user_id))
    )
    if last is not None:
        ended = ended.where(CircleCase.ended_on > last)
    return session.scalar(ended) or 0


def moved(
    session: Session, cases: Collection[CircleCase], *, since: date | None, until: date
) -> Mapping[uuid.UUID, Sequence[Moved]]:
    """Tell of each case of a circle what moved after one day and up to another, the latest first.

    Nothing is told of before it was put to the circle.
    """
    begins = {one.id: _begins(one, since) for one in cases}
    first = min(begins.values(), default=until)
    of_case = {one.case_id: one.id for one in cases}
    found: dict[uuid.UUID, list[Moved]] = defaultdict(list)
    for source, ids in (
        *((one, of_case) for one in OF_CASES),
        *((one, {ident: ident for ident in begins}) for one in OF_CIRCLE),
    ):
        for ident, on in _days(session, source, ids, first, until):
            if on >= begins[ids[ident]]:
                found[ids[ident]].append(Moved(on, source.kind))
    return {ident: sorted(moves, reverse=True) for ident, moves in found.items()}


def _days(
    session: Session, source: Source, ids: Collection[uuid.UUID], first: date, until: date
) -> Iterator[tuple[uuid.UUID, date]]:
    """Find the days of a kind of move, its moments as days in Paris."""
    is_moment = isinstance(source.day.type, UtcDateTime)
    start: Any = midnight_in_paris(first) if is_moment else first
    end: Any = midnight_in_paris(until + ONE_DAY) if is_moment else until + ONE_DAY
    rows = select(source.of, source.day).where(
        source.of.in_(list(ids)), source.day >= start, source.day < end, *source.where
    )
    for ident, on in session.execute(rows):
        yield ident, today_in_paris(on) if is_moment else on


def _begins(one: CircleCase, since: date | None) -> date:
    put_on = today_in_paris(one.noted_at)
    return put_on if since is None else max(put_on, since + ONE_DAY)


def _on_it(session: Session, viewer: Viewer, meeting: CircleMeeting) -> Select[CircleCase]:
    return (
        select(CircleCase)
        .join(CircleItem, CircleItem.circle_case_id == CircleCase.id)
        .join(CircleCase.case)
        .join(Case.person)
        .where(CircleItem.meeting_id == meeting.id, visible_circle_cases(session, viewer))
        .options(contains_eager(CircleCase.case).contains_eager(Case.person))
        .order_by(CircleCase.id)
    )


def _last_before(session: Session, meeting: CircleMeeting) -> date | None:
    earlier = select(func.max(CircleMeeting.held_on)).where(
        CircleMeeting.circle_id == meeting.circle_id,
        CircleMeeting.withdrawn_at.is_(None),
        CircleMeeting.held_on < meeting.held_on,
    )
    return session.scalar(earlier)
