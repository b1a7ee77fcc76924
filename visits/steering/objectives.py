"""What a programme set out to do, and how much of it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import midnight_in_paris
from visits.models.cases import Case
from visits.models.visits import Visit, VisitState
from visits.programmes import Programme
from visits.programmes.published import programme_in, versions_of
from visits.programmes.shape import Objective
from visits.sight import Viewer, visible_cases


@dataclass(frozen=True)
class Reached:
    """How far an objective is: what its counter counts, of how many persons."""

    objective: Objective
    count: int
    persons: int


def objectives_of(session: Session, programme: Programme, *, viewer: Viewer) -> list[Reached]:
    """Count a programme's objectives over the cases the viewer may see, each up to its day.

    A case succeeded when it was closed with an outcome that its own version calls a success.
    """
    return [Reached(one, *_count(session, programme, one, viewer)) for one in programme.objectives]


def _count(
    session: Session, programme: Programme, objective: Objective, viewer: Viewer
) -> tuple[int, int]:
    mine = (Case.programme == programme.code, visible_cases(viewer))
    persons = func.count(Case.person_id.distinct())
    if objective.counter in ("persons_visited", "visits_done"):
        statement = (
            select(func.count(Visit.id), persons)
            .join(Visit.case)
            .join(Case.person)
            .where(*mine, Visit.state == VisitState.DONE, *_by(objective.by))
        )
    else:
        cases = select(func.count(Case.id), persons).join(Case.person).where(*mine)
        if objective.counter == "cases_opened":
            statement = cases.where(*_opened_by(objective.by))
        else:
            until = [Case.closed_on <= objective.by] if objective.by else []
            statement = cases.where(_succeeded(session, programme.code), *until)
    counted, of_persons = session.execute(statement).one()
    if objective.counter == "persons_visited":
        counted = of_persons
    return int(counted), int(of_persons)


def _by(day: date | None) -> Iterable[ColumnElement[bool]]:
    done_at = func.coalesce(Visit.done_at, Visit.planned_end_at)
    return [done_at < midnight_in_paris(day + timedelta(days=1))] if day else []


def _opened_by(day: date | None) -> Iterable[ColumnElement[bool]]:
    return [Case.opened_at < midnight_in_paris(day + timedelta(days=1))] if day else []


def _succeeded(session: Session, code: str) -> ColumnElement[bool]:
    found = []
    for version in versions_of(session, code):
        good = [one.code for one in programme_in(version).outcomes if one.success]
        found.append(and_(Case.programme_version_id == version.id, Case.outcome.in_(good)))
    return and_(Case.closed_on.is_not(None), or_(false(), *found))
