"""What is fitted or measured in a home: noted with its day and source, withdrawn, read back.

Of several notes of one trait the latest day counts, and of one day the latest note. Nothing is
written over: what was before stays in the list.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from diagnostics.adaptations import NO_WORKS
from diagnostics.codes import ADAPTATIONS
from diagnostics.facts import DWELLING
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.portfolio import Dwelling
from visits.models.traits import HomeTrait, TraitSource
from visits.models.visits import COUNTED, Submission
from visits.sight import Viewer

WHY_LENGTH = 300
# A home may have been fitted long ago; a departure is announced some months ahead.
OLDEST, FURTHEST = timedelta(days=60 * 366), timedelta(days=366)
GIVEN, GONE = 1, 0


@dataclass(frozen=True)
class Kind:
    """What a trait is: its unit, the values it may have, and whether its day may be to come."""

    unit: str
    lowest: int = GONE
    highest: int = GIVEN
    ahead: bool = False


# What an adaptation leaves in a home is fitted there; an answer of the same name measures it.
FITTED = tuple(code for code in ADAPTATIONS if code not in NO_WORKS)
ENTRANCE_DOOR, INNER_DOOR, STEPS, LEAVING, PETS = (
    "entrance_door",
    "inner_door",
    "outside_steps",
    "leaving",
    "pets",
)
TRAITS: Mapping[str, Kind] = {
    **dict.fromkeys(FITTED, Kind("fitted")),
    ENTRANCE_DOOR: Kind("mm", 300, 2_000),
    INNER_DOOR: Kind("mm", 300, 2_000),
    STEPS: Kind("steps", 0, 100),
    LEAVING: Kind("announced", ahead=True),
    PETS: Kind("allowed"),
}
# What is measured anew when an adaptation is received.
MEASURED_WITH: Mapping[str, tuple[str, ...]] = {"widened_door": (ENTRANCE_DOOR, INNER_DOOR)}
# Which answers about a dwelling tell a trait, and what a word of theirs stands for. A bath that is
# there says nothing of what was fitted; a bar that is not there does.
ANSWERS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    ENTRANCE_DOOR: (ENTRANCE_DOOR, {}),
    INNER_DOOR: (INNER_DOOR, {}),
    STEPS: (STEPS, {}),
    "grab_bars": ("grab_bars", {"yes": GIVEN, "no": GONE}),
}


@dataclass(frozen=True)
class TraitSaid:
    """A trait as somebody noted it."""

    trait: str
    value: int | None
    since: date | None


def note_trait(
    session: Session, dwelling: Dwelling, said: TraitSaid, *, viewer: Viewer, now: datetime
) -> HomeTrait:
    """Note what is fitted, removed or measured in a home; raises Invalid, field by field."""
    fields = _wrong(said, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.value is not None
    assert said.since is not None
    noted = _noted(dwelling.id, said.trait, said.value, said.since, TraitSource.HAND, now)
    noted.noted_by_id = viewer.user_id
    session.add(noted)
    session.flush()
    return noted


def _wrong(said: TraitSaid, *, today: date) -> dict[str, str]:
    kind = TRAITS.get(said.trait)
    if kind is None:
        return {"trait": "bad_choice" if said.trait else "required"}
    fields = {}
    if said.value is None:
        fields["value"] = "required"
    elif not kind.lowest <= said.value <= kind.highest:
        fields["value"] = "trait_out_of_range"
    if said.since is None:
        fields["since"] = "required"
    elif said.since < today - OLDEST:
        fields["since"] = "trait_too_long_ago"
    elif said.since > today + (FURTHEST if kind.ahead else timedelta(0)):
        fields["since"] = "too_far_ahead" if kind.ahead else "must_not_be_future"
    return fields


def wrong_measures(code: str, measured: Mapping[str, int]) -> dict[str, str]:
    """Say by trait what cannot have been measured of an adaptation."""
    asked = MEASURED_WITH.get(code, ())
    return {
        trait: "trait_out_of_range"
        for trait, value in measured.items()
        if trait not in asked or not TRAITS[trait].lowest <= value <= TRAITS[trait].highest
    }


def note_fitted(
    session: Session,
    dwelling_id: uuid.UUID,
    code: str,
    measured: Mapping[str, int],
    *,
    move_id: uuid.UUID,
    now: datetime,
) -> None:
    """Note what an adaptation that was received left in a home, and what was measured of it.

    What changes no home leaves nothing.
    """
    if code not in FITTED:
        return
    on = today_in_paris(now)
    for trait, value in {code: GIVEN, **measured}.items():
        noted = _noted(dwelling_id, trait, value, on, TraitSource.ADAPTATION, now)
        noted.adaptation_move_id = move_id
        session.add(noted)
    session.flush()


def unnote_fitted(
    session: Session, move_id: uuid.UUID, *, viewer: Viewer | None, now: datetime
) -> None:
    """Withdraw what an adaptation left, when its reception is taken back."""
    left = select(HomeTrait).where(
        HomeTrait.adaptation_move_id == move_id, HomeTrait.withdrawn_at.is_(None)
    )
    for one in session.scalars(left.order_by(HomeTrait.id)):
        one.withdrawn_at, one.withdrawn_by_id = now, viewer.user_id if viewer else None
    session.flush()


def note_answers(
    session: Session, submission: Submission, dwelling_id: uuid.UUID, *, now: datetime
) -> None:
    """Note, once, what the answers of a visit tell of a home; they count as long as it is there."""
    told = _told_by(submission)
    if not told:
        return
    of_it = HomeTrait.submission_id == submission.id
    session.execute(delete(HomeTrait).where(of_it, HomeTrait.dwelling_id != dwelling_id))
    if session.scalar(select(exists().where(of_it))):
        return
    since = today_in_paris(submission.ended_at or submission.received_at)
    for trait, value in told.items():
        noted = _noted(dwelling_id, trait, value, since, TraitSource.VISIT, now)
        noted.submission_id = submission.id
        session.add(noted)
    session.flush()


def _told_by(submission: Submission) -> dict[str, int]:
    """Read the traits of a home, with their values, that answers tell; what cannot be, not."""
    told = {}
    for name, fact in ((submission.findings or {}).get("facts") or {}).items():
        if fact["about"] != DWELLING or name not in ANSWERS:
            continue
        trait, words = ANSWERS[name]
        value = words.get(fact["value"]) if words else _whole(fact["value"])
        kind = TRAITS[trait]
        if value is not None and kind.lowest <= value <= kind.highest:
            told[trait] = value
    return told


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _noted(
    dwelling_id: uuid.UUID, trait: str, value: int, since: date, source: TraitSource, now: datetime
) -> HomeTrait:
    return HomeTrait(
        id=new_id(),
        dwelling_id=dwelling_id,
        trait=trait,
        value=value,
        since=since,
        source=source,
        noted_at=now,
    )


def withdraw_trait(
    session: Session,
    dwelling: Dwelling,
    trait_id: uuid.UUID,
    why: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw what was noted of a home, with a reason: what stood before counts again.

    Raises NotFound, Invalid for no reason, Conflict for one withdrawn already.
    """
    one = session.get(HomeTrait, trait_id, with_for_update={"key_share": True})
    if one is None or one.dwelling_id != dwelling.id:
        raise NotFound("trait_not_found")
    if one.withdrawn_at is not None:
        raise Conflict("trait_withdrawn_already")
    why = why.strip()
    if not why or len(why) > WHY_LENGTH:
        raise Invalid({"why": "too_long" if why else "required"})
    one.withdrawn_at, one.withdrawn_by_id, one.withdrawn_why = now, viewer.user_id, why
    session.flush()


def traits_of(session: Session, dwelling: Dwelling) -> Sequence[HomeTrait]:
    """List all that was noted of a home, withdrawn or not, the latest first."""
    hers = select(HomeTrait).where(HomeTrait.dwelling_id == dwelling.id)
    hers = hers.options(
        joinedload(HomeTrait.noted_by),
        joinedload(HomeTrait.withdrawn_by),
        joinedload(HomeTrait.submission),
    )
    newest = hers.order_by(HomeTrait.since.desc(), HomeTrait.noted_at.desc(), HomeTrait.id.desc())
    return session.scalars(newest).all()


def current(noted: Any) -> ColumnElement[bool]:
    """Give the condition on a note that it counts, and that none after it does."""
    later = aliased(HomeTrait)
    after = or_(
        later.since > noted.since,
        and_(later.since == noted.since, later.id > noted.id),
    )
    of_same = and_(later.dwelling_id == noted.dwelling_id, later.trait == noted.trait)
    return and_(_counts(noted), ~exists().where(of_same, after, _counts(later)))


def _counts(noted: Any) -> ColumnElement[bool]:
    told = exists().where(
        Submission.id == noted.submission_id,
        Submission.state.in_(COUNTED),
        Submission.visit_id.is_not(None),
    )
    return and_(noted.withdrawn_at.is_(None), or_(noted.submission_id.is_(None), told))
