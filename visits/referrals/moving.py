"""A referral goes its way: sent, reminded, answered; each step is kept, the latest taken back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.people import RefusedPart
from visits.models.referrals import (
    OPEN_STEPS,
    Basis,
    Referral,
    ReferralChannel,
    ReferralLink,
    ReferralMove,
    ReferralReason,
    ReferralStep,
)
from visits.people.part_refusals import refused_parts
from visits.referrals.path import REACHED_FROM, REASONS, due_on, ways_on
from visits.referrals.referrals import NAME_LENGTH, WORDS_LENGTH, log
from visits.sight import Viewer

# Why a referral ended by itself; screens say it in words.
PERSON_DIED = "died"


@dataclass(frozen=True)
class Answer:
    """What became of a referral: the step it goes to, why it ends there, what was said."""

    step: str
    reason: str = ""
    said: str = ""


@dataclass(frozen=True)
class Sending:
    """Who exactly is asked, and how it reached them."""

    partner: str
    channel: str


def send(
    session: Session,
    referral: Referral,
    said: Sending,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> ReferralMove:
    """Note that a referral was sent; raises Invalid, field by field.

    Raises Conflict when it was sent already, or she agreed and refuses now that things are shared.
    """
    read_just_now(referral, turn)
    if referral.step is not ReferralStep.TO_SEND:
        raise Conflict("referral_cannot_move")
    refuse_unless_allowed(session, referral)
    partner, fields = said.partner.strip(), {}
    if not partner:
        fields["partner"] = "required"
    elif len(partner) > NAME_LENGTH:
        fields["partner"] = "too_long"
    if said.channel not in tuple(ReferralChannel):
        fields["channel"] = "bad_choice" if said.channel else "required"
    if fields:
        raise Invalid(fields)
    stood = as_it_stood(referral)
    referral.partner, referral.channel = partner, ReferralChannel(said.channel)
    return put(session, referral, ReferralStep.SENT, stood=stood, viewer=viewer, now=now)


def refuse_unless_allowed(session: Session, referral: Referral) -> None:
    """Raise Conflict for what rests on her agreement while she refuses that things are shared."""
    refused = refused_parts(session, referral.person_id)
    if referral.basis is Basis.CONSENT and RefusedPart.SHARING in refused:
        raise Conflict("referral_sharing_refused")


def answer(
    session: Session,
    referral: Referral,
    said: Answer,
    *,
    turn: int,
    viewer: Viewer | None = None,
    link: ReferralLink | None = None,
    now: datetime,
) -> ReferralMove:
    """Note what became of a referral, told to us or answered by its link.

    An end has a coded reason; whoever withdraws one says why. Raises Conflict when somebody noted
    something meanwhile or it does not go there, Invalid field by field.
    """
    read_just_now(referral, turn)
    if said.step not in ways_on(referral):
        raise Conflict("referral_cannot_move")
    step, words = ReferralStep(said.step), said.said.strip()
    fields = {}
    if step in REASONS and said.reason not in REASONS[step]:
        fields["reason"] = "bad_choice" if said.reason else "required"
    if step is ReferralStep.WITHDRAWN and not words:
        fields["said"] = "required"
    elif len(words) > WORDS_LENGTH:
        fields["said"] = "too_long"
    if fields:
        raise Invalid(fields)
    reason = ReferralReason(said.reason) if step in REASONS else None
    return put(
        session, referral, step, said=words, reason=reason, viewer=viewer, link=link, now=now
    )


def remind(
    session: Session, referral: Referral, said: str, *, turn: int, viewer: Viewer, now: datetime
) -> ReferralMove:
    """Note that who is asked was reminded: the time to answer begins anew.

    Raises Conflict when nobody else has to answer, Invalid for words that are too many.
    """
    read_just_now(referral, turn)
    if not referral.is_theirs or not referral.is_open:
        raise Conflict("referral_nobody_to_remind")
    if len(said.strip()) > WORDS_LENGTH:
        raise Invalid({"said": "too_long"})
    return put(session, referral, referral.step, said=said, viewer=viewer, now=now)


def read_just_now(referral: Referral, turn: int) -> None:
    """Refuse what was said of a referral as it stood before somebody moved it; raises Conflict."""
    if referral.turn != turn:
        raise Conflict("referral_moved_meanwhile")


def as_it_stood(referral: Referral) -> dict[str, Any]:
    """Tell how a referral stands, so that a move can be taken back."""
    return {
        "since": referral.since.isoformat(),
        "due_on": referral.due_on.isoformat() if referral.due_on else None,
        "channel": referral.channel.value if referral.channel else None,
    }


def put(
    session: Session,
    referral: Referral,
    step: ReferralStep,
    *,
    said: str = "",
    reason: ReferralReason | None = None,
    stood: dict[str, Any] | None = None,
    viewer: Viewer | None = None,
    link: ReferralLink | None = None,
    now: datetime,
) -> ReferralMove:
    """Let a referral be at a step from now on; without a viewer or a link it went by itself."""
    assert step is referral.step or referral.step in REACHED_FROM[step]
    move = ReferralMove(
        id=new_id(),
        referral_id=referral.id,
        was=referral.step,
        step=step,
        reason=reason,
        at=now,
        by_id=viewer.user_id if viewer else None,
        link_id=link.id if link else None,
        said=said.strip() or None,
        stood=stood or as_it_stood(referral),
    )
    session.add(move)
    if step is not referral.step:
        referral.step, referral.since = step, now
    referral.turn += 1
    referral.due_on = due_on(session, step, on=today_in_paris(now))
    session.flush()
    if viewer is not None or link is not None:
        what = "referral_reminded" if move.is_reminder else f"referral_{step}"
        log(session, referral, what, viewer=viewer, now=now)
    return move


def latest_move(session: Session, referral: Referral) -> ReferralMove | None:
    """Give the move that may be taken back: the last one that stands."""
    standing = select(ReferralMove).where(
        ReferralMove.referral_id == referral.id, ReferralMove.taken_back_at.is_(None)
    )
    latest = standing.order_by(ReferralMove.at.desc(), ReferralMove.id.desc())
    return session.scalars(latest.limit(1)).first()


def take_move_back(
    session: Session, referral: Referral, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Take the last move back: the referral stands as before it.

    Raises Conflict when there is none, or somebody moved the referral meanwhile.
    """
    read_just_now(referral, turn)
    move = latest_move(session, referral)
    if move is None:
        raise Conflict("referral_nothing_to_take_back")
    _stand_again(referral, move)
    move.taken_back_at, move.taken_back_by_id = now, viewer.user_id
    session.flush()
    log(session, referral, "referral_taken_back", viewer=viewer, now=now)


def _stand_again(referral: Referral, move: ReferralMove) -> None:
    stood = move.stood
    referral.step, referral.turn = move.was, referral.turn + 1
    referral.since = datetime.fromisoformat(stood["since"])
    referral.due_on = date.fromisoformat(stood["due_on"]) if stood["due_on"] else None
    referral.channel = ReferralChannel(stood["channel"]) if stood["channel"] else None


def end_by_itself(
    session: Session, referral: Referral, why: str, *, viewer: Viewer | None = None, now: datetime
) -> None:
    """Withdraw a referral that nobody needs any more; `why` is one of our words, or typed."""
    put(session, referral, ReferralStep.WITHDRAWN, said=why, viewer=viewer, now=now)


def take_up_again(session: Session, referral: Referral, *, now: datetime) -> None:
    """Let a referral that ended by itself go on where it stood; one ended otherwise stays."""
    move = latest_move(session, referral)
    if referral.step is ReferralStep.WITHDRAWN and move is not None:
        _stand_again(referral, move)
        move.taken_back_at = now
        session.flush()


def end_referrals(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[str]:
    """Withdraw what is open for somebody who died; gives which, to take up again.

    What others told us of her is no longer to be answered either.
    """
    hers = select(Referral).where(Referral.person_id == person_id, Referral.step.in_(OPEN_STEPS))
    ended: Sequence[Referral] = session.scalars(hers.order_by(Referral.id)).all()
    for referral in ended:
        end_by_itself(session, referral, PERSON_DIED, now=now)
    return [str(referral.id) for referral in ended]


def take_referrals_up(session: Session, ids: Sequence[str], *, now: datetime) -> None:
    """Let referrals go on that ended with a death that is taken back."""
    found = select(Referral).where(Referral.id.in_([uuid.UUID(one) for one in ids]))
    for referral in session.scalars(found.order_by(Referral.id)):
        move = latest_move(session, referral)
        if move is not None and move.said == PERSON_DIED:
            take_up_again(session, referral, now=now)
