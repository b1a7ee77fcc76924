"""The landlord's files: uploaded, looked at, their columns corrected, imported."""

import csv
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from maps.cells import locate_cell
from visits.errors import Conflict, Invalid
from visits.models.portfolio import Import, ImportState
from visits.portfolio import (
    LABELS,
    REQUIRED,
    ImportPlan,
    Kind,
    NotATable,
    Problem,
    Table,
    confirm_import,
    examine_import,
    fields_of,
    find_import,
    from_json,
    message,
    propose_mapping,
    residences_without_cell,
    set_cells,
    table_of,
    upload_file,
)
from visits.queries.imports import imported_before, list_imports, names_of
from visits.queries.listing import Listed
from webapp.auth import Action, requires, viewer
from webapp.errors import sentence
from webapp.languages import current_language
from webapp.office.access import showing
from webapp.office.listing import wanted, wanted_latest_first
from webapp.transaction import now, reading, transaction

imports = Blueprint("imports", __name__, url_prefix="/imports")

SAMPLES = 3
CHANGES_SHOWN = 50
WARNINGS_SHOWN = 50
RESIDENCES_AT_ONCE = 2_000


@imports.get("/")
@requires(Action.IMPORT_STOCK)
def index() -> ResponseReturnValue:
    """List the files that were uploaded."""
    return _index()


@imports.post("/")
@requires(Action.IMPORT_STOCK)
def upload() -> ResponseReturnValue:
    """Take a file in; nothing is imported yet."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _index({"file": sentence("no_file")}), 422
    try:
        with transaction() as session:
            kept = upload_file(
                session,
                data=file.read(),
                file_name=file.filename,
                user_id=viewer().user_id,
                now=now(),
            )
    except NotATable as refused:
        return _index({"file": _said(refused.code, refused.details)}), 422
    return redirect(url_for(".show", import_id=kept.id))


@imports.get("/<uuid:import_id>")
@requires(Action.IMPORT_STOCK)
def show(import_id: uuid.UUID) -> ResponseReturnValue:
    """Show what importing a file would do, or what it did."""
    with showing("import_looked_at") as (session, shown):
        kept = find_import(session, import_id, viewer=viewer())
        if kept.state is ImportState.IMPORTED:
            return _result(session, kept)
        return _examination(session, kept, _choice(session, kept, request.args), shown)


@imports.post("/<uuid:import_id>")
@requires(Action.IMPORT_STOCK)
def confirm(import_id: uuid.UUID) -> ResponseReturnValue:
    """Import the file as it was shown, and put its residences on the map."""
    kind, mapping = request.form.get("kind", ""), _typed_mapping(request.form)
    try:
        with transaction() as session:
            confirm_import(
                session, import_id, kind=kind, mapping=mapping, now=now(), viewer=viewer()
            )
            put_on_map(session)
    except Conflict as refused:
        flash(sentence(refused.code, refused.details), "error")
        return redirect(url_for(".show", import_id=import_id))
    except Invalid:
        # The form that confirms repeats what was examined: only a forged one comes here.
        return redirect(url_for(".show", import_id=import_id))
    flash(_("The file is imported."), "success")
    return redirect(url_for(".show", import_id=import_id))


@imports.get("/<uuid:import_id>/refusals.csv")
@requires(Action.IMPORT_STOCK)
def refusals(import_id: uuid.UUID) -> ResponseReturnValue:
    """Give the refused lines as a CSV that a spreadsheet opens."""
    with reading() as session:
        kept = find_import(session, import_id, viewer=viewer())
        if kept.state is ImportState.IMPORTED:
            kind = Kind(kept.kind)
            problems: Sequence[Problem] = _kept_problems(kept, "refusals")
        else:
            choice = _choice(session, kept, request.args)
            plan, _errors = _plan(session, kept, choice)
            problems, kind = plan.refusals if plan else (), choice.kind
    return Response(
        refusals_csv(problems, kind),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="refus.csv"'},
    )


def put_on_map(session: Session) -> None:
    """Give residences that have a position their H3 cell, and show their dwellings on the map."""
    while placeless := residences_without_cell(session, limit=RESIDENCES_AT_ONCE):
        cells = {
            residence.id: locate_cell(residence.lat, residence.lon)
            for residence in placeless
            if residence.lat is not None and residence.lon is not None
        }
        set_cells(session, cells)


def refusals_csv(problems: Sequence[Problem], kind: Kind) -> str:
    """Write refusals for a spreadsheet: semicolons, a mark of UTF-8, no cell that is a formula."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([_("Line"), _("Column"), _("Our field"), _("Value"), _("Reason")])
    for problem in problems:
        cells = (problem.heading, field_label(kind, problem.field), problem.value, reason(problem))
        writer.writerow([problem.line, *(_harmless(cell) for cell in cells)])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def reason(problem: Problem) -> str:
    """Say why a cell was refused, in the reader's language."""
    details: dict[str, object] = {"value": problem.value, **problem.details}
    return _said(problem.code, details)


def field_label(kind: Kind, name: str) -> str:
    """Name one of our fields in the reader's language; an unknown one as it is."""
    field = fields_of(kind).get(name)
    return getattr(field, current_language()) if field else name


def _said(code: str, details: dict[str, object]) -> str:
    return message(code, current_language(), **details)


@dataclass(frozen=True)
class Choice:
    """The kind and the columns to examine a file with; `remembered` from an earlier file."""

    kind: Kind
    mapping: dict[int, str]
    table: Table
    remembered: bool

    def as_arguments(self) -> dict[str, Any]:
        """Give the choice as the arguments of an address."""
        columns = {f"c{column}": name for column, name in self.mapping.items()}
        return {"kind": self.kind.value, "was": self.kind.value, **columns}


def _choice(session: Session, kept: Import, typed: Any) -> Choice:
    """Take what she chose on the page, else what was proposed."""
    table = table_of(kept)
    kind = Kind(typed["kind"]) if typed.get("kind") in list(Kind) else None
    if kind is not None and kind == typed.get("was"):
        return Choice(kind, _typed_mapping(typed), table, remembered=False)
    proposal = propose_mapping(session, table, kind=kind)
    if kind is None:
        return Choice(Kind(kept.kind), from_json(kept.mapping), table, proposal.remembered)
    return Choice(proposal.kind, proposal.mapping, table, proposal.remembered)


def _typed_mapping(typed: Any) -> dict[int, str]:
    """Read fields `c0`, `c1` …: a column that gives nothing is empty or left out."""
    return {
        int(name[1:]): value
        for name, value in typed.items()
        if name[:1] == "c" and name[1:].isdecimal() and len(name) < 6 and value
    }


def _plan(
    session: Session, kept: Import, choice: Choice
) -> tuple[ImportPlan | None, dict[str, str]]:
    """Work out the dry run, or say what is wrong with the columns."""
    try:
        plan = examine_import(
            session,
            kept.id,
            kind=choice.kind,
            mapping=choice.mapping,
            now=now(),
            viewer=viewer(),
        )
    except Invalid as refused:
        return None, {
            _field_id(name): _mapping_error(choice.kind, name, code)
            for name, code in refused.fields.items()
        }
    return plan, {}


def _field_id(name: str) -> str:
    return f"c{name}" if name.isdecimal() else "kind"


def _mapping_error(kind: Kind, name: str, code: str) -> str:
    said = _said(code, {})
    if name.isdecimal():
        return said
    group = next((group for group in REQUIRED[kind] if group[0] == name), (name,))
    return f"{' / '.join(field_label(kind, one) for one in group)} : {said}"


def _index(errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        listed = list_imports(session, viewer(), wanted=wanted_latest_first("when"))
        names = names_of(session, (kept.uploaded_by_id for kept in listed.rows))
    return render_template(
        "imports/index.html", listed=listed, names=names, kinds=_kinds(), errors=errors or {}
    )


def _kinds() -> dict[str, str]:
    return {kind.value: label[current_language()] for kind, label in LABELS.items()}


def _examination(
    session: Session, kept: Import, choice: Choice, shown: set[uuid.UUID | None]
) -> str:
    plan, errors = _plan(session, kept, choice)
    changes = plan.changes[:CHANGES_SHOWN] if plan else ()
    shown.update(change.id for change in changes if change.what == "person")
    return render_template(
        "imports/examine.html",
        kept=kept,
        choice=choice,
        table=choice.table,
        samples=samples_of(choice.table),
        chosen=choice.as_arguments(),
        plan=plan,
        before=imported_before(session, viewer(), kept),
        listed=_paged(plan.refusals if plan else ()),
        warnings=plan.warnings if plan else (),
        errors=errors,
        changes=changes,
        **_shared(choice.kind),
    )


def _result(session: Session, kept: Import) -> str:
    return render_template(
        "imports/result.html",
        kept=kept,
        who=names_of(session, [kept.uploaded_by_id]).get(kept.uploaded_by_id, ""),
        listed=_paged(_kept_problems(kept, "refusals")),
        warnings=_kept_problems(kept, "warnings"),
        **_shared(Kind(kept.kind)),
    )


def _shared(kind: Kind) -> dict[str, Any]:
    language = current_language()
    return {
        "fields": {name: getattr(field, language) for name, field in fields_of(kind).items()},
        "kinds": _kinds(),
        "reason": reason,
        "warnings_shown": WARNINGS_SHOWN,
    }


def _paged(problems: Sequence[Problem]) -> Listed[Problem]:
    page = wanted()
    start = (page.page - 1) * page.size
    return Listed(problems[start : start + page.size], len(problems), page)


def _kept_problems(kept: Import, name: str) -> list[Problem]:
    return [Problem(**problem) for problem in (kept.problems or {}).get(name, [])]


def samples_of(table: Table) -> list[list[str]]:
    """Give for each column the first three values that differ."""
    found: list[list[str]] = [[] for _heading in table.headings]
    for row in table.rows:
        for column, cell in enumerate(row.cells):
            if cell and len(found[column]) < SAMPLES and cell not in found[column]:
                found[column].append(cell[:60])
        if all(len(samples) == SAMPLES for samples in found):
            break
    return found
