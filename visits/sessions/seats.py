"""How many seats of a session are taken, and how many came, as one viewer may count them.

Whom she may not see is in no count of hers, so that "full" tells of nobody hidden: where somebody
hidden sits, one more is enrolled than there are seats, and whoever sees all is told so.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from visits.models.people import Person
from visits.models.sessions import CollectiveSession, Presence, SessionCount, SessionEnrolment
from visits.sight import Viewer, visible_persons


@dataclass(frozen=True)
class Seats:
    """What is counted of a session: seats taken, who waits, of whom it is noted, who came.

    `number` is how many came where nobody noted who.
    """

    taken: int = 0
    waiting: int = 0
    noted: int = 0
    present: int = 0
    number: int | None = None

    @property
    def came(self) -> int | None:
        """How many came; None where nobody noted it."""
        if self.number is not None:
            return self.number
        return self.present if self.noted else None


def expected(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `SessionEnrolment` and its `Person` for those a viewer may see.

    Who died is expected no more, but stays where it is noted whether she came.
    """
    lives = or_(Person.died_on.is_(None), SessionEnrolment.presence.is_not(None))
    return and_(SessionEnrolment.withdrawn_at.is_(None), lives, visible_persons(viewer))


def seats_of(
    session: Session, viewer: Viewer, ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Seats]:
    """Count the seats of some sessions; each of them is in what is given."""
    counted = (
        select(
            SessionEnrolment.session_id,
            _how_many(SessionEnrolment.waiting.is_(False)),
            _how_many(SessionEnrolment.waiting.is_(True)),
            _how_many(SessionEnrolment.presence.is_not(None)),
            _how_many(SessionEnrolment.presence == Presence.CAME),
        )
        .join(SessionEnrolment.person)
        .where(SessionEnrolment.session_id.in_(ids), expected(viewer))
        .group_by(SessionEnrolment.session_id)
    )
    persons = {row[0]: row[1:] for row in session.execute(counted)}
    standing = select(SessionCount.session_id, SessionCount.came)
    standing = standing.where(SessionCount.session_id.in_(ids), SessionCount.withdrawn_at.is_(None))
    numbers = {one: came for one, came in session.execute(standing)}
    nobody = (0, 0, 0, 0)
    return {one: Seats(*persons.get(one, nobody), numbers.get(one)) for one in ids}


def seats_of_one(session: Session, viewer: Viewer, one: CollectiveSession) -> Seats:
    """Count the seats of a session."""
    return seats_of(session, viewer, [one.id])[one.id]


def is_full(one: CollectiveSession, seats: Seats) -> bool:
    """Tell whether no seat is left."""
    return one.capacity is not None and seats.taken >= one.capacity


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, SessionEnrolment.id)))
