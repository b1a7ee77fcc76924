"""Every table, by noun. Models hold data; they never query or send."""

from visits.models import accounts, map, people, portfolio, programmes, visits, works

__all__ = ["accounts", "map", "people", "portfolio", "programmes", "visits", "works"]
