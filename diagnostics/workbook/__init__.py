"""A diagnostic as a programme manager writes it, and its publication."""

from __future__ import annotations

from .consequences import Consequence
from .publishing import PublishedForm, publish
from .reading import Row, Workbook, read_workbook
from .refusals import Problem, WorkbookRefused

__all__ = [
    "Consequence",
    "Problem",
    "PublishedForm",
    "Row",
    "Workbook",
    "WorkbookRefused",
    "publish",
    "read_workbook",
]
