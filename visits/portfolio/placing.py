"""Residences that nobody says the place of: asked for by their address, or placed by hand."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from visits.models.homes import Placing
from visits.models.portfolio import Dwelling, Residence
from visits.sight import Viewer
from visits.sight.homes import visible_homes
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.reach import hidden_homes

# A server that did not answer may do so in an hour; what it did not know it is not asked again.
UNREACHABLE = "unreachable"
AGAIN_AFTER = timedelta(hours=1)
KIND_LENGTH = 32


@dataclass(frozen=True)
class Asked:
    """An address to be placed, as it stands."""

    residence_id: uuid.UUID
    address: str
    postcode: str
    city: str
    insee: str | None

    @property
    def text(self) -> str:
        """The address in one line."""
        return f"{self.address}, {self.postcode} {self.city}"


@dataclass(frozen=True)
class Answered:
    """Where an address is, in degrees, and how surely; or why it was not placed."""

    lat: float | None = None
    lon: float | None = None
    score: float | None = None
    kind: str | None = None
    doubt: str | None = None


def to_place(session: Session, *, limit: int, now: datetime) -> list[Asked]:
    """List addresses to be placed: not asked for yet as they stand, those never asked for first.

    Where every home is hidden nobody outside is asked.
    """
    text = Residence.address + ", " + Residence.postcode + " " + Residence.city
    open_again = and_(Placing.doubt == UNREACHABLE, Placing.asked_at <= now - AGAIN_AFTER)
    rows = session.execute(
        select(
            Residence.id,
            Residence.address,
            Residence.postcode,
            Residence.city,
            Residence.insee,
        )
        .outerjoin(Placing, Placing.residence_id == Residence.id)
        .where(_unplaced(), _home_where(Dwelling.id.not_in(hidden_homes())))
        .where(or_(Placing.residence_id.is_(None), Placing.asked != text, open_again))
        .order_by(Placing.asked_at.asc().nulls_first(), Residence.id)
        .limit(limit)
    )
    return [Asked(*row) for row in rows]


def note_place(session: Session, asked: Asked, answered: Answered, *, now: datetime) -> bool:
    """Keep what was answered; tells whether the residence has its place by it.

    One that was corrected, placed or dropped meanwhile stays as it is.
    """
    residence = session.get(Residence, asked.residence_id, with_for_update={"key_share": True})
    stands = residence and (residence.address, residence.postcode, residence.city)
    if residence is None or stands != (asked.address, asked.postcode, asked.city):
        return False
    row = session.get(Placing, residence.id) or Placing(residence_id=residence.id)
    row.asked, row.asked_at, row.doubt = asked.text, now, answered.doubt
    row.score, row.kind = answered.score, (answered.kind or "")[:KIND_LENGTH] or None
    session.add(row)
    placed = answered.lat is not None and residence.lat is None
    if placed:
        residence.lat, residence.lon, residence.h3 = answered.lat, answered.lon, None
    session.flush()
    return placed


def unplaced(
    session: Session, viewer: Viewer, *, wanted: Wanted
) -> tuple[Listed[Residence], dict[uuid.UUID, Placing]]:
    """List the residences on no map in which a viewer may see a home, with what was answered."""
    listed = page_of(
        session,
        _unplaced_for(viewer),
        wanted=wanted,
        order={"city": Residence.city, "address": Residence.address},
        tie=Residence.id,
    )
    ids = [one.id for one in listed.rows]
    found = session.scalars(select(Placing).where(Placing.residence_id.in_(ids)))
    texts = {one.id: one.line for one in listed.rows}
    return listed, {one.residence_id: one for one in found if one.asked == texts[one.residence_id]}


def ask_again(session: Session, viewer: Viewer, residence_ids: Collection[uuid.UUID]) -> int:
    """Let addresses be asked for again; gives how many, of those a viewer may see."""
    seen: Sequence[uuid.UUID] = [
        one.id
        for one in session.scalars(_unplaced_for(viewer).where(Residence.id.in_(residence_ids)))
    ]
    session.execute(delete(Placing).where(Placing.residence_id.in_(seen)))
    return len(seen)


def placing_of(session: Session, residence: Residence) -> Placing | None:
    """Give how a residence got its place, if its address as it stands was asked for."""
    row = session.get(Placing, residence.id)
    stands = residence.line
    return row if row is not None and row.asked == stands else None


def _unplaced() -> ColumnElement[bool]:
    return and_(Residence.lat.is_(None), Residence.address_key != "")


def _unplaced_for(viewer: Viewer) -> Select[Residence]:
    return select(Residence).where(_unplaced(), _home_where(visible_homes(viewer)))


def _home_where(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition on `Residence` that one of its homes is such."""
    return exists().where(Dwelling.residence_id == Residence.id, condition).correlate(Residence)
