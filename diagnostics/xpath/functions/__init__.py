"""The XForms functions, by what they work on."""

from __future__ import annotations

from . import choices, dates, geography, lists, logic, numbers, texts
from .registry import FUNCTIONS, Function

__all__ = [
    "FUNCTIONS",
    "Function",
    "choices",
    "dates",
    "geography",
    "lists",
    "logic",
    "numbers",
    "texts",
]
