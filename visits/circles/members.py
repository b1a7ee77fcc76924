"""Circles: made, closed; who is in one, who left it."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Organisation, OrganisationKind, Role, User
from visits.models.circles import Circle, CircleMember
from visits.sight import Viewer
from visits.sight.circles import circles_of, visible_circles
from visits.sight.listing import By, Listed, Wanted, page_of_found
from visits.sight.withdrawing import withdraw

NAME_LENGTH = 100
ORDER = {"name": By(Circle.name, known=True), "noted": By(Circle.noted_at, known=True)}


def list_circles(
    session: Session, viewer: Viewer, *, keeps: bool, wanted: Wanted
) -> Listed[Circle]:
    """List the circles a viewer is in, and those that her organisation keeps if she `keeps` any."""
    found = select(Circle.id).where(visible_circles(viewer, keeps=keeps))
    rows = select(Circle).options(joinedload(Circle.organisation))
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=(Circle.id,))


def find_circle(
    session: Session,
    viewer: Viewer,
    circle_id: uuid.UUID,
    *,
    keeps: bool = False,
    to_change: bool = False,
) -> Circle:
    """Find a circle the viewer is in, or keeps; `to_change` waits. Raises NotFound."""
    hers = select(Circle).where(Circle.id == circle_id, visible_circles(viewer, keeps=keeps))
    if to_change:
        hers = hers.with_for_update(key_share=True)
    circle = session.scalars(hers).one_or_none()
    if circle is None:
        raise NotFound("circle_not_found")
    return circle


def make_circle(session: Session, name: str, *, viewer: Viewer, now: datetime) -> Circle:
    """Make a circle that the viewer's organisation keeps, with herself in it.

    Raises Invalid by field, Conflict for a name its organisation uses already.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": "required"})
    if len(name) > NAME_LENGTH:
        raise Invalid({"name": "circle_name_too_long"})
    take_turn(session, f"circles of {viewer.organisation_id}")
    named = select(Circle.id).where(
        Circle.organisation_id == viewer.organisation_id,
        func.lower(Circle.name) == name.lower(),
        Circle.withdrawn_at.is_(None),
    )
    if session.scalars(named).first() is not None:
        raise Conflict("circle_named_already")
    circle = Circle(
        organisation_id=viewer.organisation_id,
        name=name,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(circle)
    session.flush()
    _join(session, circle, viewer.user_id, viewer=viewer, now=now)
    return circle


def close_circle(
    session: Session, circle: Circle, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Close a circle: nobody reads its cases by it any more. Raises Invalid, Conflict."""
    withdraw(circle, why=why, viewer=viewer, now=now)
    session.flush()


def add_member(
    session: Session,
    circle: Circle,
    user_id: uuid.UUID | None,
    *,
    roles: Collection[Role],
    viewer: Viewer,
    now: datetime,
) -> CircleMember:
    """Take an account into a circle; `roles` may read circles at all.

    Raises Invalid for one that cannot be in it, Conflict for one that is.
    """
    if user_id is None:
        raise Invalid({"user": "required"})
    if any(one.user_id == user_id for one in members_of(session, circle.id)):
        raise Conflict("circle_member_already")
    if user_id not in {one.id for one in who_may_join(session, circle, roles)}:
        raise Invalid({"user": "bad_choice"})
    return _join(session, circle, user_id, viewer=viewer, now=now)


def let_go(
    session: Session,
    circle: Circle,
    member_id: uuid.UUID,
    *,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note that somebody left a circle, and why. Raises NotFound, Invalid, Conflict."""
    member = session.get(CircleMember, member_id)
    if member is None or member.circle_id != circle.id:
        raise NotFound("circle_member_not_found")
    withdraw(member, why=why, viewer=viewer, now=now)
    session.flush()


def members_of(session: Session, circle_id: uuid.UUID) -> Sequence[CircleMember]:
    """List who is in a circle, by organisation and name."""
    return [one for one in _ever(session, circle_id) if one.withdrawn_at is None]


def left_of(session: Session, circle_id: uuid.UUID) -> Sequence[CircleMember]:
    """List who left a circle."""
    return [one for one in _ever(session, circle_id) if one.withdrawn_at is not None]


def circles_joined(session: Session, viewer: Viewer) -> set[uuid.UUID]:
    """Find the circles the viewer is in."""
    return set(session.scalars(circles_of(viewer)))


def who_may_join(session: Session, circle: Circle, roles: Collection[Role]) -> Sequence[User]:
    """List the accounts that may be taken into a circle, by organisation and name.

    One that a landlord keeps is told of no other landlord's people.
    """
    inside = select(CircleMember.user_id).where(
        CircleMember.circle_id == circle.id, CircleMember.withdrawn_at.is_(None)
    )
    found = (
        select(User)
        .join(User.organisation)
        .where(User.active, User.role.in_(roles), User.id.not_in(inside))
        .options(contains_eager(User.organisation))
        .order_by(User.organisation_id, User.name, User.id)
    )
    if circle.organisation.kind is OrganisationKind.LANDLORD:
        ours = Organisation.id == circle.organisation_id
        found = found.where(or_(ours, Organisation.kind != OrganisationKind.LANDLORD))
    return session.scalars(found).all()


def _join(
    session: Session, circle: Circle, user_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> CircleMember:
    member = CircleMember(
        circle_id=circle.id, user_id=user_id, noted_at=now, noted_by_id=viewer.user_id
    )
    session.add(member)
    session.flush()
    return member


def _ever(session: Session, circle_id: uuid.UUID) -> Sequence[CircleMember]:
    statement = (
        select(CircleMember)
        .join(CircleMember.user)
        .where(CircleMember.circle_id == circle_id)
        .options(
            joinedload(CircleMember.user).joinedload(User.organisation),
            joinedload(CircleMember.withdrawn_by),
        )
        .order_by(User.organisation_id, User.name, CircleMember.id)
    )
    return session.scalars(statement).all()
