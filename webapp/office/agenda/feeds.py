"""A visitor's visits in her own calendar: the address made, renewed, revoked, and what it tells."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.agenda.feeds import (
    FeedClosed,
    FeedEntry,
    feed_of,
    make_feed,
    note_read,
    open_feed,
    read_feed,
    revoke_feed,
)
from visits.agenda.visitors import find_visitor
from visits.ground.errors import NotFound
from visits.models.accounts import User
from webapp.access.auth import Action, public, requires, viewer
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.signed_links import PRIVATE, secret_in, signed_address

calendar_feed = Blueprint("calendar_feed", __name__)

ENDPOINT = "calendar_feed.read"


@calendar_feed.get("/my-calendar")
@requires(Action.VISIT)
def own() -> ResponseReturnValue:
    """Show a visitor whether her calendar may read her visits."""
    return _page(g.account.id)


@calendar_feed.post("/my-calendar")
@requires(Action.VISIT)
def make_own() -> ResponseReturnValue:
    """Make an address for one's own calendar; the one before opens nothing any more."""
    return _made(g.account.id, whose=None)


@calendar_feed.post("/my-calendar/revocation")
@requires(Action.VISIT)
def revoke_own() -> ResponseReturnValue:
    """Let one's own calendar read nothing more."""
    with transaction() as session:
        revoke_feed(session, g.account.id, by=g.account.id, now=now())
    flash(_("The address is revoked: calendars read nothing more."), "success")
    return redirect(url_for("calendar_feed.own"))


@calendar_feed.get("/visitors/<uuid:visitor_id>/calendar")
@requires(Action.PLAN)
def show(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Show whether a visitor's calendar may read her visits."""
    return _page(visitor_id, kept=True)


@calendar_feed.post("/visitors/<uuid:visitor_id>/calendar")
@requires(Action.PLAN)
def make(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Make an address for a visitor's calendar; the one before opens nothing any more."""
    return _made(visitor_id, whose=visitor_id)


@calendar_feed.post("/visitors/<uuid:visitor_id>/calendar/revocation")
@requires(Action.PLAN)
def revoke(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Let a visitor's calendar read nothing more."""
    with transaction() as session:
        visitor = find_visitor(session, viewer(), visitor_id, to_keep=True)
        revoke_feed(session, visitor.id, by=g.account.id, now=now())
    flash(_("The address is revoked: calendars read nothing more."), "success")
    return redirect(url_for("calendar_feed.show", visitor_id=visitor_id))


def _made(visitor_id: uuid.UUID, *, whose: uuid.UUID | None) -> ResponseReturnValue:
    with transaction() as session:
        visitor = _visitor(session, visitor_id, kept=whose is not None)
        secret = make_feed(session, visitor, by=g.account.id, now=now())
    made = signed_address(ENDPOINT, secret)
    return _page(visitor_id, kept=whose is not None, made=made), 200, PRIVATE


def _visitor(session: Session, visitor_id: uuid.UUID, *, kept: bool) -> User:
    if kept:
        return find_visitor(session, viewer(), visitor_id, to_keep=True)
    return session.get_one(User, visitor_id)


def _page(visitor_id: uuid.UUID, *, kept: bool = False, made: str = "") -> str:
    with reading() as session:
        return render_template(
            "agenda/feed.html",
            visitor=_visitor(session, visitor_id, kept=kept),
            kept=kept,
            feed=feed_of(session, visitor_id),
            made=made,
        )


@calendar_feed.get("/calendars/<token>")
@public
def read(token: str) -> ResponseReturnValue:
    """Give a visitor's visits to her calendar (RFC 5545)."""
    secret = secret_in(ENDPOINT, token)
    try:
        if secret is None:
            raise FeedClosed("calendar_feed_closed")
        with reading() as session:
            feed = open_feed(session, secret)
            entries = read_feed(session, feed, now=now())
            with force_locale(feed.visitor.language):
                text = _calendar(entries)
        with transaction() as session:
            note_read(session, open_feed(session, secret), entries, now=now())
    except FeedClosed as closed:
        raise NotFound(closed.code) from None
    told = PRIVATE | {"Cache-Control": "private, no-store"}
    return Response(text, mimetype="text/calendar", headers=told)


def _calendar(entries: Sequence[FeedEntry]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Palier//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("My visits"))
    for one in entries:
        calendar.add_component(_event(one))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(one: FeedEntry) -> Event:
    """Write a visit; its number stays, and what calendars count grows when it is moved."""
    event = Event()
    event.add("uid", f"{one.visit_id}@palier")
    event.add("sequence", one.turn)
    event.add("dtstamp", now())
    event.add("dtstart", one.start_at.astimezone(PARIS))
    event.add("dtend", one.end_at.astimezone(PARIS))
    event.add("summary", _("Visit: %(name)s", name=one.name) if one.name else _("Visit"))
    if one.where:
        event.add("location", one.where)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    return event
