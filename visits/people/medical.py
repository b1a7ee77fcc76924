"""Medical validations of a person: that there is one, for what, by whom, until when.

A dated fact, never its content: nothing here has room for what a doctor found.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import months_after, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.needs import MedicalBy, MedicalFor, MedicalValidation
from visits.models.people import Person
from visits.sight import Viewer
from visits.sight.access_log import log_write
from visits.sight.withdrawing import put_back, withdraw

# A name is no longer: a sentence on somebody's health does not go in.
GIVER_LENGTH = 60
EARLIEST = date(2000, 1, 1)
# Longer is a typing error; what holds for ever has no last day.
LONGEST_MONTHS = 20 * 12


@dataclass(frozen=True)
class MedicalSaid:
    """A validation as it is typed in: for what, who gave it as what, when, its last day if any."""

    purpose: str
    given_by: str
    giver: str
    given_on: date | None
    valid_until: date | None = None


def note_medical(
    session: Session, person: Person, said: MedicalSaid, *, viewer: Viewer, now: datetime
) -> MedicalValidation:
    """Note that something was validated for a person on medical grounds.

    Raises Invalid by field, Conflict when she died or the very same is noted already.
    """
    if person.died_on is not None:
        raise Conflict("medical_of_who_died")
    fields = _wrong(said, person, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.given_on is not None
    take_turn(session, f"medical of {person.id}")
    note = MedicalValidation(
        id=new_id(),
        person_id=person.id,
        purpose=MedicalFor(said.purpose),
        given_by=MedicalBy(said.given_by),
        giver=said.giver.strip(),
        given_on=said.given_on,
        valid_until=said.valid_until,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    if any(_told(one) == _told(note) for one in _counting(session, person.id)):
        raise Conflict("medical_noted_already")
    session.add(note)
    session.flush()
    log_write(session, person.id, "medical_noted", viewer=viewer, now=now)
    return note


def _told(one: MedicalValidation) -> tuple[object, ...]:
    return one.purpose, one.given_by, one.giver, one.given_on, one.valid_until


def _wrong(said: MedicalSaid, person: Person, *, today: date) -> dict[str, str]:
    fields = {}
    if said.purpose not in tuple(MedicalFor):
        fields["purpose"] = "bad_choice" if said.purpose else "required"
    if said.given_by not in tuple(MedicalBy):
        fields["given_by"] = "bad_choice" if said.given_by else "required"
    if not said.giver.strip():
        fields["giver"] = "required"
    elif len(said.giver.strip()) > GIVER_LENGTH:
        fields["giver"] = "too_long"
    if said.given_on is None:
        fields["given_on"] = "required"
    elif said.given_on > today:
        fields["given_on"] = "day_to_come"
    elif said.given_on < max(EARLIEST, person.born_on or EARLIEST):
        fields["given_on"] = "day_too_early"
    elif said.valid_until is not None and said.valid_until < said.given_on:
        fields["valid_until"] = "medical_ends_before"
    elif said.valid_until is not None and said.valid_until > months_after(
        said.given_on, LONGEST_MONTHS
    ):
        fields["valid_until"] = "medical_too_long"
    return fields


def medical_of(session: Session, person: Person) -> Sequence[MedicalValidation]:
    """List all that was noted, withdrawn or not, the latest given first."""
    hers = select(MedicalValidation).where(MedicalValidation.person_id == person.id)
    hers = hers.options(
        joinedload(MedicalValidation.noted_by), joinedload(MedicalValidation.withdrawn_by)
    )
    latest = (MedicalValidation.given_on.desc(), MedicalValidation.noted_at.desc())
    return session.scalars(hers.order_by(*latest, MedicalValidation.id.desc())).all()


def medical_for(
    session: Session, person_id: uuid.UUID, purpose: MedicalFor
) -> MedicalValidation | None:
    """Give what validates something of hers the longest: given for it, or for her home at large.

    It may be over: `lapsed_since` tells.
    """
    fits = [
        one for one in _counting(session, person_id) if one.purpose in (purpose, MedicalFor.HOME)
    ]
    return max(fits, key=lambda one: (one.valid_until or date.max, one.given_on), default=None)


def _counting(session: Session, person_id: uuid.UUID) -> Sequence[MedicalValidation]:
    hers = (MedicalValidation.person_id == person_id, MedicalValidation.withdrawn_at.is_(None))
    return session.scalars(select(MedicalValidation).where(*hers)).all()


def withdraw_medical(
    session: Session, person: Person, note_id: uuid.UUID, why: str, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw what was noted by mistake: it validates nothing any more.

    Raises NotFound, Invalid without a reason, Conflict when it is withdrawn already.
    """
    withdraw(_find(session, person, note_id), why=why, viewer=viewer, now=now)
    session.flush()
    log_write(session, person.id, "medical_withdrawn", viewer=viewer, now=now)


def put_medical_back(
    session: Session, person: Person, note_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let what was withdrawn count again. Raises NotFound, Conflict when it counts already."""
    put_back(_find(session, person, note_id))
    session.flush()
    log_write(session, person.id, "medical_put_back", viewer=viewer, now=now)


def _find(session: Session, person: Person, note_id: uuid.UUID) -> MedicalValidation:
    note = session.get(MedicalValidation, note_id, with_for_update={"key_share": True})
    if note is None or note.person_id != person.id:
        raise NotFound("medical_not_found")
    return note
