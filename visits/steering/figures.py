"""A programme's figures for who pays: separate cells of five persons and more, rounded.

Each cell is told by itself and no two hold the same thing, and a sum is that of the told cells, so
nothing that is not told is left when told numbers are subtracted. The one combination there is is
a programme in the whole area of the viewer's mandates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from visits.models.cases import ON_THE_WAY, Case, CaseState
from visits.models.people import Person
from visits.models.visits import AT_HOME, LIVE, Consequence, Submission, Visit, VisitState
from visits.models.works import DONE_STATES, WorkOrder, WorkOrderState
from visits.sessions.results import results_of
from visits.sight.few import told_of
from visits.sight.orders import visible_work_orders
from visits.sight.reach import Viewer, visible_cases

VISITED, UNDER_WAY, CLOSED = "visited", "under_way", "closed"
# Where persons stand: those on the way to a visit are one.
PERSONS = (VISITED, UNDER_WAY, "refused", "unreachable", "not_eligible", CLOSED)
VISITS = ("visits_done", "visits_failed", "visits_to_come")
WORKS = ("works_done", "works_open")
SESSIONS = ("sessions_held", "sessions_came")


@dataclass(frozen=True)
class Cell:
    """A count as it may be told; None is under five persons, or nobody."""

    code: str
    told: int | None


@dataclass(frozen=True)
class Figures:
    """What a funder knows of a programme."""

    persons: tuple[Cell, ...]
    visits: tuple[Cell, ...]
    works: tuple[Cell, ...]
    sessions: tuple[Cell, ...]


def told_sum(cells: Sequence[Cell]) -> int | None:
    """Add what is told, and nothing that is not."""
    told = [cell.told for cell in cells if cell.told is not None]
    return sum(told) if told else None


def figures(session: Session, programme: str, *, viewer: Viewer) -> Figures:
    """Count a programme within the viewer's reach."""
    return Figures(
        persons=_cells(session, PERSONS, _persons(programme, viewer)),
        visits=_cells(session, VISITS, _visits(programme, viewer)),
        works=_cells(session, WORKS, _works(programme, viewer)),
        sessions=_sessions(session, programme, viewer),
    )


def _cells(
    session: Session, codes: Iterable[str], statement: Select[str, int, int]
) -> tuple[Cell, ...]:
    counted = {code: (count, persons) for code, count, persons in session.execute(statement)}
    told = {code: counted.get(code, (0, 0)) for code in codes}
    return tuple(Cell(code, told_of(count, persons=some)) for code, (count, some) in told.items())


def _sessions(session: Session, programme: str, viewer: Viewer) -> tuple[Cell, ...]:
    """Count held sessions and who came to them, as often as they came."""
    counted, persons = results_of(session, viewer, programme)
    numbers = ((counted.held, counted.held), (counted.came, persons))
    told = (told_of(count, persons=some) for count, some in numbers)
    return tuple(Cell(code, one) for code, one in zip(SESSIONS, told, strict=True))


def _persons(programme: str, viewer: Viewer) -> Select[str, int, int]:
    """Count each person once, where her last case stands."""
    later = aliased(Case)
    is_last = ~exists().where(
        later.person_id == Case.person_id,
        later.programme == Case.programme,
        or_(
            later.opened_at > Case.opened_at,
            and_(later.opened_at == Case.opened_at, later.id > Case.id),
        ),
    )
    visited = exists().where(Visit.case_id == Case.id, Visit.state == VisitState.DONE, AT_HOME)
    stands = case(
        (or_(visited, Case.state == CaseState.VISITED), VISITED),
        (and_(Case.state.in_(ON_THE_WAY), Case.closed_on.is_not(None)), CLOSED),
        (Case.state.in_(ON_THE_WAY), UNDER_WAY),
        *((Case.state == state, state.value) for state in CaseState if state.value in PERSONS),
    ).label("stands")
    counted = select(stands, func.count(Case.id), func.count(Case.person_id.distinct()))
    within = counted.join(Case.person).where(Case.programme == programme, visible_cases(viewer))
    return within.where(is_last).group_by(stands)


def _visits(programme: str, viewer: Viewer) -> Select[str, int, int]:
    kind = case(
        (Visit.state == VisitState.DONE, "visits_done"),
        (Visit.state == VisitState.FAILED, "visits_failed"),
        (Visit.state.in_(LIVE), "visits_to_come"),
    ).label("kind")
    return (
        select(kind, func.count(Visit.id), func.count(Case.person_id.distinct()))
        .join(Case, Case.id == Visit.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(Case.programme == programme, Visit.state != VisitState.CANCELLED, AT_HOME)
        .where(visible_cases(viewer))
        .group_by(kind)
    )


def _works(programme: str, viewer: Viewer) -> Select[str, int, int]:
    kind = case(
        (WorkOrder.state.in_(DONE_STATES), "works_done"), else_=literal("works_open")
    ).label("kind")
    return (
        select(kind, func.count(WorkOrder.id), func.count(WorkOrder.person_id.distinct()))
        .join(Person, Person.id == WorkOrder.person_id)
        .join(Consequence, Consequence.id == WorkOrder.consequence_id)
        .join(Submission, Submission.id == Consequence.submission_id)
        .join(Visit, Visit.id == Submission.visit_id)
        .join(Case, Case.id == Visit.case_id)
        .where(Case.programme == programme, WorkOrder.state != WorkOrderState.CANCELLED)
        .where(visible_cases(viewer), visible_work_orders(viewer))
        .group_by(kind)
    )
