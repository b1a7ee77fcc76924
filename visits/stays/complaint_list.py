"""Complaints as the office lists them, and how many were answered in time, by one query."""

import uuid
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.models.complaints import Complaint, ComplaintAbout
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.stays import Place, Stay
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.places import visible_stays
from visits.sight.reach import Viewer
from visits.sight.wording import dwellings_called, spoken_of
from visits.stays.complaints import seen_complaints

OPEN, LATE, MINE, IN_TIME, TOO_LATE = "open", "late", "mine", "in_time", "too_late"
WITHDRAWN, ALL = "withdrawn", "all"
STATES = (OPEN, LATE, MINE, IN_TIME, TOO_LATE, WITHDRAWN, ALL)
ORDER = {
    "due": By(Complaint.due_on, known=True),
    "made": By(Complaint.made_on, known=True),
    "answered": By(Complaint.answered_on),
    "about": By(Complaint.about, known=True),
    "name": By(Person.name_key),
    "place": By(Residence.address),
}
TIE = (Complaint.made_on, Complaint.id)


@dataclass(frozen=True)
class ComplaintFilter:
    """Which complaints: in a state, about something, spoken of by a text, made in some days.

    An empty field does not filter.
    """

    state: str = OPEN
    about: str = ""
    text: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Answered:
    """Of the complaints whose time is over or that were answered, how many were in time."""

    in_time: int
    judged: int


def list_complaints(
    session: Session, viewer: Viewer, *, only: ComplaintFilter, wanted: Wanted, today: date
) -> Listed[Complaint]:
    """List the complaints that the viewer may see, what is due first at the top."""
    found = _found(session, viewer, only, today)
    rows = seen_complaints(viewer).options(joinedload(Complaint.owner))
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=TIE)


def count_complaints(
    session: Session, viewer: Viewer, *, only: ComplaintFilter, today: date
) -> int:
    """Count what `list_complaints` lists."""
    return count_found(session, _found(session, viewer, only, today))


def answered_in_time(
    session: Session, viewer: Viewer, *, only: ComplaintFilter, today: date
) -> Answered:
    """Count those asked for, in whichever state, by whether they were answered in time."""
    in_time, *late = (
        count_complaints(session, viewer, only=replace(only, state=one), today=today)
        for one in (IN_TIME, TOO_LATE, LATE)
    )
    return Answered(in_time, in_time + sum(late))


def _found(
    session: Session, viewer: Viewer, only: ComplaintFilter, today: date
) -> Select[uuid.UUID]:
    found = select(Complaint.id).join(Complaint.stay).join(Stay.person).join(Stay.place)
    found = found.join(Place.dwelling).join(Dwelling.residence)
    found = found.where(visible_stays(viewer), _in_state(only.state, viewer, today))
    if only.about in tuple(ComplaintAbout):
        found = found.where(Complaint.about == ComplaintAbout(only.about))
    if only.first is not None:
        found = found.where(Complaint.made_on >= only.first)
    if only.last is not None:
        found = found.where(Complaint.made_on <= only.last)
    if only.text.strip():
        of_person = spoken_of(session, only.text, Stay.person_id)
        found = found.where(of_person | dwellings_called(session, only.text))
    return found


def _in_state(state: str, viewer: Viewer, today: date) -> ColumnElement[bool]:
    counts, answered = Complaint.withdrawn_at.is_(None), Complaint.answered_on.is_not(None)
    waits = and_(counts, ~answered)
    states = {
        LATE: and_(waits, Complaint.due_on < today),
        MINE: and_(waits, Complaint.owner_id == viewer.user_id),
        IN_TIME: and_(counts, Complaint.answered_on <= Complaint.due_on),
        TOO_LATE: and_(counts, Complaint.answered_on > Complaint.due_on),
        WITHDRAWN: ~counts,
        ALL: or_(counts, ~counts),
    }
    return states.get(state, waits)
