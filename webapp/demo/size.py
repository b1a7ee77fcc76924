"""How large a demo is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How many dwellings, tenants of 70 and over, and persons in the programme.

    The other programmes are small beside it, and never empty.
    """

    dwellings: int = 13_000
    seniors: int = 1_630
    targets: int = 842

    @property
    def isolated(self) -> int:
        """How many tenants are accompanied week after week."""
        return max(6, self.targets // 32)

    @property
    def young(self) -> int:
        """How many tenants of 18 to 30 moved in within the last months."""
        return max(6, self.targets // 26)

    @property
    def residences(self) -> int:
        """How many residences are checked once a year."""
        return max(4, self.targets // 26)
