"""Residences with what is around them: those that have something near, or lack it."""

import uuid
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from visits.models.portfolio import Residence
from visits.sight.homes import visible_residences
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.reach import Viewer
from visits.sight.wording import residences_called
from visits.surroundings.around import NOTHING, Around, answered, around
from visits.surroundings.kinds import NEEDS, WALKING_M

# Where nothing is noted at all nobody has looked: it lacks nothing that is known of.
NOBODY_LOOKED, KNOWN = "nobody_looked", "known"
STATES = (KNOWN, NOBODY_LOOKED)
ORDER = {"city": By(Residence.city, known=True), "address": By(Residence.address, known=True)}
TIE = (Residence.city, Residence.address, Residence.id)


@dataclass(frozen=True)
class ResidenceFilter:
    """Which residences; an empty field does not filter.

    `lacks` is a need that nothing noted answers within `within` metres, where something is noted.
    """

    lacks: str = ""
    within: int = WALKING_M
    state: str = ""
    text: str = ""


@dataclass(frozen=True)
class Row:
    """A residence and what is known around it."""

    residence: Residence
    around: Around


def list_residences(
    session: Session, viewer: Viewer, *, only: ResidenceFilter, wanted: Wanted
) -> Listed[Row]:
    """List the residences that the viewer may see, with what is around each."""
    found = _found(session, viewer, only)
    listed = page_of_found(session, found, select(Residence), wanted=wanted, order=ORDER, tie=TIE)
    told = around(session, [one.id for one in listed.rows])
    rows = [Row(one, told.get(one.id, NOTHING)) for one in listed.rows]
    return Listed(rows, listed.total, listed.wanted)


def count_lacking(session: Session, viewer: Viewer, *, within: int) -> dict[str, int]:
    """Count, by need, the residences that `list_residences` lists as lacking it."""
    return {
        need: count_found(session, _found(session, viewer, ResidenceFilter(need, within)))
        for need in NEEDS
    }


def _found(session: Session, viewer: Viewer, only: ResidenceFilter) -> Select[uuid.UUID]:
    found = select(Residence.id).where(visible_residences(viewer))
    known = answered(Residence.id, ())
    if only.lacks in NEEDS:
        near = answered(Residence.id, NEEDS[only.lacks], only.within)
        found = found.where(known, ~near)
    if only.state in STATES:
        found = found.where(known if only.state == KNOWN else ~known)
    if only.text.strip():
        found = found.where(Residence.id.in_(residences_called(session, only.text)))
    return found
