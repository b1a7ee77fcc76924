"""How long a contract of a place runs and how often it is renewed: one table."""

from collections.abc import Mapping
from dataclasses import dataclass

from visits.models.stays import Contract, StayKind

LONGEST_MONTHS = 36


@dataclass(frozen=True)
class Limit:
    """What a contract allows; `renewals` is None where nothing limits them."""

    runs_out: bool
    renewals: int | None


LIMITS: Mapping[Contract, Limit] = {
    Contract.RENEWABLE: Limit(runs_out=True, renewals=None),
    Contract.ONCE: Limit(runs_out=True, renewals=1),
    Contract.NEVER: Limit(runs_out=True, renewals=0),
    Contract.PERMANENT: Limit(runs_out=False, renewals=0),
}


def wrong_terms(contract: Contract, months: int | None) -> str | None:
    """Say why a contract cannot run so many months, or None where it can."""
    if not LIMITS[contract].runs_out:
        return "place_permanent_months" if months is not None else None
    if months is None:
        return "required"
    return None if 1 <= months <= LONGEST_MONTHS else "place_months_out_of_range"


# Which kinds of stay go with a contract that runs out, and which with one for good.
FOR_A_TIME = (StayKind.TEMPORARY, StayKind.EMERGENCY, StayKind.SUB_LET, StayKind.SLIDING)
FOR_GOOD = (StayKind.PERMANENT, StayKind.SUB_LET, StayKind.SLIDING)


def kind_fits(kind: StayKind, contract: Contract) -> bool:
    """Tell whether somebody may stay so under a contract."""
    return kind in (FOR_A_TIME if LIMITS[contract].runs_out else FOR_GOOD)
