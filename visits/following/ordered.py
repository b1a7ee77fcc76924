"""Work orders as a kind of consequence; what they are made of stands in `work_orders`."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from diagnostics.codes import HOME_OF_TRADE, RESIDENCE, trade_of_hazard
from visits.following.kinds import LANDLORD, Due, Kind, Waits, is_hazard_to_do, is_seen_to
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.visits import Consequence, Submission, Visit
from visits.models.works import (
    OPEN_STATES,
    TAKEN_BACK,
    URGENT,
    Severity,
    WorkOrder,
    WorkOrderFinding,
    WorkOrderState,
)
from visits.sight.listing import JUST_COUNT
from visits.sight.reach import Viewer
from visits.works.findings import first_by_hand, home_of, orders_of, still_called_for, told_by_hand
from visits.works.history import close_for, open_again
from visits.works.same_order import own_order, stand_alone
from visits.works.work_list import LATE, PART_THERE, TO_REVIEW, WorkOrderFilter, list_work_orders
from visits.works.work_orders import open_work_order

URGENT_FOR = (Role.COORDINATOR, Role.TECHNICIAN, Role.MANAGER)
DO_WORKS = (Role.TECHNICIAN, Role.CONTRACTOR)
REVIEWED_BY = (Role.COORDINATOR, Role.TECHNICIAN)


def _waits(name: str, roles: tuple[Role, ...], only: WorkOrderFilter, tone: str = "") -> Waits:
    def count(session: Session, viewer: Viewer, now: datetime) -> int:
        return list_work_orders(session, viewer, only=only, wanted=JUST_COUNT, now=now).total

    link = {"state": only.state} | ({"severity": only.severity} if only.severity else {})
    return Waits(name, roles, count, link, tone)


class WorkOrders(Kind):
    """What the technical service must do; several findings may call for one order."""

    code = "work_order"
    noted_as = "orders"
    states = "work_order"
    part = RefusedPart.WORKS
    without_home = of_home = True
    waits = (
        _waits("works_U0", URGENT_FOR, WorkOrderFilter(severity=Severity.U0), "bad"),
        _waits("works_U1", URGENT_FOR, WorkOrderFilter(severity=Severity.U1), "bad"),
        _waits("works_late", DO_WORKS, WorkOrderFilter(state=LATE), "bad"),
        _waits("works_part_there", (Role.TECHNICIAN,), WorkOrderFilter(state=PART_THERE)),
        _waits("works_told", REVIEWED_BY, WorkOrderFilter(state=TO_REVIEW), "bad"),
        _waits("works_open", DO_WORKS, WorkOrderFilter()),
    )

    def called_for(self, consequence: Consequence, called: Sequence[Consequence]) -> bool:
        """Tell whether works are called for, by name or by a danger that is the landlord's."""
        if consequence.kind == self.code:
            return True
        of_landlord = is_hazard_to_do(consequence) and consequence.owner == LANDLORD
        return of_landlord and not is_seen_to(consequence, called)

    def open(
        self,
        session: Session,
        case: Case | None,
        consequence: Consequence,
        *,
        fresh: bool = False,
        now: datetime,
    ) -> None:
        """Open the order, or add the finding to the one that is known."""
        trade = self._trade(consequence)
        open_work_order(session, case, consequence, now=now, trade=trade, fresh=fresh)

    def may_be_refused(self, consequence: Consequence) -> bool:
        """Tell whether it can wait and is of her home: nobody refuses works for all."""
        of_all = home_of(consequence, self._trade(consequence)) == RESIDENCE
        return super().may_be_refused(consequence) and not of_all

    def _trade(self, consequence: Consequence) -> str:
        """Name the trade: a work order's code is one, a hazard's has one."""
        named = consequence.kind == self.code
        return consequence.code if named else trade_of_hazard(consequence.code)

    def opened_by(
        self, session: Session, consequence_ids: Collection[uuid.UUID]
    ) -> Mapping[uuid.UUID, WorkOrder]:
        """Give by finding its order."""
        return orders_of(session, consequence_ids)

    def is_open(self, thing: WorkOrder) -> bool:
        """Tell whether it is neither done nor cancelled."""
        return thing.is_open

    def told(self, thing: WorkOrder) -> Due:
        """Say it with the sentence of the finding, or of whoever opened it."""
        return Due(self.code, thing.label, thing.state, thing.due_at)

    def due_in(
        self, session: Session, visits: Sequence[Visit]
    ) -> Mapping[uuid.UUID, Sequence[WorkOrder]]:
        """Give the open works of each home, with those of its residence that any home may tell of.

        Those of a protected person are given at her own visits only.
        """
        homes = [visit.case.dwelling for visit in visits if visit.case.dwelling is not None]
        dwellings = {one.id for one in homes}
        of_all = [trade for trade, home in HOME_OF_TRADE.items() if home == RESIDENCE]
        of_residence = and_(
            WorkOrder.residence_id.in_({one.residence_id for one in homes}),
            WorkOrder.trade.in_(of_all),
        )
        orders = session.scalars(
            select(WorkOrder)
            .outerjoin(WorkOrder.person)
            .where(or_(WorkOrder.dwelling_id.in_(dwellings), of_residence))
            .where(WorkOrder.state.in_(OPEN_STATES))
            .options(contains_eager(WorkOrder.person), joinedload(WorkOrder.consequence))
            .order_by(WorkOrder.due_at.asc().nulls_last(), WorkOrder.id)
        ).all()
        return {visit.id: [one for one in orders if _told_at(one, visit.case)] for visit in visits}

    def cancel(self, thing: WorkOrder, *, reason: str, viewer: Viewer, now: datetime) -> None:
        """Cancel an order for a reason that stands in its closing note."""
        close_for(thing, reason, by=viewer.user_id, now=now)

    def take_up(self, session: Session, thing_id: uuid.UUID, state: str, *, now: datetime) -> None:
        """Put a cancelled order back to its state."""
        order = session.get(WorkOrder, thing_id, with_for_update={"key_share": True})
        if order is not None and order.state is WorkOrderState.CANCELLED:
            open_again(order, WorkOrderState(state), by=None, now=now, why="called_for")

    def hold(self, session: Session, submission: Submission) -> None:
        """Wait until nobody else changes the orders of a submission."""
        _orders(session, submission, to_change=True)

    def hanging(self, session: Session, submission: Submission) -> Sequence[WorkOrder]:
        """List the open orders that no other submission calls for."""
        return [
            order
            for order in _orders(session, submission)
            if self.is_open(order)
            and not still_called_for(order, submission)
            and not told_by_hand(session, order)
        ]

    def lean_on_others(self, session: Session, submission: Submission) -> None:
        """Let orders that others call for too no longer stand on this submission."""
        for order in _orders(session, submission):
            others = still_called_for(order, submission)
            own = order.consequence
            if others and own is not None and own.submission_id == submission.id:
                order.consequence = others[0]

    def take_back(
        self, session: Session, submission: Submission, *, viewer: Viewer, now: datetime
    ) -> None:
        """Take the orders from the home; the urgent ones stand, of a home unknown."""
        found = orders_of(session, [one.id for one in submission.consequences])
        for consequence in submission.consequences:
            order = found.get(consequence.id)
            if order is None:
                continue
            own = own_order(session, consequence)
            if own is not None:
                stand_alone(session, order, own, by=viewer.user_id, now=now)
                order = own
            if len(order.findings) > 1 or told_by_hand(session, order):
                _leave(session, order, consequence.id)
                if order.is_open and consequence.severity in URGENT:
                    open_work_order(session, None, consequence, now=now, trade=order.trade)
            elif order.is_open and consequence.severity in URGENT:
                order.dwelling_id = order.residence_id = order.person_id = None
            elif order.is_open:
                self.cancel(order, reason=TAKEN_BACK, viewer=viewer, now=now)


def _told_at(order: WorkOrder, case: Case) -> bool:
    if order.residence_id is not None:
        return case.dwelling is not None and order.residence_id == case.dwelling.residence_id
    if order.dwelling_id != case.dwelling_id:
        return False
    if order.person is None:
        return True
    return order.person_id == case.person_id or not order.person.protected


def _orders(
    session: Session, submission: Submission, *, to_change: bool = False
) -> Sequence[WorkOrder]:
    told = (
        select(WorkOrderFinding.work_order_id)
        .join(Consequence, Consequence.id == WorkOrderFinding.consequence_id)
        .where(Consequence.submission_id == submission.id)
    )
    statement = (
        select(WorkOrder)
        .where(WorkOrder.id.in_(told))
        .order_by(WorkOrder.severity, WorkOrder.opened_at, WorkOrder.id)
    )
    if to_change:
        statement = statement.with_for_update(of=WorkOrder, key_share=True)
        statement = statement.execution_options(populate_existing=True)
    return session.scalars(statement).all()


def _leave(session: Session, order: WorkOrder, consequence_id: uuid.UUID) -> None:
    others = [one for one in order.findings if one.id != consequence_id]
    if not others and order.opened_by_id is None:
        told = first_by_hand(session, order)
        assert told is not None  # else the order is cancelled, as nothing calls for it
        order.opened_by_id, order.came_from = told.opened_by_id, told.came_from
        order.description, order.found_on = told.description, told.found_on
    if order.consequence_id == consequence_id:
        order.consequence = others[0] if others else None
    session.flush()
    session.execute(
        delete(WorkOrderFinding).where(WorkOrderFinding.consequence_id == consequence_id)
    )
    session.expire(order, ["findings"])
