"""What became of the lines of a file: looked at kind by kind, and given back as a CSV."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import NotFound
from visits.models.portfolio import Import
from visits.portfolio import (
    Account,
    Fate,
    Kind,
    Problem,
    Table,
    account_for,
    content_of,
    fields_of,
    find_import,
    lines_csv,
    raw_records,
    table_of,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import current_language
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import csv_file, spreadsheet
from webapp.office.frame.listing import asked
from webapp.office.portfolio.imports import (
    choice_of,
    field_label,
    kept_problems,
    paged,
    plan_of,
    reason,
)

Shown = set[uuid.UUID | None]

import_lines = Blueprint("import_lines", __name__, url_prefix="/imports")


@import_lines.get("/<uuid:import_id>/lines.csv")
@requires(Action.IMPORT_STOCK)
def lines(import_id: uuid.UUID) -> ResponseReturnValue:
    """Give every line of a file, or those of one fate, as they were with the reason beside them."""
    only = Fate(request.args["fate"]) if request.args.get("fate") in list(Fate) else None
    with showing("import_looked_at") as (session, shown):
        kept = find_import(session, import_id, viewer=viewer())
        if kept.uploaded_by_id != viewer().user_id:
            # The lines may name persons whom her colleagues may not see.
            raise NotFound("import_not_found")
        table, account = _account(session, kept, shown)
        records = raw_records(content_of(kept), table=table)
        text = lines_csv(table, records, account, language=current_language(), only=only)
    return csv_file("lignes.csv" if only is None else f"lignes-{only.value}.csv", text)


@import_lines.get("/<uuid:import_id>/warnings.csv")
@requires(Action.IMPORT_STOCK)
def warnings_file(import_id: uuid.UUID) -> ResponseReturnValue:
    """Give all warnings, or those of one kind, as a CSV that a spreadsheet opens."""
    with showing("import_looked_at") as (session, shown):
        kept = find_import(session, import_id, viewer=viewer())
        problems, kind = _warnings(session, kept, shown)
        text = problems_csv(problems, kind)
    return csv_file("avertissements.csv", text)


@import_lines.get("/<uuid:import_id>/warnings")
@requires(Action.IMPORT_STOCK)
def warnings_page(import_id: uuid.UUID) -> ResponseReturnValue:
    """Show all warnings of one kind, page by page."""
    with showing("import_looked_at") as (session, shown):
        kept = find_import(session, import_id, viewer=viewer())
        problems, kind = _warnings(session, kept, shown)
        return render_template(
            "imports/warnings.html",
            kept=kept,
            listed=paged(problems),
            fields={name: field_label(kind, name) for name in fields_of(kind)},
            reason=reason,
            chosen=asked("page", "import_id"),
            back=url_for("imports.show", import_id=kept.id, **asked("page", "code", "import_id")),
        )


def problems_csv(problems: Sequence[Problem], kind: Kind) -> str:
    """Write problems for a spreadsheet: semicolons, a mark of UTF-8, no cell that is a formula."""
    heads = (_("Line"), _("Column"), _("Our field"), _("Value"), _("Reason"))
    rows = (
        (one.place or one.line, one.heading, field_label(kind, one.field), one.value, reason(one))
        for one in problems
    )
    return spreadsheet([heads, *rows])


def _account(session: Session, kept: Import, shown: Shown) -> tuple[Table, Account]:
    """Account for the lines of a file: as it was imported, or as the dry run would have it."""
    if kept.is_imported:
        table = table_of(kept)
        found = {name: kept_problems(kept, name) for name in ("refusals", "warnings", "left_out")}
        return table, account_for(table, **found)
    choice = choice_of(session, kept, request.args)
    plan, _errors = plan_of(session, kept, choice)
    if plan is None:
        raise NotFound("import_not_found")
    shown.update(plan.ledger.named)
    return choice.table, plan.account


def _warnings(session: Session, kept: Import, shown: Shown) -> tuple[Sequence[Problem], Kind]:
    if kept.is_imported:
        problems: Sequence[Problem] = kept_problems(kept, "warnings")
        kind = Kind(kept.kind)
    else:
        choice = choice_of(session, kept, request.args)
        plan, _errors = plan_of(session, kept, choice)
        problems, kind = plan.warnings if plan else (), choice.kind
        shown.update(plan.ledger.named if plan else ())
    code = request.args.get("code")
    return [one for one in problems if not code or one.code == code], kind
