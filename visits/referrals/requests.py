"""What a partner asks by its form: received once, taken up for whom it means, or set aside."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import Session, joinedload

from diagnostics.codes import RECIPIENTS
from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.folding import name_key
from visits.models.people import Person
from visits.models.referral_requests import ReferralDoor, ReferralRequest, RequestState
from visits.models.referrals import Basis, Direction, Referral
from visits.referrals.referrals import NAME_LENGTH, WORDS_LENGTH, ReferralSaid, open_by_hand
from visits.sight import Viewer
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.referrals import visible_referrals, visible_requests

# A door that was passed on fills no list: so many in a day, and it says so.
MOST_A_DAY = 50
MOST_SHOWN = 20
ALL = "all"
WAITS = case((ReferralRequest.state == RequestState.WAITING, 0), else_=1)
ORDER = {
    "waits": WAITS,
    "received": ReferralRequest.received_at,
    "settled": ReferralRequest.settled_at,
    "name": ReferralRequest.name_key,
}


@dataclass(frozen=True)
class RequestSaid:
    """What a partner writes: of whom, what it asks, what allows it, who writes."""

    last_name: str = ""
    first_name: str = ""
    address: str = ""
    phone: str = ""
    code: str = ""
    asked: str = ""
    basis: str = ""
    agreed_on: date | None = None
    because: str = ""
    sender: str = ""
    sender_at: str = ""


REQUIRED = ("last_name", "first_name", "address", "asked", "sender", "sender_at")
LONG = ("asked", "because")


def receive(
    session: Session, door: ReferralDoor, said: RequestSaid, *, key: uuid.UUID, now: datetime
) -> ReferralRequest:
    """Keep what is asked by a door; the same form sent again is the one that came already.

    Raises Invalid field by field, Conflict when too much came by the door in a day.
    """
    take_turn(session, f"requests of {door.id}")
    its = ReferralRequest.door_id == door.id
    arrived = session.scalars(select(ReferralRequest).where(its, ReferralRequest.key == key))
    if (known := arrived.one_or_none()) is not None:
        return known
    said = _checked(said, now)
    since = now - timedelta(days=1)
    lately = select(func.count()).where(its, ReferralRequest.received_at > since)
    if (session.scalar(lately) or 0) >= MOST_A_DAY:
        raise Conflict("referral_door_full")
    one = ReferralRequest(
        id=new_id(),
        reference=f"DO-{uuid.uuid4().hex[:8].upper()}",
        door_id=door.id,
        key=key,
        received_at=now,
        name_key=name_key(said.last_name, said.first_name),
        last_name=said.last_name,
        first_name=said.first_name,
        address=said.address,
        phone=said.phone or None,
        code=said.code,
        asked=said.asked,
        basis=Basis(said.basis),
        agreed_on=said.agreed_on,
        because=said.because or None,
        sender=said.sender,
        sender_at=said.sender_at,
        state=RequestState.WAITING,
    )
    session.add(one)
    session.flush()
    return one


def _checked(said: RequestSaid, now: datetime) -> RequestSaid:
    texts = {
        one.name: str(getattr(said, one.name)).strip()
        for one in fields(said)
        if one.name != "agreed_on"
    }
    faults = {name: "required" for name in REQUIRED if not texts[name]}
    for name, text in texts.items():
        if len(text) > (WORDS_LENGTH if name in LONG else NAME_LENGTH):
            faults[name] = "too_long"
    if texts["code"] not in RECIPIENTS:
        faults["code"] = "bad_choice" if texts["code"] else "required"
    if texts["basis"] not in tuple(Basis):
        faults["basis"] = "bad_choice" if texts["basis"] else "required"
    agreed_on = said.agreed_on if texts["basis"] == Basis.CONSENT else None
    if texts["basis"] == Basis.CONSENT:
        texts["because"] = ""
        if agreed_on is None:
            faults["agreed_on"] = "required"
        elif agreed_on > today_in_paris(now):
            faults["agreed_on"] = "must_not_be_future"
    elif texts["basis"] in tuple(Basis) and not texts["because"]:
        faults["because"] = "required"
    if faults:
        raise Invalid(faults)
    return RequestSaid(**texts, agreed_on=agreed_on)


def list_requests(
    session: Session, viewer: Viewer, *, state: str, wanted: Wanted
) -> Listed[ReferralRequest]:
    """List what came by the doors whose requests a viewer may read, what waits longest first."""
    rows = _seen(viewer, _of(state)).options(
        joinedload(ReferralRequest.referral), joinedload(ReferralRequest.settled_by)
    )
    tie = (ReferralRequest.received_at, ReferralRequest.id)
    return page_of(session, rows, wanted=wanted, order=ORDER, tie=tie)


def count_waiting(session: Session, viewer: Viewer) -> int:
    """Count what `list_requests` lists as waiting."""
    waiting = _seen(viewer, _of(RequestState.WAITING)).order_by(None)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def find_request(
    session: Session, viewer: Viewer, request_id: uuid.UUID, *, to_change: bool = False
) -> ReferralRequest:
    """Find a request that the viewer may read, else raise NotFound; `to_change` waits."""
    found = _seen(viewer, ReferralRequest.id == request_id)
    if to_change:
        found = found.with_for_update(of=ReferralRequest, key_share=True)
    one = session.scalars(found).one_or_none()
    if one is None:
        raise NotFound("referral_request_not_found")
    return one


def take_up(
    session: Session,
    request: ReferralRequest,
    person: Person,
    said: ReferralSaid,
    *,
    viewer: Viewer,
    now: datetime,
) -> Referral:
    """Open the referral that a request asks for, of the person who is meant.

    Raises Conflict when somebody settled it meanwhile, Invalid as for one opened by hand.
    """
    _refuse_unless_waiting(request)
    if person.landlord_id != request.door.landlord_id:
        raise Conflict("referral_request_elsewhere")
    if said.direction != Direction.IN:
        raise Invalid({"direction": "bad_choice"})
    referral = open_by_hand(session, person, said, viewer=viewer, now=now)
    _settle(request, RequestState.TAKEN_UP, viewer, now)
    request.referral_id = referral.id
    session.flush()
    return referral


def set_aside(
    session: Session, request: ReferralRequest, why: str, *, viewer: Viewer, now: datetime
) -> None:
    """Put a request aside, and say why: the partner is told by who does. Raises Invalid."""
    _refuse_unless_waiting(request)
    why = why.strip()
    if not why or len(why) > WORDS_LENGTH:
        raise Invalid({"why": "too_long" if why else "required"})
    _settle(request, RequestState.SET_ASIDE, viewer, now)
    request.why = why
    session.flush()


def bring_back(session: Session, request: ReferralRequest) -> None:
    """Let a request wait again that was set aside. Raises Conflict for any other."""
    if request.state is not RequestState.SET_ASIDE:
        raise Conflict("referral_request_settled")
    request.state, request.why = RequestState.WAITING, None
    request.settled_at = request.settled_by_id = None
    session.flush()


def request_of(session: Session, viewer: Viewer, referral: Referral) -> ReferralRequest | None:
    """Give the form by which a referral came, to whoever sees the referral."""
    came = select(ReferralRequest).where(ReferralRequest.referral_id == referral.id)
    seen = came.join(ReferralRequest.referral).join(Referral.person)
    return session.scalars(seen.where(visible_referrals(viewer))).one_or_none()


def latest_by(session: Session, door: ReferralDoor) -> Sequence[ReferralRequest]:
    """List what came by a door, the newest first, for who asked: no more than `MOST_SHOWN`."""
    came = select(ReferralRequest).where(ReferralRequest.door_id == door.id)
    newest = came.order_by(ReferralRequest.received_at.desc(), ReferralRequest.id.desc())
    return session.scalars(newest.limit(MOST_SHOWN)).all()


def _refuse_unless_waiting(request: ReferralRequest) -> None:
    if request.state is not RequestState.WAITING:
        raise Conflict("referral_request_settled")


def _settle(request: ReferralRequest, state: RequestState, viewer: Viewer, now: datetime) -> None:
    request.state, request.settled_at, request.settled_by_id = state, now, viewer.user_id


def _seen(viewer: Viewer, only: ColumnElement[bool]) -> Select[ReferralRequest]:
    return (
        select(ReferralRequest)
        .join(ReferralRequest.door)
        .where(visible_requests(viewer), only)
        .options(joinedload(ReferralRequest.door).joinedload(ReferralDoor.landlord))
    )


def _of(state: str) -> ColumnElement[bool]:
    known: Sequence[str] = tuple(RequestState)
    return ReferralRequest.state == RequestState(state) if state in known else true()
