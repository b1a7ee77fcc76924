"""Of which cases, persons and orders a list is: what `reach` says, asked so that many are quick.

`visible_cases` asks of every row whose it is and where she lives. A list of many asks the other
way round: whoever reaches everything, or one landlord's whole stock, is refused a handful, found by
index; of whoever reaches less, what may be hers is found by index, and the rule itself is asked of
that alone.
"""

import uuid
from collections.abc import Callable

from sqlalchemy import ColumnElement, Select, and_, exists, false, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from visits.ground.db import is_reading
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.visits import LIVE, Visit, made_by
from visits.models.works import WorkOrder
from visits.sight.listing import Asked, Found, found_or_asked
from visits.sight.orders import unseen_orders, visible_work_orders
from visits.sight.reach import (
    BY_MANDATE,
    Reach,
    Viewer,
    tenant_of,
    unseen_cases,
    unseen_persons,
    visible_cases,
    visible_persons,
)

Ident = InstrumentedAttribute[uuid.UUID]


def cases_seen(
    session: Session,
    viewer: Viewer,
    case_id: Ident = Case.id,
    landlord_id: Ident = Case.landlord_id,
) -> ColumnElement[bool]:
    """Give the condition on a case's id and its landlord's, as any table has them, that it is seen.

    A table without the landlord's is asked for the cases of the stock.
    """
    if reaches_whole_stock(viewer):
        in_sight = case_id.not_in(unseen(session, viewer))
        return and_(_of_stock(viewer, case_id, landlord_id), in_sight)
    return case_id.in_(_once(session, _cases, viewer))


def persons_seen(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Person` for those the viewer may see."""
    if viewer.reaches_all:
        return Person.id.not_in(_once(session, _unseen_persons, viewer))
    if reaches_whole_stock(viewer):
        in_sight = Person.id.not_in(_once(session, _unseen_persons, viewer))
        return and_(tenant_of(viewer.landlord_id), in_sight)
    return Person.id.in_(_once(session, _persons, viewer))


def orders_seen(session: Session, viewer: Viewer) -> Select[uuid.UUID]:
    """Select the ids of the work orders the viewer may see."""
    seen = select(WorkOrder.id)
    if not viewer.reaches_all:
        return seen.outerjoin(WorkOrder.person).where(visible_work_orders(viewer))
    hidden = _once(session, _unseen_orders, viewer)
    return seen.where(WorkOrder.id.not_in(hidden))


def reaches_whole_stock(viewer: Viewer) -> bool:
    """Tell whether somebody's protection alone keeps from her who is a tenant of her landlord.

    Or of any, where she reaches all of them.
    """
    of_one = viewer.landlord_id is not None and viewer.reach in (Reach.ALL, Reach.LANDLORD)
    return of_one or viewer.reaches_all


def of_stock(viewer: Viewer, landlord_id: Ident) -> ColumnElement[bool]:
    """Give the condition on a landlord's id for her own stock, of whoever reaches it whole."""
    return true() if viewer.reaches_all else landlord_id == viewer.landlord_id


def _of_stock(viewer: Viewer, case_id: Ident, landlord_id: Ident) -> ColumnElement[bool]:
    hers = of_stock(viewer, landlord_id)
    if viewer.reaches_all or case_id.class_ is landlord_id.class_:
        return hers
    # Asked of each: of a stock's cases there are many more than of the visits of some weeks.
    return exists().where(Case.id == case_id, hers)


def unseen(session: Session, viewer: Viewer) -> Found:
    """Find the cases that whoever reaches everybody, or her landlord's tenants, does not see."""
    return _once(session, _unseen, viewer)


def _once(session: Session, asked: Callable[[Session, Viewer], Asked], viewer: Viewer) -> Found:
    """Find some ids once a page; where they may change, each time anew."""
    if not is_reading(session):
        return found_or_asked(session, asked(session, viewer))
    known: dict[object, Found] = session.info.setdefault("seen", {})
    if (asked, viewer) not in known:
        known[asked, viewer] = found_or_asked(session, asked(session, viewer))
    return known[asked, viewer]


def _unseen(_session: Session, viewer: Viewer) -> Asked:
    return unseen_cases(viewer.user_id)


def _unseen_persons(_session: Session, viewer: Viewer) -> Asked:
    return unseen_persons(viewer.user_id)


def _unseen_orders(_session: Session, viewer: Viewer) -> Asked:
    return unseen_orders(viewer)


def _cases(session: Session, viewer: Viewer) -> Asked:
    perhaps = found_or_asked(session, select(Case.id).where(_perhaps(viewer)))
    seen = select(Case.id).join(Case.person).where(visible_cases(viewer))
    return seen.where(Case.id.in_(perhaps))


def _persons(session: Session, viewer: Viewer) -> Asked:
    if viewer.reach is Reach.TERRITORY and viewer.territory_id:
        perhaps = _ever_in(viewer.territory_id)
    else:
        perhaps = select(Case.person_id).where(_perhaps(viewer))
    hers = Person.id.in_(found_or_asked(session, perhaps))
    return select(Person.id).where(visible_persons(viewer), hers)


def _perhaps(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Case` for more than the viewer may see, found by index alone."""
    if viewer.reach is Reach.OWN:
        return Case.id.in_(select(Visit.case_id).where(made_by([viewer.user_id])))
    if viewer.reach is Reach.TERRITORY and viewer.territory_id:
        return Case.person_id.in_(_ever_in(viewer.territory_id))
    parts: list[Select[uuid.UUID]] = []
    for held in viewer.mandates if viewer.reach in BY_MANDATE else ():
        cases = select(Case.id).where(Case.programme == held.programme)
        if held.territory_id:
            cases = cases.where(Case.person_id.in_(_ever_in(held.territory_id)))
        parts.append(cases)
    if viewer.reach is Reach.ORGANISATION:
        colleague = User.organisation_id == viewer.organisation_id
        for goes in (Visit.visitor_id, Visit.second_visitor_id):
            visited = select(Visit.case_id).join_from(User, Visit, goes == User.id)
            parts.append(visited.where(colleague, Visit.state.in_(LIVE)))
    return Case.id.in_(union(*parts)) if parts else false()


def _ever_in(territory_id: uuid.UUID) -> Select[uuid.UUID]:
    """Select who lives in a territory, or lived there once."""
    return (
        select(Occupancy.person_id)
        .join(Occupancy.tenancy)
        .join(Tenancy.dwelling)
        .join(Dwelling.residence)
        .where(Residence.territory_id == territory_id)
    )
