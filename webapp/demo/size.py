"""How large a demo is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How many dwellings, tenants of 70 and over, and persons in the programme."""

    dwellings: int = 13_000
    seniors: int = 1_630
    targets: int = 842
