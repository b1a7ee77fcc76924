"""Files that may be of one person: found ahead by what they share, told apart by who knows better.

They are looked for by keys, never pair by pair: a birth date with the beginning of a name, a name
in a dwelling, a phone number with a name alike. Numbers are encrypted, so a job reads them and no
page does.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from itertools import combinations, groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, insert, select
from sqlalchemy.orm import Session, aliased, joinedload

from visits.ground.db import new_id
from visits.ground.errors import NotFound
from visits.models.life import LikelyDouble
from visits.models.people import AccessKind, Occupancy, Person, PhoneNumber
from visits.models.portfolio import Tenancy
from visits.sight import Viewer, visible_persons
from visits.sight.access_log import log_access
from visits.sight.listing import Listed, Wanted, page_of

# So many letters of the last name are the same; the rest may be written otherwise.
LETTERS = 3
NEAR = 0.75
# Nearly the same letter by letter, whatever was written of the birth.
MISSPELT = 0.9
# A number that more people have is a guardian's, or an office's: it tells nothing.
MOST_SHARING = 4
AT_ONCE = 500
WHY = ("same_birth", "same_home", "same_phone")
Pair = tuple[uuid.UUID, uuid.UUID]
Named = tuple[str, date | None]  # a name, folded, and a birth date
# A pair, the file made first at its left, and what the two share.
Found = dict[Pair, set[str]]
_STANDS = Person.merged_into_id.is_(None)


def find_doubles(session: Session, *, now: datetime) -> Found:
    """Look for files that may be of one person, for long and writing nothing."""
    found: Found = defaultdict(set)
    for why, pairs in (
        ("same_birth", _same_birth(session)),
        ("same_home", _same_home(session)),
        ("same_phone", _same_phone(session)),
    ):
        for one, other in pairs:
            found[min(one, other), max(one, other)].add(why)
    return found


def _same_birth(session: Session) -> Iterator[Pair]:
    """Find who was born the same day and has nearly the same name.

    A first of January is often presumed: then the name has to be the very same.
    """
    born = (Person.landlord_id, Person.born_on)
    statement = (
        select(Person.id, Person.name_key, *born)
        .where(_STANDS, Person.born_on.is_not(None))
        .order_by(*born, Person.id)
    )
    rows = session.execute(statement).yield_per(1000)
    for (_, born_on), that_day in groupby(rows, key=lambda row: tuple(row[2:])):
        presumed = (born_on.month, born_on.day) == (1, 1)
        alike: dict[str, list[tuple[uuid.UUID, str]]] = defaultdict(list)
        for id, name, *_ in that_day:
            alike[name if presumed else name[:LETTERS]].append((id, name))
        for persons in alike.values():
            for one, other in combinations(persons, 2):
                if _is_near(one[1], other[1]):
                    yield one[0], other[0]


def _is_near(one: str, other: str, near: float = NEAR) -> bool:
    return one == other or SequenceMatcher(None, one, other).ratio() >= near


def _same_home(session: Session) -> list[Pair]:
    """Find who bears the same name in one dwelling, where no two birth dates part them."""
    one, other = aliased(Person), aliased(Person)
    stays, leases = (aliased(Occupancy), aliased(Occupancy)), (aliased(Tenancy), aliased(Tenancy))
    statement = (
        select(one.id, other.id)
        .join(stays[0], (stays[0].person_id == one.id) & stays[0].ended_on.is_(None))
        .join(leases[0], (leases[0].id == stays[0].tenancy_id) & leases[0].ended_on.is_(None))
        .join(
            leases[1],
            (leases[1].dwelling_id == leases[0].dwelling_id) & leases[1].ended_on.is_(None),
        )
        .join(stays[1], (stays[1].tenancy_id == leases[1].id) & stays[1].ended_on.is_(None))
        .join(other, (other.id == stays[1].person_id) & _same_landlord(one, other))
        .where(one.name_key == other.name_key)
        .where(one.born_on.is_(None) | other.born_on.is_(None) | (one.born_on == other.born_on))
        .distinct()
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def _same_landlord(one: Any, other: Any) -> ColumnElement[bool]:
    here = (one.merged_into_id.is_(None), other.merged_into_id.is_(None))
    return and_(one.landlord_id == other.landlord_id, one.id < other.id, *here)


def _same_phone(session: Session) -> Iterator[Pair]:
    """Find who has the same number, a name alike, and lives elsewhere: a household shares its own.

    How many share it is counted among those who are not protected too: whoever sees two of these
    must not learn that there are more.
    """
    protected = set(session.scalars(select(Person.id).where(Person.protected.is_(True))))
    sharing = []
    for persons in _by_number(session).values():
        sharing += [some for some in (persons - protected, persons) if _are_few(some)]
    ids = sorted({id for persons in sharing for id in persons})
    homes, named = _homes(session, ids), _named(session, ids)
    for persons in sharing:
        for one, other in combinations(sorted(persons), 2):
            together = homes.get(one, set()) & homes.get(other, set())
            if not together and _may_be_one(named[one], named[other]):
                yield one, other


def _may_be_one(one: Named, other: Named) -> bool:
    """Tell whether a name is the other misspelt, or has a word of it and no birth dates differ."""
    if _is_near(one[0], other[0], MISSPELT):
        return True
    words = (
        {word for word in name.split() if len(word) >= LETTERS} for name, _born_on in (one, other)
    )
    return bool(set.intersection(*words)) and (one[1] is None or other[1] in (None, one[1]))


def _are_few(persons: set[uuid.UUID]) -> bool:
    return 1 < len(persons) <= MOST_SHARING


def _by_number(session: Session) -> dict[tuple[uuid.UUID, str], set[uuid.UUID]]:
    """Give by landlord and number who has it."""
    first = select(Person.id, Person.landlord_id, Person.phone).where(Person.phone.is_not(None))
    more = (
        select(Person.id, Person.landlord_id, PhoneNumber.number, PhoneNumber.whose)
        .join(PhoneNumber, PhoneNumber.person_id == Person.id)
        .where(PhoneNumber.ended_at.is_(None))
    )
    found: dict[tuple[uuid.UUID, str], set[uuid.UUID]] = defaultdict(set)
    for id, landlord, phone in session.execute(first.where(_STANDS)).yield_per(1000):
        found[landlord, str(phone)].add(id)
    for id, landlord, phone, whose in session.execute(more.where(_STANDS)).yield_per(1000):
        # A daughter's number is hers, though it may be the one to call first.
        having = found[landlord, phone]
        (having.discard if whose else having.add)(id)
    return found


def _named(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, Named]:
    found: dict[uuid.UUID, Named] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = Person.id.in_(ids[start : start + AT_ONCE])
        rows = session.execute(select(Person.id, Person.name_key, Person.born_on).where(some))
        found |= {id: (name, born_on) for id, name, born_on in rows}
    return found


def _homes(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    living = (Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
    statement = select(Occupancy.person_id, Tenancy.dwelling_id).join(Occupancy.tenancy)
    homes: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for start in range(0, len(ids), AT_ONCE):
        some = Occupancy.person_id.in_(ids[start : start + AT_ONCE])
        for person_id, dwelling_id in session.execute(statement.where(some, *living)):
            homes[person_id].add(dwelling_id)
    return homes


def keep_doubles(session: Session, found: Found, *, now: datetime) -> int:
    """Keep the pairs that were found; gives how many there are.

    Those found no more go, but for those that somebody told apart.
    """
    known = {(one.one_id, one.other_id): one for one in session.scalars(select(LikelyDouble))}
    new = [
        {"id": new_id(), "one_id": pair[0], "other_id": pair[1], "found_at": now}
        | {name: name in why for name in WHY}
        for pair, why in found.items()
        if pair not in known
    ]
    for pair in known.keys() & found.keys():
        for name in WHY:
            setattr(known[pair], name, name in found[pair])
    gone = [known[pair].id for pair in known.keys() - found.keys()]
    session.flush()
    for start in range(0, len(new), AT_ONCE):
        session.execute(insert(LikelyDouble), new[start : start + AT_ONCE])
    for start in range(0, len(gone), AT_ONCE):
        some = LikelyDouble.id.in_(gone[start : start + AT_ONCE])
        session.execute(delete(LikelyDouble).where(some, LikelyDouble.told_apart_at.is_(None)))
    return len(found)


@dataclass(frozen=True)
class DoubleFilter:
    """Which pairs: those that may be one person, or those told `apart`; sharing one thing alone."""

    apart: bool = False
    why: str = ""


def list_doubles(
    session: Session, viewer: Viewer, *, only: DoubleFilter, wanted: Wanted
) -> Listed[LikelyDouble]:
    """List the pairs of which the viewer may see both, those that share most at the top."""
    birth, home, phone = (case((getattr(LikelyDouble, name), 0), else_=1) for name in WHY)
    statement = (
        select(LikelyDouble)
        .join(LikelyDouble.one)
        .where(*_both_seen(viewer), *_asked(only))
        .options(joinedload(LikelyDouble.told_apart_by))
    )
    order = {"shared": birth + home + phone, "name": Person.name_key}
    return page_of(
        session, statement, wanted=wanted, order=order, tie=(Person.name_key, LikelyDouble.id)
    )


def tell_apart(
    session: Session, viewer: Viewer, double_id: uuid.UUID, *, apart: bool, now: datetime
) -> LikelyDouble:
    """Note that two files are not of one person, or take that back. Raises NotFound."""
    statement = select(LikelyDouble).where(LikelyDouble.id == double_id, *_both_seen(viewer))
    pair = session.scalars(statement).one_or_none()
    if pair is None or (pair.told_apart_at is not None) == apart:
        raise NotFound("not_found")
    pair.told_apart_at = now if apart else None
    pair.told_apart_by_id = viewer.user_id if apart else None
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=sorted((pair.one_id, pair.other_id)),
        kind=AccessKind.WRITE,
        what="told_apart",
        now=now,
    )
    return pair


def told_apart_from(session: Session, person_id: uuid.UUID) -> set[uuid.UUID]:
    """Give the files that somebody told apart from a person's."""
    hers = (LikelyDouble.one_id == person_id) | (LikelyDouble.other_id == person_id)
    pairs = select(LikelyDouble.one_id, LikelyDouble.other_id).where(hers)
    told = session.execute(pairs.where(LikelyDouble.told_apart_at.is_not(None)))
    return {id for pair in told for id in pair} - {person_id}


def _both_seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    return [
        exists().where(Person.id == id, visible_persons(viewer)).correlate(LikelyDouble)
        for id in (LikelyDouble.one_id, LikelyDouble.other_id)
    ]


def _asked(only: DoubleFilter) -> list[ColumnElement[bool]]:
    told = LikelyDouble.told_apart_at
    which = [told.is_not(None) if only.apart else told.is_(None)]
    return which + ([getattr(LikelyDouble, only.why)] if only.why in WHY else [])
