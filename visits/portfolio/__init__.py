"""The landlord's stock comes in: files read, columns mapped, changes shown, then written."""

from visits.portfolio.account import Account, Fate, account_for, harmless, lines_csv, said
from visits.portfolio.apply import apply_plan, residences_without_cell, set_cells
from visits.portfolio.fields import FIELDS, LABELS, REQUIRED, Field, Kind, fields_of
from visits.portfolio.imports import (
    QUESTIONS,
    confirm_import,
    content_of,
    examine_import,
    find_import,
    known_answers,
    purge_imports,
    read_answers,
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
from visits.portfolio.tables import (
    NotATable,
    Parts,
    SheetFound,
    Skipped,
    Table,
    TableRow,
    raw_records,
    read_table,
)

__all__ = [
    "FIELDS",
    "LABELS",
    "MESSAGES",
    "QUESTIONS",
    "REQUIRED",
    "Account",
    "Change",
    "Counts",
    "Fate",
    "Field",
    "ImportPlan",
    "Kind",
    "NotATable",
    "Parts",
    "Problem",
    "Proposal",
    "SheetFound",
    "Skipped",
    "Table",
    "TableRow",
    "account_for",
    "apply_plan",
    "as_json",
    "check_mapping",
    "confirm_import",
    "content_of",
    "examine",
    "examine_import",
    "fields_of",
    "find_import",
    "from_json",
    "harmless",
    "known_answers",
    "lines_csv",
    "message",
    "propose_mapping",
    "purge_imports",
    "raw_records",
    "read_answers",
    "read_table",
    "remember_mapping",
    "residences_without_cell",
    "said",
    "set_cells",
    "table_of",
    "upload_file",
]
