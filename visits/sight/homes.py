"""The homes a viewer may see: within her reach, and not hidden from her."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, select, true
from sqlalchemy.orm import Session, aliased, contains_eager

from visits.ground.errors import NotFound
from visits.models.accounts import Organisation
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Visit
from visits.sight.landlords import list_landlords
from visits.sight.reach import Reach, Viewer, hidden_homes, visible_cases
from visits.sight.wording import dwellings_called, residences_called

MOST_FOUND = 20
# Who looks after homes, and not only after cases.
STOCK = (Reach.ALL, Reach.LANDLORD, Reach.TERRITORY)
# Where a visit took place, or will: her case moves with her.
took_place_in = func.coalesce(Visit.was_in_id, Case.dwelling_id)


def landlords_run(session: Session, viewer: Viewer) -> Sequence[Organisation]:
    """List by name the landlords whose stock a viewer runs."""
    if viewer.reach not in STOCK:
        return []
    return [one for one in list_landlords(session) if viewer.landlord_id in (None, one.id)]


def visible_homes(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Dwelling` and `Residence` for those a viewer may see.

    Who reaches no stock sees the homes of the cases she sees. A protected home is hidden whole.
    """
    return and_(Dwelling.id.not_in(hidden_homes(viewer.user_id)), _within_reach(viewer))


def visible_residences(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Residence` for those in which the viewer may see a dwelling."""
    seen = exists().where(Dwelling.residence_id == Residence.id, visible_homes(viewer))
    return seen.correlate(Residence)


def _within_reach(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.reach in STOCK:
        return stock_of(viewer)
    return (
        exists()
        .where(Case.dwelling_id == Dwelling.id, Person.id == Case.person_id)
        .where(visible_cases(viewer))
        .correlate(Dwelling)
    )


def stock_of(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Residence` for the stock of whoever looks after homes.

    Who reaches cases alone reaches no stock.
    """
    if viewer.reach not in STOCK:
        return false()
    own = Residence.landlord_id == viewer.landlord_id if viewer.landlord_id else None
    if viewer.reach is Reach.TERRITORY:
        here = Residence.territory_id == viewer.territory_id if viewer.territory_id else false()
        return here if own is None else and_(own, here)
    if own is not None:
        return own
    return true() if viewer.reach is Reach.ALL else false()


def residences_run(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Residence` for the stock a viewer looks after, but hidden houses."""
    return and_(stock_of(viewer), Residence.id.not_in(hidden_houses(viewer.user_id)))


def hidden_houses(user_id: uuid.UUID | None = None) -> Select[uuid.UUID]:
    """Select the residences whose homes are all hidden from a user: a few, found by these homes.

    Without a user: those that are hidden from whoever is not named.
    """
    hidden, beside = hidden_homes(user_id), aliased(Dwelling)
    in_the_open = exists().where(beside.residence_id == Dwelling.residence_id)
    in_the_open = in_the_open.where(beside.id.not_in(hidden)).correlate(Dwelling)
    return select(Dwelling.residence_id).where(Dwelling.id.in_(hidden), ~in_the_open)


def find_home(session: Session, viewer: Viewer, dwelling_id: uuid.UUID) -> Dwelling:
    """Find a dwelling the viewer may see.

    Raises NotFound for one that does not exist, is hidden, or stands out of reach alike.
    """
    return _the_one(session, viewer, Dwelling.id == dwelling_id)


def sees_home(session: Session, viewer: Viewer, dwelling_id: uuid.UUID) -> bool:
    """Tell whether the page of a dwelling would be found."""
    seen = select(Dwelling.id).join(Dwelling.residence).where(visible_homes(viewer))
    return session.scalar(seen.where(Dwelling.id == dwelling_id)) is not None


def find_home_called(session: Session, viewer: Viewer, reference: str) -> Dwelling:
    """Find the dwelling of a reference, as `find_home` does; one that two landlords use is none."""
    return _the_one(session, viewer, Dwelling.reference == reference)


def _the_one(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> Dwelling:
    statement = (
        select(Dwelling)
        .join(Dwelling.residence)
        .where(which, visible_homes(viewer))
        .options(contains_eager(Dwelling.residence))
    )
    found = session.scalars(statement.order_by(Dwelling.id).limit(2)).all()
    if len(found) != 1:
        raise NotFound("home_not_found")
    return found[0]


@dataclass(frozen=True)
class FoundHomes:
    """Of which dwellings and residences a text may speak, and whether there are more."""

    dwellings: Sequence[Dwelling]
    residences: Sequence[Residence]
    more: bool


def search_homes(session: Session, viewer: Viewer, text: str) -> FoundHomes:
    """Find the homes the viewer may see by reference or address; nothing for no text."""
    seen = visible_homes(viewer)
    called = dwellings_called(session, text)
    dwellings = session.scalars(
        select(Dwelling)
        .join(Dwelling.residence)
        .where(called, seen)
        .options(contains_eager(Dwelling.residence))
        .order_by(Residence.city, Residence.address, Dwelling.reference, Dwelling.id)
        .limit(MOST_FOUND + 1)
    ).all()
    in_it = exists().where(Dwelling.residence_id == Residence.id, seen).correlate(Residence)
    residences = session.scalars(
        select(Residence)
        .where(Residence.id.in_(residences_called(session, text)), in_it)
        .order_by(Residence.city, Residence.address, Residence.id)
        .limit(MOST_FOUND + 1)
    ).all()
    more = max(len(dwellings), len(residences)) > MOST_FOUND
    return FoundHomes(dwellings[:MOST_FOUND], residences[:MOST_FOUND], more)


def homes_named(session: Session, viewer: Viewer, reference: str) -> FoundHomes:
    """Find the homes the viewer may see that are called exactly so: a dwelling, all of a residence.

    Several landlords may use one reference.
    """
    seen = visible_homes(viewer)
    in_it = exists().where(Dwelling.residence_id == Residence.id, seen).correlate(Residence)
    dwellings = session.scalars(
        select(Dwelling)
        .join(Dwelling.residence)
        .where(Dwelling.reference == reference, seen)
        .options(contains_eager(Dwelling.residence))
        .order_by(Dwelling.id)
    ).all()
    residences = session.scalars(
        select(Residence).where(Residence.reference == reference, in_it).order_by(Residence.id)
    ).all()
    return FoundHomes(dwellings, residences, more=False)


def find_residence(session: Session, viewer: Viewer, residence_id: uuid.UUID) -> Residence:
    """Find a residence in which the viewer may see a dwelling.

    Raises NotFound for one that does not exist and for one whose homes are all hidden alike.
    """
    statement = (
        select(Residence)
        .join(Dwelling, Dwelling.residence_id == Residence.id)
        .where(Residence.id == residence_id, visible_homes(viewer))
        .distinct()
    )
    residence = session.scalars(statement).one_or_none()
    if residence is None:
        raise NotFound("residence_not_found")
    return residence
