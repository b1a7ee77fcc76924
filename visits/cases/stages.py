"""Where a case stands: the one place that moves it, closes it and opens it again."""

import uuid
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.visits import AT_HOME, LIVE, Visit, VisitState

_ALL = frozenset(CaseState)
# What was heard at a door or on the phone may be taken back, and a visit that took place is never
# refused, whatever was noted meanwhile: most stages are reached from all others.
REACHED_FROM = {
    CaseState.TO_CALL: _ALL - {CaseState.PLANNED},
    CaseState.CALL_BACK: _ALL,
    CaseState.AGREED: _ALL,
    CaseState.PLANNED: _ALL - {CaseState.REFUSED, CaseState.NOT_ELIGIBLE},
    CaseState.VISITED: _ALL,
    CaseState.REFUSED: _ALL - {CaseState.NOT_ELIGIBLE},
    CaseState.UNREACHABLE: _ALL - {CaseState.REFUSED},
    CaseState.NOT_ELIGIBLE: _ALL,
}
# Outcomes that life gives, whatever the programme's list says.
MOVED, DIED = "moved", "dead"


def move(case: Case, to: CaseState) -> None:
    """Move a case to a stage. Raises Conflict when it cannot come there from where it stands.

    `end` alone moves to `not_eligible`: such a case is closed.
    """
    if to is CaseState.NOT_ELIGIBLE or not _may_come(case, to):
        raise Conflict("case_elsewhere")
    case.state = to


def end(session: Session, case: Case, outcome: str, *, on: date, by: uuid.UUID | None) -> None:
    """Close the case of somebody who moved or died; a visit or a refusal stays what it was."""
    if case.state not in (CaseState.VISITED, CaseState.REFUSED):
        case.state = CaseState.VISITED if _was_visited(session, case) else CaseState.NOT_ELIGIBLE
    if case.is_open:
        case.closed_on, case.closed_by_id, case.outcome = on, by, outcome


def take_up(session: Session, case: Case, to: CaseState) -> None:
    """Open a closed case again. Raises Conflict when the person has another one meanwhile."""
    if not case.is_open and has_another(session, case):
        raise Conflict("case_open_already")
    case.closed_on = case.closed_by_id = case.outcome = case.closing_note = None
    move(case, to)


def after_visit(session: Session, visit: Visit) -> None:
    """Move a case on when a visit was done: to the next one planned, else it rests."""
    with session.no_autoflush:  # this visit is left out, so it need not be written first
        another = _visit_to_come(session, visit.case, but=visit)
    move(visit.case, CaseState.PLANNED if another else CaseState.VISITED)


def after_call(session: Session, case: Case, *, today: date) -> None:
    """Let a case rest when what it was to be called for was answered on the phone.

    Whoever is to be asked for another visit that is due stays on the list; so does whoever was
    never visited, as a call is no visit.
    """
    if case.state not in (CaseState.TO_CALL, CaseState.AGREED):
        return
    session.flush()
    due = select(Task.id).where(
        Task.case_id == case.id, Task.kind == TaskKind.VISIT, Task.state == TaskState.OPEN,
        Task.visit_id.is_(None), Task.not_before <= today,
    )  # fmt: skip
    if session.scalar(due.limit(1)) is None and _was_visited(session, case):
        move(case, CaseState.VISITED)


def _was_visited(session: Session, case: Case) -> bool:
    done = select(Visit.id).where(Visit.case_id == case.id, Visit.state == VisitState.DONE, AT_HOME)
    return session.scalar(done.limit(1)) is not None


def after_cancelling(session: Session, case: Case) -> None:
    """Move a case back when a visit was called off: what was agreed to still is."""
    session.flush()
    move(case, CaseState.PLANNED if _visit_to_come(session, case) else CaseState.AGREED)


def after_shut_door(session: Session, case: Case, to: CaseState) -> None:
    """Move a case to where a shut door leads, unless another visit is planned already."""
    session.flush()
    waits = to in (CaseState.CALL_BACK, CaseState.UNREACHABLE) and _visit_to_come(session, case)
    move(case, CaseState.PLANNED if waits else to)


def has_another(session: Session, case: Case) -> bool:
    """Tell whether another case of the person in the programme is open."""
    another = select(Case.id).where(
        Case.programme == case.programme,
        Case.person_id == case.person_id,
        Case.closed_on.is_(None),
        Case.id != case.id,
    )
    return session.scalars(another).first() is not None


def _may_come(case: Case, to: CaseState) -> bool:
    return case.state is to or case.state in REACHED_FROM[to]


def _visit_to_come(session: Session, case: Case, *, but: Visit | None = None) -> bool:
    live = select(Visit.id).where(Visit.case_id == case.id, Visit.state.in_(LIVE), AT_HOME)
    if but is not None:
        live = live.where(Visit.id != but.id)
    return session.scalars(live.order_by(Visit.id).limit(1)).first() is not None
