"""A diagnostic as a programme manager writes it, and its publication."""

from __future__ import annotations

from .comparison import Change, Comparison, compare
from .consequences import Consequence
from .elsewhere import named
from .examination import Examination, examine
from .media import FormFile, files_wanted
from .odk_validate import Validation, validate
from .publishing import NO_FILES, PublishedForm, publish
from .reading import Row, Workbook, read_workbook, write_workbook
from .refusals import Problem, WorkbookRefused

__all__ = [
    "NO_FILES",
    "Change",
    "Comparison",
    "Consequence",
    "Examination",
    "FormFile",
    "Problem",
    "PublishedForm",
    "Row",
    "Validation",
    "Workbook",
    "WorkbookRefused",
    "compare",
    "examine",
    "files_wanted",
    "named",
    "publish",
    "read_workbook",
    "validate",
    "write_workbook",
]
