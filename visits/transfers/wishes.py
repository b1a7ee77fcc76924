"""The wish to move: opened, offered homes, answered, done or withdrawn; each can be undone."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.register import Adapted, adapted_homes, tell
from visits.models.adaptations import AdaptationFile, Step
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling
from visits.models.transfers import (
    OPEN_WISHES,
    Answer,
    OfferRefusal,
    TransferOffer,
    TransferWish,
    WishReason,
    WishState,
)
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.homes import find_home
from visits.sight.transfers import visible_wishes
from visits.transfers.matching import Needs, may_be_offered

SAID_LENGTH, CITY_LENGTH, MOST_ROOMS = 500, 100, 9
OLDEST = timedelta(days=5 * 366)
PERSON_DIED = "died"


@dataclass(frozen=True)
class WishSaid:
    """A wish to move as it was said."""

    reasons: Collection[str]
    needs: Needs
    asked_on: date | None
    wish: str = ""


def open_wish(
    session: Session,
    person: Person,
    said: WishSaid,
    *,
    instead_of: AdaptationFile | None = None,
    viewer: Viewer,
    now: datetime,
) -> TransferWish:
    """Open a wish, perhaps instead of an adaptation that was refused.

    Raises Invalid field by field, Conflict when one of hers is open or the file was not refused.
    """
    fields = _wrong(said, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.asked_on is not None
    if instead_of is not None and (
        instead_of.person_id != person.id or instead_of.step is not Step.REFUSED
    ):
        raise Conflict("adaptation_not_refused")
    take_turn(session, f"transfers of {person.id}")
    if open_wish_of(session, person) is not None:
        raise Conflict("wish_already_open")
    wish = TransferWish(
        id=new_id(),
        reference=f"MU-{uuid.uuid4().hex[:8].upper()}",
        person_id=person.id,
        file_id=instead_of.id if instead_of else None,
        reasons=sorted(set(said.reasons)),
        needs=said.needs.kept(),
        wish=said.wish.strip() or None,
        asked_on=said.asked_on,
        state=WishState.WAITING,
        turn=0,
        opened_at=now,
        opened_by_id=viewer.user_id,
        offers=[],
    )
    session.add(wish)
    session.flush()
    _log(session, wish, "transfer_open", viewer=viewer, now=now)
    return wish


def _wrong(said: WishSaid, *, today: date) -> dict[str, str]:
    fields = {}
    if not said.reasons:
        fields["reasons"] = "required"
    elif not set(said.reasons) <= set(WishReason):
        fields["reasons"] = "bad_choice"
    if said.asked_on is None:
        fields["asked_on"] = "required"
    elif said.asked_on > today:
        fields["asked_on"] = "must_not_be_future"
    elif said.asked_on < today - OLDEST:
        fields["asked_on"] = "wish_too_long_ago"
    if said.needs.rooms is not None and not 1 <= said.needs.rooms <= MOST_ROOMS:
        fields["rooms"] = "bad_choice"
    if len(said.needs.city) > CITY_LENGTH:
        fields["city"] = "too_long"
    if len(said.wish.strip()) > SAID_LENGTH:
        fields["wish"] = "too_long"
    return fields


def open_wish_of(session: Session, person: Person) -> TransferWish | None:
    """Give the wish of a person that is open."""
    hers = (TransferWish.person_id == person.id, TransferWish.state.in_(OPEN_WISHES))
    return session.scalars(select(TransferWish).where(*hers)).one_or_none()


def wishes_of(session: Session, viewer: Viewer, person: Person) -> Sequence[TransferWish]:
    """List the wishes of a person that the viewer may see, the latest first."""
    hers = select(TransferWish).join(TransferWish.person)
    hers = hers.where(TransferWish.person_id == person.id, visible_wishes(viewer))
    latest = hers.order_by(TransferWish.opened_at.desc(), TransferWish.id.desc())
    return session.scalars(latest).all()


def find_wish(
    session: Session, viewer: Viewer, wish_id: uuid.UUID, *, to_change: bool = False
) -> TransferWish:
    """Find a wish the viewer may see, else raise NotFound; `to_change` waits for others."""
    statement = (
        select(TransferWish)
        .join(TransferWish.person)
        .where(TransferWish.id == wish_id, visible_wishes(viewer))
        .options(
            selectinload(TransferWish.offers)
            .joinedload(TransferOffer.dwelling)
            .joinedload(Dwelling.residence),
            selectinload(TransferWish.offers).joinedload(TransferOffer.offered_by),
            joinedload(TransferWish.file),
        )
    )
    if to_change:
        statement = statement.with_for_update(of=TransferWish, key_share=True)
    wish = session.scalars(statement).one_or_none()
    if wish is None:
        raise NotFound("wish_not_found")
    return wish


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
    _read_just_now(wish, turn)
    if wish.state is not WishState.WAITING:
        raise Conflict("wish_does_not_wait")
    home = _of_register(session, homes, dwelling_id, on=today_in_paris(now))
    if home.dwelling.landlord_id != wish.person.landlord_id:
        raise NotFound("home_not_found")
    take_turn(session, f"offers of {dwelling_id}")
    if home.letting == "let":
        raise Conflict("home_not_free")
    if not may_be_offered(Needs.read(wish.needs), home):
        raise Conflict("home_never_for_these_needs")
    if _offered_to_somebody(session, dwelling_id):
        raise Conflict("home_is_offered")
    offer = TransferOffer(
        id=new_id(), dwelling_id=dwelling_id, offered_at=now, offered_by_id=viewer.user_id
    )
    wish.offers.append(offer)
    _settle(wish)
    session.flush()
    _log(session, wish, "transfer_offer", viewer=viewer, now=now)
    return offer


def _of_register(session: Session, homes: Viewer, dwelling_id: uuid.UUID, *, on: date) -> Adapted:
    dwelling = find_home(session, homes, dwelling_id)
    if session.scalar(adapted_homes(homes).where(Dwelling.id == dwelling.id)) is None:
        raise NotFound("home_not_found")
    return tell(session, [dwelling.id], today=on)[dwelling.id]


def _offered_to_somebody(session: Session, dwelling_id: uuid.UUID) -> bool:
    standing = (
        select(TransferOffer.id)
        .join(TransferOffer.wish)
        .where(TransferOffer.dwelling_id == dwelling_id, TransferWish.state.in_(OPEN_WISHES))
        .where(TransferOffer.withdrawn_at.is_(None))
        .where(TransferOffer.answer.is_(None) | (TransferOffer.answer == Answer.ACCEPTED))
    )
    return session.scalar(standing.limit(1)) is not None


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
    _read_just_now(wish, turn)
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
    refused = offer.answer is Answer.REFUSED
    offer.reason = OfferRefusal(said.reason) if refused else None
    offer.said, offer.answered_at, offer.answered_by_id = said.said.strip(), now, viewer.user_id
    _settle(wish)
    session.flush()
    _log(session, wish, f"transfer_{offer.answer}", viewer=viewer, now=now)


def take_offer_back(
    session: Session, wish: TransferWish, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Take the latest act on an offer back: its answer, or else the offer itself.

    Raises Conflict when the wish is closed, or nothing was offered.
    """
    _read_just_now(wish, turn)
    offer = next((one for one in reversed(wish.offers) if one.withdrawn_at is None), None)
    if offer is None or not wish.is_open:
        raise Conflict("no_offer_to_take_back")
    if offer.answer is not None:
        offer.answer = offer.reason = offer.said = offer.answered_at = offer.answered_by_id = None
    else:
        offer.withdrawn_at, offer.withdrawn_by_id = now, viewer.user_id
    _settle(wish)
    session.flush()
    _log(session, wish, "transfer_taken_back", viewer=viewer, now=now)


def close_wish(
    session: Session,
    wish: TransferWish,
    state: str,
    *,
    why: str = "",
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Close a wish: done once she has moved to the home she accepted, or withdrawn with a reason.

    Raises Invalid by field, Conflict.
    """
    _read_just_now(wish, turn)
    if not wish.is_open:
        raise Conflict("wish_is_closed")
    if state not in (WishState.DONE, WishState.WITHDRAWN):
        raise Invalid({"state": "bad_choice"})
    if state == WishState.DONE and wish.state is not WishState.ACCEPTED:
        raise Conflict("nothing_accepted")
    if state == WishState.WITHDRAWN and not why.strip():
        raise Invalid({"why": "required"})
    if len(why.strip()) > SAID_LENGTH:
        raise Invalid({"why": "too_long"})
    _close(wish, WishState(state), why.strip() or None, now=now)
    wish.closed_by_id = viewer.user_id
    session.flush()
    _log(session, wish, f"transfer_{wish.state}", viewer=viewer, now=now)


def reopen_wish(
    session: Session, wish: TransferWish, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Let a wish that was closed go on where it stood; raises Conflict when another is open."""
    _read_just_now(wish, turn)
    if wish.is_open:
        raise Conflict("wish_is_open")
    take_turn(session, f"transfers of {wish.person_id}")
    if open_wish_of(session, wish.person) is not None:
        raise Conflict("wish_already_open")
    _go_on(wish)
    session.flush()
    _log(session, wish, "transfer_reopened", viewer=viewer, now=now)


def end_wishes(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[str]:
    """Withdraw what is open for somebody who died; gives which, to take up again."""
    hers = (TransferWish.person_id == person_id, TransferWish.state.in_(OPEN_WISHES))
    ended = session.scalars(select(TransferWish).where(*hers).order_by(TransferWish.id)).all()
    for wish in ended:
        _close(wish, WishState.WITHDRAWN, PERSON_DIED, now=now)
    session.flush()
    return [str(wish.id) for wish in ended]


def take_wishes_up(session: Session, ids: Sequence[str]) -> None:
    """Let wishes go on that ended with a death that is taken back."""
    found = select(TransferWish).where(TransferWish.id.in_([uuid.UUID(one) for one in ids]))
    for wish in session.scalars(found.order_by(TransferWish.id)):
        if not wish.is_open and wish.closed_why == PERSON_DIED:
            _go_on(wish)
    session.flush()


def _close(wish: TransferWish, state: WishState, why: str | None, *, now: datetime) -> None:
    wish.state, wish.closed_why, wish.closed_at = state, why, now
    wish.turn += 1


def _go_on(wish: TransferWish) -> None:
    wish.closed_at = wish.closed_by_id = wish.closed_why = None
    _settle(wish)


def _settle(wish: TransferWish) -> None:
    """Let the state of an open wish follow from its offers: the one place that moves it."""
    offer = wish.standing
    wish.state = WishState.WAITING
    if offer is not None:
        wish.state = WishState.ACCEPTED if offer.answer else WishState.OFFERED
    wish.turn += 1


def _read_just_now(wish: TransferWish, turn: int) -> None:
    if wish.turn != turn:
        raise Conflict("wish_changed_meanwhile")


def _log(session: Session, wish: TransferWish, what: str, *, viewer: Viewer, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[wish.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
