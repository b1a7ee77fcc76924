"""One act done to several orders at once: what was done, what was not, and why."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from visits.ground.errors import Invalid, Refused
from visits.models.works import WorkOrder
from visits.sight import Viewer
from visits.works.work_orders import find_work_order

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Outcome:
    """What became of one of several orders; `why` is the code of a refusal, or nothing."""

    order: WorkOrder
    why: str = ""


def do_together(
    session: Session,
    ids: Iterable[uuid.UUID],
    act: Callable[[WorkOrder], None],
    *,
    viewer: Viewer,
) -> Sequence[Outcome]:
    """Do the same to several orders, each by itself: one that refuses stops no other.

    Raises Invalid for none and for too many, and for what is wrong with all, NotFound for one that
    the viewer may not see: then nothing is done.
    """
    named = sorted(set(ids))
    if not named:
        raise Invalid({"ids": "none_chosen"})
    if len(named) > MOST_AT_ONCE:
        raise Invalid({"ids": "too_many_at_once"})
    orders = [find_work_order(session, viewer, one, to_change=True) for one in named]
    return [_done(act, order) for order in orders]


def _done(act: Callable[[WorkOrder], None], order: WorkOrder) -> Outcome:
    try:
        act(order)
    except Invalid:
        raise
    except Refused as refused:
        return Outcome(order, refused.code)
    return Outcome(order)
