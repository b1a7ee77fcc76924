"""A person's phone numbers: corrected by hand, added, found wrong, put again as they were."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Invalid, NotFound
from visits.messages.ways import write_no_more_to
from visits.models.people import AccessKind, Person, PhoneNumber
from visits.portfolio.values import BadValue, read_phone
from visits.sight import Viewer
from visits.sight.access_log import log_access

WHOSE_LENGTH = 40


def note_number(
    session: Session,
    person: Person,
    number: str,
    *,
    whose: str = "",
    instead: bool = False,
    viewer: Viewer,
    now: datetime,
) -> PhoneNumber:
    """Note a number by hand, beside the one to call or `instead` of it, which ends but is kept.

    Raises Invalid for what is no number.
    """
    written, word = read_number(number), read_whose(whose)
    if instead and person.phone and person.phone != written:
        _end(session, person, person.phone, wrong=False, viewer=viewer, now=now)
        person.phone = None
    for standing in _standing(session, person, written):
        standing.ended_at, standing.ended_by_id = now, viewer.user_id
    row = PhoneNumber(
        person_id=person.id, number=written, whose=word, noted_at=now, noted_by_id=viewer.user_id
    )
    session.add(row)
    person.phone = person.phone or written
    _log(session, person, viewer, now)
    return row


def note_wrong(
    session: Session, person: Person, number: str, *, viewer: Viewer, now: datetime
) -> None:
    """Note that a number reaches somebody else: nobody calls it or writes to it again.

    The next one is called.
    """
    _end(session, person, number, wrong=True, viewer=viewer, now=now)
    write_no_more_to(session, person, number, viewer=viewer, now=now)
    if person.phone == number:
        person.phone = next((row.number for row in _standing(session, person)), None)
    _log(session, person, viewer, now)


def call_first(
    session: Session, person: Person, row_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Make a number the one to call; one that ended, even as wrong, stands again."""
    row = find_number(session, person, row_id)
    if person.phone and person.phone != row.number and not _standing(session, person, person.phone):
        _keep_from_file(session, person, person.phone, now)
    if row.ended_at is not None:
        again = PhoneNumber(
            person_id=person.id,
            number=row.number,
            whose=row.whose,
            noted_at=now,
            noted_by_id=viewer.user_id,
        )
        session.add(again)
    person.phone = row.number
    _log(session, person, viewer, now)


def end_number(
    session: Session,
    person: Person,
    row_id: uuid.UUID,
    *,
    wrong: bool,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Let a number stand no longer, as wrong or as one that is not used any more."""
    row = find_number(session, person, row_id)
    if row.ended_at is not None:
        raise NotFound("number_not_found")
    if wrong:
        note_wrong(session, person, row.number, viewer=viewer, now=now)
        return
    row.ended_at, row.ended_by_id = now, viewer.user_id
    session.flush()
    if person.phone == row.number:
        person.phone = next((one.number for one in _standing(session, person)), None)
    _log(session, person, viewer, now)


def find_number(session: Session, person: Person, row_id: uuid.UUID) -> PhoneNumber:
    """Find a number that was noted for a person, else raise NotFound."""
    row = session.get(PhoneNumber, row_id)
    if row is None or row.person_id != person.id:
        raise NotFound("number_not_found")
    return row


def read_number(text: str) -> str:
    """Read a number as somebody typed it. Raises Invalid."""
    try:
        return read_phone(text.strip())
    except BadValue:
        raise Invalid({"number": "bad_phone"}) from None


def read_whose(text: str) -> str:
    """Read whose a number is, a word or two. Raises Invalid."""
    word = " ".join(text.split())
    if len(word) > WHOSE_LENGTH:
        raise Invalid({"whose": "too_long"})
    return word


def _end(
    session: Session, person: Person, number: str, *, wrong: bool, viewer: Viewer, now: datetime
) -> None:
    rows = _standing(session, person, number) or [_keep_from_file(session, person, number, now)]
    for row in rows:
        row.ended_at, row.ended_by_id, row.wrong = now, viewer.user_id, wrong
    session.flush()


def _keep_from_file(session: Session, person: Person, number: str, now: datetime) -> PhoneNumber:
    row = PhoneNumber(person_id=person.id, number=number, whose="", noted_at=now)
    session.add(row)
    session.flush()
    return row


def _standing(session: Session, person: Person, number: str | None = None) -> list[PhoneNumber]:
    # Numbers stand encrypted, each differently: they can only be looked through.
    session.flush()
    rows = session.scalars(
        select(PhoneNumber)
        .where(PhoneNumber.person_id == person.id, PhoneNumber.ended_at.is_(None))
        .order_by(PhoneNumber.noted_at.desc(), PhoneNumber.id.desc())
    )
    return [row for row in rows if number in (None, row.number)]


def _log(session: Session, person: Person, viewer: Viewer, now: datetime) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person.id],
        kind=AccessKind.WRITE,
        what="phone_changed",
        now=now,
    )
