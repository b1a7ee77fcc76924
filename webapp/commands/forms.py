"""`palier forms`: diagnostics as workbooks, in and out of a terminal."""

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from diagnostics.checking import check_report
from diagnostics.delays import PARIS
from diagnostics.forms import read_shipped, shipped
from diagnostics.workbook import (
    Examination,
    Problem,
    PublishedForm,
    Workbook,
    WorkbookRefused,
    examine,
    named,
    publish,
    read_workbook,
    validate,
    write_workbook,
)
from visits.forms.published import (
    WorkbookFile,
    current_published,
    files_in_use,
    keep_files,
    publish_form,
    workbook_in_use,
)
from visits.ground.errors import Refused
from visits.ground.migration import is_current
from webapp.frame.settings import read_settings
from webapp.frame.transaction import open_house


@click.group()
def forms() -> None:
    """Work with diagnostics."""


@forms.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def convert(source: Path, output: Path) -> None:
    """Turn a workbook (YAML, XLSX or Markdown) into an XForm."""
    try:
        read = _read(source, source.read_bytes())
        _tell(read.remarks)
        form = publish(read, _files_beside(source))
    except WorkbookRefused as refused:
        _tell(refused.problems)
        sys.exit(1)
    output.write_bytes(form.xform)
    click.echo(f"{form.form_id} {form.version}: {output}")


def _read(source: Path, data: bytes) -> Workbook:
    """Read a workbook, with the name and version its file's name and day propose if it has none."""
    day = datetime.fromtimestamp(source.stat().st_mtime, PARIS).date()
    return named(read_workbook(data, suffix=source.suffix), file_name=source.name, on=day)


def _tell(problems: Iterable[Problem]) -> None:
    for one in problems:
        click.echo(f"{one.sheet}:{one.row}:{one.column}: {one.message}", err=True)


# What a line of a batch may hold instead of a submission: nothing of it stops the others.
_UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    ArithmeticError,
    RecursionError,
)
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@forms.command()
@click.argument("form", required=False, type=A_FILE)
@click.argument("submission", required=False, type=A_FILE)
@click.option("--batch", type=A_FILE, help="A JSONL file.")
def check(form: Path | None, submission: Path | None, batch: Path | None) -> None:
    """Check a submission against its form; prints JSON."""
    if batch is not None:
        with batch.open("rb") as lines:
            for line in lines:
                if line.strip():
                    click.echo(json.dumps(_check_line(line), ensure_ascii=False))
        return
    if form is None or submission is None:
        raise click.UsageError("Give FORM.xml and SUBMISSION.xml, or --batch FILE.jsonl.")
    report = check_report(form.read_bytes(), submission.read_bytes(), None)
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    sys.exit(0 if report["valid"] else 1)


def _check_line(line: bytes) -> dict[str, Any]:
    """Check a line of a batch; one that cannot be read is answered too, and stops nothing."""
    try:
        asked = json.loads(line)
        xform, submission = Path(asked["form"]).read_bytes(), asked["submission"].encode()
        now = datetime.fromisoformat(asked["now"]) if asked.get("now") else None
        return check_report(xform, submission, now)
    except _UNREADABLE as error:
        violation = {"path": "", "kind": "malformed", "message": f"{type(error).__name__}: {error}"}
        empty: dict[str, Any] = {"calculated": {}, "corrected": [], "unknown": []}
        return {"valid": False, "violations": [violation], **empty}


@forms.command("export")
@click.argument("name")
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
def export_form(name: str, output: Path) -> None:
    """Write a diagnostic (published, else shipped) as a workbook: .xlsx or .yaml.

    The files beside it go into the folder OUTPUT-media, without the ending of OUTPUT.
    """
    kept, files = _kept_workbook(name)
    if kept is None:
        raise click.ClickException(f"There is no diagnostic {name}.")
    try:
        workbook = read_workbook(kept.data, suffix=Path(kept.name).suffix)
        output.write_bytes(write_workbook(workbook, suffix=output.suffix))
    except WorkbookRefused as refused:
        raise click.ClickException(str(refused)) from refused
    except ValueError as error:
        raise click.ClickException("A workbook is written as .xlsx or .yaml.") from error
    _write_beside(output, files)
    click.echo(f"{kept.name}: {output}")


def _kept_workbook(name: str) -> tuple[WorkbookFile | None, dict[str, bytes]]:
    house = open_house(read_settings())
    if is_current(house.engine):
        with house.sessions() as session:
            found = workbook_in_use(session, name)
            if found is not None:
                return found, files_in_use(session, name, house.store)
    return (WorkbookFile(f"{name}.yaml", read_shipped(name)) if name in shipped() else None), {}


def _folder_beside(workbook: Path) -> Path:
    """Give the folder of a workbook's files: `visit.xlsx` has `visit-media`, as ODK names it."""
    return workbook.with_name(f"{workbook.stem}-media")


def _write_beside(workbook: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        _folder_beside(workbook).mkdir(parents=True, exist_ok=True)
        (_folder_beside(workbook) / Path(name).name).write_bytes(data)


def _files_beside(workbook: Path) -> dict[str, bytes]:
    folder = _folder_beside(workbook)
    places = sorted(folder.iterdir()) if folder.is_dir() else []
    return {one.name: one.read_bytes() for one in places if one.is_file()}


@forms.command("import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", "publishing", is_flag=True, help="Publish it, for ever.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Keep it as .yaml."
)
def import_form(source: Path, publishing: bool, output: Path | None) -> None:
    """Examine a workbook against the version in use; keep it as YAML, publish it.

    The files it names stand in the folder SOURCE-media, without the ending of SOURCE.
    """
    house = open_house(read_settings())
    if not is_current(house.engine):
        raise click.ClickException("The database needs `palier init` first.")
    data = source.read_bytes()
    with house.sessions.begin() as session:
        workbook, examined = _examined(session, source, data)
        if examined.form is None:
            sys.exit(1)
        if output is not None:
            output.write_bytes(write_workbook(workbook, suffix=output.suffix))
            _write_beside(output, {one.name: one.data for one in examined.files})
        if publishing:
            _validated(examined.form)
            name = source.name
            if workbook.remarks:  # it did not name itself
                name, data = f"{source.stem}.xlsx", write_workbook(workbook, suffix=".xlsx")
            kept = WorkbookFile(name, data)
            try:
                files = keep_files(session, house.store, examined.files)
                publish_form(
                    session,
                    examined.form,
                    by=None,
                    now=house.clock(),
                    workbook=kept,
                    files=files,
                )
            except Refused as refused:
                why = (refused.code, *map(str, refused.details.values()))
                raise click.ClickException(" ".join(why)) from refused
    said = "published" if publishing else "could be published"
    click.echo(f"{examined.form.form_id} {examined.form.version}: {said}")


def _examined(session: Session, source: Path, data: bytes) -> tuple[Workbook, Examination]:
    try:
        workbook = _read(source, data)
    except WorkbookRefused as refused:
        raise click.ClickException(str(refused)) from refused
    since = current_published(session, workbook.setting("form_id"))
    examined = examine(workbook, since=since, files=_files_beside(source))
    for problem in (*examined.problems, *examined.warnings):
        click.echo(str(problem), err=True)
    return workbook, examined


def _validated(form: PublishedForm) -> None:
    said = validate(form.xform)
    if not said.ran:
        click.echo("ODK Validate was not asked: there is no Java here.", err=True)
    if said.errors:
        raise click.ClickException("\n".join(said.errors))
