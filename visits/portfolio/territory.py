"""A file of somebody with a territory speaks of that territory alone."""

import uuid
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from visits.models.accounts import Territory
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.portfolio.ledger import CHUNK
from visits.portfolio.rows import Problem, Reading, Row
from visits.sight.reach import Viewer, open_to, visible_persons

REFUSED = "outside_territory"


def refuse_outside(
    session: Session, reading: Reading, viewer: Viewer | None, *, landlord_id: uuid.UUID
) -> None:
    """Refuse the lines about homes and persons of elsewhere; new stock is the viewer's own.

    Of a protected person even that is not told.
    """
    if viewer is None or viewer.territory_id is None:
        return
    own = session.scalar(select(Territory.name).where(Territory.id == viewer.territory_id))
    elsewhere = _Elsewhere(session, reading, viewer, landlord_id)
    kept = []
    for row in reading.rows:
        name = elsewhere.named_by(row, own)
        if name:
            heading, value = reading.headings.get(name, ""), str(row.get(name) or "")
            reading.refusals.append(Problem(row.line, name, heading, value, REFUSED))
            continue
        row.values["territory"] = own
        kept.append(row)
    reading.rows[:] = kept


class _Elsewhere:
    """What the lines name of the landlord's stock, out of the viewer's territory."""

    def __init__(
        self, session: Session, reading: Reading, viewer: Viewer, landlord_id: uuid.UUID
    ) -> None:
        self.session, self.rows = session, reading.rows
        outside = and_(
            Residence.landlord_id == landlord_id,
            or_(Residence.territory_id.is_(None), Residence.territory_id != viewer.territory_id),
        )
        homes = select(Dwelling.reference).join(Dwelling.residence).where(outside)
        self.dwellings = self._found("dwelling_reference", Dwelling.reference, homes)
        buildings = select(Residence.reference).where(outside)
        self.residences = self._found("residence_reference", Residence.reference, buildings)
        streets = select(Residence.address_key, Residence.postcode).where(outside)
        self.addresses = self._found("address_key", Residence.address_key, streets)
        known = select(Person.reference).where(
            Person.landlord_id == landlord_id, open_to(viewer.user_id), ~visible_persons(viewer)
        )
        self.persons = self._found("person_reference", Person.reference, known)

    def named_by(self, row: Row, own: str | None) -> str:
        """Give the field by which a line speaks of elsewhere, empty when it does not."""
        if row.get("territory") not in (None, own):
            return "territory"
        if (row.get("dwelling_reference"),) in self.dwellings:
            return "dwelling_reference"
        if (row.get("residence_reference"),) in self.residences:
            return "residence_reference"
        if (row.get("person_reference"),) in self.persons:
            return "person_reference"
        here = row.get("address_key"), row.get("postcode") or ""
        return "address" if here in self.addresses else ""

    def _found(
        self, field: str, column: InstrumentedAttribute[Any], known: Select[*tuple[Any, ...]]
    ) -> set[Any]:
        said = iter({row.get(field) for row in self.rows} - {None})
        found = set[Any]()
        while chunk := list(islice(said, CHUNK)):
            rows = self.session.execute(known.where(column.in_(chunk)))
            found |= {tuple(row) for row in rows}
        return found
