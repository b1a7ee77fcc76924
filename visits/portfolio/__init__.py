"""The landlord's stock comes in: files read, columns mapped, changes shown, then written."""

from visits.portfolio.apply import apply_plan, residences_without_cell, set_cells
from visits.portfolio.fields import FIELDS, LABELS, REQUIRED, Field, Kind, fields_of
from visits.portfolio.imports import (
    confirm_import,
    examine_import,
    find_import,
    purge_imports,
    table_of,
    upload_file,
)
from visits.portfolio.mapping import (
    Proposal,
    as_json,
    check_mapping,
    from_json,
    propose_mapping,
    remember_mapping,
)
from visits.portfolio.messages import MESSAGES, message
from visits.portfolio.plan import Change, Counts, ImportPlan, examine
from visits.portfolio.rows import Problem
from visits.portfolio.tables import NotATable, Skipped, Table, TableRow, read_table

__all__ = [
    "FIELDS",
    "LABELS",
    "MESSAGES",
    "REQUIRED",
    "Change",
    "Counts",
    "Field",
    "ImportPlan",
    "Kind",
    "NotATable",
    "Problem",
    "Proposal",
    "Skipped",
    "Table",
    "TableRow",
    "apply_plan",
    "as_json",
    "check_mapping",
    "confirm_import",
    "examine",
    "examine_import",
    "fields_of",
    "find_import",
    "from_json",
    "message",
    "propose_mapping",
    "purge_imports",
    "read_table",
    "remember_mapping",
    "residences_without_cell",
    "set_cells",
    "table_of",
    "upload_file",
]
