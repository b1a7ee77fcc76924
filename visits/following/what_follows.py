"""What the answers of a visit call for is opened: work orders, follow-ups."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from visits.following.follow_ups import open_follow_up
from visits.following.work_orders import open_work_order
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.visits import Consequence
from visits.models.works import URGENT
from visits.people.part_refusals import refused_parts

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
    session: Session, case: Case, called: Sequence[Consequence], *, now: datetime
) -> None:
    """Open what the consequences of one submission call for; what is open already stays one.

    An urgent hazard is never only a sentence: the landlord's becomes a work order, unless the same
    answer has called one as urgent; anybody else's becomes a follow-up, so that somebody asks how
    it ended. Of works that she refuses, only what is urgent is opened.
    """
    refuses_works = RefusedPart.WORKS in refused_parts(session, case.person_id)
    for consequence in called:
        if _calls_for_works(consequence, called):
            if refuses_works and consequence.severity not in URGENT:
                continue
            open_work_order(session, case, consequence, now=now, trade=_trade_of(consequence))
        elif consequence.kind == "follow_up":
            open_follow_up(session, case, consequence, now=now)
        elif _is_urgent_hazard(consequence) and consequence.owner != LANDLORD:
            open_follow_up(session, case, consequence, now=now, code="call")


def works_left(session: Session, case: Case, called: Sequence[Consequence]) -> bool:
    """Tell whether works that are called for stay unopened, as she refuses them."""
    if RefusedPart.WORKS not in refused_parts(session, case.person_id):
        return False
    return any(_calls_for_works(one, called) and one.severity not in URGENT for one in called)


def open_urgent_works(session: Session, called: Sequence[Consequence], *, now: datetime) -> None:
    """Open the urgent works of a submission whose home nobody knows yet."""
    for consequence in called:
        if consequence.severity in URGENT and _calls_for_works(consequence, called):
            open_work_order(session, None, consequence, now=now, trade=_trade_of(consequence))


def _calls_for_works(consequence: Consequence, called: Sequence[Consequence]) -> bool:
    if consequence.kind == "work_order":
        return True
    of_landlord = _is_urgent_hazard(consequence) and consequence.owner == LANDLORD
    return of_landlord and not any(_stands_for(one, consequence) for one in called)


def _is_urgent_hazard(consequence: Consequence) -> bool:
    return consequence.kind == "hazard" and consequence.severity in URGENT


def _trade_of(consequence: Consequence) -> str:
    """Name who mends it: a work order's code is a trade, a hazard's has one."""
    if consequence.kind == "work_order":
        return consequence.code
    return TRADE_OF_HAZARD.get(consequence.code, "general")


def _stands_for(one: Consequence, hazard: Consequence) -> bool:
    """Tell whether a work order is about the same answer and as urgent as the hazard."""
    urgent_enough = one.severity in URGENT and str(one.severity) <= str(hazard.severity)
    return one.kind == "work_order" and urgent_enough and _same_cause(one, hazard)


def _same_cause(one: Consequence, other: Consequence) -> bool:
    return bool({cause["path"] for cause in one.causes} & {cause["path"] for cause in other.causes})
