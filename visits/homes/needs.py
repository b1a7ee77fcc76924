"""What a home must have for a person: noted with its day and who said it, withdrawn, put back.

The latest day stands whole for what was said before. What came over from wishes, requests and
stays counts together until somebody notes her needs.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.matching import NUMBERS, WHEELCHAIR, Needs
from visits.models.needs import HomeNeeds, NeedSource
from visits.models.people import Person
from visits.sight import Viewer
from visits.sight.access_log import log_write
from visits.sight.withdrawing import put_back, withdraw

CITY_LENGTH = 100
OLDEST = timedelta(days=5 * 366)
BY_HAND = tuple(one for one in NeedSource if one is not NeedSource.CARRIED)
# So many persons are asked for by one statement.
AT_ONCE = 500


def note_needs(
    session: Session,
    person: Person,
    said: Needs,
    *,
    source: str,
    said_on: date | None,
    viewer: Viewer,
    now: datetime,
) -> HomeNeeds:
    """Note all that a home must have for a person, or would be good to have.

    Raises Invalid by field, for a day before the latest one too; Conflict when she died.
    """
    if person.died_on is not None:
        raise Conflict("needs_of_who_died")
    fields = wrong_needs(said) | _wrong_telling(source, said_on, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said_on is not None
    take_turn(session, f"needs of {person.id}")
    latest = next(iter(_noted(session, [person.id])), None)
    if latest is not None and latest.said_on > said_on:
        raise Invalid({"said_on": "needs_told_later"})
    return _note(session, person, said, NeedSource(source), said_on, viewer, now)


def note_with(
    session: Session, person: Person, said: Needs | None, *, viewer: Viewer, now: datetime
) -> None:
    """Note today the needs that came with a wish or a request, unless they stand so already.

    None is what nobody asked about: what stands goes on standing.
    """
    take_turn(session, f"needs of {person.id}")
    noted, before = _noted(session, [person.id]), needs_of(session, person.id)
    if noted and (said is None or _alike(said, before)):
        return
    today = today_in_paris(now)
    _note(session, person, said or before, NeedSource.HERSELF, today, viewer, now)


def _note(
    session: Session,
    person: Person,
    said: Needs,
    source: NeedSource,
    said_on: date,
    viewer: Viewer,
    now: datetime,
) -> HomeNeeds:
    note = HomeNeeds(
        id=new_id(),
        person_id=person.id,
        said=said.kept(),
        source=source,
        said_on=said_on,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(note)
    session.flush()
    log_write(session, person.id, "needs_noted", viewer=viewer, now=now)
    return note


def _told(notes: Sequence[HomeNeeds]) -> Mapping[str, tuple[NeedSource, date]]:
    """Give by need who said it and when: what stood as it stands was said before.

    `notes` are those that count, the latest first.
    """
    every = [(one, Needs.read(one.said)) for one in notes]
    latest = every[0][1]
    told: dict[str, tuple[NeedSource, date]] = {}
    for name in latest.said:
        for note, needs in every:
            if name not in needs.said or _how(needs, name) != _how(latest, name):
                break
            told[name] = note.source, note.said_on
    return told


def _how(needs: Needs, name: str) -> tuple[object, bool]:
    return needs.asked.get(name, name == WHEELCHAIR), name in needs.musts


def _alike(one: Needs, other: Needs) -> bool:
    return one.kept() == other.kept()


def wrong_needs(said: Needs) -> dict[str, str]:
    """Name by field what cannot be needed so."""
    fields = {}
    for name, number in NUMBERS.items():
        asked = getattr(said, name)
        if asked is not None and not number.lowest <= asked <= number.highest:
            fields[name] = "need_out_of_range"
    if len(said.city) > CITY_LENGTH:
        fields["city"] = "too_long"
    return fields


def _wrong_telling(source: str, said_on: date | None, *, today: date) -> dict[str, str]:
    fields = {}
    if source not in BY_HAND:
        fields["source"] = "bad_choice" if source else "required"
    if said_on is None:
        fields["said_on"] = "required"
    elif said_on > today:
        fields["said_on"] = "must_not_be_future"
    elif said_on < today - OLDEST:
        fields["said_on"] = "too_long_ago"
    return fields


def needs_of(session: Session, person_id: uuid.UUID) -> Needs:
    """Give what a home must have for a person, as it stands; nothing when nobody noted any."""
    return needs_by_person(session, [person_id]).get(person_id, Needs())


def needs_by_person(session: Session, persons: Collection[uuid.UUID]) -> dict[uuid.UUID, Needs]:
    """Give the needs by person, of those of whom any are noted; whoever asks may see them."""
    noted: dict[uuid.UUID, list[HomeNeeds]] = {}
    for one in _noted(session, persons):
        noted.setdefault(one.person_id, []).append(one)
    return {person: _standing(notes) for person, notes in noted.items()}


def _noted(session: Session, persons: Collection[uuid.UUID]) -> list[HomeNeeds]:
    """List what counts of persons, the latest first."""
    asked = sorted(set(persons))
    found: list[HomeNeeds] = []
    latest = (HomeNeeds.said_on.desc(), HomeNeeds.noted_at.desc(), HomeNeeds.id.desc())
    for first in range(0, len(asked), AT_ONCE):
        theirs = HomeNeeds.person_id.in_(asked[first:][:AT_ONCE])
        counting = select(HomeNeeds).where(theirs, HomeNeeds.withdrawn_at.is_(None))
        found += session.scalars(counting.order_by(*latest)).all()
    return found


def _standing(notes: Sequence[HomeNeeds]) -> Needs:
    by_hand = [one for one in notes if one.source is not NeedSource.CARRIED]
    if by_hand:
        return replace(Needs.read(by_hand[0].said), told=_told(by_hand))
    together = Needs.read(notes[0].said)
    for one in notes[1:]:
        together = together.with_all(Needs.read(one.said))
    return together


def notes_of(session: Session, person: Person) -> Sequence[HomeNeeds]:
    """List all that was noted of a person's needs, withdrawn or not, the latest first."""
    hers = select(HomeNeeds).where(HomeNeeds.person_id == person.id)
    hers = hers.options(joinedload(HomeNeeds.noted_by), joinedload(HomeNeeds.withdrawn_by))
    latest = hers.order_by(HomeNeeds.said_on.desc(), HomeNeeds.noted_at.desc(), HomeNeeds.id.desc())
    return session.scalars(latest).all()


def withdraw_needs(
    session: Session, person: Person, note_id: uuid.UUID, why: str, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw what was noted by mistake: what was said before stands again.

    Raises NotFound, Invalid without a reason, Conflict when it is withdrawn already.
    """
    withdraw(_find(session, person, note_id), why=why, viewer=viewer, now=now)
    session.flush()
    log_write(session, person.id, "needs_withdrawn", viewer=viewer, now=now)


def put_needs_back(
    session: Session, person: Person, note_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let what was withdrawn count again. Raises NotFound, Conflict when it counts already."""
    put_back(_find(session, person, note_id))
    session.flush()
    log_write(session, person.id, "needs_put_back", viewer=viewer, now=now)


def _find(session: Session, person: Person, note_id: uuid.UUID) -> HomeNeeds:
    note = session.get(HomeNeeds, note_id, with_for_update={"key_share": True})
    if note is None or note.person_id != person.id:
        raise NotFound("needs_not_found")
    return note
