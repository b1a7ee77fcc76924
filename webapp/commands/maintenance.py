"""The landlord's maintenance system is told of orders: made, claimed, sent, noted."""

import uuid
from datetime import datetime
from typing import Any

from visits.messages.sending import note_failed
from visits.works.telling import claim_told, find_claimed, landlord_told, make_told, note_told
from webapp.frame.outside import MaintenanceSystem, their_reference
from webapp.frame.posting import Handed
from webapp.frame.transaction import House

MOST_ROUNDS = 50


def tell_maintenance_system(house: House, *, now: datetime) -> dict[str, Any]:
    """Tell the system what is new of orders; tells how much went out and how much did not."""
    result = {"touched": 0, "not_sent": 0}
    system = house.settings.maintenance
    if system is None:
        return result
    with house.sessions.begin() as session:
        landlord = landlord_told(session, system.landlord)
        if landlord is None:
            return result
        landlord_id = landlord.id
        make_told(session, landlord_id, now=now)
    for _ in range(MOST_ROUNDS):
        with house.sessions.begin() as session:
            due = [
                (one.id, one.claimed, one.body) for one in claim_told(session, landlord_id, now=now)
            ]
        if not due:
            break
        for told_id, claim, body in due:
            sent = _tell(house, system, told_id, claim, body)
            result["touched" if sent else "not_sent"] += 1
    return result


def _tell(
    house: House, system: MaintenanceSystem, told_id: uuid.UUID, claim: Any, body: Any
) -> bool:
    """Hand one turn over, outside of any transaction, and note what came of it."""
    answer = system.tell(body, key=str(told_id), at=int(house.clock().timestamp()))
    with house.sessions.begin() as session:
        told = find_claimed(session, told_id, claim)
        if told is None:
            return False
        if answer.handed is Handed.TAKEN:
            note_told(told, their_reference(answer.body), now=house.clock())
            return True
        for_good = answer.handed is Handed.REFUSED
        note_failed(told, answer.handed, for_good=for_good, now=house.clock())
        return False
