"""What cadences need to know of cases: since when, what they came to, when nothing is due."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from visits.cases.cadences import Past, Told
from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case, CasePause, CaseState, Task, TaskState
from visits.models.people import Occupancy
from visits.models.portfolio import Tenancy
from visits.programmes import Programme
from visits.programmes.shape import ENTRY


class Of(NamedTuple):
    """The case that something is due in, and whose tenant it is about."""

    case_id: uuid.UUID
    landlord_id: uuid.UUID


def of_case(case: Case) -> Of:
    """Name a case and its landlord."""
    return Of(case.id, case.landlord_id)


def what_is_told(
    session: Session,
    programme: Programme,
    ids: Sequence[uuid.UUID],
    but: ColumnElement[bool] | None = None,
    opened: Sequence[tuple[Of, datetime]] | None = None,
) -> Iterator[tuple[Of, Told]]:
    """Tell of each case what its cadences need to know, leaving out tasks that are `but`.

    Whoever refused is left out: nothing comes due there. `opened` tells of the others when they
    began, if that is known.
    """
    by_rule = Task.cadence.is_not(None) if but is None else and_(Task.cadence.is_not(None), ~but)
    done = Task.state == TaskState.DONE
    counted = session.execute(
        select(
            Task.case_id, Task.cadence, func.count(), func.max(Task.due_on),
            func.count().filter(Task.state == TaskState.OPEN),
            func.min(Task.closed_at).filter(done), func.max(Task.closed_at),
        )
        .where(Task.case_id.in_(ids), by_rule)
        .group_by(Task.case_id, Task.cadence)
    )  # fmt: skip
    past: dict[uuid.UUID, dict[str, Past]] = {}
    for case_id, cadence, made, last_due_on, open_ones, first_done, last_closed in counted:
        past.setdefault(case_id, {})[str(cadence)] = Past(
            made=made,
            open=open_ones,
            last_due_on=last_due_on,
            first_done_on=_day(first_done),
            last_closed_on=_day(last_closed),
        )
    pauses: dict[uuid.UUID, list[tuple[date, date]]] = {}
    noted = select(CasePause.case_id, CasePause.from_on, CasePause.until_on).where(
        CasePause.case_id.in_(ids), CasePause.withdrawn_at.is_(None)
    )
    for case_id, from_on, until_on in session.execute(noted):
        pauses.setdefault(case_id, []).append((from_on, until_on))
    from_entry = any(one.after == ENTRY for one in programme.cadences)
    entered = _entered(session, ids) if from_entry else {}
    for of, opened_at in opened if opened is not None else _opened(session, ids):
        yield (
            of,
            Told(
                today_in_paris(opened_at),
                past.get(of.case_id, {}),
                pauses.get(of.case_id, ()),
                entered.get(of.case_id),
            ),
        )


def _entered(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, date]:
    """Give the day on which the person of each case moved into its home, where it is known."""
    moved_in = func.max(func.coalesce(Occupancy.started_on, Tenancy.started_on))
    statement = (
        select(Case.id, moved_in)
        .join(Occupancy, Occupancy.person_id == Case.person_id)
        .join(Tenancy, Tenancy.id == Occupancy.tenancy_id)
        .where(Case.id.in_(ids), Tenancy.dwelling_id == Case.dwelling_id)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
        .group_by(Case.id)
    )
    return {case_id: day for case_id, day in session.execute(statement) if day is not None}


def _opened(session: Session, ids: Sequence[uuid.UUID]) -> Iterator[tuple[Of, datetime]]:
    ours = select(Case.id, Case.landlord_id, Case.opened_at).where(Case.id.in_(ids))
    for case_id, landlord_id, at in session.execute(ours.where(Case.state != CaseState.REFUSED)):
        yield Of(case_id, landlord_id), at


def _day(moment: datetime | None) -> date | None:
    return today_in_paris(moment) if moment else None
