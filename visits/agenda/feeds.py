"""The address at which a visitor's own calendar reads her visits: made, renewed, revoked, read.

What stands in a calendar is shown on phones and kept by strangers: of a protected person it tells
nothing but the hour, of one for whom there is something to mind at the door nothing but the city.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import NotFound, Refused
from visits.ground.tokens import digest_of, new_secret
from visits.models.accounts import Role, User
from visits.models.agenda import CalendarFeed
from visits.models.cases import Case
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import AT_HOME, Visit, VisitState, made_by
from visits.people.measures import standing_alerts
from visits.sight import Reach, Viewer, visible_cases
from visits.sight.access_log import log_access

PAST, AHEAD = timedelta(days=30), timedelta(days=180)
SHOWN = (VisitState.PLANNED, VisitState.UNDER_WAY, VisitState.DONE, VisitState.CANCELLED)


class FeedClosed(Refused):
    """An address at which nothing is read any more."""


@dataclass(frozen=True)
class FeedEntry:
    """A visit as a calendar is told of it; `name` and `where` are empty where they are kept."""

    visit_id: uuid.UUID
    turn: int
    start_at: datetime
    end_at: datetime
    cancelled: bool
    name: str = ""
    where: str = ""


def feed_of(session: Session, visitor_id: uuid.UUID) -> CalendarFeed | None:
    """Give the address of a visitor that is open, if there is one."""
    stands = select(CalendarFeed).where(
        CalendarFeed.visitor_id == visitor_id, CalendarFeed.revoked_at.is_(None)
    )
    newest = stands.order_by(CalendarFeed.made_at.desc(), CalendarFeed.id.desc()).limit(1)
    return session.scalars(newest.options(joinedload(CalendarFeed.made_by))).first()


def make_feed(session: Session, visitor: User, *, by: uuid.UUID, now: datetime) -> str:
    """Open an address for a visitor; gives its secret, told this once. The one before is shut."""
    if visitor.role is not Role.VISITOR or not visitor.active:
        raise NotFound("visitor_not_found")
    session.scalars(select(User.id).where(User.id == visitor.id).with_for_update(key_share=True))
    _shut(session, visitor.id, by=by, now=now)
    secret = new_secret()
    session.add(
        CalendarFeed(
            visitor_id=visitor.id, secret_sha256=digest_of(secret), made_at=now, made_by_id=by
        )
    )
    session.flush()
    return secret


def revoke_feed(session: Session, visitor_id: uuid.UUID, *, by: uuid.UUID, now: datetime) -> None:
    """Let nothing more be read. Raises NotFound when no address is open."""
    if not _shut(session, visitor_id, by=by, now=now):
        raise NotFound("calendar_feed_not_found")


def _shut(session: Session, visitor_id: uuid.UUID, *, by: uuid.UUID, now: datetime) -> bool:
    stands = select(CalendarFeed).where(
        CalendarFeed.visitor_id == visitor_id, CalendarFeed.revoked_at.is_(None)
    )
    found = session.scalars(stands.order_by(CalendarFeed.id).with_for_update(key_share=True)).all()
    for feed in found:
        feed.revoked_at, feed.revoked_by_id = now, by
    session.flush()
    return bool(found)


def open_feed(session: Session, secret: str) -> CalendarFeed:
    """Find the address of a secret, if it is open; else raise FeedClosed."""
    feed = session.scalars(
        select(CalendarFeed)
        .where(CalendarFeed.secret_sha256 == digest_of(secret))
        .options(joinedload(CalendarFeed.visitor))
    ).one_or_none()
    if feed is None or feed.revoked_at is not None or not feed.visitor.active:
        raise FeedClosed("calendar_feed_closed")
    return feed


def read_feed(session: Session, feed: CalendarFeed, *, now: datetime) -> Sequence[FeedEntry]:
    """Read a visitor's visits of the last month and the next half year, those called off too."""
    visitor = feed.visitor
    viewer = Viewer(visitor.id, visitor.organisation_id, visitor.territory_id, Reach.OWN)
    hers = (
        select(Visit, Person, Residence, visible_cases(viewer).label("seen"))
        .join(Visit.case)
        .join(Case.person)
        .outerjoin(Case.dwelling)
        .outerjoin(Residence, Residence.id == Dwelling.residence_id)
        .where(made_by([visitor.id]), Visit.state.in_(SHOWN), AT_HOME)
        .where(Visit.planned_start_at >= now - PAST, Visit.planned_start_at < now + AHEAD)
        .order_by(Visit.planned_start_at, Visit.id)
    )
    found = session.execute(hers).all()
    minded = standing_alerts(session, {person.id for _visit, person, _home, _seen in found})
    return [
        _told(visit, person, home, seen=seen and not person.protected, silent=person.id in minded)
        for visit, person, home, seen in found
    ]


def _told(
    visit: Visit, person: Person, home: Residence | None, *, seen: bool, silent: bool
) -> FeedEntry:
    name = where = ""
    if seen:
        where = home.city if home is not None else ""
        if not silent and visit.state is not VisitState.CANCELLED:
            name = person.name
            where = home.line if home is not None else ""
    return FeedEntry(
        visit.id,
        visit.turn,
        visit.planned_start_at,
        visit.planned_end_at,
        visit.state is VisitState.CANCELLED,
        name,
        where,
    )


def note_read(
    session: Session, feed: CalendarFeed, entries: Sequence[FeedEntry], *, now: datetime
) -> None:
    """Keep that a calendar was told who is visited."""
    named = [one.visit_id for one in entries if one.name]
    persons = session.scalars(
        select(Case.person_id).join(Visit, Visit.case_id == Case.id).where(Visit.id.in_(named))
    ).all()
    log_access(
        session,
        user_id=feed.visitor_id,
        persons=persons,
        kind=AccessKind.READ,
        what="calendar_feed",
        now=now,
    )
