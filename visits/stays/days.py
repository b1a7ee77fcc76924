"""The days of a stay: which it fills, when its contract is over, whether it may go on.

Pure: nothing here reads a table or a clock. A stay fills its place from its first day on; the day
on which it ends is the first on which the place is free again.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from visits.ground.deadlines import age_on, months_after
from visits.models.stays import Contract, Stay
from visits.stays.contracts import LIMITS

YOUNGEST = 16


@dataclass(frozen=True)
class Days:
    """Days from the first to the one before `after`; None where nobody knows the end yet."""

    first: date
    after: date | None = None

    def hold(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.first <= day and (self.after is None or day < self.after)

    def meet(self, other: "Days") -> bool:
        """Tell whether a day is in both."""
        before_end = self.after is None or other.first < self.after
        return before_end and (other.after is None or self.first < other.after)

    def count_within(self, first: date, last: date) -> int:
        """Count those of them from a day to another, both counted."""
        free_again = last + timedelta(days=1)
        end = free_again if self.after is None else min(self.after, free_again)
        return max(0, (end - max(self.first, first)).days)


def days_of(stay: Stay) -> Days:
    """Give the days that a stay fills as far as it is known."""
    return Days(stay.from_on, stay.ended_on)


def contract_over_on(
    began: date, contract: Contract, months: int | None, *, renewals: int = 0
) -> date | None:
    """Give the day by which somebody leaves: terms are counted from the first day, not added up."""
    if not LIMITS[contract].runs_out or months is None:
        return None
    return months_after(began, months * (renewals + 1))


def why_not_renewed(
    began: date, contract: Contract, months: int | None, *, renewals: int, today: date
) -> str | None:
    """Say why a contract cannot be renewed once more, or None where it can.

    The next term is agreed on once the one before it has begun.
    """
    limit = LIMITS[contract]
    if not limit.runs_out or months is None:
        return "stay_is_permanent"
    if limit.renewals is not None and renewals >= limit.renewals:
        return "stay_renewed_enough" if renewals else "stay_never_renewed"
    return "stay_term_to_come" if today < months_after(began, months * renewals) else None


def is_too_young(on: date, *, born_on: date | None, birth_year: int | None) -> bool:
    """Tell whether somebody is known to be under 16 on a day."""
    if born_on is not None:
        return age_on(on, born=born_on) < YOUNGEST
    return birth_year is not None and on.year - birth_year < YOUNGEST
