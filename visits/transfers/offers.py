"""Homes offered to who wishes to move, and what is answered; none is knowingly offered to two."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.access import VACANT
from visits.homes.matching import may_be_offered
from visits.homes.needs import needs_of
from visits.homes.register import Adapted, adapted_homes, tell
from visits.models.people import AccessKind
from visits.models.portfolio import Dwelling
from visits.models.transfers import (
    OPEN_WISHES,
    Answer,
    OfferRefusal,
    TransferOffer,
    TransferWish,
    WishState,
)
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.homes import find_home
from visits.sight.reach import open_to

SAID_LENGTH = 500


def homes_offered(user_id: uuid.UUID | None) -> Select[uuid.UUID]:
    """Select the homes that somebody thinks about or accepted: they are nobody else's to have.

    One on offer to a protected person is free to whoever is not named for her, who would learn
    where she is to live: it may be on offer to two, and whoever sees both is told so.
    """
    standing = select(TransferOffer.dwelling_id).join(TransferOffer.wish).join(TransferWish.person)
    return standing.where(
        open_to(user_id),
        TransferWish.state.in_(OPEN_WISHES),
        TransferOffer.withdrawn_at.is_(None),
        TransferOffer.answer.is_(None) | (TransferOffer.answer == Answer.ACCEPTED),
    )


def offer_home(
    session: Session,
    wish: TransferWish,
    dwelling_id: uuid.UUID,
    *,
    turn: int,
    homes: Viewer,
    viewer: Viewer,
    now: datetime,
) -> TransferOffer:
    """Offer a home of the register; `homes` is how far the viewer sees homes.

    Raises NotFound for a home she may not see or that is none of the register's, Conflict when
    another offer stands, the home is let, offered to somebody else or never for these needs.
    """
    read_just_now(wish, turn)
    if wish.state is not WishState.WAITING:
        raise Conflict("wish_does_not_wait")
    home = _of_register(session, homes, dwelling_id, on=today_in_paris(now))
    if home.dwelling.landlord_id != wish.person.landlord_id:
        raise NotFound("home_not_found")
    if home.letting not in VACANT:
        raise Conflict("home_not_free")
    if not may_be_offered(needs_of(session, wish.person_id), home):
        raise Conflict("home_never_for_these_needs")
    if offered_elsewhere(session, wish, dwelling_id, by=viewer.user_id):
        raise Conflict("home_is_offered")
    offer = TransferOffer(
        id=new_id(), dwelling_id=dwelling_id, offered_at=now, offered_by_id=viewer.user_id
    )
    wish.offers.append(offer)
    settle(wish)
    session.flush()
    log_wish(session, wish, "transfer_offer", viewer=viewer, now=now)
    return offer


def _of_register(session: Session, homes: Viewer, dwelling_id: uuid.UUID, *, on: date) -> Adapted:
    dwelling = find_home(session, homes, dwelling_id)
    if session.scalar(adapted_homes(homes).where(Dwelling.id == dwelling.id)) is None:
        raise NotFound("home_not_found")
    return tell(session, [dwelling.id], today=on)[dwelling.id]


def offered_elsewhere(
    session: Session, wish: TransferWish, dwelling_id: uuid.UUID, *, by: uuid.UUID | None
) -> bool:
    """Tell whether somebody else has a home on offer, of those open to who asks.

    Others who offer it wait until it is told.
    """
    take_turn(session, f"offers of {dwelling_id}")
    return _somebody_else(session, wish, dwelling_id, by)


def is_offered_too(session: Session, viewer: Viewer, wish: TransferWish) -> bool:
    """Tell whether the home of the offer that stands is on offer to somebody else as well."""
    offer = wish.standing
    return offer is not None and _somebody_else(session, wish, offer.dwelling_id, viewer.user_id)


def _somebody_else(
    session: Session, wish: TransferWish, dwelling_id: uuid.UUID, user_id: uuid.UUID | None
) -> bool:
    others = homes_offered(user_id).where(
        TransferOffer.dwelling_id == dwelling_id, TransferOffer.wish_id != wish.id
    )
    return session.scalar(others.limit(1)) is not None


@dataclass(frozen=True)
class AnswerSaid:
    """What was answered to an offer: a refusal has its reason."""

    answer: str
    reason: str = ""
    said: str = ""


def answer_offer(
    session: Session,
    wish: TransferWish,
    said: AnswerSaid,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note what was answered to the offer that stands. Raises Invalid by field, Conflict."""
    read_just_now(wish, turn)
    offer = wish.standing
    if offer is None or wish.state is not WishState.OFFERED:
        raise Conflict("no_offer_to_answer")
    fields = {}
    if said.answer not in tuple(Answer):
        fields["answer"] = "bad_choice" if said.answer else "required"
    elif said.answer == Answer.REFUSED and said.reason not in tuple(OfferRefusal):
        fields["reason"] = "bad_choice" if said.reason else "required"
    if len(said.said.strip()) > SAID_LENGTH:
        fields["said"] = "too_long"
    if fields:
        raise Invalid(fields)
    offer.answer = Answer(said.answer)
    offer.reason = said.reason if offer.answer is Answer.REFUSED else None
    offer.said, offer.answered_at, offer.answered_by_id = said.said.strip(), now, viewer.user_id
    settle(wish)
    session.flush()
    log_wish(session, wish, f"transfer_{offer.answer}", viewer=viewer, now=now)


def take_offer_back(
    session: Session, wish: TransferWish, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Take the latest act on an offer back: its answer, or else the offer itself.

    Raises Conflict when the wish is closed, nothing was offered, or the home is somebody else's.
    """
    read_just_now(wish, turn)
    offer = next((one for one in reversed(wish.offers) if one.withdrawn_at is None), None)
    if offer is None or not wish.is_open:
        raise Conflict("no_offer_to_take_back")
    refused, by = offer.answer is Answer.REFUSED, viewer.user_id
    if refused and offered_elsewhere(session, wish, offer.dwelling_id, by=by):
        raise Conflict("home_is_offered")
    if offer.answer is not None:
        offer.answer = offer.reason = offer.said = offer.answered_at = offer.answered_by_id = None
    else:
        offer.withdrawn_at, offer.withdrawn_by_id = now, viewer.user_id
    settle(wish)
    session.flush()
    log_wish(session, wish, "transfer_taken_back", viewer=viewer, now=now)


def settle(wish: TransferWish) -> None:
    """Let the state of an open wish follow from its offers: the one place that moves it."""
    offer = wish.standing
    wish.state = WishState.WAITING
    if offer is not None:
        wish.state = WishState.ACCEPTED if offer.answer else WishState.OFFERED
    wish.turn += 1


def read_just_now(wish: TransferWish, turn: int) -> None:
    """Raise Conflict when a wish is not as it was when it was read."""
    if wish.turn != turn:
        raise Conflict("wish_changed_meanwhile")


def log_wish(
    session: Session, wish: TransferWish, what: str, *, viewer: Viewer, now: datetime
) -> None:
    """Log that somebody changed a wish."""
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[wish.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
