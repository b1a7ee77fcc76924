"""What somebody asked of calls: when to ring, by phone or not, no contact at all or in part."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from diagnostics.delays import PARIS
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.calls import CallWish, WishKind
from visits.models.cases import Case
from visits.models.people import AccessKind, Person
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.reach import visible_cases
from visits.sight.withdrawing import withdraw

# Between which hours of the day somebody may ask to be rung.
FIRST_HOUR, LAST_HOUR = 8, 20
NOTE_LENGTH = 200
NO_CONTACT = (WishKind.NO_CONTACT, WishKind.NO_PROGRAMME)
UNTIL_A_DAY = (WishKind.NOT_BEFORE, *NO_CONTACT)


@dataclass(frozen=True)
class Wish:
    """What was typed: hours of the day (8 to 20), a day to come, a programme, another way."""

    kind: WishKind
    from_hour: int | None = None
    to_hour: int | None = None
    until_on: date | None = None
    note: str = ""
    programme: str = ""


def note_wish(
    session: Session, person: Person, wish: Wish, *, viewer: Viewer, now: datetime
) -> CallWish:
    """Note what a person asked of calls, in the place of what she asked before of that kind.

    A programme is one of those in which the viewer sees her. Raises Invalid, field by field.
    """
    only_one = wish.kind is WishKind.NO_PROGRAMME
    if only_one and wish.programme not in programmes_seen(session, viewer, person.id):
        raise Invalid({"wish_programme": "bad_choice"})
    _check(wish, today_in_paris(now))
    programme = wish.programme if only_one else ""
    standing = standing_wishes(session, viewer, person.id)
    replaced = [one for one in standing if (one.kind, one.programme) == (wish.kind, programme)]
    for one in replaced:
        one.withdrawn_at, one.withdrawn_by_id = now, viewer.user_id
    if wish.kind is WishKind.NO_CONTACT:
        _leave_alone(person, replaced)
    session.flush()
    hours = wish.kind is WishKind.HOURS
    noted = CallWish(
        person_id=person.id,
        kind=wish.kind,
        programme=programme,
        from_hour=wish.from_hour if hours else None,
        to_hour=wish.to_hour if hours else None,
        until_on=wish.until_on if wish.kind in UNTIL_A_DAY else None,
        note=wish.note.strip() or None,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(noted)
    _log(session, person, viewer, now)
    return noted


def _check(wish: Wish, today: date) -> None:
    fields = {}
    if wish.kind is WishKind.HOURS:
        if wish.from_hour is None or not FIRST_HOUR <= wish.from_hour < LAST_HOUR:
            fields["from_hour"] = "hour_required"
        if wish.to_hour is None or not FIRST_HOUR < wish.to_hour <= LAST_HOUR:
            fields["to_hour"] = "hour_required"
        if not fields and wish.to_hour <= wish.from_hour:  # type: ignore[operator]
            fields["to_hour"] = "hours_in_order"
    if wish.kind is WishKind.NOT_BEFORE and wish.until_on is None:
        fields["until_on"] = "must_be_in_future"
    if wish.kind in UNTIL_A_DAY and wish.until_on is not None and wish.until_on <= today:
        fields["until_on"] = "must_be_in_future"
    if wish.kind is WishKind.NO_PHONE and not wish.note.strip():
        fields["note"] = "other_way_required"
    if len(wish.note.strip()) > NOTE_LENGTH:
        fields["note"] = "too_long"
    if fields:
        raise Invalid(fields)


def withdraw_wish(
    session: Session, person: Person, wish_id: uuid.UUID, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Withdraw a wish; it stays, with why. Raises NotFound, Invalid without a reason, Conflict."""
    wish = session.get(CallWish, wish_id)
    if wish is None or wish.person_id != person.id or not _is_seen(session, viewer, wish):
        raise NotFound("call_wish_not_found")
    withdraw(wish, why=why, viewer=viewer, now=now)
    if wish.kind is WishKind.NO_CONTACT:
        if person.died_on is not None:
            raise Conflict("person_died")
        person.do_not_contact = False
    _log(session, person, viewer, now)


def end_no_contact(session: Session, *, now: datetime) -> int:
    """Let those be contacted again whose day has come; gives how many."""
    over = (
        select(CallWish, Person)
        .join(Person, Person.id == CallWish.person_id)
        .where(
            Person.died_on.is_(None),
            CallWish.kind.in_(NO_CONTACT),
            CallWish.withdrawn_at.is_(None),
            CallWish.until_on <= today_in_paris(now),
        )
    )
    ended = session.execute(over.order_by(CallWish.id)).all()
    for wish, person in ended:
        wish.withdrawn_at = now
        if wish.kind is WishKind.NO_CONTACT:
            person.do_not_contact = False
    return len(ended)


def _leave_alone(person: Person, replaced: Sequence[CallWish]) -> None:
    if person.do_not_contact and not replaced:
        raise Invalid({"wish_kind": "left_alone_already"})
    person.do_not_contact = True


def programmes_seen(session: Session, viewer: Viewer, person_id: uuid.UUID) -> list[str]:
    """Name the programmes of a person's cases that the viewer may see."""
    hers = select(Case.programme).join(Case.person).where(Case.person_id == person_id)
    return sorted(set(session.scalars(hers.where(visible_cases(viewer)))))


def _is_seen(session: Session, viewer: Viewer, wish: CallWish) -> bool:
    """Tell whether a viewer may know of a wish: that of one programme tells that she is in it."""
    return not wish.programme or wish.programme in programmes_seen(session, viewer, wish.person_id)


def standing_wishes(session: Session, viewer: Viewer, person_id: uuid.UUID) -> Sequence[CallWish]:
    """List what a person asks of calls as far as the viewer may know, the latest first."""
    statement = (
        select(CallWish)
        .options(joinedload(CallWish.noted_by))
        .where(CallWish.person_id == person_id, CallWish.withdrawn_at.is_(None))
        .where(CallWish.programme.in_(["", *programmes_seen(session, viewer, person_id)]))
        .order_by(CallWish.noted_at.desc(), CallWish.id.desc())
    )
    return session.scalars(statement).all()


def not_now(now: datetime) -> Select[uuid.UUID]:
    """Select who is not to be phoned at this moment, by her own wish: few, found by index."""
    hour = now.astimezone(PARIS).hour
    outside = or_(CallWish.from_hour > hour, CallWish.to_hour <= hour)
    return select(CallWish.person_id).where(
        CallWish.withdrawn_at.is_(None),
        or_(
            CallWish.kind == WishKind.NO_PHONE,
            and_(CallWish.programme == "", CallWish.until_on > today_in_paris(now)),
            and_(CallWish.kind == WishKind.HOURS, outside),
        ),
    )


def _log(session: Session, person: Person, viewer: Viewer, now: datetime) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person.id],
        kind=AccessKind.WRITE,
        what="call_wish",
        now=now,
    )
