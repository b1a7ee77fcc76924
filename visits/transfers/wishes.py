"""The wish to move: opened, found, done by the move itself or withdrawn; each can be undone."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.matching import Needs
from visits.homes.needs import note_with, wrong_needs
from visits.models.adaptations import AdaptationFile, Step
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.transfers import (
    OPEN_WISHES,
    Answer,
    TransferOffer,
    TransferWish,
    WishReason,
    WishState,
)
from visits.sight import Viewer
from visits.sight.transfers import visible_wishes
from visits.transfers.offers import SAID_LENGTH, log_wish, offered_elsewhere, read_just_now, settle

OLDEST = timedelta(days=5 * 366)
PERSON_DIED = "died"


@dataclass(frozen=True)
class WishSaid:
    """A wish to move as it was said, with all that a home must have."""

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

    Raises Invalid field by field, Conflict when she died, one of hers is open or the file was not
    refused.
    """
    if person.died_on is not None:
        raise Conflict("wish_of_who_died")
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
        wish=said.wish.strip() or None,
        asked_on=said.asked_on,
        state=WishState.WAITING,
        turn=0,
        opened_at=now,
        opened_by_id=viewer.user_id,
        offers=[],
    )
    session.add(wish)
    note_with(session, person, said.needs, viewer=viewer, now=now)
    log_wish(session, wish, "transfer_open", viewer=viewer, now=now)
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
    if len(said.wish.strip()) > SAID_LENGTH:
        fields["wish"] = "too_long"
    return fields | wrong_needs(said.needs)


def open_wish_of(session: Session, person: Person) -> TransferWish | None:
    """Give the wish of a person that is open; of two that two files of hers had, the first."""
    hers = (TransferWish.person_id == person.id, TransferWish.state.in_(OPEN_WISHES))
    first = select(TransferWish).where(*hers).order_by(TransferWish.opened_at, TransferWish.id)
    return session.scalars(first.limit(1)).one_or_none()


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
    """Close a wish: done once she lives in the home she accepted, or withdrawn with a reason.

    Raises Invalid by field, Conflict.
    """
    read_just_now(wish, turn)
    if not wish.is_open:
        raise Conflict("wish_is_closed")
    if state not in (WishState.DONE, WishState.WITHDRAWN):
        raise Invalid({"state": "bad_choice"})
    if state == WishState.DONE and wish.state is not WishState.ACCEPTED:
        raise Conflict("nothing_accepted")
    if state == WishState.DONE and not has_moved(session, wish):
        raise Conflict("has_not_moved_yet")
    if state == WishState.WITHDRAWN and not why.strip():
        raise Invalid({"why": "required"})
    if len(why.strip()) > SAID_LENGTH:
        raise Invalid({"why": "too_long"})
    _close(wish, WishState(state), why.strip() or None, now=now)
    wish.closed_by_id = viewer.user_id
    session.flush()
    log_wish(session, wish, f"transfer_{wish.state}", viewer=viewer, now=now)


def reopen_wish(
    session: Session, wish: TransferWish, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Let a wish that was closed go on, with the offer that stood unless its home is somebody's.

    Raises Conflict when it is open, another is, or she died.
    """
    read_just_now(wish, turn)
    if wish.is_open:
        raise Conflict("wish_is_open")
    if wish.person.died_on is not None:
        raise Conflict("wish_of_who_died")
    take_turn(session, f"transfers of {wish.person_id}")
    if open_wish_of(session, wish.person) is not None:
        raise Conflict("wish_already_open")
    _go_on(session, wish, by=viewer.user_id, now=now)
    session.flush()
    log_wish(session, wish, "transfer_reopened", viewer=viewer, now=now)


def end_wishes(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[str]:
    """Withdraw what is open for somebody who died; gives which, to take up again."""
    hers = (TransferWish.person_id == person_id, TransferWish.state.in_(OPEN_WISHES))
    ended = session.scalars(select(TransferWish).where(*hers).order_by(TransferWish.id)).all()
    for wish in ended:
        _close(wish, WishState.WITHDRAWN, PERSON_DIED, now=now)
    session.flush()
    return [str(wish.id) for wish in ended]


def end_by_moves(
    session: Session, persons: Collection[uuid.UUID] | None = None, *, now: datetime
) -> list[str]:
    """Let wishes be done of who lives in the home she accepted; gives which, to take up again.

    `persons` are those who moved, or nobody knows who.
    """
    found = _moved()
    if persons is not None:
        found = found.where(TransferWish.person_id.in_(persons))
    done = session.scalars(found.order_by(TransferWish.id)).all()
    for wish in done:
        _close(wish, WishState.DONE, None, now=now)
    session.flush()
    return [str(wish.id) for wish in done]


def has_moved(session: Session, wish: TransferWish) -> bool:
    """Tell whether she lives in the home she accepted."""
    return session.scalar(_moved().where(TransferWish.id == wish.id)) is not None


def _moved() -> Select[TransferWish]:
    lives_there = exists().where(
        TransferOffer.wish_id == TransferWish.id,
        TransferOffer.withdrawn_at.is_(None),
        TransferOffer.answer == Answer.ACCEPTED,
        Tenancy.dwelling_id == TransferOffer.dwelling_id,
        Tenancy.ended_on.is_(None),
        Occupancy.tenancy_id == Tenancy.id,
        Occupancy.person_id == TransferWish.person_id,
        Occupancy.ended_on.is_(None),
    )
    return select(TransferWish).where(TransferWish.state == WishState.ACCEPTED, lives_there)


def take_wishes_up(session: Session, ids: Sequence[str], *, now: datetime) -> None:
    """Let wishes go on that ended with a death or a move that is taken back."""
    found = select(TransferWish).where(TransferWish.id.in_([uuid.UUID(one) for one in ids]))
    for wish in session.scalars(found.order_by(TransferWish.id)):
        if wish.state is WishState.DONE or wish.closed_why == PERSON_DIED:
            _go_on(session, wish, by=None, now=now)
    session.flush()


def _close(wish: TransferWish, state: WishState, why: str | None, *, now: datetime) -> None:
    wish.state, wish.closed_why, wish.closed_at = state, why, now
    wish.turn += 1


def _go_on(session: Session, wish: TransferWish, *, by: uuid.UUID | None, now: datetime) -> None:
    wish.closed_at = wish.closed_by_id = wish.closed_why = None
    offer = wish.standing
    if offer is not None and offered_elsewhere(session, wish, offer.dwelling_id, by=by):
        offer.withdrawn_at, offer.withdrawn_by_id = now, by
    settle(wish)
