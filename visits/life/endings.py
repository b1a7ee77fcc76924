"""A life that ends, a stay in a home that ends: what ends with it, and what comes back.

Whether it was told on the phone, at the door, on a page or by a file, it ends the same here. Each
ending gives how things stood before it, which `give_back` reads.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from visits.adaptations.moving import take_files_up
from visits.admissions.moving import take_admissions_up
from visits.cases import tasks
from visits.cases.appointments import call_off_all, put_back
from visits.cases.coming import make_for
from visits.cases.stages import after_cancelling, end, has_another, move, take_up
from visits.cases.tasks import CASE_CLOSED, bring_back, plan_for, withdraw, withdraw_all
from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case, CaseState, Task, TaskState
from visits.models.life import HowTold
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.models.visits import Visit
from visits.referrals.moving import take_referrals_up
from visits.stays.leaving import take_stays_up
from visits.transfers.wishes import take_wishes_up

Before = dict[str, Any]

# Why a promise to somebody who has died was withdrawn, of a case that was closed before.
PERSON_DIED = "died"


@dataclass(frozen=True)
class Told:
    """How somebody learnt of it: where, who noted it, by which call or knock.

    What comes too `late` to be refused, from a tablet or a file, lets a visit under way go on.
    """

    how: HowTold
    by: uuid.UUID | None
    now: datetime
    attempt_id: uuid.UUID | None = None
    late: bool = False


@dataclass
class GivenBack:
    """What came back when an ending was taken back, and what could not."""

    planned: list[Visit] = field(default_factory=list)
    lost: list[Visit] = field(default_factory=list)
    left_closed: list[Case] = field(default_factory=list)
    home_taken: bool = False

    def add(self, other: "GivenBack") -> None:
        """Count in what another ending gave back."""
        self.planned += other.planned
        self.lost += other.lost
        self.left_closed += other.left_closed
        self.home_taken = self.home_taken or other.home_taken


def hold(session: Session, case: Case, *, now: datetime, late: bool = False) -> Before:
    """Call off what a case has planned; gives how it stood, with what its visits were for."""
    to_do = select(Task).where(Task.case_id == case.id, Task.state == TaskState.OPEN)
    planned_for = [
        [str(task.id), str(task.visit_id)]
        for task in session.scalars(to_do.order_by(Task.id))
        if task.visit_id is not None
    ]
    stood = [str(case.id), case.state.value, _iso(case.call_back_at)]
    called_off = call_off_all(session, case, now=now, late=late, told=False)
    return {
        "cases": [stood],
        "visits": [str(visit.id) for visit in called_off],
        "planned_for": planned_for,
    }


def end_cases(
    session: Session, cases: Iterable[Case], outcome: str, told: Told, *, on: date
) -> Before:
    """Close cases with an outcome of life, as of its day; what is due in them is withdrawn.

    One that was opened later, as nobody knew of it yet, ends on the day it was opened; a day to
    come that a file tells is today.
    """
    today = today_in_paris(told.now)
    before: Before = {"cases": [], "visits": [], "planned_for": []}
    for case in cases:
        for name, stood in hold(session, case, now=told.now, late=told.late).items():
            before[name] += stood
        withdraw_all(session, case, why=CASE_CLOSED, by=told.by, now=told.now)
        day = min(max(on, today_in_paris(case.opened_at)), today)
        end(session, case, outcome, on=day, by=told.by)
        case.call_back_at = None
    session.flush()
    return before


def open_cases(session: Session, person_id: uuid.UUID) -> Sequence[Case]:
    """List a person's open cases, in whatever programme."""
    statement = select(Case).where(Case.person_id == person_id, Case.closed_on.is_(None))
    return session.scalars(statement.order_by(Case.id)).all()


def open_promises(session: Session, person_id: uuid.UUID) -> Sequence[Task]:
    """List what visits promised somebody and nobody has done, in closed cases too."""
    return session.scalars(
        select(Task)
        .join(Task.case)
        .where(Case.person_id == person_id, Task.consequence_id.is_not(None))
        .where(Task.state == TaskState.OPEN)
        .order_by(Task.id)
    ).all()


def withdraw_promises(promises: Iterable[Task], told: Told) -> None:
    """Withdraw the promises that did not end with their case."""
    for one in promises:
        if one.is_open:
            withdraw(one, why=PERSON_DIED, by=told.by, now=told.now)


def leave_homes(
    session: Session, person_id: uuid.UUID, *, on: date, home: uuid.UUID | None = None
) -> Before:
    """End a person's living in a dwelling, or in all; a lease ends with the last who lives there.

    What was said of living alone under a lease that goes on was said of another household.
    """
    statement = (
        select(Occupancy)
        .join(Occupancy.tenancy)
        .where(Occupancy.person_id == person_id, Occupancy.ended_on.is_(None))
        .order_by(Occupancy.id)
    )
    if home is not None:
        statement = statement.where(Tenancy.dwelling_id == home)
    here = session.scalars(statement).all()
    for occupancy in here:
        occupancy.ended_on = on
    session.flush()
    leases = [occupancy.tenancy for occupancy in here if occupancy.tenancy.ended_on is None]
    over = [lease for lease in leases if not _lived_under(session, lease)]
    told_of = [one for one in leases if one not in over and one.lives_alone is not None]
    before: Before = {
        "occupancies": [str(occupancy.id) for occupancy in here],
        "tenancies": [str(lease.id) for lease in over],
        "alone": [[str(lease.id), lease.lives_alone] for lease in told_of],
    }
    for lease in over:
        lease.ended_on = on
    for lease in told_of:
        lease.lives_alone = None
    session.flush()
    return before


def _lived_under(session: Session, lease: Tenancy) -> bool:
    living = (
        exists()
        .where(Occupancy.tenancy_id == lease.id, Occupancy.ended_on.is_(None))
        .where(Person.id == Occupancy.person_id, Person.died_on.is_(None))
    )
    return bool(session.scalar(select(living)))


def give_back(session: Session, person: Person, before: Before, *, now: datetime) -> GivenBack:
    """Let all be as it was before an ending, as far as what came after it allows."""
    back = GivenBack()
    if "died_on" in before:
        died = before["died_on"]
        person.died_on = date.fromisoformat(died) if died else None
        person.do_not_contact = before["do_not_contact"]
    live_again(session, before, back)
    if person.died_on is None:
        _reopen(session, before, back, now=now)
    for number, _ in before.get("follow_ups", ()):
        promise = session.get(Task, uuid.UUID(number))
        if promise is not None and promise.why == PERSON_DIED:
            tasks.take_up(promise)
    take_files_up(session, before.get("adaptations", ()), now=now)
    take_referrals_up(session, before.get("referrals", ()), now=now)
    take_wishes_up(session, before.get("transfers", ()), now=now)
    take_stays_up(session, before.get("stays", ()))
    take_admissions_up(session, before.get("admissions", ()), now=now)
    session.flush()
    return back


def live_again(session: Session, before: Before, back: GivenBack) -> None:
    """Let stays and leases that were ended go on, unless the home is let again."""
    ended = [uuid.UUID(one) for one in before.get("occupancies", ())]
    over = before.get("tenancies", ())
    stays = select(Occupancy).where(Occupancy.id.in_(ended)).order_by(Occupancy.id)
    for occupancy in session.scalars(stays):
        lease = occupancy.tenancy
        if str(lease.id) in over and lease.ended_on is not None:
            if _is_let_again(session, lease):
                back.home_taken = True
                continue
            lease.ended_on = None
        if lease.ended_on is None:
            occupancy.ended_on = None
    for number, alone in before.get("alone", ()):
        kept = session.get(Tenancy, uuid.UUID(number))
        if kept is not None and kept.lives_alone is None:
            kept.lives_alone = alone
    session.flush()


def _is_let_again(session: Session, lease: Tenancy) -> bool:
    others = exists().where(
        Tenancy.dwelling_id == lease.dwelling_id,
        Tenancy.ended_on.is_(None),
        Tenancy.id != lease.id,
        Occupancy.tenancy_id == Tenancy.id,
        Occupancy.ended_on.is_(None),
    )
    return bool(session.scalar(select(others)))


def _reopen(session: Session, before: Before, back: GivenBack, *, now: datetime) -> None:
    reopened = []
    for number, state, call_back in before.get("cases", ()):
        case = session.get_one(Case, uuid.UUID(number))
        if case.is_open and case.state is not CaseState.REFUSED:
            continue  # somebody opened it again since
        if not case.is_open and has_another(session, case):
            back.left_closed.append(case)
            continue
        stood = CaseState(state)
        to = CaseState.AGREED if stood is CaseState.PLANNED else stood
        if case.is_open:
            move(case, to)
        else:
            take_up(session, case, to)
            bring_back(session, case, why=CASE_CLOSED)
        case.call_back_at = datetime.fromisoformat(call_back) if call_back else None
        reopened.append((case, stood))
    make_for(session, [case for case, _ in reopened], now=now)
    _plan_again(session, before, {case.id for case, _ in reopened}, back, now=now)
    for case, stood in reopened:
        if stood is CaseState.PLANNED:
            after_cancelling(session, case)


def _plan_again(
    session: Session, before: Before, cases: set[uuid.UUID], back: GivenBack, *, now: datetime
) -> None:
    """Put the visits of opened cases back into the diary, for what they were planned for."""
    ids = [uuid.UUID(one) for one in before.get("visits", ())]
    visits = select(Visit).where(Visit.id.in_(ids))
    for visit in session.scalars(visits.order_by(Visit.planned_start_at, Visit.id)).all():
        if visit.case_id not in cases or not put_back(session, visit, now=now):
            back.lost.append(visit)
            continue
        back.planned.append(visit)
        mine = [
            uuid.UUID(task) for task, of in before.get("planned_for", ()) if of == str(visit.id)
        ]
        to_do = select(Task).where(Task.id.in_(mine), Task.state == TaskState.OPEN)
        waiting = to_do.where(Task.visit_id.is_(None)).order_by(Task.id)
        plan_for(session, visit, session.scalars(waiting).all())


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None
