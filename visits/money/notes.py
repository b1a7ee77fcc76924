"""Amounts of a programme: noted, listed, withdrawn and kept."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.money import Basis, CostKind, MoneyKind, MoneyNote
from visits.programmes.published import find_programme
from visits.sight import Viewer
from visits.sight.homes import landlords_run
from visits.sight.listing import By, Listed, Wanted, page_of_found
from visits.sight.withdrawing import withdraw

PAYER_LENGTH, WHAT_LENGTH = 100, 200
MOST_CENTS = 20_000_000_00
# What each kind of amount must say beside the amount and its day.
ASKED = {
    MoneyKind.COST: "cost_kind",
    MoneyKind.GRANT_ASKED: "payer",
    MoneyKind.GRANT_PAID: "payer",
    MoneyKind.UNIT_COST: "basis",
}
CHOICES = {"cost_kind": tuple(CostKind), "basis": tuple(Basis)}
ORDER = {
    "day": By(MoneyNote.of_day, known=True),
    "amount": By(MoneyNote.cents, known=True),
    "kind": By(MoneyNote.kind, known=True),
    "payer": By(MoneyNote.payer),
}


@dataclass(frozen=True)
class MoneySaid:
    """An amount as it was typed; None or empty where nothing was."""

    programme: str
    landlord_id: uuid.UUID | None
    kind: str
    cents: int | None
    of_day: date | None
    cost_kind: str = ""
    basis: str = ""
    payer: str = ""
    what: str = ""


@dataclass(frozen=True)
class MoneyFilter:
    """Which amounts: of a programme, of a landlord, of the days from first to last, of a kind."""

    programme: str
    landlord_id: uuid.UUID | None
    first: date
    last: date
    kind: str = ""


def note_money(session: Session, said: MoneySaid, *, viewer: Viewer, now: datetime) -> MoneyNote:
    """Note an amount of a programme.

    Raises NotFound for a programme that is not there, Invalid by field, Conflict for the very same
    amount noted again.
    """
    find_programme(session, said.programme)
    fields = dict(_wrong(session, said, viewer, today_in_paris(now)))
    if fields:
        raise Invalid(fields)
    assert said.cents is not None and said.of_day is not None and said.landlord_id is not None
    kind = MoneyKind(said.kind)
    asked = ASKED[kind]
    note = MoneyNote(
        landlord_id=said.landlord_id,
        programme=said.programme,
        kind=kind,
        of_day=said.of_day,
        cents=said.cents,
        cost_kind=CostKind(said.cost_kind) if asked == "cost_kind" else None,
        basis=Basis(said.basis) if asked == "basis" else None,
        payer=said.payer.strip() or None,
        what=said.what.strip() or None,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    if any(_same(note, one) for one in _standing(session, note)):
        raise Conflict("money_noted_already")
    session.add(note)
    session.flush()
    return note


def withdraw_money(
    session: Session, note_id: uuid.UUID, *, why: str, viewer: Viewer, now: datetime
) -> MoneyNote:
    """Withdraw an amount that was noted by mistake; it stays listed, with why, and counts no more.

    Raises NotFound for one out of reach, Invalid, Conflict.
    """
    reached = [one.id for one in landlords_run(session, viewer)]
    note = session.scalars(
        select(MoneyNote)
        .where(MoneyNote.id == note_id, MoneyNote.landlord_id.in_(reached))
        .with_for_update(of=MoneyNote, key_share=True)
    ).one_or_none()
    if note is None:
        raise NotFound("money_not_found")
    withdraw(note, why=why, viewer=viewer, now=now)
    session.flush()
    return note


def list_money(
    session: Session, viewer: Viewer, *, only: MoneyFilter, wanted: Wanted
) -> Listed[MoneyNote]:
    """List amounts in reach, those that were withdrawn among them."""
    rows = select(MoneyNote).options(
        joinedload(MoneyNote.noted_by), joinedload(MoneyNote.withdrawn_by)
    )
    found = select(MoneyNote.id).where(*in_reach(session, viewer, only))
    if only.kind in tuple(MoneyKind):
        found = found.where(MoneyNote.kind == MoneyKind(only.kind))
    tie = (MoneyNote.noted_at, MoneyNote.id)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=tie)


def in_reach(session: Session, viewer: Viewer, only: MoneyFilter) -> Iterator[ColumnElement[bool]]:
    """Give the conditions on `MoneyNote` for those asked for that a viewer may see."""
    run = [one.id for one in landlords_run(session, viewer)]
    if only.landlord_id is not None:
        run = [one for one in run if one == only.landlord_id]
    yield MoneyNote.landlord_id.in_(run)
    yield MoneyNote.programme == only.programme
    yield MoneyNote.of_day.between(only.first, only.last)


def _wrong(
    session: Session, said: MoneySaid, viewer: Viewer, today: date
) -> Iterator[tuple[str, str]]:
    """Say by field why an amount cannot be so."""
    if said.landlord_id not in {one.id for one in landlords_run(session, viewer)}:
        yield "landlord", "bad_choice"
    if said.kind not in tuple(MoneyKind):
        yield "kind", "bad_choice"
    else:
        asked = ASKED[MoneyKind(said.kind)]
        typed = getattr(said, asked)
        if not typed.strip():
            yield asked, "required"
        elif asked in CHOICES and typed not in CHOICES[asked]:
            yield asked, "bad_choice"
    if said.cents is None:
        yield "amount", "no_amount"
    elif not 0 < said.cents <= MOST_CENTS:
        yield "amount", "money_out_of_range"
    if said.of_day is None:
        yield "of_day", "required"
    elif said.of_day > today:
        yield "of_day", "must_not_be_future"
    if len(said.payer.strip()) > PAYER_LENGTH:
        yield "payer", "money_payer_too_long"
    if len(said.what.strip()) > WHAT_LENGTH:
        yield "what", "money_what_too_long"


def _standing(session: Session, note: MoneyNote) -> list[MoneyNote]:
    of_day = (
        MoneyNote.programme == note.programme,
        MoneyNote.landlord_id == note.landlord_id,
        MoneyNote.of_day == note.of_day,
        MoneyNote.withdrawn_at.is_(None),
    )
    return list(session.scalars(select(MoneyNote).where(*of_day).order_by(MoneyNote.id)))


def _same(note: MoneyNote, other: MoneyNote) -> bool:
    """Tell whether one amount was sent twice."""
    said = ("kind", "cents", "cost_kind", "basis", "payer", "what")
    return all(getattr(note, name) == getattr(other, name) for name in said)
