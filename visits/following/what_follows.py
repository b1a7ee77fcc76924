"""What the answers of a visit call for is opened, each of its kind."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from visits.following.every_kind import KINDS, PROMISES
from visits.following.kinds import Kind
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.visits import Consequence
from visits.models.works import URGENT


def open_what_follows(
    session: Session,
    case: Case,
    called: Sequence[Consequence],
    *,
    refused: Collection[RefusedPart],
    fresh: bool = False,
    now: datetime,
) -> None:
    """Open what the consequences of one submission call for; what is open already stays one.

    An urgent hazard is never only a sentence: the landlord's becomes a work order, unless the same
    answer has called one as urgent; anybody else's becomes a follow-up, so that somebody asks how
    it ended. Of a part that is `refused`, only what is urgent is opened. At a place that is no
    dwelling of ours nobody sends works: somebody asks. `fresh`: they were only just written.
    """
    for consequence in called:
        kind = _kind_of(consequence, called)
        if kind is None or (kind.part in refused and consequence.severity not in URGENT):
            continue
        if kind.of_home and case.dwelling_id is None:
            kind = PROMISES
        kind.open(session, case, consequence, fresh=fresh, now=now)


def works_left(called: Sequence[Consequence], refused: Collection[RefusedPart]) -> bool:
    """Tell whether works that are called for stay unopened, as she refuses them."""
    if RefusedPart.WORKS not in refused:
        return False
    kinds = ((one, _kind_of(one, called)) for one in called)
    return any(
        kind is not None and kind.part is RefusedPart.WORKS and one.severity not in URGENT
        for one, kind in kinds
    )


def open_urgent_works(session: Session, called: Sequence[Consequence], *, now: datetime) -> None:
    """Open the urgent works of a submission whose home nobody knows yet."""
    for consequence in called:
        kind = _kind_of(consequence, called)
        if kind is not None and kind.without_home and consequence.severity in URGENT:
            kind.open(session, None, consequence, now=now)


def _kind_of(consequence: Consequence, called: Sequence[Consequence]) -> Kind | None:
    return next((kind for kind in KINDS if kind.called_for(consequence, called)), None)
