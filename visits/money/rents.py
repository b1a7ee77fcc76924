"""What a household pays for its home and earns: told, dated, withdrawn; held against the rule."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.models.rents import RentNote, RentSource
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.withdrawing import put_back, withdraw

MOST_CENTS = 50_000_00


@dataclass(frozen=True)
class RentSaid:
    """Rent and income a month in cents, as told; None where nothing readable was typed."""

    rent: int | None
    income: int | None
    told_on: date | None
    source: str


def note_rent(
    session: Session, case: Case, said: RentSaid, *, viewer: Viewer, now: datetime
) -> RentNote:
    """Note what a household pays and earns. Raises Invalid by field, Conflict for it said twice."""
    fields = _wrong(said, today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.told_on is not None
    amounts = {"rent": said.rent or 0, "income": said.income or 0}
    standing = (one for one in rents_of(session, case) if one.withdrawn_at is None)
    if any((one.told_on, one.amounts) == (said.told_on, amounts) for one in standing):
        raise Conflict("rent_noted_already")
    note = RentNote(
        id=new_id(),
        case_id=case.id,
        told_on=said.told_on,
        source=RentSource(said.source),
        amounts=amounts,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(note)
    _log(session, case, "rent_noted", viewer=viewer, now=now)
    return note


def withdraw_rent(
    session: Session, case: Case, rent_id: uuid.UUID, why: str, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw what was noted by mistake. Raises NotFound, Invalid, Conflict."""
    withdraw(_find(session, case, rent_id), why=why, viewer=viewer, now=now)
    _log(session, case, "rent_withdrawn", viewer=viewer, now=now)


def put_rent_back(
    session: Session, case: Case, rent_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let what was withdrawn count again. Raises NotFound, Conflict."""
    put_back(_find(session, case, rent_id))
    _log(session, case, "rent_put_back", viewer=viewer, now=now)


def rents_of(session: Session, case: Case) -> Sequence[RentNote]:
    """List what was told in a case, the latest first, what was withdrawn among it."""
    told = select(RentNote).where(RentNote.case_id == case.id)
    told = told.options(joinedload(RentNote.noted_by), joinedload(RentNote.withdrawn_by))
    latest = (RentNote.told_on.desc(), RentNote.noted_at.desc(), RentNote.id.desc())
    return session.scalars(told.order_by(*latest)).all()


def standing_rent(notes: Iterable[RentNote]) -> RentNote | None:
    """Give of what was told in one case, the latest first, what counts."""
    return next((one for one in notes if one.withdrawn_at is None), None)


def _find(session: Session, case: Case, rent_id: uuid.UUID) -> RentNote:
    note = session.get(RentNote, rent_id, with_for_update={"key_share": True})
    if note is None or note.case_id != case.id:
        raise NotFound("rent_not_found")
    return note


def _wrong(said: RentSaid, today: date) -> dict[str, str]:
    fields = {}
    for name, cents, least in (("rent", said.rent, 1), ("income", said.income, 0)):
        if cents is None:
            fields[name] = "no_amount"
        elif not least <= cents <= MOST_CENTS:
            fields[name] = "rent_out_of_range"
    if said.told_on is None:
        fields["told_on"] = "required"
    elif said.told_on > today:
        fields["told_on"] = "must_not_be_future"
    if said.source not in tuple(RentSource):
        fields["source"] = "bad_choice" if said.source else "required"
    return fields


def _log(session: Session, case: Case, what: str, *, viewer: Viewer, now: datetime) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
