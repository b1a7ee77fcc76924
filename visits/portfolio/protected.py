"""What a file may not do: touch the file of a protected person whom its sender is not named for."""

import uuid

from sqlalchemy import select

from visits.models.people import NamedAccess
from visits.portfolio.ledger import Ledger, Record


def leave_protected_alone(ledger: Ledger, *, by: uuid.UUID | None) -> None:
    """Undo in the ledger whatever would change a protected person `by` is not named for.

    She counts as unchanged, as anybody does whom a file tells nothing new about: neither a dry run
    nor its counts tell her apart.
    """
    closed = _closed_to(ledger, by)
    if not closed:
        return
    for person_id in closed:
        _restore(ledger.persons.records[person_id])
    homes = set()
    for occupancy in ledger.occupancies:
        if occupancy["person_id"] not in closed:
            continue
        homes.add(occupancy["tenancy_id"])
        _restore(occupancy)
    for tenancy_id in homes:
        _settle_tenancy(ledger, ledger.tenancies.records[tenancy_id])


def _closed_to(ledger: Ledger, by: uuid.UUID | None) -> set[uuid.UUID]:
    protected = {person.id for person in ledger.persons if person["protected"]}
    if not protected:
        return set()
    named = select(NamedAccess.person_id).where(NamedAccess.user_id == by)
    return protected - set(ledger.session.scalars(named))


def _settle_tenancy(ledger: Ledger, tenancy: Record) -> None:
    """Keep the lease she is still under; let go of one made for her alone."""
    lived_in = [o for o in ledger.occupancies if o["tenancy_id"] == tenancy.id]
    if tenancy.before is None:
        tenancy.deleted = not lived_in
    elif any(occupancy["ended_on"] is None for occupancy in lived_in):
        tenancy.values["ended_on"] = tenancy.before["ended_on"]


def _restore(record: Record) -> None:
    if record.before is None:
        record.deleted = True
    else:
        record.values = dict(record.before)
