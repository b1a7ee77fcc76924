"""Who is not to be contacted: at all, or in one programme."""

import uuid

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from visits.models.calls import CallWish, WishKind
from visits.models.cases import Case
from visits.models.people import Person

_STANDS = and_(CallWish.kind == WishKind.NO_PROGRAMME, CallWish.withdrawn_at.is_(None))


def left_alone() -> Select[uuid.UUID]:
    """Select who is not to be contacted at all: few, found by index."""
    return select(Person.id).where(Person.do_not_contact.is_(True))


def cases_left_alone() -> Select[uuid.UUID]:
    """Select the cases whose person asked for no contact in their programme: few."""
    same = and_(Case.person_id == CallWish.person_id, Case.programme == CallWish.programme)
    return select(Case.id).join(CallWish, same).where(_STANDS)


def wants_none_of(programme: str) -> Select[uuid.UUID]:
    """Select who asked for no contact in one programme: few."""
    return select(CallWish.person_id).where(_STANDS, CallWish.programme == programme)


def is_left_alone_in(session: Session, person_id: uuid.UUID, programme: str) -> bool:
    """Tell whether somebody asked for no contact in one programme."""
    hers = wants_none_of(programme).where(CallWish.person_id == person_id)
    return session.scalar(hers.limit(1)) is not None
