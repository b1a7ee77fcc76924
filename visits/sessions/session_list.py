"""Collective sessions as the office lists them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import midnight_in_paris
from visits.models.accounts import Organisation
from visits.models.portfolio import Residence
from visits.models.sessions import CollectiveSession, SessionKind, SessionState
from visits.sight import Viewer
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.sessions import visible_sessions
from visits.sight.wording import each_word, has_in, residences_called

TO_COME, TO_CONFIRM, ALL = "to_come", "to_confirm", "all"
LISTS = (TO_COME, TO_CONFIRM)
ALONG = case({one: rank for rank, one in enumerate(SessionState)}, value=CollectiveSession.state)
WHERE = func.coalesce(Residence.city, CollectiveSession.place)
HOLDER = func.coalesce(Organisation.name, CollectiveSession.held_by_name)
ORDER = {
    "starts": By(CollectiveSession.starts_at, known=True),
    "title": By(func.lower(CollectiveSession.title)),
    "programme": By(CollectiveSession.programme),
    "where": By(func.lower(WHERE), outer=(CollectiveSession.residence,)),
    "holder": By(func.lower(HOLDER), outer=(CollectiveSession.held_by,)),
    "state": By(ALONG),
}


@dataclass(frozen=True)
class SessionFilter:
    """Which sessions; an empty field does not filter.

    `state` is one, or `to_come`, `to_confirm` (planned, and their day has passed), `all`. `text` is
    looked for in titles, places and who holds them; `series` is the id of those planned together.
    """

    state: str = TO_COME
    programme: str = ""
    kind: str = ""
    holder: str = ""
    series: str = ""
    text: str = ""
    first: date | None = None
    last: date | None = None


def list_sessions(
    session: Session, viewer: Viewer, *, only: SessionFilter, wanted: Wanted, now: datetime
) -> Listed[CollectiveSession]:
    """List the sessions that the viewer may see."""
    rows = select(CollectiveSession).options(
        joinedload(CollectiveSession.residence), joinedload(CollectiveSession.held_by)
    )
    found = sessions_found(session, viewer, only, now)
    tie = (CollectiveSession.starts_at, CollectiveSession.id)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=tie)


def count_sessions(session: Session, viewer: Viewer, *, only: SessionFilter, now: datetime) -> int:
    """Count what `list_sessions` lists."""
    return count_found(session, sessions_found(session, viewer, only, now))


def holders_in_use(session: Session, viewer: Viewer) -> Sequence[Organisation]:
    """List by name the organisations that hold sessions the viewer may see."""
    holding = select(CollectiveSession.held_by_id).where(visible_sessions(viewer))
    named = select(Organisation).where(Organisation.id.in_(holding))
    return session.scalars(named.order_by(Organisation.name, Organisation.id)).all()


def sessions_found(
    session: Session, viewer: Viewer, only: SessionFilter, now: datetime
) -> Select[uuid.UUID]:
    """Select the ids of what a filter finds among the sessions that the viewer may see."""
    one = CollectiveSession
    found = _in_state(select(one.id).where(visible_sessions(viewer)), only.state, now)
    if only.programme:
        found = found.where(one.programme == only.programme)
    if only.kind in tuple(SessionKind):
        found = found.where(one.kind == SessionKind(only.kind))
    for key, asked in ((one.held_by_id, only.holder), (one.series_id, only.series)):
        if asked:
            found = found.where(key == _id(asked))
    if only.first is not None:
        found = found.where(one.starts_at >= midnight_in_paris(only.first))
    if only.last is not None:
        found = found.where(one.starts_at < midnight_in_paris(only.last + timedelta(days=1)))
    if only.text.strip():
        found = found.where(_speaks_of(session, only.text))
    return found


def _in_state(found: Select[uuid.UUID], state: str, now: datetime) -> Select[uuid.UUID]:
    planned = CollectiveSession.state == SessionState.PLANNED
    if state == TO_COME:
        return found.where(planned, CollectiveSession.starts_at > now)
    if state == TO_CONFIRM:
        return found.where(planned, CollectiveSession.starts_at <= now)
    if state in tuple(SessionState):
        return found.where(CollectiveSession.state == SessionState(state))
    return found


def _speaks_of(session: Session, text: str) -> ColumnElement[bool]:
    """Give the condition that each word is in a title, a place or the name of who holds it."""
    one = CollectiveSession

    def is_said(word: str) -> ColumnElement[bool]:
        called = select(Organisation.id).where(has_in(session, word, Organisation.name))
        return or_(
            has_in(session, word, one.title, one.place, one.held_by_name),
            one.residence_id.in_(residences_called(session, word)),
            one.held_by_id.in_(called),
        )

    in_it = one.residence_id.in_(residences_called(session, text))
    return or_(each_word(text, is_said), in_it)


def _id(typed: str) -> uuid.UUID:
    """Read an id; what is none is nobody's."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        return uuid.UUID(int=0)
