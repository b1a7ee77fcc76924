"""A figure of the first page, and the list it counts."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from visits.steering.rates import Rate
from webapp.office.frame.landlords import landlord_chosen


@dataclass(frozen=True)
class Tile:
    """A figure and the list it counts; `tone` is good, warn or bad when it says something."""

    label: str
    figure: int | str | Rate
    url: str = ""
    note: str = ""
    tone: str = ""


def if_any(label: str, count: int, url: str, tone: str = "warn") -> list[Tile]:
    """Give the tile of what is to be seen to; none while there is nothing."""
    return [Tile(label, count, url, tone=tone)] if count else []


def to_list(page: str, **only: Any) -> str:
    """Give the address of a list, of the landlord alone that the figures are of."""
    return url_for(page, landlord=landlord_chosen(), **only)
