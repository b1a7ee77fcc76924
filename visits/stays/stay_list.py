"""All stays of what one may see: listed, filtered, counted by one query."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import Session, selectinload

from visits.models.people import Person
from visits.models.portfolio import Residence
from visits.models.stays import Stay, StayKind
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.places import seen_stays
from visits.sight.reach import Viewer
from visits.sight.wording import dwellings_called, spoken_of
from visits.stays.stays import seen

OPEN, SOON, OVER, ENDED, WITHDRAWN, ALL = "open", "soon", "over", "ended", "withdrawn", "all"
DUE = (SOON, OVER)
STATES = (OPEN, SOON, OVER, ENDED, WITHDRAWN, ALL)
# So long before a contract is over somebody is to be spoken with about what comes then.
SOON_IS = timedelta(days=60)
ORDER = {
    "until": By(Stay.until_on),
    "name": By(Person.name_key),
    "from": By(Stay.from_on),
    "place": By(Residence.address),
    "kind": By(Stay.kind),
    "ended": By(Stay.ended_on),
}
TIE = (Stay.from_on, Stay.id)


@dataclass(frozen=True)
class StayFilter:
    """Which stays: in a state, of a kind, spoken of by a text; an empty field does not filter."""

    state: str = OPEN
    kind: str = ""
    text: str = ""


def list_stays(
    session: Session, viewer: Viewer, *, only: StayFilter, wanted: Wanted, today: date
) -> Listed[Stay]:
    """List the stays that the viewer may see, whose contract is over first at the top."""
    found = _found(session, viewer, only, today)
    rows = seen(viewer).options(selectinload(Stay.renewals))
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=TIE)


def count_stays(session: Session, viewer: Viewer, *, only: StayFilter, today: date) -> int:
    """Count what `list_stays` lists."""
    return count_found(session, _found(session, viewer, only, today))


def _found(session: Session, viewer: Viewer, only: StayFilter, today: date) -> Select[uuid.UUID]:
    found = seen_stays(viewer).where(_in_state(only.state, today))
    if only.kind in tuple(StayKind):
        found = found.where(Stay.kind == StayKind(only.kind))
    if only.text.strip():
        of_person = spoken_of(session, only.text, Stay.person_id)
        found = found.where(of_person | dwellings_called(session, only.text))
    return found


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    withdrawn, ended = Stay.withdrawn_at.is_not(None), Stay.ended_on.is_not(None)
    standing = and_(~withdrawn, ~ended)
    states = {
        SOON: and_(standing, Stay.until_on >= today, Stay.until_on <= today + SOON_IS),
        OVER: and_(standing, Stay.until_on < today),
        ENDED: and_(~withdrawn, ended),
        WITHDRAWN: withdrawn,
        ALL: or_(withdrawn, ~withdrawn),
    }
    return states.get(state, standing)
