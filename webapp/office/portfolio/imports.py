"""The landlord's files: uploaded, looked at, their columns corrected, imported."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.portfolio import Import
from visits.portfolio import (
    LABELS,
    QUESTIONS,
    REQUIRED,
    ImportPlan,
    Kind,
    NotATable,
    Parts,
    Problem,
    Table,
    confirm_import,
    examine_import,
    fields_of,
    find_import,
    from_json,
    known_answers,
    message,
    propose_mapping,
    said,
    table_of,
    upload_file,
)
from visits.portfolio.listing import imported_before, list_imports, names_of
from visits.sight.landlords import landlords_written_for
from visits.sight.listing import Listed
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import current_language
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import wanted, wanted_latest_first
from webapp.office.frame.placing import put_on_map

imports = Blueprint("imports", __name__, url_prefix="/imports")

SAMPLES = 3
CHANGES_SHOWN = 50
WARNINGS_SHOWN = 5


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
                landlord_id=_typed_landlord(),
            )
    except NotATable as refused:
        return _index({"file": _said(refused.code, refused.details)}), 422
    except Invalid as refused:
        return _index({name: sentence(code) for name, code in refused.fields.items()}), 422
    return redirect(url_for(".show", import_id=kept.id))


def _typed_landlord() -> uuid.UUID | None:
    """Read for which landlord a file is; nobody chooses while there is one. Raises Invalid."""
    try:
        return uuid.UUID(request.form["landlord"]) if request.form.get("landlord") else None
    except ValueError:
        raise Invalid({"landlord": "bad_choice"}) from None


@imports.get("/<uuid:import_id>")
@requires(Action.IMPORT_STOCK)
def show(import_id: uuid.UUID) -> ResponseReturnValue:
    """Show what importing a file would do, or what it did."""
    with showing("import_looked_at") as (session, shown):
        kept = find_import(session, import_id, viewer=viewer())
        if kept.is_imported:
            return _result(session, kept)
        try:
            return _examination(session, kept, choice_of(session, kept, request.args), shown)
        except NotATable as refused:
            flash(_said(refused.code, refused.details), "error")
            return redirect(url_for(".show", import_id=import_id))


@imports.post("/<uuid:import_id>")
@requires(Action.IMPORT_STOCK)
def confirm(import_id: uuid.UUID) -> ResponseReturnValue:
    """Import the file as it was shown, and put its residences on the map."""
    kind, mapping = request.form.get("kind", ""), _typed_mapping(request.form)
    parts, choices = _typed_parts(request.form), known_answers(request.form)
    try:
        with transaction() as session:
            confirm_import(
                session, import_id, kind=kind, mapping=mapping, now=now(), viewer=viewer(),
                parts=parts, choices=choices,
            )  # fmt: skip
            put_on_map(session)
    except Conflict as refused:
        flash(sentence(refused.code, refused.details), "error")
        return redirect(url_for(".show", import_id=import_id))
    except Invalid:
        # The form that confirms repeats what was examined: only a forged one comes here.
        return redirect(url_for(".show", import_id=import_id))
    flash(_("The file is imported."), "success")
    return redirect(url_for(".show", import_id=import_id))


def reason(problem: Problem) -> str:
    """Say why a cell was refused, in the reader's language."""
    return said(problem, current_language())


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
    parts: Parts
    answers: dict[str, str]

    def as_arguments(self) -> dict[str, Any]:
        """Give the choice as the arguments of an address."""
        columns = {f"c{column}": name for column, name in self.mapping.items()}
        parts: dict[str, Any] = {"sheet": list(self.parts.sheets)} if self.parts.sheets else {}
        if not self.parts.masked:
            parts["masked"] = "skip"
        return {"kind": self.kind.value, "was": self.kind.value, **columns, **parts, **self.answers}


def choice_of(session: Session, kept: Import, typed: Any) -> Choice:
    """Take what she chose on the page, else what was proposed."""
    parts, answers = _typed_parts(typed), known_answers(typed)
    table = table_of(kept, parts=parts)
    kind = Kind(typed["kind"]) if typed.get("kind") in list(Kind) else None
    if kind is not None and kind == typed.get("was"):
        return Choice(kind, _typed_mapping(typed), table, False, parts, answers)
    proposal = propose_mapping(session, table, landlord_id=kept.landlord_id, kind=kind)
    if kind is None and not parts.sheets:
        mapping = from_json(kept.mapping)
        return Choice(Kind(kept.kind), mapping, table, proposal.remembered, parts, answers)
    return Choice(proposal.kind, proposal.mapping, table, proposal.remembered, parts, answers)


def _typed_parts(typed: Any) -> Parts:
    """Read which sheets were ticked, and whether masked lines are to be left out."""
    sheets = tuple(dict.fromkeys(name for name in typed.getlist("sheet") if name))
    return Parts(sheets=sheets, masked=typed.get("masked") != "skip")


def _typed_mapping(typed: Any) -> dict[int, str]:
    """Read fields `c0`, `c1` …: a column that gives nothing is empty or left out."""
    return {
        int(name[1:]): value
        for name, value in typed.items()
        if name[:1] == "c" and name[1:].isdecimal() and len(name) < 6 and value
    }


def plan_of(
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
            parts=choice.parts,
            choices=choice.answers,
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
        landlords = landlords_written_for(session, viewer().user_id, on=today_in_paris(now()))
    return render_template(
        "imports/index.html",
        listed=listed,
        names=names,
        kinds=_kinds(),
        landlords=landlords if len(landlords) > 1 else (),
        errors=errors or {},
    )


def _kinds() -> dict[str, str]:
    return {kind.value: label[current_language()] for kind, label in LABELS.items()}


def _examination(
    session: Session, kept: Import, choice: Choice, shown: set[uuid.UUID | None]
) -> str:
    plan, errors = plan_of(session, kept, choice)
    changes = plan.changes[:CHANGES_SHOWN] if plan else ()
    shown.update(change.id for change in changes if change.what == "person")
    shown.update(plan.ledger.named if plan else ())
    return render_template(
        "imports/examine.html",
        kept=kept,
        choice=choice,
        table=choice.table,
        samples=samples_of(choice.table),
        chosen=choice.as_arguments(),
        plan=plan,
        before=imported_before(session, viewer(), kept),
        mine=kept.uploaded_by_id == viewer().user_id,
        listed=paged(plan.refusals if plan else ()),
        groups=groups_of(plan.warnings if plan else ()),
        place=choice.table.place,
        sums=plan.account.sums if plan else {},
        asked=_asked(plan, choice),
        errors=errors,
        changes=changes,
        **_shared(choice.kind),
    )


def _result(session: Session, kept: Import) -> str:
    return render_template(
        "imports/result.html",
        kept=kept,
        who=names_of(session, [kept.uploaded_by_id]).get(kept.uploaded_by_id, ""),
        listed=paged(kept_problems(kept, "refusals")),
        groups=groups_of(kept_problems(kept, "warnings")),
        sums=(kept.counts or {}).get("account", {}),
        mine=kept.uploaded_by_id == viewer().user_id,
        chosen={},
        **_shared(Kind(kept.kind)),
    )


def _shared(kind: Kind) -> dict[str, Any]:
    language = current_language()
    return {
        "fields": {name: getattr(field, language) for name, field in fields_of(kind).items()}
        | {"birth_year": _("Year of birth")},
        "kinds": _kinds(),
        "reason": reason,
        "warnings_shown": WARNINGS_SHOWN,
        "questions": QUESTIONS,
    }


def paged(problems: Sequence[Problem]) -> Listed[Problem]:
    """Give the page of problems that the address asks for."""
    page = wanted().within(len(problems))
    return Listed(problems[page.offset :][: page.size], len(problems), page)


@dataclass(frozen=True)
class Group:
    """The warnings of one kind."""

    code: str
    problems: Sequence[Problem]

    @property
    def count(self) -> int:
        """Count them."""
        return len(self.problems)


def groups_of(problems: Sequence[Problem]) -> list[Group]:
    """Put warnings together by kind, the most frequent first."""
    counted = Counter(problem.code for problem in problems)
    return [
        Group(code, [problem for problem in problems if problem.code == code])
        for code, _count in counted.most_common()
    ]


def _asked(plan: ImportPlan | None, choice: Choice) -> dict[str, list[Problem]]:
    """Give what the dry run asks, by code: what was answered stays there to be changed."""
    warnings = plan.warnings if plan else ()
    asked = {code: [one for one in warnings if one.code == code] for code in QUESTIONS}
    return {code: found for code, found in asked.items() if found or code in choice.answers}


def kept_problems(kept: Import, name: str) -> list[Problem]:
    """Give the refusals, warnings or lines left out of a file that was imported."""
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
