"""What whoever does the works must mind at a door: what keeps her safe, never anybody's health."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from visits.models.people import AlertCode
from visits.models.works import WorkOrder
from visits.people.measures import SAFETY_ALERTS, standing_alerts


def measures_for(session: Session, order: WorkOrder) -> Sequence[AlertCode]:
    """List the measures of safety that stand for whom an open order is about.

    Those of discretion spare the person, and some tell of her health: none of them is told.
    """
    if order.person_id is None or not order.is_open:
        return []
    standing = standing_alerts(session, [order.person_id]).get(order.person_id, [])
    return [one.code for one in standing if one.code in SAFETY_ALERTS]
