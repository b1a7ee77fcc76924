"""The kinds of consequences there are: who needs them all walks this table."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from visits.following.adapting import ADAPTATIONS
from visits.following.follow_ups import FollowUps
from visits.following.kinds import Kind, Opened
from visits.following.ordered import WorkOrders
from visits.following.referring import REFERRALS
from visits.models.visits import Consequence

PROMISES = FollowUps()
# The first that a finding calls for is opened.
KINDS: list[Kind] = [WorkOrders(), PROMISES, ADAPTATIONS, REFERRALS]


def opened_by(session: Session, consequence_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Opened]:
    """Give by finding what it opened, of whatever kind."""
    return {
        finding_id: Opened(kind, thing)
        for kind in KINDS
        for finding_id, thing in kind.opened_by(session, consequence_ids).items()
    }


def is_followed(consequence: Consequence, called: Sequence[Consequence]) -> bool:
    """Tell whether a finding among all of its submission opens something that somebody does."""
    return any(kind.called_for(consequence, called) for kind in KINDS)
