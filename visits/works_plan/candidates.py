"""Works that a plan could take: open orders that are not urgent, adaptations not yet under way."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from diagnostics.adaptations import NO_WORKS
from visits.models.adaptations import AdaptationFile, AdaptationOrder, Step
from visits.models.funding import AdaptationQuote, FundingNote, Payer, PayerStage
from visits.models.portfolio import Dwelling, Residence
from visits.models.prices import WorkOrderLine
from visits.models.works import URGENT, WAITING_STATES, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderQuote
from visits.models.works_plans import CostFrom, WorksPlan, WorksPlanLine
from visits.sight import Viewer, visible_work_orders
from visits.sight.adaptations import visible_adaptations

_S = Step
NOT_BEGUN = (*WAITING_STATES, WorkOrderState.ACKNOWLEDGED)
BEFORE_WORKS = (
    _S.ACKNOWLEDGE, _S.ELIGIBILITY, _S.VISIT, _S.FUNDING, _S.DECISION, _S.AGREEMENT,
)  # fmt: skip
Cost = tuple[int, CostFrom]


@dataclass(frozen=True)
class Eyes:
    """Who looks at a plan: how far she sees orders, and adaptations, if she sees any."""

    works: Viewer
    adaptations: Viewer | None


@dataclass(frozen=True)
class Work:
    """An order or an adaptation, where it is, and what it takes of the budget.

    `code` is what an adaptation leaves in the home; `done`, it is there by now.
    """

    order_id: uuid.UUID | None
    adaptation_id: uuid.UUID | None
    residence_id: uuid.UUID
    dwelling_id: uuid.UUID | None
    code: str = ""
    cost: Cost | None = None
    done: bool = False

    @property
    def id(self) -> uuid.UUID:
        """The id of the order or the adaptation."""
        found = self.order_id or self.adaptation_id
        assert found is not None
        return found

    @property
    def cents(self) -> int | None:
        """What it costs; None where nobody knows."""
        return self.cost[0] if self.cost else None


def orders_seen(eyes: Eyes) -> Select[uuid.UUID]:
    """Select the orders that somebody who looks at a plan may see."""
    seen = select(WorkOrder.id).outerjoin(WorkOrder.person)
    return seen.where(visible_work_orders(eyes.works))


def adaptations_seen(eyes: Eyes) -> Select[uuid.UUID] | None:
    """Select the adaptations that she may see; None where her role sees none."""
    if eyes.adaptations is None:
        return None
    seen = select(AdaptationFile.id).join(AdaptationFile.person)
    return seen.where(visible_adaptations(eyes.adaptations))


def find_works(session: Session, plan: WorksPlan, eyes: Eyes) -> list[Work]:
    """Find what a plan could take, of what its maker sees; what another plan took is not free."""
    return [*_orders(session, plan, eyes), *_adaptations(session, plan, eyes)]


def _orders(session: Session, plan: WorksPlan, eyes: Eyes) -> Iterator[Work]:
    house = func.coalesce(Dwelling.residence_id, WorkOrder.residence_id)
    found = (
        select(WorkOrder.id)
        .outerjoin(Dwelling, Dwelling.id == WorkOrder.dwelling_id)
        .join(Residence, Residence.id == house)
        .where(WorkOrder.state.in_(NOT_BEGUN), WorkOrder.severity.not_in(URGENT))
        .where(Residence.landlord_id == plan.landlord_id, WorkOrder.id.in_(orders_seen(eyes)))
        .where(WorkOrder.id.not_in(select(AdaptationOrder.work_order_id)))
        .where(~_taken(plan, WorksPlanLine.work_order_id == WorkOrder.id, WorkOrder))
    )
    costs = _costs_of_orders(session, found)
    rows = found.with_only_columns(
        WorkOrder.id, Residence.id, WorkOrder.dwelling_id, WorkOrder.estimate_cents,
        maintain_column_froms=True,
    )  # fmt: skip
    for order_id, residence_id, dwelling_id, estimate in session.execute(
        rows.order_by(WorkOrder.id)
    ):
        rough = None if estimate is None else (estimate, CostFrom.ESTIMATE)
        yield Work(order_id, None, residence_id, dwelling_id, cost=costs.get(order_id, rough))


def _taken(plan: WorksPlan, same: ColumnElement[bool], of: type) -> ColumnElement[bool]:
    """Give the condition for what another plan that stands decided has taken."""
    return (
        exists()
        .where(same, WorksPlanLine.chosen.is_(True), WorksPlan.id == WorksPlanLine.plan_id)
        .where(WorksPlan.decided_at.is_not(None), WorksPlan.withdrawn_at.is_(None))
        .where(WorksPlan.id != plan.id)
        .correlate(of)
    )


def _costs_of_orders(session: Session, orders: Select[uuid.UUID]) -> Mapping[uuid.UUID, Cost]:
    """Give what orders would cost: by the quote accepted, the cheapest one, else their articles."""
    counted = (
        select(WorkOrderLine.work_order_id, func.sum(WorkOrderLine.cents))
        .where(WorkOrderLine.work_order_id.in_(orders), WorkOrderLine.withdrawn_at.is_(None))
        .group_by(WorkOrderLine.work_order_id)
    )
    quoted = (
        select(WorkOrderQuote.work_order_id, func.min(WorkOrderQuote.cents))
        .where(WorkOrderQuote.work_order_id.in_(orders), WorkOrderQuote.withdrawn_at.is_(None))
        .group_by(WorkOrderQuote.work_order_id)
    )
    accepted = quoted.where(WorkOrderQuote.accepted_at.is_not(None))
    found: dict[uuid.UUID, Cost] = {}
    for statement, known_from in (
        (counted, CostFrom.PRICES), (quoted, CostFrom.QUOTE), (accepted, CostFrom.QUOTE_ACCEPTED),
    ):  # fmt: skip
        found |= {one: (int(cents), known_from) for one, cents in session.execute(statement)}
    return found


def _adaptations(session: Session, plan: WorksPlan, eyes: Eyes) -> Iterator[Work]:
    seen = adaptations_seen(eyes)
    if seen is None:
        return
    found = (
        select(AdaptationFile.id)
        .join(AdaptationFile.dwelling)
        .join(Dwelling.residence)
        .where(AdaptationFile.step.in_(BEFORE_WORKS), AdaptationFile.own_cost.is_(False))
        .where(Residence.landlord_id == plan.landlord_id, AdaptationFile.id.in_(seen))
        .where(~_taken(plan, WorksPlanLine.adaptation_id == AdaptationFile.id, AdaptationFile))
    )
    costs = _costs_of_adaptations(session, found)
    rows = found.with_only_columns(
        AdaptationFile.id, Residence.id, AdaptationFile.dwelling_id, AdaptationFile.code,
        maintain_column_froms=True,
    )  # fmt: skip
    for file_id, residence_id, dwelling_id, code in session.execute(
        rows.order_by(AdaptationFile.id)
    ):
        if code not in NO_WORKS:
            yield Work(None, file_id, residence_id, dwelling_id, code, costs.get(file_id))


def _costs_of_adaptations(session: Session, files: Select[uuid.UUID]) -> Mapping[uuid.UUID, Cost]:
    """Give what adaptations take of a budget: the landlord's share of a plan that sums, or all."""
    quotes = select(AdaptationQuote.file_id, AdaptationQuote.cents).where(
        AdaptationQuote.file_id.in_(files),
        AdaptationQuote.chosen.is_(True),
        AdaptationQuote.withdrawn_at.is_(None),
    )
    notes = (
        select(FundingNote.file_id, FundingNote.payer, FundingNote.cents)
        .where(FundingNote.file_id.in_(files), FundingNote.withdrawn_at.is_(None))
        .where(FundingNote.stage.in_((PayerStage.ASKED, PayerStage.GRANTED)))
        .order_by(FundingNote.noted_at, FundingNote.id)
    )
    shares: dict[uuid.UUID, dict[Payer, int]] = {}
    for file_id, payer, cents in session.execute(notes):  # what was granted follows what was asked
        shares.setdefault(file_id, {})[payer] = cents
    found: dict[uuid.UUID, Cost] = {}
    for file_id, cents in session.execute(quotes):
        shared = shares.get(file_id, {})
        sums = sum(shared.values()) == cents
        share = shared.get(Payer.LANDLORD, 0)
        found[file_id] = (share, CostFrom.FUNDING) if sums else (cents, CostFrom.QUOTE)
    return found
