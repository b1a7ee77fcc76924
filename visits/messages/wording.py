"""Own words in messages, of a programme or, about works, of a landlord: said, kept, put back."""

import string
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.messages.kinds import KINDS, LONGEST, NAMES_A_DAY, OF_CASES, OF_WORKS, places_of
from visits.messages.ways import LANGUAGES
from visits.models.messages import MessageChannel, MessageKind, MessageWording
from visits.sight.reach import Viewer


@dataclass(frozen=True)
class Spot:
    """Where words stand: a kind of message, by a channel, in a language.

    `whose` is the code of the programme that says them or, of works, the id of the landlord.
    """

    whose: str | uuid.UUID
    kind: MessageKind
    channel: MessageChannel
    language: str

    @property
    def written(self) -> str:
        """Write it without whose it is: `moved.letter.fr`."""
        return f"{self.kind}.{self.channel}.{self.language}"


def spot_of(whose: str | uuid.UUID, kind: str, channel: str, language: str) -> Spot:
    """Read where words stand; raises NotFound where a programme or a landlord says none."""
    says = OF_WORKS if isinstance(whose, uuid.UUID) else OF_CASES
    if kind not in tuple(MessageKind) or MessageKind(kind) not in says:
        raise NotFound("message_kind_not_found")
    if channel not in [str(one) for one in KINDS[MessageKind(kind)].ways]:
        raise NotFound("message_kind_not_found")
    if language not in LANGUAGES:
        raise NotFound("message_kind_not_found")
    return Spot(whose, MessageKind(kind), MessageChannel(channel), language)


def said_in(session: Session, spot: Spot) -> str:
    """Give the own words that stand in a place; empty where the product's stand."""
    return next((one.said for one in versions_of(session, spot)), "")


def versions_of(session: Session, spot: Spot) -> Sequence[MessageWording]:
    """List all that was ever said in a place, the latest first."""
    versions = (
        select(MessageWording)
        .filter_by(**_columns(spot))
        .options(joinedload(MessageWording.noted_by))
        .order_by(MessageWording.noted_at.desc(), MessageWording.id.desc())
    )
    return session.scalars(versions).all()


def checked_words(spot: Spot, text: str) -> str:
    """Give words as they are kept.

    Raises Invalid for too many, for a place that no such message has, and for a day that is
    left out of what tells one: `place` names it.
    """
    plain = text.strip().replace("\r\n", "\n")
    if len(plain) > LONGEST[spot.channel]:
        raise Invalid({"said": "too_long"})
    try:
        parts = list(string.Formatter().parse(plain))
    except ValueError:
        raise Invalid({"said": "braces_unpaired"}) from None
    for _, name, form, turned in parts:
        if name is not None and (name not in places_of(spot.kind, spot.channel) or form or turned):
            written = f"{{{name}{turned and f'!{turned}' or ''}{form and f':{form}'}}}"
            raise Invalid({"said": "place_unknown"}, place=written)
    if plain and spot.kind in NAMES_A_DAY and "day" not in {name for _, name, _, _ in parts}:
        raise Invalid({"said": "place_needed"}, place="{day}")
    return plain


def _columns(spot: Spot) -> dict[str, Any]:
    """Give the columns by which what was said in a place is found."""
    of_landlord = isinstance(spot.whose, uuid.UUID)
    return {
        "programme": None if of_landlord else spot.whose,
        "landlord_id": spot.whose if of_landlord else None,
        "kind": spot.kind,
        "channel": spot.channel,
        "language": spot.language,
    }


def say(
    session: Session, spot: Spot, text: str, *, seen: str, viewer: Viewer, now: datetime
) -> None:
    """Say a message otherwise from now on; empty, the product's own words stand again.

    `seen` is the id of the latest version that was read: Conflict when somebody said one since.
    """
    plain = checked_words(spot, text)
    take_turn(session, f"message wording {spot.whose}")
    versions = versions_of(session, spot)
    if seen != (str(versions[0].id) if versions else ""):
        raise Conflict("wording_said_since")
    if plain != (versions[0].said if versions else ""):
        _note(session, spot, plain, viewer=viewer, now=now)


def put_back(
    session: Session, spot: Spot, version_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Say again what was said once. Raises NotFound for no version of this place."""
    take_turn(session, f"message wording {spot.whose}")
    versions = versions_of(session, spot)
    version = next((one for one in versions if one.id == version_id), None)
    if version is None:
        raise NotFound("message_wording_not_found")
    if version.said != versions[0].said:
        _note(session, spot, version.said, viewer=viewer, now=now)


def _note(session: Session, spot: Spot, said: str, *, viewer: Viewer, now: datetime) -> None:
    session.add(
        MessageWording(
            **_columns(spot),
            said=said,
            noted_at=now,
            noted_by_id=viewer.user_id,
        )
    )
    session.flush()
