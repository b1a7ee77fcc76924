"""Residences that have a position get their place on the map."""

from sqlalchemy.orm import Session

from maps.cells import locate_cell
from visits.portfolio import residences_without_cell, set_cells

RESIDENCES_AT_ONCE = 2_000


def put_on_map(session: Session) -> None:
    """Give residences that have a position their H3 cell, and show their dwellings on the map."""
    while placeless := residences_without_cell(session, limit=RESIDENCES_AT_ONCE):
        cells = {
            residence.id: locate_cell(residence.lat, residence.lon)
            for residence in placeless
            if residence.lat is not None and residence.lon is not None
        }
        set_cells(session, cells)
