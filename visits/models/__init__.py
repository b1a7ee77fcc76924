"""Every table, by noun. Models hold data; they never query or send."""

from visits.models import (
    accounts,
    calls,
    cases,
    documents,
    handed_in,
    homes,
    keys,
    life,
    mandates,
    map,
    people,
    portfolio,
    programmes,
    stock,
    visits,
    works,
)

__all__ = [
    "accounts",
    "calls",
    "cases",
    "documents",
    "handed_in",
    "homes",
    "keys",
    "life",
    "mandates",
    "map",
    "people",
    "portfolio",
    "programmes",
    "stock",
    "visits",
    "works",
]
