"""What an order costs: quotes as they come, and what was paid in the end. Cents, with tax."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session, joinedload

from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.numbers import typed_cents
from visits.models.accounts import User
from visits.models.works import OrderStep, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderLink, WorkOrderQuote
from visits.sight import Reach, Viewer
from visits.works.history import Words, take_step

NAME_LENGTH, NOTE_LENGTH = 200, 500
MOST_CENTS, MOST_MINUTES = 100_000_000, 100_000


def amount(text: str, *, field: str, least: int = 1) -> int:
    """Read an amount in euros as cents, from `least` to `MOST_CENTS`; raises Invalid."""
    if not text.strip():
        raise Invalid({field: "required"})
    try:
        cents = typed_cents(text)
    except ValueError:
        raise Invalid({field: "no_amount"}) from None
    if not least <= cents <= MOST_CENTS:
        raise Invalid({field: "amount_out_of_range" if least else "cost_out_of_range"})
    return cents


def quote_order(
    session: Session,
    order: WorkOrder,
    typed: str,
    note: str,
    *,
    contractor: str,
    by: uuid.UUID | None = None,
    link: WorkOrderLink | None = None,
    now: datetime,
) -> WorkOrderQuote:
    """Keep what a contractor asks for an order, once.

    Raises Invalid, Conflict for an order that is closed.
    """
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    name, note = contractor.strip(), note.strip()
    fields = {} if name else {"quote_contractor": "required"}
    if len(name) > NAME_LENGTH or len(note) > NOTE_LENGTH:
        fields["quote_contractor" if len(name) > NAME_LENGTH else "quote_note"] = "too_long"
    try:
        cents = amount(typed, field="quote")
    except Invalid as refused:
        raise Invalid(fields | refused.fields) from None
    asked = (name.casefold(), cents, note)
    if any(_asks(one) == asked for one in quotes_of(session, order)):
        fields.setdefault("quote", "quote_known_already")
    if fields:
        raise Invalid(fields)
    quote = WorkOrderQuote(
        work_order_id=order.id,
        contractor=name,
        cents=cents,
        note=note or None,
        received_at=now,
        by_id=by,
        link_id=link.id if link is not None else None,
    )
    session.add(quote)
    session.flush()
    said = Words(note=" · ".join(one for one in (name, note) if one), cents=cents)
    take_step(order, OrderStep.QUOTED, by=by, link=link, now=now, said=said)
    return quote


def quotes_of(
    session: Session,
    order: WorkOrder,
    reader: Viewer | WorkOrderLink | None = None,
    *,
    withdrawn: bool = False,
) -> Sequence[WorkOrderQuote]:
    """List the quotes for an order that stand, or were withdrawn, the cheapest first.

    Whoever was given the order reads those of her own people alone, whoever has a link its own.
    """
    gone = WorkOrderQuote.withdrawn_at.is_not(None)
    statement = (
        select(WorkOrderQuote)
        .where(WorkOrderQuote.work_order_id == order.id, gone if withdrawn else ~gone)
        .options(joinedload(WorkOrderQuote.by), joinedload(WorkOrderQuote.withdrawn_by))
        .order_by(WorkOrderQuote.cents, WorkOrderQuote.id)
    )
    if isinstance(reader, WorkOrderLink):
        statement = statement.where(WorkOrderQuote.link_id == reader.id)
    elif reader is not None and reader.reach is Reach.GIVEN:
        hers = User.organisation_id == reader.organisation_id
        statement = statement.where(WorkOrderQuote.by.has(hers))
    return session.scalars(statement).all()


def withdraw_quote(
    session: Session,
    order: WorkOrder,
    quote_id: uuid.UUID,
    *,
    reader: Viewer | WorkOrderLink,
    now: datetime,
) -> None:
    """Let a quote that the reader reads stand no more.

    Raises NotFound, Conflict for one that is accepted.
    """
    quote = _named(quotes_of(session, order, reader), quote_id)
    if quote.accepted_at is not None:
        raise Conflict("quote_is_accepted")
    by = reader.user_id if isinstance(reader, Viewer) else None
    quote.withdrawn_at, quote.withdrawn_by_id = now, by
    _tell(order, OrderStep.QUOTE_WITHDRAWN, quote, "", reader, now)


def let_quote_stand(
    session: Session, order: WorkOrder, quote_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a quote that was withdrawn stand again.

    Raises NotFound, Conflict for an order that is closed, or that has the same quote by now.
    """
    quote = _named(quotes_of(session, order, viewer, withdrawn=True), quote_id)
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    if any(_asks(one) == _asks(quote) for one in quotes_of(session, order)):
        raise Conflict("quote_known_already")
    quote.withdrawn_at = quote.withdrawn_by_id = None
    _tell(order, OrderStep.QUOTE_BACK, quote, "", viewer, now)


def _named(quotes: Sequence[WorkOrderQuote], quote_id: uuid.UUID) -> WorkOrderQuote:
    found = next((one for one in quotes if one.id == quote_id), None)
    if found is None:
        raise NotFound("quote_not_found")
    return found


def _asks(quote: WorkOrderQuote) -> tuple[str, int, str]:
    """Give by what two quotes for an order are the same."""
    return quote.contractor.casefold(), quote.cents, quote.note or ""


@dataclass(frozen=True)
class CostSaid:
    """What an order came to, as it was typed: euros, minutes of labour, parts; any may be empty."""

    cost: str = ""
    labour: str = ""
    parts: str = ""


def note_cost(
    order: WorkOrder,
    said: CostSaid,
    *,
    by: uuid.UUID | None = None,
    link: WorkOrderLink | None = None,
    now: datetime,
) -> None:
    """Keep what an order came to; what is not said stays as it was.

    Raises Invalid, field by field, Conflict for one that was cancelled.
    """
    if order.state is WorkOrderState.CANCELLED:
        raise Conflict("work_order_cannot_move", state=order.state)
    changes, fields = dict[str, Any](), dict[str, str]()
    if said.cost.strip():
        try:
            # What is done under guarantee costs nothing.
            changes["cost_cents"] = amount(said.cost, field="cost", least=0)
        except Invalid as refused:
            fields |= refused.fields
    if labour := said.labour.strip():
        if labour.isascii() and labour.isdigit() and 0 < int(labour[:9]) <= MOST_MINUTES:
            changes["labour_minutes"] = int(labour)
        else:
            fields["labour"] = "no_minutes"
    if parts := said.parts.strip():
        changes["parts"] = parts
        if len(parts) > NOTE_LENGTH:
            fields["parts"] = "too_long"
    if not changes and not fields:
        fields["cost"] = "required"
    if fields:
        raise Invalid(fields)
    words = Words(cents=changes.get("cost_cents"), note=changes.get("parts", ""))
    take_step(order, OrderStep.COST, by=by, link=link, now=now, said=words, **changes)


def note_estimate(order: WorkOrder, typed: str, *, viewer: Viewer, now: datetime) -> None:
    """Keep what an order is thought to cost. Raises Invalid, Conflict for one that is closed."""
    _note(order, OrderStep.ESTIMATE, "estimate", typed, viewer, now)


def set_ceiling(order: WorkOrder, typed: str, *, viewer: Viewer, now: datetime) -> None:
    """Say what an order may cost at most. Raises Invalid, Conflict for one that is closed."""
    _note(order, OrderStep.CEILING, "ceiling", typed, viewer, now)


def _note(
    order: WorkOrder, what: OrderStep, name: str, typed: str, viewer: Viewer, now: datetime
) -> None:
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    cents = amount(typed, field=name)
    change: dict[str, Any] = {f"{name}_cents": cents}
    take_step(order, what, by=viewer.user_id, now=now, said=Words(cents=cents), **change)


def ceiling_of(session: Session, order: WorkOrder) -> int:
    """Give in cents what an order may cost at most: its own ceiling, or the rule book's."""
    if order.ceiling_cents is not None:
        return order.ceiling_cents
    found = parameters_in_force(session).find("works_ceiling", on=today_in_paris(order.opened_at))
    return round(found.value * 100)


def came_to_more(session: Session) -> ColumnElement[bool]:
    """Select orders that came to more than they might, and than a quote that was accepted."""
    ceilings = parameters_in_force(session).history("works_ceiling")
    of_its_day = case(
        *(
            (WorkOrder.opened_at >= midnight_in_paris(one.valid_from), round(one.value * 100))
            for one in reversed(ceilings)
        ),
        else_=round(ceilings[0].value * 100),
    )
    agreed = exists().where(
        WorkOrderQuote.work_order_id == WorkOrder.id,
        WorkOrderQuote.accepted_at.is_not(None),
        WorkOrderQuote.withdrawn_at.is_(None),
        WorkOrderQuote.cents >= WorkOrder.cost_cents,
    )
    ceiling = func.coalesce(WorkOrder.ceiling_cents, of_its_day)
    return and_(WorkOrder.cost_cents > ceiling, ~agreed.correlate(WorkOrder))


def accept_quote(
    session: Session,
    order: WorkOrder,
    quote_id: uuid.UUID,
    why: str,
    *,
    viewer: Viewer,
    may_exceed: bool,
    now: datetime,
) -> None:
    """Accept one of the quotes for an order.

    Above the ceiling only whoever `may_exceed` accepts it, and says why: Conflict for anybody else,
    Invalid without a reason. Conflict also for a second one, NotFound for one of another order.
    """
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    quote = _find_quote(session, order, quote_id)
    if any(one.accepted_at is not None for one in quotes_of(session, order)):
        raise Conflict("another_quote_accepted")
    why = why.strip()
    if quote.cents > ceiling_of(session, order):
        if not may_exceed:
            raise Conflict("quote_over_ceiling")
        if not why:
            raise Invalid({"accept_why": "required"})
    if len(why) > NOTE_LENGTH:
        raise Invalid({"accept_why": "too_long"})
    quote.accepted_at, quote.accepted_by_id, quote.accepted_why = now, viewer.user_id, why or None
    _tell(order, OrderStep.QUOTE_ACCEPTED, quote, why, viewer, now)


def unaccept_quote(
    session: Session, order: WorkOrder, quote_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Take back that a quote was accepted. Raises NotFound, Conflict for one that is not."""
    quote = _find_quote(session, order, quote_id)
    if quote.accepted_at is None:
        raise Conflict("quote_not_accepted")
    quote.accepted_at = quote.accepted_by_id = quote.accepted_why = None
    _tell(order, OrderStep.QUOTE_UNACCEPTED, quote, "", viewer, now)


def _find_quote(session: Session, order: WorkOrder, quote_id: uuid.UUID) -> WorkOrderQuote:
    quote = session.get(WorkOrderQuote, quote_id, with_for_update={"key_share": True})
    if quote is None or quote.work_order_id != order.id or quote.withdrawn_at is not None:
        raise NotFound("quote_not_found")
    return quote


def _tell(
    order: WorkOrder,
    what: OrderStep,
    quote: WorkOrderQuote,
    why: str,
    who: Viewer | WorkOrderLink,
    now: datetime,
) -> None:
    note = " · ".join(one for one in (quote.contractor, why) if one)
    said = Words(note=note, cents=quote.cents)
    by, link = (who.user_id, None) if isinstance(who, Viewer) else (None, who)
    take_step(order, what, by=by, link=link, now=now, said=said)
