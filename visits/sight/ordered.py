"""Which ordered services a viewer may see: of the stock she looks after, or ordered of her own.

A service is ordered for a home that somebody lives in: where that home is hidden, so is the order.
"""

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from visits.models.cases import Case
from visits.models.portfolio import Residence
from visits.models.surroundings import OrderedService
from visits.sight.homes import STOCK, stock_of
from visits.sight.reach import Reach, Viewer, hidden_homes


def visible_ordered(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `OrderedService`, its `Case` and `Residence` for those she may see.

    A partner sees what was ordered of it and nothing else, whatever its mandates give.
    """
    if viewer.reach in STOCK:
        whose = stock_of(viewer)
    elif viewer.reach is Reach.GIVEN:
        whose = OrderedService.organisation_id == viewer.organisation_id
    else:
        whose = false()
    home = Case.dwelling_id
    return and_(whose, or_(home.is_(None), home.not_in(hidden_homes(viewer.user_id))))


def seen_ordered(viewer: Viewer) -> Select[OrderedService]:
    """Select the ordered services she may see, with their cases and residences."""
    return (
        select(OrderedService)
        .join(Case, Case.id == OrderedService.case_id)
        .join(Residence, Residence.id == OrderedService.residence_id)
        .where(visible_ordered(viewer))
    )
