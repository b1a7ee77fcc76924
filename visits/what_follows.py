"""What the answers of a visit call for is opened: work orders, follow-ups."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from visits.follow_ups import open_follow_up
from visits.models.programmes import Enrolment
from visits.models.visits import Consequence
from visits.models.works import URGENT
from visits.work_orders import open_work_order

LANDLORD = "landlord"

# Who mends an urgent hazard that names no trade; whatever is not here is for general maintenance.
TRADE_OF_HAZARD = {
    "gas_smell": "gas",
    "gas_hose": "gas",
    "unflued_heater": "gas",
    "carbon_monoxide": "heating",
    "cold_dwelling": "heating",
    "no_hot_water": "heating",
    "bare_wires": "electricity",
    "electric_shock": "electricity",
    "water_leak": "plumbing",
    "lift_broken": "lift",
    "loose_guard": "carpentry",
    "loose_handrail": "carpentry",
    "blocked_ventilation": "ventilation",
    "pests": "pest_control",
}


def open_what_follows(
    session: Session, enrolment: Enrolment, called: Sequence[Consequence], *, now: datetime
) -> None:
    """Open what the consequences of one submission call for.

    An urgent hazard is never only a sentence: the landlord's becomes a work order, unless the same
    answer has called one as urgent; anybody else's becomes a follow-up, so that somebody asks how
    it ended.
    """
    for consequence in called:
        if consequence.kind == "work_order":
            open_work_order(session, enrolment, consequence, now=now)
        elif consequence.kind == "follow_up":
            open_follow_up(session, enrolment, consequence, now=now)
        elif consequence.kind == "hazard" and consequence.severity in URGENT:
            _open_for_hazard(session, enrolment, consequence, called, now=now)


def _open_for_hazard(
    session: Session,
    enrolment: Enrolment,
    hazard: Consequence,
    called: Sequence[Consequence],
    *,
    now: datetime,
) -> None:
    if hazard.owner != LANDLORD:
        open_follow_up(session, enrolment, hazard, now=now, code="call")
    elif not any(_stands_for(one, hazard) for one in called):
        trade = TRADE_OF_HAZARD.get(hazard.code, "general")
        open_work_order(session, enrolment, hazard, now=now, trade=trade)


def _stands_for(one: Consequence, hazard: Consequence) -> bool:
    """Tell whether a work order is about the same answer and as urgent as the hazard."""
    urgent_enough = one.severity in URGENT and str(one.severity) <= str(hazard.severity)
    return one.kind == "work_order" and urgent_enough and _same_cause(one, hazard)


def _same_cause(one: Consequence, other: Consequence) -> bool:
    return bool({cause["path"] for cause in one.causes} & {cause["path"] for cause in other.causes})
