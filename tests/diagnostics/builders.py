"""Build small forms and visits for the tests of this room."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import yaml

from diagnostics.convert import convert
from diagnostics.form import Form, parse_form
from diagnostics.forms import read_shipped
from diagnostics.submission import Checked, check
from diagnostics.workbook import PublishedForm

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
FR, EN = "label::Français (fr)", "label::English (en)"
Row = Mapping[str, str]


def spreadsheet(**sheets: Sequence[Mapping[str, Any]]) -> bytes:
    """Write what somebody typed into a spreadsheet program."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for one in rows for column in one))
        sheet.append(columns)
        for one in rows:
            sheet.append([one.get(column) for column in columns])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def row(kind: str, name: str, label: str = "", **cells: str) -> dict[str, str]:
    """Make a survey row; questions get a label in both languages."""
    made = {"type": kind, "name": name, **cells}
    if not kind.startswith(("calculate", "end")):
        made |= {FR: label or name, EN: f"{label or name} (en)"}
    return made


def workbook(
    survey: Sequence[Row],
    *,
    choices: Sequence[Row] = (),
    consequences: Sequence[Row] = (),
    **settings: str,
) -> bytes:
    """Write a workbook in YAML."""
    setting = {"form_title": "Essai / Trial", "form_id": "trial", "version": "1", **settings}
    sheets: dict[str, Any] = {"survey": list(survey), "settings": [setting]}
    if choices:
        sheets["choices"] = list(choices)
    if consequences:
        sheets["consequences"] = list(consequences)
    return yaml.safe_dump(sheets, allow_unicode=True, sort_keys=False).encode()


def published(survey: Sequence[Row], **more: Any) -> PublishedForm:
    """Publish a small form."""
    return convert(workbook(survey, **more), ".yaml")


def form_of(survey: Sequence[Row], **more: Any) -> Form:
    """Publish and parse a small form."""
    return parse_form(published(survey, **more).xform)


@cache
def home_visit() -> PublishedForm:
    """Publish the form that ships."""
    return convert(read_shipped("home_visit"), ".yaml")


def elements(values: Mapping[str, Any]) -> str:
    """Write values as XML: mappings are groups, lists of mappings repeats."""
    parts = []
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            inner = elements(one) if isinstance(one, Mapping) else escape(str(one))
            parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)


def visit(form: Form, values: Mapping[str, Any], *, version: str = "") -> bytes:
    """Write a submission of a form."""
    head = f'id="{form.form_id}" version="{version or form.version}"'
    meta = {"meta": {"instanceID": "uuid:0d3b7f9e-8f0b-4d43-9f0a-4f7c5b1f2a11"}}
    return f"<{form.root_name} {head}>{elements({**values, **meta})}</{form.root_name}>".encode()


def checked(form: Form, values: Mapping[str, Any], *, now: datetime = NOW) -> Checked:
    """Check a submission with these values."""
    return check(form, visit(form, values), now=now)


def quiet_visit() -> dict[str, Any]:
    """Give the answers of a home visit that finds nothing, calculated ones included."""
    return {
        "consent": {"visit_agreed": "yes", "health_agreed": "yes"},
        "fall_risk": {
            "fell": "no",
            "unsteady": "no",
            "worried": "no",
            "fall_score": "0",
            "fall_band": "low",
        },
        "dwelling": {"floor": "0", "washing": "shower"},
        "room": [
            {
                "room_kind": "living",
                "room_name": "Séjour",
                "loose_rug": "no",
                "hazards": "none",
                "light": "good",
                "room_hazards": "0",
            }
        ],
        "safety": {"gas_smell": "no", "bare_wires": "no", "smoke_alarm": "working"},
        "social": {
            "lives_alone": "no",
            "someone_to_call": "yes",
            "last_visit": "within_week",
            "isolation_score": "0",
        },
        "eco_kit": {},
        "summary": {"hazards_seen": "0"},
    }
