"""When nobody is told first of what is urgent: the holes of a rota."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from visits.models.accounts import Organisation, Territory
from visits.models.duty import DutyTurn
from visits.works.duty import Hole

Span = tuple[datetime, datetime]


def holes(
    landlord: Organisation,
    agencies: Sequence[Territory],
    turns: Iterable[DutyTurn],
    *,
    since: datetime,
    until: datetime,
) -> list[Hole]:
    """List the times between two moments in which nobody is told first for an agency.

    A turn for one trade alone leaves the others uncovered: it fills no hole. What every agency
    lacks is one hole, of all of them.
    """
    first = [one for one in turns if one.place == 1 and one.trade is None]
    of_all = [one for one in first if one.agency_id is None]
    by_agency = {
        one: _uncovered(
            [*of_all, *(turn for turn in first if turn.agency_id == one.id)], since, until
        )
        for one in agencies
    }
    everywhere = by_agency[agencies[0]] if agencies else _uncovered(of_all, since, until)
    if all(found == everywhere for found in by_agency.values()):
        return [Hole(landlord, None, *span) for span in everywhere]
    told = [Hole(landlord, one, *span) for one, found in by_agency.items() for span in found]
    return sorted(told, key=lambda hole: (hole.starts_at, hole.agency.name if hole.agency else ""))


def _uncovered(turns: Iterable[DutyTurn], since: datetime, until: datetime) -> list[Span]:
    left, reached = list[Span](), since
    for turn in sorted(turns, key=lambda one: one.starts_at):
        if turn.starts_at > reached:
            left.append((reached, min(turn.starts_at, until)))
        reached = max(reached, turn.ends_at)
        if reached >= until:
            return left
    return [*left, (reached, until)]
