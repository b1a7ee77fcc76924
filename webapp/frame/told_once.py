"""What several bring together: nobody brings what another brought."""

from collections.abc import Mapping
from typing import Any


def add_once(known: dict[Any, Any], more: Mapping[Any, Any]) -> None:
    """Add to what is known; ValueError when something of it is known already."""
    if twice := known.keys() & more.keys():
        raise ValueError(f"brought twice: {', '.join(sorted(map(str, twice)))}")
    known.update(more)
