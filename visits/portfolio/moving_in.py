"""The day has come: who was to move in does, as if the line were imported today."""

import uuid
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.models.people import AccessKind, LeaseToCome
from visits.models.portfolio import Dwelling
from visits.people.protection import wait_to_protect
from visits.portfolio.apply import write_ledger
from visits.portfolio.households import SUCCESSIVE
from visits.portfolio.ledger import Ledger
from visits.portfolio.protected import leave_unseen_alone
from visits.portfolio.rows import Reading
from visits.portfolio.tenants import plan_persons
from visits.portfolio.to_come import row_of, viewer_of
from visits.sight.access_log import log_access
from visits.sight.reach import Viewer


def move_in(session: Session, *, now: datetime) -> int:
    """Carry out the leases that begin today or began since; gives how many lines.

    Those that were withdrawn can be put back no more, and are let go. What each importer could
    not see then stays hidden from what her lines do.
    """
    begun = (
        select(LeaseToCome)
        .where(LeaseToCome.starts_on <= today_in_paris(now))
        .order_by(LeaseToCome.starts_on, LeaseToCome.id)
    )
    kept = list(session.scalars(begun))
    if not kept:
        return 0
    leases = [one for one in kept if one.withdrawn_at is None]
    take_turn(session, "import")
    wait_to_protect(session)
    landlords = _landlords(session, leases)
    by_sender: dict[tuple[uuid.UUID, Viewer | None], list[LeaseToCome]] = {}
    for one in leases:
        sender = landlords[one.dwelling_id], viewer_of(one)
        by_sender.setdefault(sender, []).append(one)
    for (landlord_id, viewer), hers in by_sender.items():
        _move_in(session, hers, landlord_id=landlord_id, viewer=viewer, now=now)
    session.execute(delete(LeaseToCome).where(LeaseToCome.id.in_([one.id for one in kept])))
    return len(leases)


def _landlords(session: Session, leases: list[LeaseToCome]) -> dict[uuid.UUID, uuid.UUID]:
    """Give the landlord of each home somebody moves into."""
    homes = select(Dwelling.id, Dwelling.landlord_id)
    begun = homes.where(Dwelling.id.in_({one.dwelling_id for one in leases}))
    return {home: landlord for home, landlord in session.execute(begun)}


def _move_in(
    session: Session,
    kept: list[LeaseToCome],
    *,
    landlord_id: uuid.UUID,
    viewer: Viewer | None,
    now: datetime,
) -> None:
    ledger, reading, choices = Ledger(session, landlord_id), Reading(), dict[str, str]()
    ledger.dwellings.load(session, Dwelling.id, {one.dwelling_id for one in kept})
    ledger.load_residences_of_dwellings()
    for line, one in enumerate(kept, start=1):
        home = ledger.dwellings.records[one.dwelling_id]
        reading.rows.append(row_of(one, line=line, dwelling_reference=home["reference"]))
        if one.content["successive"]:
            choices[f"new_lease_{line}"] = SUCCESSIVE
    with session.no_autoflush:
        plan_persons(ledger, reading, today=today_in_paris(now), viewer=viewer, choices=choices)
    leave_unseen_alone(ledger)
    persons = sorted(ledger.persons_written())
    by = viewer.user_id if viewer else None
    write_ledger(session, ledger, by=by, now=now)
    log_access(session, user_id=by, persons=persons, kind=AccessKind.WRITE, what="import", now=now)
