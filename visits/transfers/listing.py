"""Wishes to move as the office lists them, what fits each, and who waits for a home."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session, joinedload

from visits.homes.access import VACANT, Letting, letting_of
from visits.homes.matching import Match, Needs, Offered, match, matches, may_be_offered
from visits.homes.needs import needs_by_person, needs_of
from visits.homes.register import Adapted, adapted_homes, tell
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.transfers import OPEN_WISHES, TransferWish, WishState
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.reach import Viewer
from visits.sight.transfers import visible_wishes
from visits.sight.wording import dwellings_called, spoken_of, typed_in
from visits.transfers.offers import homes_offered

OPEN, ALL = "open", "all"
# So many homes are told of by one statement.
AT_ONCE = 500
ALONG = case({one: rank for rank, one in enumerate(WishState)}, value=TransferWish.state)
ORDER = {
    "asked": By(TransferWish.asked_on),
    "state": By(ALONG),
    "name": By(Person.name_key),
}


@dataclass(frozen=True)
class WishFilter:
    """Which wishes: of a state, or `open`, or `all`; an empty text does not filter."""

    state: str = OPEN
    text: str = ""


def list_wishes(
    session: Session, viewer: Viewer, *, only: WishFilter, wanted: Wanted
) -> Listed[TransferWish]:
    """List the wishes that the viewer may see, whoever waits longest first."""
    rows = select(TransferWish).options(joinedload(TransferWish.person))
    tie = (TransferWish.asked_on, TransferWish.id)
    found = _found(session, viewer, only)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=tie)


def count_wishes(session: Session, viewer: Viewer, *, only: WishFilter) -> int:
    """Count what `list_wishes` lists."""
    return count_found(session, _found(session, viewer, only))


def _found(session: Session, viewer: Viewer, only: WishFilter) -> Select[uuid.UUID]:
    found = select(TransferWish.id).join(TransferWish.person).where(visible_wishes(viewer))
    if only.state == OPEN:
        found = found.where(TransferWish.state.in_(OPEN_WISHES))
    elif only.state in tuple(WishState):
        found = found.where(TransferWish.state == WishState(only.state))
    if only.text.strip():
        numbered = typed_in(only.text, TransferWish.reference)
        found = found.where(numbered | spoken_of(session, only.text, TransferWish.person_id))
    return found


def vacant_homes(
    session: Session, viewer: Viewer, *, of: uuid.UUID | None = None, text: str = "", today: date
) -> list[Adapted]:
    """List the adapted homes, free or soon free, that the viewer may see and nobody has on offer.

    `of` is one landlord; without, they are those of all. With a `text`, those that it speaks of.
    """
    letting = letting_of(today)
    offered = homes_offered(viewer.user_id)
    vacant = adapted_homes(viewer).where(letting.in_(VACANT), Dwelling.id.not_in(offered))
    if of is not None:
        vacant = vacant.where(Dwelling.landlord_id == of)
    if text.strip():
        vacant = vacant.where(dwellings_called(session, text))
    ids = session.scalars(vacant.order_by(letting, Dwelling.id)).all()
    told: dict[uuid.UUID, Adapted] = {}
    for first in range(0, len(ids), AT_ONCE):
        told |= tell(session, ids[first:][:AT_ONCE], today=today)
    return [told[one] for one in ids]


def matches_of(session: Session, homes: Viewer, wish: TransferWish, *, today: date) -> list[Match]:
    """List the vacant homes that may be proposed for a wish; `homes` is how far one sees homes."""
    other = other_homes(session, homes, wish.person, today=today)
    return matches(needs_of(session, wish.person_id), [Offered(one) for one in other])


def other_homes(session: Session, homes: Viewer, person: Person, *, today: date) -> list[Adapted]:
    """List the vacant homes of her landlord in which she does not live."""
    vacant = vacant_homes(session, homes, of=person.landlord_id, today=today)
    living = _who_lives_in(session, vacant)
    return [one for one in vacant if _another(person, one, living)]


def _who_lives_in(session: Session, homes: Sequence[Adapted]) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    """Give by home the persons who live there still."""
    there = (
        select(Tenancy.dwelling_id, Occupancy.person_id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Tenancy.ended_on.is_(None), Occupancy.ended_on.is_(None))
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for first in range(0, len(homes), AT_ONCE):
        asked = [one.dwelling.id for one in homes[first:][:AT_ONCE]]
        for home, person in session.execute(there.where(Tenancy.dwelling_id.in_(asked))):
            found.setdefault(home, set()).add(person)
    return found


def _another(person: Person, home: Adapted, living: Mapping[uuid.UUID, set[uuid.UUID]]) -> bool:
    """Tell whether a home is of her landlord, and not the one she lives in."""
    hers = person.id in living.get(home.dwelling.id, ())
    return home.dwelling.landlord_id == person.landlord_id and not hers


def match_offered(session: Session, wish: TransferWish, *, today: date) -> Match | None:
    """Compare the home of the offer that stands; whoever asks may see it."""
    if wish.standing is None:
        return None
    home = wish.standing.dwelling_id
    return match(needs_of(session, wish.person_id), tell(session, [home], today=today)[home])


@dataclass(frozen=True)
class Awaited:
    """A home that falls free, with who waits for such a one, the longest first."""

    home: Adapted
    waiting: Sequence[tuple[TransferWish, Match]]


def awaited_homes(
    session: Session, viewer: Viewer, *, homes: Viewer, text: str = "", today: date
) -> list[Awaited]:
    """List the homes that fall free and that somebody waits for: nothing she needs is missing.

    With a `text`, those of the homes that it speaks of.
    """
    wishes = _waiting(session, viewer)
    known = needs_by_person(session, {one.person_id for one in wishes})
    waiting = [(one, known.get(one.person_id, Needs())) for one in wishes]
    if not waiting:
        return []
    vacant = vacant_homes(session, homes, text=text, today=today)
    living = _who_lives_in(session, vacant)
    found = []
    for home in vacant:
        compared = (
            (wish, match(needs, home))
            for wish, needs in waiting
            if _another(wish.person, home, living) and may_be_offered(needs, home)
        )
        if fitting := [(wish, one) for wish, one in compared if one.fits]:
            found.append(Awaited(home, fitting))
    return found


def list_awaited(
    session: Session, viewer: Viewer, *, homes: Viewer, text: str, wanted: Wanted, today: date
) -> Listed[Awaited]:
    """List what `awaited_homes` gives, what is free first unless sorted otherwise."""
    found = awaited_homes(session, viewer, homes=homes, text=text, today=today)
    found.sort(key=AWAITED_BY.get(wanted.sort, _soonest), reverse=wanted.descending)
    wanted = wanted.within(len(found))
    return Listed(found[wanted.offset :][: wanted.size], len(found), wanted)


def _soonest(one: Awaited) -> tuple[Any, ...]:
    return _FREE.index(one.home.letting), one.home.leaves_on or date.min, *_place(one)


def _place(one: Awaited) -> tuple[Any, ...]:
    home = one.home.dwelling
    return home.residence.city, home.residence.address, home.reference, home.id


def _longest(one: Awaited) -> tuple[Any, ...]:
    return one.waiting[0][0].asked_on, *_place(one)


_FREE = list(Letting)
AWAITED_BY: Mapping[str, Callable[[Awaited], tuple[Any, ...]]] = {
    "letting": _soonest,
    "reference": lambda one: (one.home.dwelling.reference, *_place(one)),
    "city": _place,
    "waiting": _longest,
}


def _waiting(session: Session, viewer: Viewer) -> Sequence[TransferWish]:
    waiting = (
        select(TransferWish)
        .join(TransferWish.person)
        .where(visible_wishes(viewer), TransferWish.state == WishState.WAITING)
        .options(joinedload(TransferWish.person))
        .order_by(TransferWish.asked_on, TransferWish.id)
    )
    return session.scalars(waiting).all()
