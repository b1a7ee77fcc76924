"""Which work orders a viewer may see: with whom they are about, or with the home alone."""

import uuid

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    union,
)

from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Consequence, Submission, Visit
from visits.models.works import WorkOrder
from visits.sight.homes import STOCK, hidden_houses, stock_of
from visits.sight.reach import (
    Reach,
    Viewer,
    hidden_homes,
    open_to,
    unseen_persons,
    visible_cases,
    visible_persons,
)


def visible_work_orders(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `WorkOrder`, its person outer-joined, for those the viewer may see.

    One about somebody is seen with her, one of a home alone with the home, one of a residence with
    the residence; one of a hidden home by nobody who does not see that home.
    """
    homes, houses = hidden_homes(viewer.user_id), hidden_houses(viewer.user_id)
    about_nobody = WorkOrder.person_id.is_(None)
    of_somebody = and_(WorkOrder.person_id.is_not(None), _of_somebody(viewer))
    of_place = and_(about_nobody, _of_place(viewer))
    return and_(
        or_(WorkOrder.dwelling_id.is_(None), WorkOrder.dwelling_id.not_in(homes)),
        or_(WorkOrder.residence_id.is_(None), WorkOrder.residence_id.not_in(houses)),
        or_(of_somebody, of_place, _of_no_known_home(viewer)),
    )


def unseen_orders(viewer: Viewer) -> CompoundSelect[uuid.UUID]:
    """Select the work orders that are hidden from whoever reaches everybody: by index, a few."""
    homes, houses = hidden_homes(viewer.user_id), hidden_houses(viewer.user_id)
    return union(
        select(WorkOrder.id).where(WorkOrder.person_id.in_(unseen_persons(viewer.user_id))),
        select(WorkOrder.id).where(WorkOrder.dwelling_id.in_(homes)),
        select(WorkOrder.id).where(WorkOrder.residence_id.in_(houses)),
    )


def _of_somebody(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.reach is not Reach.GIVEN:
        return visible_persons(viewer)
    return and_(open_to(viewer.user_id), _given(viewer))


def _given(viewer: Viewer) -> ColumnElement[bool]:
    given = WorkOrder.given_to_id == viewer.organisation_id
    if viewer.landlord_id is None:
        return given
    its = select(Residence.id).where(Residence.landlord_id == viewer.landlord_id)
    return and_(given, _stands_in().in_(its))


def _stands_in() -> ColumnElement[uuid.UUID | None]:
    of_dwelling = select(Dwelling.residence_id).where(Dwelling.id == WorkOrder.dwelling_id)
    of_home = of_dwelling.correlate(WorkOrder).scalar_subquery()
    return func.coalesce(WorkOrder.residence_id, of_home)


def _of_place(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition for orders of a home or a residence within the viewer's reach."""
    if viewer.reach is Reach.GIVEN:
        return _given(viewer)
    known = or_(WorkOrder.dwelling_id.is_not(None), WorkOrder.residence_id.is_not(None))
    if viewer.reaches_all:
        return known
    if viewer.reach in STOCK:
        return _stands_in().in_(select(Residence.id).where(stock_of(viewer)))
    homes = select(Case.dwelling_id).join(Case.person).where(visible_cases(viewer))
    houses = select(Dwelling.residence_id).where(Dwelling.id.in_(homes))
    return or_(WorkOrder.dwelling_id.in_(homes), WorkOrder.residence_id.in_(houses))


def _of_no_known_home(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition for orders whose home nobody knows yet.

    They tell of nobody, and a danger cannot wait until its home is known: whoever does works sees
    them, whatever her territory; of several landlords those for whom their sender works or visits.
    """
    if viewer.reach not in STOCK:
        return false()
    unknown = and_(
        WorkOrder.person_id.is_(None),
        WorkOrder.dwelling_id.is_(None),
        WorkOrder.residence_id.is_(None),
    )
    if viewer.landlord_id:
        return and_(unknown, _told_by_who_works_for(viewer.landlord_id))
    return unknown


def _told_by_who_works_for(landlord_id: uuid.UUID) -> ColumnElement[bool]:
    visits = (
        select(Visit.visitor_id)
        .join(Visit.case)
        .join(Case.person)
        .where(Person.landlord_id == landlord_id)
    )
    staff = select(User.id).where(User.organisation_id == landlord_id)
    return (
        exists()
        .where(Consequence.id == WorkOrder.consequence_id)
        .where(Submission.id == Consequence.submission_id)
        .where(or_(Submission.sent_by_id.in_(staff), Submission.sent_by_id.in_(visits)))
        .correlate(WorkOrder)
    )
