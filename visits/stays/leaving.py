"""Stays that end by themselves: with a life, with the home that is left; they go on with it."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from visits.models.cases import Case
from visits.models.stays import ExitTo, Place, Stay
from visits.stays.days import Days
from visits.stays.stays import go_on, is_taken

PERSON_DIED, PERSON_MOVED = "died", "moved"


def end_stays(session: Session, person_id: uuid.UUID, *, on: date, now: datetime) -> list[str]:
    """End the stays of somebody who died; gives which, to take up again.

    One that had not begun by then is withdrawn.
    """
    return _end_all(session, _standing(person_id), ExitTo.DIED, PERSON_DIED, on=on, now=now)


def leave_place(
    session: Session,
    person_id: uuid.UUID,
    *,
    home: uuid.UUID | None,
    cases: Sequence[Case],
    on: date,
    now: datetime,
) -> list[str]:
    """End the stay of somebody who left the home her place is in; gives which, to take up again.

    Without a home it is the stay of the cases that end with her leaving.
    """
    in_home = Stay.place.has(Place.dwelling_id == home)
    of_case = Stay.case_id.in_([case.id for case in cases])
    there = _standing(person_id).where(of_case if home is None else in_home)
    return _end_all(session, there, ExitTo.UNKNOWN, PERSON_MOVED, on=on, now=now)


def _standing(person_id: uuid.UUID) -> Select[Stay]:
    hers = (Stay.person_id == person_id, Stay.ended_on.is_(None), Stay.withdrawn_at.is_(None))
    return select(Stay).where(*hers).order_by(Stay.id)


def _end_all(
    session: Session, stays: Select[Stay], exit_to: ExitTo, why: str, *, on: date, now: datetime
) -> list[str]:
    ended = session.scalars(stays).all()
    for stay in ended:
        if on > stay.from_on:
            stay.ended_on, stay.exit_to, stay.exit_why = on, exit_to, why
        else:
            stay.withdrawn_at, stay.withdrawn_why = now, why
        stay.turn += 1
    session.flush()
    return [str(stay.id) for stay in ended]


def take_stays_up(session: Session, ids: Sequence[str]) -> None:
    """Let stays go on that ended with what is taken back, unless the place is taken."""
    found = select(Stay).where(Stay.id.in_([uuid.UUID(one) for one in ids]))
    for stay in session.scalars(found.order_by(Stay.id)):
        if not {PERSON_DIED, PERSON_MOVED} & {stay.exit_why, stay.withdrawn_why}:
            continue
        if is_taken(session, stay, Days(stay.from_on)):
            continue
        go_on(stay)
        stay.withdrawn_at = stay.withdrawn_by_id = stay.withdrawn_why = None
        stay.turn += 1
    session.flush()
