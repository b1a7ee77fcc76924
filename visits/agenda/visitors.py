"""Whose days somebody sees, and whose she keeps: the visitors whose visits she may plan."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from visits.ground.errors import NotFound
from visits.models.accounts import Organisation, Role, User
from visits.sight import Viewer
from visits.sight.landlords import may_work_for
from visits.sight.listing import By, Listed, Wanted, page_of_found
from visits.sight.reach import BY_MANDATE
from visits.sight.wording import each_word, has_in

PLANNING = (Role.COORDINATOR, Role.PARTNER_COORDINATOR)
ORDER = {
    "name": By(User.name, known=True),
    "organisation": By(Organisation.name, (User.organisation,)),
}


@dataclass(frozen=True)
class VisitorFilter:
    """Which visitors; an empty field does not filter. `organisation` is the id of one."""

    text: str = ""
    organisation: str = ""


def visitors_seen(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `User` for the visitors whose visits a viewer may plan.

    An organisation's coordinator plans its own people's; a landlord's, those of all who may work
    for it. Who looks after one area plans for those of that area, or of none.
    """
    visits = and_(User.role == Role.VISITOR, User.active.is_(True))
    whose = may_work_for(viewer.landlord_id)
    if viewer.reach in BY_MANDATE:
        whose = User.organisation_id == viewer.organisation_id
    area: ColumnElement[bool] = true()
    if viewer.territory_id is not None:
        area = or_(User.territory_id.is_(None), User.territory_id == viewer.territory_id)
    return and_(visits, whose, area)


def visitors_kept(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `User` for the visitors whose days a viewer keeps.

    Her own organisation's; those of another one, where nobody there may.
    """
    theirs = aliased(User)
    somebody_there = exists().where(
        theirs.organisation_id == User.organisation_id,
        theirs.role.in_(PLANNING),
        theirs.active.is_(True),
    )
    own = User.organisation_id == viewer.organisation_id
    return and_(visitors_seen(viewer), or_(own, ~somebody_there.correlate(User)))


def find_visitor(
    session: Session,
    viewer: Viewer,
    visitor_id: uuid.UUID,
    *,
    to_keep: bool = False,
    to_change: bool = False,
) -> User:
    """Find a visitor whose days a viewer sees, or keeps. `to_change` waits. Raises NotFound."""
    whose = visitors_kept(viewer) if to_keep else visitors_seen(viewer)
    found = select(User).where(User.id == visitor_id, whose)
    if to_change:
        found = found.with_for_update(of=User, key_share=True)
    visitor = session.scalars(found).one_or_none()
    if visitor is None:
        raise NotFound("visitor_not_found")
    return visitor


def keeps(session: Session, viewer: Viewer, visitor_id: uuid.UUID) -> bool:
    """Tell whether a viewer keeps a visitor's days."""
    kept = select(User.id).where(User.id == visitor_id, visitors_kept(viewer))
    return session.scalar(kept) is not None


def every_visitor(session: Session, viewer: Viewer, organisation: str = "") -> Sequence[User]:
    """List by name the visitors whose days a viewer sees, of one organisation if it is said."""
    found = _found(session, viewer, VisitorFilter(organisation=organisation))
    named = select(User).where(User.id.in_(found)).options(joinedload(User.organisation))
    return session.scalars(named.order_by(User.name, User.id)).all()


def list_visitors(
    session: Session, viewer: Viewer, *, only: VisitorFilter, wanted: Wanted
) -> Listed[User]:
    """List the visitors whose days a viewer sees."""
    rows = select(User).options(joinedload(User.organisation))
    found = _found(session, viewer, only)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=(User.name, User.id))


def organisations_of(session: Session, viewer: Viewer) -> Sequence[Organisation]:
    """List by name the organisations of the visitors whose days a viewer sees."""
    theirs = select(User.organisation_id).where(visitors_seen(viewer))
    named = select(Organisation).where(Organisation.id.in_(theirs))
    return session.scalars(named.order_by(Organisation.name, Organisation.id)).all()


def _found(session: Session, viewer: Viewer, only: VisitorFilter) -> Select[uuid.UUID]:
    found = select(User.id).where(visitors_seen(viewer))
    if only.text.strip():
        called = each_word(only.text, lambda word: has_in(session, word, User.name))
        found = found.where(called)
    if only.organisation:
        found = found.where(User.organisation_id == id_or_nobody(only.organisation))
    return found


def id_or_nobody(typed: str) -> uuid.UUID:
    """Read an id; what is none is nobody's."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        return uuid.UUID(int=0)
