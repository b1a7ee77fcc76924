"""What was said by hand of a household, which no line of a file replaces."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from visits.ground.deadlines import today_in_paris
from visits.people.alone import alone_by_hand
from visits.people.roles import roles_by_hand
from visits.portfolio.ledger import Ledger, Record
from visits.portfolio.rows import Reading, Row


class HouseholdSaid:
    """The roles that were changed, and whether somebody lives alone, as they stand by hand."""

    def __init__(self, ledger: Ledger, reading: Reading) -> None:
        self.reading = reading
        self.roles = roles_by_hand(ledger.session, _known(ledger.occupancies))
        self.alone = alone_by_hand(ledger.session, _known(ledger.tenancies))

    def keeps_role(self, occupancy: Record, row: Row) -> bool:
        """Tell whether a role was changed by hand, which the line then does not replace."""
        by_hand, told = self.roles.get(occupancy.id), row.get("role")
        if by_hand is not None and told not in (None, occupancy["role"]):
            self._tell(row, "role", by_hand.noted_at)
        return by_hand is not None

    def keeps_alone(self, tenancy: Record, row: Row, told: bool | None) -> bool:
        """Tell whether somebody said that she lives alone, or does not, in this household."""
        by_hand = self.alone.get(tenancy.id)
        if by_hand is None or tenancy["lives_alone"] != by_hand.alone:
            return False  # who lives there has changed since
        if told not in (None, by_hand.alone):
            self._tell(row, "alone", by_hand.noted_at)
        return True

    def _tell(self, row: Row, what: str, noted_at: datetime) -> None:
        day = f"{today_in_paris(noted_at):%d/%m/%Y}"
        field = "lives_alone" if what == "alone" else what
        self.reading.warn(row, field, f"{what}_by_hand", value=row.name, day=day)


def _known(records: Iterable[Record]) -> set[uuid.UUID]:
    return {one.id for one in records if one.before is not None}
