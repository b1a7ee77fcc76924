"""Which work orders a viewer may see: by whom they are about, or by the home alone."""

import uuid

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Consequence, Submission, Visit
from visits.models.works import WorkOrder
from visits.sight.homes import STOCK, stock_of, visible_homes
from visits.sight.reach import Reach, Viewer, hidden_homes, open_to, visible_persons


def visible_work_orders(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `WorkOrder`, its person outer-joined, for those the viewer may see.

    One about somebody is seen with her, one of a home alone with the home, one of a residence with
    the residence; one of a hidden home by nobody who does not see that home.
    """
    about_nobody = WorkOrder.person_id.is_(None)
    of_somebody = and_(WorkOrder.person_id.is_not(None), _of_somebody(viewer))
    of_place = and_(about_nobody, _of_place(viewer))
    hidden = WorkOrder.dwelling_id.in_(hidden_homes(viewer.user_id))
    in_the_open = or_(WorkOrder.dwelling_id.is_(None), ~hidden)
    return or_(and_(in_the_open, or_(of_somebody, of_place)), _of_no_known_home(viewer))


def _of_somebody(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.reach is not Reach.GIVEN:
        return visible_persons(viewer)
    return and_(open_to(viewer.user_id), _given(viewer))


def _given(viewer: Viewer) -> ColumnElement[bool]:
    return WorkOrder.given_to_id == viewer.organisation_id


def _of_place(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition for orders of a home or a residence that the viewer may see.

    A residence is seen by a home in it: one whose homes are all hidden is hidden with them.
    """
    not_hidden = Dwelling.id.not_in(hidden_homes(viewer.user_id))
    seen = not_hidden if viewer.reach is Reach.GIVEN else visible_homes(viewer)
    home = and_(Residence.id == Dwelling.residence_id, seen)
    in_it = exists().where(Dwelling.residence_id == WorkOrder.residence_id, home)
    itself = exists().where(Dwelling.id == WorkOrder.dwelling_id, home)
    place = or_(itself.correlate(WorkOrder), in_it.correlate(WorkOrder), _emptied(viewer))
    return and_(place, _given(viewer)) if viewer.reach is Reach.GIVEN else place


def _emptied(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition for orders of a residence in which no dwelling is any more."""
    inhabited = exists().where(Dwelling.residence_id == Residence.id).correlate(Residence)
    its_own = exists().where(Residence.id == WorkOrder.residence_id, stock_of(viewer))
    return its_own.where(~inhabited).correlate(WorkOrder)


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
