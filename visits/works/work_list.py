"""Work orders as the technical service lists them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, selectinload

from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Organisation, Territory
from visits.models.interventions import Intervention, InterventionState
from visits.models.portfolio import Dwelling, Residence
from visits.models.stock import Article
from visits.models.works import (
    OPEN_STATES,
    WAITING_STATES,
    HoldWhy,
    Severity,
    WorkOrder,
    WorkOrderState,
)
from visits.sight.listing import (
    Bands,
    By,
    Listed,
    Wanted,
    among,
    bands_of,
    each_of,
    found_or_asked,
    ids_of_pages,
    page_of_found,
    rows_of,
)
from visits.sight.lists import orders_seen
from visits.sight.reach import Reach, Viewer
from visits.sight.wording import mentions, residences_called, typed_in
from visits.works.costs import came_to_more
from visits.works.giving import is_sent_by_link
from visits.works.lateness import REASONS, is_late, why_late
from visits.works.parts import part_is_there

URGENCY = case({severity: rank for rank, severity in enumerate(Severity)}, value=WorkOrder.severity)
# Where an order is: in the residence of its dwelling, or in the one it is of itself.
IN_RESIDENCE = func.coalesce(Dwelling.residence_id, WorkOrder.residence_id)
TO_CITY = (WorkOrder.dwelling, (Residence, Residence.id == IN_RESIDENCE))


def _by_city(found: Select[uuid.UUID], *apart: Any) -> Select[Any]:
    """Count orders by city: by their homes first, of which there are fewer."""
    of_home, of_house = WorkOrder.dwelling_id, WorkOrder.residence_id
    homes = _count(found.where(of_home.is_not(None)), of_home, *apart)
    others = _count(found.where(of_home.is_(None)), of_house, *apart)
    counted = union_all(
        select(Dwelling.residence_id.label("house"), homes.c.orders, *_beside(homes)).join_from(
            homes, Dwelling, Dwelling.id == homes.c.place
        ),
        select(others.c.place, others.c.orders, *_beside(others)),
    ).subquery()
    each = (*_beside(counted), Residence.city)
    to_house = Residence.id == counted.c.house
    orders = cast(func.sum(counted.c.orders), Integer)
    by_city = select(*each, orders).select_from(counted)
    return by_city.outerjoin(Residence, to_house).group_by(*each)


def _count(
    found: Select[uuid.UUID], place: InstrumentedAttribute[uuid.UUID | None], *apart: Any
) -> Subquery:
    """Count what is found by where it is, in the order of the index of that."""
    counted = (place.label("place"), func.count().label("orders"), *apart)
    by_place = found.with_only_columns(*counted, maintain_column_froms=True)
    return by_place.group_by(place, *apart).subquery()


def _beside(counted: Subquery) -> Sequence[ColumnElement[Any]]:
    """Give the columns that orders are told apart by beside, after where and how many."""
    return list(counted.c)[2:]


def _in_cities(cities: Sequence[str | None]) -> ColumnElement[bool]:
    there = _stands_in(Residence.city.in_([city for city in cities if city is not None]))
    nowhere = and_(WorkOrder.dwelling_id.is_(None), WorkOrder.residence_id.is_(None))
    return or_(there, nowhere) if None in cities else there


# With what is told of an order here, and a page is found and counted by one index.
ORDER = {
    "urgency": By(URGENCY, bands=bands_of(WorkOrder.severity)),
    "due": By(WorkOrder.due_at),
    "opened": By(WorkOrder.opened_at),
    "trade": By(WorkOrder.trade, bands=bands_of(WorkOrder.trade)),
    "city": By(Residence.city, outer=TO_CITY, bands=Bands(_by_city, _in_cities)),
    "state": By(WorkOrder.state, bands=bands_of(WorkOrder.state)),
}
TIE = (WorkOrder.due_at.asc().nulls_last(), WorkOrder.id)

# Beside the states themselves: all that are open, and why some of them should worry somebody.
OPEN_ALL, LATE, WAITING, HELD_TOO_LONG, UNTOLD = "open_all", "late", "waiting", "held", "untold"
EVERY = "all"
PROPOSED = "proposed"
# Open or not: it came to more than it might, and nobody agreed to that. The house's own business.
OVER = "over_ceiling"
# On hold for a part of our stock, of which there are enough by now.
PART_THERE = "part_there"
# Open or not: a technician's tablet told what could not be done with it, and nobody looked yet.
TO_REVIEW = "to_review"
STANDINGS = (
    EVERY, OPEN_ALL, LATE, WAITING, HELD_TOO_LONG, UNTOLD, PROPOSED, PART_THERE, OVER,
    TO_REVIEW,    *WorkOrderState,
)  # fmt: skip
LONG_ON_ITS_WAY = timedelta(days=1)
# Who does it, where it is no contractor's account: our own service, or whoever has a link.
OWN, BY_LINK = "own", "link"


@dataclass(frozen=True)
class WorkOrderFilter:
    """Which work orders; an empty field does not filter.

    `state` may be one of `STANDINGS`: whatever else is asked for, those that are open are meant;
    `contractor` the id of an organisation, a team or a technician, `own` or `link`; `agency` is a
    territory's id, `residence` a residence's id, its reference or its address, or words of these;
    `late_why` one of the reasons of `visits.works.lateness`, `hold_why` why it is on hold, `part`
    the id of the article that it waits for.
    """

    state: str = OPEN_ALL
    severity: str = ""
    trade: str = ""
    text: str = ""
    agency: str = ""
    residence: str = ""
    contractor: str = ""
    late_why: str = ""
    hold_why: str = ""
    part: str = ""


def list_work_orders(
    session: Session, viewer: Viewer, *, only: WorkOrderFilter, wanted: Wanted, now: datetime
) -> Listed[WorkOrder]:
    """List the work orders of dwellings and persons the viewer may see."""
    found = _found(session, viewer, only, now)
    return page_of_found(session, found, _rows(), wanted=wanted, order=ORDER, tie=TIE)


@dataclass(frozen=True)
class Column:
    """A column of the board: the orders of a state, so many in all, the first of them."""

    state: WorkOrderState
    listed: Listed[WorkOrder]


def board_of(
    session: Session, viewer: Viewer, *, only: WorkOrderFilter, wanted: Wanted, now: datetime
) -> list[Column]:
    """Give what the list gives, by state: a state that the filter leaves out has no column."""
    found = _found(session, viewer, only, now)
    pages = ids_of_pages(session, found, WorkOrder.state, wanted=wanted, order=ORDER, tie=TIE)
    shown = list(chain.from_iterable(page.rows for page in pages.values()))
    orders = rows_of(session, _rows(), WorkOrder.id, shown)
    return [
        Column(state, Listed([orders[one] for one in page.rows], page.total, page.wanted))
        for state in WorkOrderState
        if (page := pages.get(state))
    ]


def count_late(
    session: Session, viewer: Viewer, *, only: WorkOrderFilter, now: datetime
) -> dict[str, int]:
    """Count by reason the late ones of a list, whichever reason it is filtered by."""
    found = _found(session, viewer, replace(only, late_why=""), now).where(is_late(now))
    why = found.with_only_columns(why_late(now).label("why"), maintain_column_froms=True)
    late = why.subquery()
    counted = select(late.c.why, func.count()).group_by(late.c.why)
    by_reason = {why: count for why, count in session.execute(counted)}
    return {reason: by_reason[reason] for reason in REASONS if reason in by_reason}


def count_awaiting(
    session: Session, viewer: Viewer, *, now: datetime
) -> dict[uuid.UUID, tuple[str, int]]:
    """Give by article its name and how many open orders wait for it: as a list of them has."""
    found = _found(session, viewer, WorkOrderFilter(), now)
    found = found.where(WorkOrder.hold_article_id.is_not(None))
    counted = (
        found.with_only_columns(
            WorkOrder.hold_article_id.label("article"),
            func.count().label("orders"),
            maintain_column_froms=True,
        )
        .group_by(WorkOrder.hold_article_id)
        .subquery()
    )
    named = select(Article.id, Article.name, counted.c.orders).join(
        counted, counted.c.article == Article.id
    )
    return {
        article_id: (name, number)
        for article_id, name, number in session.execute(named.order_by(Article.name, Article.id))
    }


def _rows() -> Select[WorkOrder]:
    """Select orders with what a list, a board and a file show of them."""
    return select(WorkOrder).options(
        joinedload(WorkOrder.person),
        joinedload(WorkOrder.dwelling).joinedload(Dwelling.residence),
        joinedload(WorkOrder.consequence),
        selectinload(WorkOrder.residence),
        joinedload(WorkOrder.given_to),
        joinedload(WorkOrder.assigned_to),
        joinedload(WorkOrder.team),
        selectinload(WorkOrder.standing_links),
        selectinload(WorkOrder.hold_article),
    )


def _found(
    session: Session, viewer: Viewer, only: WorkOrderFilter, now: datetime
) -> Select[uuid.UUID]:
    """Select the ids of what a list, a board and a file show: one query."""
    statement = orders_seen(session, viewer).where(*_standing(only.state, now))
    if only.state == OVER:
        statement = statement.where(came_to_more(session))
    if only.severity in tuple(Severity):
        statement = statement.where(WorkOrder.severity == Severity(only.severity))
    if only.late_why in REASONS:
        statement = statement.where(is_late(now), why_late(now) == only.late_why)
    if only.hold_why in tuple(HoldWhy):
        statement = statement.where(WorkOrder.hold_why == HoldWhy(only.hold_why))
    if only.part:
        statement = statement.where(WorkOrder.hold_article_id == _id(only.part))
    if viewer.reach is Reach.GIVEN and (only.part or only.state in (PART_THERE, OVER)):
        statement = statement.where(false())  # who was given an order is told nothing of our stock
    if only.trade:
        statement = statement.where(WorkOrder.trade == only.trade)
    if only.agency:
        statement = statement.where(_stands_in(Residence.territory_id == _id(only.agency)))
    if only.residence.strip():
        statement = statement.where(_stands_in(_meant(session, only.residence.strip())))
    if only.contractor:
        statement = statement.where(_done_by(only.contractor))
    if only.text.strip():
        numbered = typed_in(only.text, WorkOrder.reference)
        spoken_of = mentions(session, only.text, WorkOrder.person_id, WorkOrder.dwelling_id)
        of_residence = WorkOrder.residence_id.in_(residences_called(session, only.text))
        statement = statement.where(numbered | spoken_of | of_residence)
        # Looked for once: what is few is then counted, sorted and read by its ids.
        found = found_or_asked(session, statement)
        statement = select(WorkOrder.id).where(among(session, WorkOrder.id, found))
    return statement


def _stands_in(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Select the orders of some residences: of their homes, and of themselves."""
    houses = select(Residence.id).where(which)
    homes = select(Dwelling.id).join(Dwelling.residence).where(which)
    return or_(WorkOrder.residence_id.in_(houses), WorkOrder.dwelling_id.in_(homes))


def _meant(session: Session, typed: str) -> ColumnElement[bool]:
    """Select the residence of that id, reference or address; else those whose words are typed."""
    typed = typed.replace("\0", "")
    if not typed:
        return false()
    names = (func.lower(Residence.reference), func.lower(Residence.address))
    named = or_(Residence.id == _id(typed), *(name == typed.lower() for name in names))
    if session.scalar(select(Residence.id).where(named).limit(1)) is not None:
        return named
    return Residence.id.in_(residences_called(session, typed))


def _standing(state: str, now: datetime) -> list[ColumnElement[bool]]:
    """Give the conditions of a state, or of why an open order should worry somebody."""
    if state in tuple(WorkOrderState):
        return [WorkOrder.state == WorkOrderState(state)]
    if state == TO_REVIEW:
        return [exists().where(Intervention.work_order_id == WorkOrder.id, _waits(now))]
    today = today_in_paris(now)
    worries = {
        OPEN_ALL: (),
        LATE: (is_late(now),),
        WAITING: (WorkOrder.escalated_at.is_not(None), WorkOrder.state.in_(WAITING_STATES)),
        HELD_TOO_LONG: (WorkOrder.hold_until < today,),
        UNTOLD: (WorkOrder.planned_on.is_not(None), WorkOrder.told_how.is_(None)),
        PROPOSED: (WorkOrder.proposed_on.is_not(None),),
        PART_THERE: (part_is_there(),),
    }
    if state in ("", EVERY, OVER):
        return []
    return [WorkOrder.state.in_(OPEN_STATES), *worries.get(state, ())]


def _waits(now: datetime) -> ColumnElement[bool]:
    """Select what a tablet told that somebody should look at: also what never came whole."""
    stuck = and_(
        Intervention.state == InterventionState.INCOMPLETE,
        Intervention.received_at < now - LONG_ON_ITS_WAY,
    )
    late = Intervention.state == InterventionState.TO_REVIEW
    return and_(Intervention.reviewed_at.is_(None), or_(late, stuck))


def _done_by(contractor: str) -> ColumnElement[bool]:
    if contractor == BY_LINK:
        return is_sent_by_link()
    own = and_(WorkOrder.given_to_id.is_(None), ~is_sent_by_link())
    if contractor == OWN:
        return own
    one = _id(contractor)
    ours = or_(WorkOrder.assigned_to_id == one, WorkOrder.team_id == one)
    return or_(WorkOrder.given_to_id == one, and_(ours, own))


def _id(typed: str) -> uuid.UUID:
    """Read an id of an address; nonsense is nobody's."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        return uuid.UUID(int=0)


# What there is to choose: an order that may be seen ends the search for the others of its kind.


def agencies_in_use(session: Session, viewer: Viewer) -> Sequence[Territory]:
    """List the agencies in whose area a viewer sees work orders."""
    seen = (
        orders_seen(session, viewer)
        .outerjoin(WorkOrder.dwelling)
        .join(Residence, Residence.id == IN_RESIDENCE)
        .where(Residence.territory_id == Territory.id)
    )
    named = select(Territory).where(seen.exists())
    return session.scalars(named.order_by(Territory.name, Territory.id)).all()


def contractors_in_use(session: Session, viewer: Viewer) -> Sequence[Organisation]:
    """List the contractors to whom orders that a viewer sees were given."""
    seen = orders_seen(session, viewer).where(WorkOrder.given_to_id == Organisation.id)
    named = select(Organisation).where(seen.exists())
    return session.scalars(named.order_by(Organisation.name, Organisation.id)).all()


def trades_in_use(session: Session, viewer: Viewer) -> list[str]:
    """List the trades that have work orders the viewer may see."""
    known = each_of(aliased(WorkOrder).trade).subquery()
    seen = orders_seen(session, viewer).where(WorkOrder.trade == known.c.value)
    return sorted(session.scalars(select(known.c.value).where(_one_is(seen))))


def _one_is(seen: Select[uuid.UUID]) -> ColumnElement[bool]:
    # As EXISTS, PostgreSQL would find them all, of however many, and only then look for one.
    return seen.limit(1).scalar_subquery().is_not(None)
