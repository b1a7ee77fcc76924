"""How a person lives from day to day: asked area by area, in her own words, never worked out.

The latest day stands for what was said before. A GIR or any other score is established by others
and stays the fact it is (`external_scores`); nothing here adds anything up.
"""

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import months_after, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.needs import AutonomyNote, Setting
from visits.models.people import Person, RefusedPart
from visits.people.part_refusals import refused_parts
from visits.sight import Viewer
from visits.sight.access_log import log_write
from visits.sight.withdrawing import put_back, withdraw

WORDS_LENGTH, ASKED_BY_LENGTH = 300, 100
EARLIEST = date(2000, 1, 1)
# So long what she said of her health is good for: then it is let go, and she is asked again.
GOOD_FOR_MONTHS = 24


class Area(enum.StrEnum):
    """What a day at home asks for."""

    INDOORS = "indoors"
    OUTDOORS = "outdoors"
    STAIRS = "stairs"
    WASHING = "washing"
    DRESSING = "dressing"
    MEALS = "meals"
    HOUSEWORK = "housework"
    SHOPPING = "shopping"
    CALLING = "calling"
    PAPERS = "papers"
    MONEY = "money"
    COMPANY = "company"


class How(enum.StrEnum):
    """How she does it; an area that is not there was not asked about."""

    ALONE = "alone"
    HARD = "hard"
    HELPED = "helped"
    NOT = "not"


@dataclass(frozen=True)
class Said:
    """How she does something, and what she says of it."""

    how: str
    words: str = ""


@dataclass(frozen=True)
class AutonomySaid:
    """What she said on a day, by area, whom to and where."""

    areas: Mapping[str, Said]
    assessed_on: date | None
    asked_by: str
    setting: str


def note_autonomy(
    session: Session, person: Person, said: AutonomySaid, *, viewer: Viewer, now: datetime
) -> AutonomyNote:
    """Note how a person lives from day to day.

    Raises Invalid by field, Conflict when she died or refuses questions on her health.
    """
    if person.died_on is not None:
        raise Conflict("autonomy_of_who_died")
    if RefusedPart.HEALTH in refused_parts(session, person.id):
        raise Conflict("autonomy_health_refused")
    fields = _wrong(said, person, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.assessed_on is not None
    take_turn(session, f"autonomy of {person.id}")
    latest = standing_autonomy(session, person)
    if latest is not None and latest.assessed_on > said.assessed_on:
        raise Invalid({"assessed_on": "autonomy_told_later"})
    note = AutonomyNote(
        id=new_id(),
        person_id=person.id,
        said={
            area.value: {"how": one.how, "words": one.words.strip()}
            for area in Area
            if (one := said.areas.get(area)) is not None
        },
        asked_by=said.asked_by.strip(),
        setting=Setting(said.setting),
        assessed_on=said.assessed_on,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(note)
    session.flush()
    log_write(session, person.id, "autonomy_noted", viewer=viewer, now=now)
    return note


def _wrong(said: AutonomySaid, person: Person, *, today: date) -> dict[str, str]:
    fields = {}
    if not said.areas:
        fields["areas"] = "autonomy_nothing_said"
    for area, one in said.areas.items():
        if area not in tuple(Area) or one.how not in tuple(How):
            fields[f"how-{area}"] = "bad_choice" if one.how else "required"
        elif len(one.words.strip()) > WORDS_LENGTH:
            fields[f"words-{area}"] = "too_long"
    if said.assessed_on is None:
        fields["assessed_on"] = "required"
    elif said.assessed_on > today:
        fields["assessed_on"] = "day_to_come"
    elif said.assessed_on < max(EARLIEST, person.born_on or EARLIEST):
        fields["assessed_on"] = "day_too_early"
    if not said.asked_by.strip():
        fields["asked_by"] = "required"
    elif len(said.asked_by.strip()) > ASKED_BY_LENGTH:
        fields["asked_by"] = "too_long"
    if said.setting not in tuple(Setting):
        fields["setting"] = "bad_choice" if said.setting else "required"
    return fields


def standing_autonomy(session: Session, person: Person) -> AutonomyNote | None:
    """Give what she said last, that nobody withdrew and that is not let go."""
    return next((one for one in autonomy_of(session, person) if _stands(one)), None)


def _stands(note: AutonomyNote) -> bool:
    return note.withdrawn_at is None and note.erased_on is None


def autonomy_of(session: Session, person: Person) -> Sequence[AutonomyNote]:
    """List all that was noted of how she lives, withdrawn or not, the latest first."""
    hers = select(AutonomyNote).where(AutonomyNote.person_id == person.id)
    hers = hers.options(joinedload(AutonomyNote.noted_by), joinedload(AutonomyNote.withdrawn_by))
    latest = hers.order_by(
        AutonomyNote.assessed_on.desc(), AutonomyNote.noted_at.desc(), AutonomyNote.id.desc()
    )
    return session.scalars(latest).all()


def ask_again_on(note: AutonomyNote) -> date:
    """Give the day on which she is to be asked anew, at the latest."""
    return months_after(note.assessed_on, GOOD_FOR_MONTHS)


def let_go_of_autonomy(session: Session, *, now: datetime) -> int:
    """Let go of what was said more than 24 months ago; that she was asked, and when, stays.

    Gives of how many.
    """
    today = today_in_paris(now)
    before = months_after(today, -GOOD_FOR_MONTHS)
    old = (AutonomyNote.assessed_on < before, AutonomyNote.erased_on.is_(None))
    gone = session.scalars(select(AutonomyNote).where(*old)).all()
    for note in gone:
        note.said, note.asked_by, note.erased_on = {}, "", today
        note.withdrawn_why = None if note.withdrawn_why is None else ""
    session.flush()
    return len(gone)


def withdraw_autonomy(
    session: Session, person: Person, note_id: uuid.UUID, why: str, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw what was noted by mistake: what was said before stands again.

    Raises NotFound, Invalid without a reason, Conflict when it is withdrawn or let go already.
    """
    withdraw(_find(session, person, note_id), why=why, viewer=viewer, now=now)
    session.flush()
    log_write(session, person.id, "autonomy_withdrawn", viewer=viewer, now=now)


def put_autonomy_back(
    session: Session, person: Person, note_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let what was withdrawn count again. Raises NotFound, Conflict when it counts or is let go."""
    put_back(_find(session, person, note_id))
    session.flush()
    log_write(session, person.id, "autonomy_put_back", viewer=viewer, now=now)


def _find(session: Session, person: Person, note_id: uuid.UUID) -> AutonomyNote:
    note = session.get(AutonomyNote, note_id, with_for_update={"key_share": True})
    if note is None or note.person_id != person.id:
        raise NotFound("autonomy_not_found")
    if note.erased_on is not None:
        raise Conflict("autonomy_erased")
    return note
