"""Kit stock as the office lists it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from visits.models.accounts import Role, User
from visits.models.stock import KitMovement
from visits.models.visits import Submission, SubmissionState
from visits.sight.landlords import may_work_for
from visits.sight.reach import BY_MANDATE, Viewer

MOVEMENTS_SHOWN = 20


@dataclass(frozen=True)
class Movement:
    """Items handed out or taken back (by whom), or fitted at a visit; `aside` ones do not count."""

    at: datetime
    visitor: str
    item: str
    quantity: int
    by: str
    fitted: bool
    aside: bool


def bag_holders(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name the active visitors of the viewer's reach: with mandates, her colleagues."""
    statement = select(User).where(User.role == Role.VISITOR, User.active.is_(True))
    statement = statement.where(may_work_for(viewer.landlord_id))
    if viewer.reach in BY_MANDATE:
        statement = statement.where(User.organisation_id == viewer.organisation_id)
    if viewer.territory_id is not None:
        # A visitor without a territory goes everywhere.
        here = or_(User.territory_id.is_(None), User.territory_id == viewer.territory_id)
        statement = statement.where(here)
    return session.scalars(statement.order_by(User.name, User.id)).all()


def latest_movements(session: Session, holders: Sequence[User]) -> list[Movement]:
    """List the last movements of these visitors' bags, the latest first."""
    visitor, by = aliased(User), aliased(User)
    statement = (
        select(KitMovement, visitor.name, by.name, Submission.state)
        .join(visitor, visitor.id == KitMovement.visitor_id)
        .join(by, by.id == KitMovement.by_id)
        .outerjoin(Submission, Submission.id == KitMovement.submission_id)
        .where(KitMovement.visitor_id.in_([holder.id for holder in holders]))
        .order_by(KitMovement.at.desc(), KitMovement.id.desc())
        .limit(MOVEMENTS_SHOWN)
    )
    return [
        Movement(
            at=one.at,
            visitor=name,
            item=one.item,
            quantity=one.quantity,
            by=by_name,
            fitted=one.submission_id is not None,
            aside=state is SubmissionState.SET_ASIDE,
        )
        for one, name, by_name, state in session.execute(statement)
    ]
