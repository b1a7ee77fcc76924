"""What is told of a dwelling and of a residence: each thing to those who may read it, or nothing.

Whoever may not see persons learns of a home what is the landlord's: the flat, its leases, works,
the days on which somebody came. Of a residence she learns counts, none of them about few.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from diagnostics.facts import DWELLING
from visits.forms.known import Known, known_about, sent_where
from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case, CaseState
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.visits import AT_HOME, COUNTED, Consequence, Submission, Visit, VisitState
from visits.models.works import OPEN_STATES, WorkOrder
from visits.sight.few import told_of
from visits.sight.homes import took_place_in, visible_homes
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.orders import visible_work_orders
from visits.sight.reach import Viewer, visible_cases, visible_persons

HAZARD, ADAPTATION, WORK_ORDER = "hazard", "adaptation", "work_order"
IN_COMMON = 2
MOST_WORKS = 50


@dataclass(frozen=True)
class Eyes:
    """How far a reader sees of each thing; None is a thing she may not read."""

    homes: Viewer
    persons: Viewer | None = None
    cases: Viewer | None = None
    visits: Viewer | None = None
    answers: Viewer | None = None
    works: Viewer | None = None


@dataclass(frozen=True)
class Lease:
    """A lease, with who lived under it, of those the reader may see."""

    tenancy: Tenancy
    stays: Sequence[Occupancy]


@dataclass(frozen=True)
class HomeFile:
    """What is told of a dwelling. `came_on` are the days of visits, where no more may be told."""

    leases: Sequence[Lease]
    cases: Sequence[Case]
    visits: Sequence[Visit]
    came_on: Sequence[date]
    known: Sequence[Known]
    findings: Sequence[Consequence]
    works: Sequence[WorkOrder]


def home_file(session: Session, eyes: Eyes, dwelling: Dwelling) -> HomeFile:
    """Gather what a reader may know of a dwelling that she may see."""
    here = took_place_in == dwelling.id
    sent = sent_where(session, eyes.answers, here) if eyes.answers else []
    return HomeFile(
        leases=_leases(session, eyes, dwelling),
        cases=_cases(session, eyes.cases, dwelling) if eyes.cases else [],
        visits=_visits(session, eyes.visits, here) if eyes.visits else [],
        came_on=[] if eyes.visits else _came_on(session, eyes.homes, here),
        known=known_about(session, sent, DWELLING),
        findings=_findings(session, sent),
        works=_works(session, eyes.works, WorkOrder.dwelling_id == dwelling.id)
        if eyes.works
        else [],
    )


def _leases(session: Session, eyes: Eyes, dwelling: Dwelling) -> list[Lease]:
    """List the leases: those under which somebody lived whom the reader's reach lets be seen."""
    under = select(Occupancy.tenancy_id).join(Occupancy.person)
    shown = Tenancy.id.in_(under.where(visible_persons(eyes.homes)))
    let_to_nobody = Tenancy.id.not_in(select(Occupancy.tenancy_id))
    tenancies = session.scalars(
        select(Tenancy)
        .where(Tenancy.dwelling_id == dwelling.id, shown | let_to_nobody)
        .order_by(Tenancy.started_on.desc().nulls_last(), Tenancy.id.desc())
    ).all()
    stays: dict[uuid.UUID, list[Occupancy]] = defaultdict(list)
    if eyes.persons is not None:
        seen = (
            select(Occupancy)
            .join(Occupancy.person)
            .where(Occupancy.tenancy_id.in_([one.id for one in tenancies]))
            .where(visible_persons(eyes.persons))
            .options(contains_eager(Occupancy.person))
            .order_by(Person.name_key, Occupancy.id)
        )
        for stay in session.scalars(seen):
            stays[stay.tenancy_id].append(stay)
    return [Lease(one, stays[one.id]) for one in tenancies]


def _cases(session: Session, viewer: Viewer, dwelling: Dwelling) -> Sequence[Case]:
    return session.scalars(
        select(Case)
        .join(Case.person)
        .where(Case.dwelling_id == dwelling.id, visible_cases(viewer))
        .options(contains_eager(Case.person))
        .order_by(Case.closed_on.is_not(None), Case.opened_at.desc(), Case.id)
    ).all()


def _visits(session: Session, viewer: Viewer, here: ColumnElement[bool]) -> Sequence[Visit]:
    return session.scalars(
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(here, AT_HOME, visible_cases(viewer))
        .options(contains_eager(Visit.case).contains_eager(Case.person), joinedload(Visit.visitor))
        .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
    ).all()


def _came_on(session: Session, viewer: Viewer, here: ColumnElement[bool]) -> list[date]:
    """List the days of visits that took place: a shut door or a refusal is told to nobody else."""
    moments = session.scalars(
        select(Visit.planned_start_at)
        .join(Visit.case)
        .join(Case.person)
        .where(here, Visit.state == VisitState.DONE, AT_HOME, visible_cases(viewer))
        .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
    )
    return list(dict.fromkeys(today_in_paris(one) for one in moments))


def _findings(session: Session, sent: Sequence[Any]) -> Sequence[Consequence]:
    """List the hazards and adaptations that answers named, the latest first, each code once."""
    found = session.scalars(
        select(Consequence)
        .join(Consequence.submission)
        .where(Consequence.submission_id.in_([row.id for row in sent]))
        .where(Consequence.kind.in_((HAZARD, ADAPTATION)))
        .options(contains_eager(Consequence.submission))
        .order_by(Submission.received_at.desc(), Consequence.position, Consequence.id)
    )
    once: dict[tuple[str, str], Consequence] = {}
    for one in found:
        once.setdefault((one.kind, one.code), one)
    return list(once.values())


OPEN_FIRST = case((WorkOrder.state.in_(OPEN_STATES), 0), else_=1)


def _works(session: Session, viewer: Viewer, *where: ColumnElement[bool]) -> Sequence[WorkOrder]:
    return session.scalars(
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .outerjoin(WorkOrder.dwelling)
        .where(visible_work_orders(viewer), *where)
        .options(contains_eager(WorkOrder.dwelling), joinedload(WorkOrder.consequence))
        .order_by(OPEN_FIRST, WorkOrder.opened_at.desc(), WorkOrder.id.desc())
        .limit(MOST_WORKS + 1)  # one more says that there are more
    ).all()


@dataclass(frozen=True)
class CaseCount:
    """How many have an open case in a programme in one state, as far as that may be told."""

    programme: str
    state: CaseState
    count: int


@dataclass(frozen=True)
class InCommon:
    """What was found in several homes; `homes` is rounded for whoever sees no answers."""

    kind: str
    code: str
    homes: int


@dataclass(frozen=True)
class ResidenceFile:
    """What is told of a residence."""

    dwellings: Listed[Dwelling]
    cases: Sequence[CaseCount]
    in_common: Sequence[InCommon]
    works: Sequence[WorkOrder]


def residence_file(
    session: Session, eyes: Eyes, residence: Residence, *, wanted: Wanted
) -> ResidenceFile:
    """Gather what a reader may know of a residence that she may see."""
    dwellings = (
        select(Dwelling)
        .join(Dwelling.residence)
        .where(Residence.id == residence.id, visible_homes(eyes.homes))
        .options(contains_eager(Dwelling.residence))
    )
    order = {"reference": Dwelling.reference, "floor": Dwelling.floor, "rooms": Dwelling.rooms}
    here = or_(Dwelling.residence_id == residence.id, WorkOrder.residence_id == residence.id)
    return ResidenceFile(
        dwellings=page_of(session, dwellings, wanted=wanted, order=order, tie=Dwelling.id),
        cases=_case_counts(session, eyes, residence),
        in_common=_in_common(session, eyes, residence),
        works=_works(session, eyes.works, here) if eyes.works else [],
    )


def _case_counts(session: Session, eyes: Eyes, residence: Residence) -> list[CaseCount]:
    count = func.count(Case.person_id.distinct())
    rows = session.execute(
        select(Case.programme, Case.state, count)
        .join(Case.person)
        .join(Case.dwelling)
        .where(Dwelling.residence_id == residence.id, Case.closed_on.is_(None))
        .where(visible_cases(eyes.persons or eyes.homes))
        .group_by(Case.programme, Case.state)
        .order_by(Case.programme, Case.state)
    ).all()
    tell: Callable[[int], int | None] = _exactly if eyes.persons else _roundly
    return [
        CaseCount(programme, state, told)
        for programme, state, persons in rows
        if (told := tell(persons)) is not None
    ]


def _in_common(session: Session, eyes: Eyes, residence: Residence) -> list[InCommon]:
    """Count the homes of each finding: two and more for whoever reads answers, else five."""
    rows = session.execute(
        select(Consequence.kind, Consequence.code, took_place_in)
        .join(Consequence.submission)
        .join(Submission.visit)
        .join(Visit.case)
        .join(Case.person)
        .join(Dwelling, Dwelling.id == took_place_in)
        .where(Dwelling.residence_id == residence.id)
        .where(Consequence.kind.in_((HAZARD, WORK_ORDER)))
        .where(Submission.state.in_(COUNTED), visible_cases(eyes.answers or eyes.homes))
    ).all()
    homes: dict[tuple[str, str], set[uuid.UUID]] = defaultdict(set)
    for kind, code, dwelling_id in rows:
        homes[kind, code].add(dwelling_id)
    tell: Callable[[int], int | None] = _exactly if eyes.answers else _roundly
    found = [
        InCommon(kind, code, told)
        for (kind, code), where in homes.items()
        if len(where) >= IN_COMMON and (told := tell(len(where))) is not None
    ]
    return sorted(found, key=lambda one: (-one.homes, one.kind, one.code))


def _exactly(count: int) -> int:
    return count


def _roundly(count: int) -> int | None:
    return told_of(count, persons=count)
