"""Why the cases of a programme were opened, and what they came to, motive by motive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.cases import Case
from visits.programmes import Programme
from visits.sight import Viewer
from visits.sight.lists import cases_seen
from visits.steering.rates import came_to


@dataclass
class OfMotive:
    """How many cases one motive has: of these followed by a referent, visited, refused, closed.

    `name` is by language; None for those of no motive that the programme lists.
    """

    name: Mapping[str, str] | None
    opened: int = 0
    followed: int = 0
    visited: int = 0
    refused: int = 0
    closed: int = 0


def by_motive(session: Session, programme: Programme, *, viewer: Viewer) -> Sequence[OfMotive]:
    """Count the cases a viewer sees by motive, in the order of the programme's list.

    Each case is in one row, those of no listed motive in the last; no row for a programme that
    lists none. Motives are encrypted: they are read case by case.
    """
    if not programme.motives:
        return ()
    rows = {one.code: OfMotive(one.name) for one in programme.motives}
    other = OfMotive(None)
    cases = select(Case.motive, Case.referent_id, Case.closed_on, came_to().label("came_to")).where(
        Case.programme == programme.code, cases_seen(session, viewer)
    )
    for motive, referent_id, closed_on, came in session.execute(cases):
        row = rows.get(motive or "", other)
        row.opened += 1
        row.followed += referent_id is not None
        row.visited += came == "complete"
        row.refused += came == "refused"
        row.closed += closed_on is not None
    return (*rows.values(), *([other] if other.opened else []))
