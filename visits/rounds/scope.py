"""What a proposal is asked of: which days, whose, which visits; and how far that goes."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.agenda.visitors import PLANNING, visitors_kept
from visits.agenda.working_time import working_time
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.models.accounts import User
from visits.models.mandates import Right
from visits.models.rounds import RoundProposal
from visits.sight import Held, Reach, Viewer, mandates_held
from visits.sight.mandates import giving
from visits.sight.reach import BY_MANDATE

# A campaign is of sixteen weeks at most; what is more than these is asked for in parts.
MOST_WEEKS = 16
MOST_VISITS, MOST_VISITOR_DAYS = 1_500, 600
WEEK = 7


@dataclass(frozen=True)
class Scope:
    """Days, both included, and whose; `programme` empty is of all."""

    first_on: date
    last_on: date
    visitors: frozenset[uuid.UUID]
    programme: str = ""
    moves_planned: bool = False
    same_visitor: bool = True

    def days(self) -> Iterator[date]:
        """Give its days in order."""
        for count in range((self.last_on - self.first_on).days + 1):
            yield self.first_on + timedelta(days=count)


def scope_of(proposal: RoundProposal) -> Scope:
    """Give what a proposal was asked of."""
    return Scope(
        proposal.first_on,
        proposal.last_on,
        frozenset(uuid.UUID(one) for one in proposal.visitors),
        proposal.programme or "",
        moves_planned=proposal.moves_planned,
        same_visitor=proposal.same_visitor,
    )


def visitors_offered(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name the visitors of whose days rounds may be asked: those whose days one keeps."""
    kept = select(User).where(visitors_kept(viewer))
    return session.scalars(kept.order_by(User.name, User.id)).all()


def check_scope(session: Session, scope: Scope, *, viewer: Viewer, now: datetime) -> None:
    """Refuse days that are over or too many, and visitors whose days the viewer does not keep."""
    fields = {}
    if scope.first_on < today_in_paris(now):
        fields["first_on"] = "must_not_be_past"
    elif not scope.first_on <= scope.last_on < scope.first_on + timedelta(days=MOST_WEEKS * WEEK):
        fields["weeks"] = "rounds_too_long"
    kept = {one.id for one in visitors_offered(session, viewer)}
    if not scope.visitors:
        fields["visitors"] = "required"
    elif not scope.visitors <= kept:
        fields["visitors"] = "unknown_visitor"
    if fields:
        raise Invalid(fields)


def count_visitor_days(session: Session, scope: Scope) -> int:
    """Count on how many days of the scope its visitors work."""
    time = working_time(session, scope.visitors, scope.first_on, scope.last_on)
    return sum(bool(time.hours(one, day)) for one in scope.visitors for day in scope.days())


def asker(session: Session, proposal: RoundProposal, *, now: datetime) -> Viewer | None:
    """Give who asked for a proposal as she sees today; None when she plans no more.

    She sees no further than when she asked.
    """
    user = session.get_one(User, proposal.asked_by_id)
    if not user.active or user.role not in PLANNING:
        return None
    reach = Reach(proposal.reach)
    if user.territory_id is not None and reach in (Reach.ALL, Reach.LANDLORD):
        reach = Reach.TERRITORY
    mandates: tuple[Held, ...] = ()
    if reach in BY_MANDATE:
        held = mandates_held(session, user.organisation_id, on=today_in_paris(now))
        mandates = giving(held, frozenset({Right.PLAN}))
    return Viewer(
        user.id, user.organisation_id, user.territory_id, reach, mandates, proposal.landlord_id
    )
