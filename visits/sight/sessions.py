"""Which collective sessions a viewer may see: those of the stock she looks after, or her own.

A session tells of nobody: who was in it is seen with the person.
"""

import uuid

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from visits.models.portfolio import Residence
from visits.models.sessions import CollectiveSession
from visits.sight.homes import STOCK
from visits.sight.reach import BY_MANDATE, Reach, Viewer


def visible_sessions(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `CollectiveSession` for those a viewer may see.

    By a mandate she sees what her own organisation holds in its programme, and no other's; figures
    of a programme are those of all its sessions. Who looks after one area sees what is in its
    residences, and what is in none.
    """
    one = CollectiveSession
    its = one.landlord_id == viewer.landlord_id if viewer.landlord_id else true()
    here = _in_area(viewer.territory_id)
    if viewer.reach in STOCK:
        return and_(its, here)
    if viewer.reach not in BY_MANDATE:
        return false()
    mandated = (
        and_(
            one.programme == held.programme,
            one.landlord_id == held.landlord_id,
            _in_area(held.territory_id),
        )
        for held in viewer.mandates
    )
    paid_for = viewer.reach is Reach.FIGURES
    held = true() if paid_for else one.held_by_id == viewer.organisation_id
    return and_(its, here, held, or_(false(), *mandated))


def _in_area(territory_id: uuid.UUID | None) -> ColumnElement[bool]:
    if territory_id is None:
        return true()
    there = select(Residence.id).where(Residence.territory_id == territory_id)
    return or_(CollectiveSession.residence_id.is_(None), CollectiveSession.residence_id.in_(there))
