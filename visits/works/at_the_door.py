"""What whoever does the works must mind at a door: what keeps her safe, never anybody's health."""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from visits.messages.living import living_in
from visits.models.people import AlertCode
from visits.models.portfolio import Dwelling
from visits.models.works import WorkOrder
from visits.people.measures import SAFETY_ALERTS, standing_alerts


def measures_for(session: Session, order: WorkOrder) -> Sequence[AlertCode]:
    """List the measures of safety that stand for whom an open order is about, or who lives there.

    Those of discretion spare the person, and some tell of her health: none of them is told.
    """
    if not order.is_open:
        return []
    met = {order.person_id} if order.person_id else set[uuid.UUID]()
    if order.dwelling_id is not None:
        met |= {one.id for _, one in living_in(session, Dwelling.id == order.dwelling_id)}
    standing = {one.code for each in standing_alerts(session, met).values() for one in each}
    return [code for code in AlertCode if code in standing & SAFETY_ALERTS]
