"""One hazard is one work order, however many forms and visits tell of it."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, literal, or_, select
from sqlalchemy.orm import Session

from diagnostics.codes import DWELLING, HOME_OF_TRADE, RESIDENCE
from visits.forms.published import said_of
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.visits import Consequence, Submission, SubmissionState
from visits.models.works import (
    OPEN_STATES,
    Severity,
    WorkOrder,
    WorkOrderFinding,
    WorkOrderState,
)
from visits.models.works_history import OwnCauses
from visits.sight.reach import hidden_homes
from visits.works.history import open_again

# A hazard told again by another visit within this time is the one that is known already.
AROUND = timedelta(days=7)
# What a home has one of: its order is the same whatever question it was asked by.
ONE_IN_A_HOME = frozenset({"lift", "intercom"})


def order_of(session: Session, consequence: Consequence) -> WorkOrder | None:
    """Give the work order a finding called for, alone or with others."""
    statement = (
        select(WorkOrder)
        .join(WorkOrderFinding, WorkOrderFinding.work_order_id == WorkOrder.id)
        .where(WorkOrderFinding.consequence_id == consequence.id)
    )
    return session.scalars(statement).one_or_none()


def orders_of(session: Session, consequence_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, WorkOrder]:
    """Give by finding the work orders that findings called for."""
    statement = (
        select(WorkOrderFinding.consequence_id, WorkOrder)
        .join(WorkOrder, WorkOrder.id == WorkOrderFinding.work_order_id)
        .where(WorkOrderFinding.consequence_id.in_(list(consequence_ids)))
    )
    return {consequence_id: order for consequence_id, order in session.execute(statement)}


def known_order(
    session: Session,
    consequence: Consequence,
    case: Case | None,
    *,
    trade: str,
    now: datetime,
) -> WorkOrder | None:
    """Find the order of a dwelling that is about the same hazard, told by another submission.

    It is open still, of the same visit or of the days around, or of what a home has one of; one of
    the answers that these correct may be closed as well, and of a home unknown. What is of the
    residence, as a broken lift, is known whichever home told it. What concerns a protected
    person is never mixed with another's.
    """
    submission = consequence.submission
    # Of what there is but one, whatever is open is about it, however long that lasts.
    recent = or_(literal(trade in ONE_IN_A_HOME), WorkOrder.opened_at > now - AROUND)
    same_visit = WorkOrder.id.in_(_told(Submission.visit_id == submission.visit_id))
    of_corrected = WorkOrder.id.in_(_told(Submission.instance_id == (submission.corrects or "")))
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(_at_home(session, consequence, case, trade), WorkOrder.trade == trade)
        .where(or_(WorkOrder.state.in_(OPEN_STATES) & or_(recent, same_visit), of_corrected))
        .order_by(of_corrected.desc(), WorkOrder.opened_at, WorkOrder.id)
        .with_for_update(of=WorkOrder, key_share=True)
    )
    person = case.person if case else None
    for order in session.scalars(statement):
        if may_share(order, person) and _about_the_same(order, consequence):
            return order
    return None


def residence_of(
    session: Session, consequence: Consequence, case: Case | None, *, trade: str
) -> uuid.UUID | None:
    """Give the residence whose works a finding calls for; None where they are of the dwelling.

    As its form says, else by the nature of the trade. What a protected person or a hidden home
    tells stays there; so does what has a cause of its own in each home, as somebody found.
    """
    of_residence = home_of(consequence, trade) == RESIDENCE
    return _residence_open_to(session, case, trade) if of_residence else None


def home_of(consequence: Consequence, trade: str) -> str:
    """Say of what the works of a finding are, `dwelling` or `residence`, whoever told it."""
    said = said_of(consequence.submission.form_version, consequence.path)
    return (said.home if said is not None else "") or HOME_OF_TRADE.get(trade, DWELLING)


def _residence_open_to(session: Session, case: Case | None, trade: str) -> uuid.UUID | None:
    """Give the residence of a case's home, where what it tells may stand with its neighbours'."""
    if case is None or case.dwelling is None:
        return None
    if case.person.protected or case.dwelling_id in session.scalars(hidden_homes()).all():
        return None
    own = select(OwnCauses.id).where(
        OwnCauses.residence_id == case.dwelling.residence_id,
        OwnCauses.trade == trade,
        OwnCauses.withdrawn_at.is_(None),
    )
    return case.dwelling.residence_id if session.scalar(own) is None else None


def _at_home(
    session: Session, consequence: Consequence, case: Case | None, trade: str
) -> ColumnElement[bool]:
    """Give the condition for orders of a case's home and, of what it shares, its residence."""
    here = WorkOrder.dwelling_id == (case.dwelling_id if case else None)
    residence_id = residence_of(session, consequence, case, trade=trade)
    if residence_id is None and trade in ONE_IN_A_HOME:
        residence_id = _residence_open_to(session, case, trade)
    return here if residence_id is None else or_(here, WorkOrder.residence_id == residence_id)


def _told(where: ColumnElement[bool]) -> Select[uuid.UUID]:
    return (
        select(WorkOrderFinding.work_order_id)
        .join(Consequence, Consequence.id == WorkOrderFinding.consequence_id)
        .join(Consequence.submission)
        .where(where)
    )


def may_share(order: WorkOrder, person: Person | None) -> bool:
    """Tell whether what concerns a person may stand with an order."""
    if order.person is None or person is None or order.person_id == person.id:
        return True
    return not (order.person.protected or person.protected)


def _about_the_same(order: WorkOrder, consequence: Consequence) -> bool:
    counted = [
        one
        for one in order.findings
        if one.submission_id != consequence.submission_id
        and one.submission.state is not SubmissionState.SET_ASIDE
    ]
    mine = any(one.submission_id == consequence.submission_id for one in order.findings)
    # Two rooms of one form are two orders, unless there is but one of the thing.
    if mine and order.trade not in ONE_IN_A_HOME:
        return False
    if order.opened_by_id is not None and order.trade in ONE_IN_A_HOME:
        return True
    return any(same_matter(one, consequence, trade=order.trade) for one in counted)


def same_matter(one: Consequence, other: Consequence, *, trade: str = "") -> bool:
    """Tell whether two findings of one dwelling and trade are about one thing."""
    if trade in ONE_IN_A_HOME:
        return True
    if one.submission.form_version.form_id == other.submission.form_version.form_id:
        return _said_twice(one, other)
    if _in_a_turn(one) and _in_a_turn(other):
        return False
    return bool(_hazards(one) & _hazards(other) or _answers(one) & _answers(other))


def _said_twice(one: Consequence, other: Consequence) -> bool:
    """Tell whether one form says the same twice; turns of a repeat may have moved meanwhile."""
    if _leaf(one.path) != _leaf(other.path):
        return False
    if _in_a_turn(one):
        return bool(one.label == other.label)
    return one.path == other.path


def _hazards(finding: Consequence) -> set[str]:
    """Name the hazards of the same answers in the same submission."""
    paths = {cause["path"] for cause in finding.causes}
    return {
        one.code
        for one in finding.submission.consequences
        if one.kind == "hazard"
        and (one.id == finding.id or paths & {cause["path"] for cause in one.causes})
    }


def _answers(finding: Consequence) -> set[tuple[str, str]]:
    return {(_leaf(cause["path"]), cause["answer"]) for cause in finding.causes}


def asked_by(finding: Consequence) -> tuple[str, str]:
    """Name what called for a finding, whatever its turn of a repeat: the form and its question."""
    return finding.submission.form_version.form_id, _leaf(finding.path)


def _leaf(path: str) -> str:
    return path.rpartition("/")[2]


def _in_a_turn(finding: Consequence) -> bool:
    return "[" in finding.path


def add_finding(
    session: Session, order: WorkOrder, consequence: Consequence, *, now: datetime
) -> None:
    """Add a finding to an order: the highest severity and the earliest deadline stay."""
    order.findings.append(consequence)
    weigh_with(order, Severity(consequence.severity or "P"), consequence.due_at, now=now)
    session.flush()


def weigh_with(
    order: WorkOrder, severity: Severity, due_at: datetime | None, *, now: datetime
) -> None:
    """Let an order be as grave and as soon as what is told of it too.

    One that was held and turns out graver is open again.
    """
    if _rank(severity) < _rank(order.severity):
        order.severity = severity
        if order.state is WorkOrderState.ON_HOLD:
            open_again(order, by=None, now=now, why="graver")
    if due_at is not None:
        order.due_at = min(order.due_at or due_at, due_at)


def _rank(severity: Severity) -> int:
    return list(Severity).index(severity)


def still_called_for(order: WorkOrder, without: Submission) -> Sequence[Consequence]:
    """List the findings of an order that count when those of a submission do not."""
    return [
        one
        for one in order.findings
        if one.submission_id != without.id and one.submission.state is not SubmissionState.SET_ASIDE
    ]


def told_by_hand(session: Session, order: WorkOrder) -> bool:
    """Tell whether somebody told of an order beside what visits found."""
    return order.opened_by_id is not None or first_by_hand(session, order) is not None


def first_by_hand(session: Session, order: WorkOrder) -> WorkOrder | None:
    """Give the first order opened by hand that was put into another."""
    told = select(WorkOrder).where(
        WorkOrder.same_as_id == order.id, WorkOrder.opened_by_id.is_not(None)
    )
    return session.scalars(told.order_by(WorkOrder.id).limit(1)).first()
