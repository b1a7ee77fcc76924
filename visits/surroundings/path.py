"""The path of an ordered service: from where each state is reached, and whose word leads there."""

from collections.abc import Mapping
from enum import StrEnum

from visits.models.surroundings import UNDER_WAY, OrderedService
from visits.models.surroundings import OrderedState as State


class Side(StrEnum):
    """Who moves an ordered service: the landlord who ordered it, the partner who does it."""

    LANDLORD = "landlord"
    PARTNER = "partner"


REACHED_FROM: Mapping[State, tuple[State, ...]] = {
    State.ACCEPTED: (State.ORDERED,),
    State.DECLINED: (State.ORDERED,),
    State.SENT_BACK: UNDER_WAY,
    State.APPROVED: UNDER_WAY,
    State.WITHDRAWN: (State.ORDERED, *UNDER_WAY),
}
WHOSE: Mapping[State, Side] = {
    State.ACCEPTED: Side.PARTNER,
    State.DECLINED: Side.PARTNER,
    State.SENT_BACK: Side.LANDLORD,
    State.APPROVED: Side.LANDLORD,
    State.WITHDRAWN: Side.LANDLORD,
}
# What is said only of a form that is there.
OF_DELIVERED = (State.SENT_BACK, State.APPROVED)
# What is not said without why.
WITH_WHY = (State.DECLINED, State.SENT_BACK, State.WITHDRAWN)


def ways_on(ordered: OrderedService, side: Side) -> list[State]:
    """List where one side may bring an ordered service from where it stands."""
    return [
        state
        for state, before in REACHED_FROM.items()
        if ordered.state in before
        and WHOSE[state] is side
        and (state not in OF_DELIVERED or ordered.is_delivered)
    ]
