"""Reads for lists, agendas and the map. Every read of a person passes `visible_persons`."""

from visits.sight.mandates import Held, mandates_held
from visits.sight.orders import visible_work_orders
from visits.sight.reach import (
    Reach,
    Viewer,
    answers,
    find_person,
    visible_cases,
    visible_persons,
)

__all__ = [
    "Held",
    "Reach",
    "Viewer",
    "answers",
    "find_person",
    "mandates_held",
    "visible_cases",
    "visible_persons",
    "visible_work_orders",
]
