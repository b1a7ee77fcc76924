"""The command `palier`."""

import json
import logging
import signal
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import waitress
from flask import Flask
from sqlalchemy.orm import Session

from diagnostics.checking import check_report
from diagnostics.convert import convert as convert_workbook
from diagnostics.forms import read_shipped, shipped
from diagnostics.workbook import (
    Examination,
    PublishedForm,
    Workbook,
    WorkbookRefused,
    examine,
    read_workbook,
    validate,
    write_workbook,
)
from visits.accounts import NewUser, add_user, find_organisation, find_user
from visits.errors import Refused
from visits.migration import is_current, migrate
from visits.models.accounts import OrganisationKind, Role
from visits.portfolio import confirm_import, examine_import, upload_file
from visits.published_forms import (
    WorkbookFile,
    current_published,
    files_in_use,
    keep_files,
    publish_form,
    workbook_in_use,
)
from webapp import create_app
from webapp.checkup import checkup
from webapp.demo import DemoAccount, load_demo
from webapp.jobs import start_jobs
from webapp.security import log_in_lines
from webapp.setting_up import hash_of, publish_shipped_forms
from webapp.settings import Settings, read_settings
from webapp.transaction import House, open_house

THREADS = 8


@click.group()
def main() -> None:
    """Palier: home-visit programmes of social landlords."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--jobs/--no-jobs", default=True, help="Run the recurring jobs in this process too.")
def serve(host: str, port: int, jobs: bool) -> None:
    """Serve the office, the tablet and the API."""
    settings = read_settings()
    app = create_app(settings)
    house = app.extensions["palier"]
    if not is_current(house.engine):
        raise click.ClickException("The database needs `palier init` first.")
    _serve(app, host, port, jobs=jobs)


@main.command()
def jobs() -> None:
    """Run the recurring jobs, without serving."""
    log_in_lines()
    scheduler = start_jobs(open_house(read_settings()))
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        scheduler.shutdown(wait=False)


@main.command()
def init() -> None:
    """Bring the database to this version and publish the shipped forms."""
    house = open_house(read_settings())
    _initialise(house)
    click.echo("Ready.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--serve/--no-serve", "serving", default=True)
def demo(host: str, port: int, serving: bool) -> None:
    """Load a year of made-up data, print the accounts, and serve."""
    settings = replace(read_settings(), demo=True)
    house = open_house(settings)
    migrate(house.engine)
    accounts = load_demo(house, now=datetime.now(UTC), tell=click.echo)
    _initialise(house)
    _show_accounts(settings, accounts)
    if serving:
        click.echo(f"\n  http://{host}:{port}      Ctrl-C ends it.\n")
        _serve(create_app(settings), host, port, jobs=True)


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="The account that imports.")
@click.option("--dry-run", is_flag=True, help="Tell what would change, change nothing.")
def import_(file: Path, email: str, dry_run: bool) -> None:
    """Import a file of the landlord's stock or tenants with the proposed mapping."""
    house = open_house(read_settings())
    now = house.clock()
    with house.sessions.begin() as session:
        user = find_user(session, email)
        if user is None:
            raise click.ClickException(f"There is no account {email}.")
        upload = upload_file(
            session, data=file.read_bytes(), file_name=file.name, user_id=user.id, now=now
        )
        plan = examine_import(
            session, upload.id, kind=upload.kind, mapping=upload.mapping, now=now, by=user.id
        )
        click.echo(json.dumps(plan.counts, indent=2, ensure_ascii=False))
        for refusal in plan.refusals:
            click.echo(f"{refusal.line}: {refusal.heading} « {refusal.value} » {refusal.code}")
        if not dry_run:
            confirm_import(
                session, upload.id, kind=upload.kind, mapping=upload.mapping, now=now, by=user.id
            )


@main.group()
def forms() -> None:
    """Work with diagnostics."""


@forms.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def convert(source: Path, output: Path) -> None:
    """Turn a workbook (YAML, XLSX or Markdown) into an XForm."""
    try:
        form = convert_workbook(source.read_bytes(), source.suffix, _files_beside(source))
    except WorkbookRefused as refused:
        for problem in refused.problems:
            click.echo(
                f"{problem.sheet}:{problem.row}:{problem.column}: {problem.message}", err=True
            )
        sys.exit(1)
    output.write_bytes(form.xform)
    click.echo(f"{form.form_id} {form.version}: {output}")


@forms.command()
@click.argument("form", required=False, type=click.Path(exists=True, path_type=Path))
@click.argument("submission", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--batch", type=click.Path(exists=True, path_type=Path), help="A JSONL file.")
def check(form: Path | None, submission: Path | None, batch: Path | None) -> None:
    """Check a submission against its form; prints JSON."""
    if batch is not None:
        with batch.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    click.echo(json.dumps(_check_line(line), ensure_ascii=False))
        return
    if form is None or submission is None:
        raise click.UsageError("Give FORM.xml and SUBMISSION.xml, or --batch FILE.jsonl.")
    report = check_report(form.read_bytes(), submission.read_bytes(), None)
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    sys.exit(0 if report["valid"] else 1)


def _check_line(line: str) -> dict[str, Any]:
    """Check a line of a batch; one that cannot be read is answered too, and stops nothing."""
    try:
        asked = json.loads(line)
        xform, submission = Path(asked["form"]).read_bytes(), asked["submission"].encode()
        now = datetime.fromisoformat(asked["now"]) if asked.get("now") else None
        return check_report(xform, submission, now)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
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
            kept, files = WorkbookFile(source.name, data), keep_files(house.store, examined.files)
            try:
                publish_form(
                    session,
                    examined.form,
                    by=None,
                    now=house.clock(),
                    workbook=kept,
                    files=files,
                )
            except Refused as refused:
                raise click.ClickException(refused.code) from refused
    said = "published" if publishing else "could be published"
    click.echo(f"{examined.form.form_id} {examined.form.version}: {said}")


def _examined(session: Session, source: Path, data: bytes) -> tuple[Workbook, Examination]:
    try:
        workbook = read_workbook(data, suffix=source.suffix)
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


@main.group()
def users() -> None:
    """Work with accounts."""


@users.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--organisation", required=True)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in OrganisationKind]),
    default="landlord",
    show_default=True,
    help="What the organisation is, when it is new.",
)
@click.password_option()
def add(email: str, name: str, role: str, organisation: str, kind: str, password: str) -> None:
    """Add an account."""
    if len(password) < 12:
        raise click.ClickException("A password has at least 12 characters.")
    house = open_house(read_settings())
    new = NewUser(email=email, name=name, role=Role(role), password_hash=hash_of(house, password))
    try:
        with house.sessions.begin() as session:
            place = find_organisation(session, organisation, OrganisationKind(kind))
            add_user(session, new, organisation=place, now=house.clock())
    except Refused as refused:
        raise click.ClickException(refused.code) from refused
    click.echo(f"{email}: {role}")


@main.command()
def doctor() -> None:
    """Look whether this deployment is in order."""
    settings = read_settings()
    in_order = True
    for finding in checkup(open_house(settings)):
        click.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}: {finding.detail}")
        in_order = in_order and finding.ok
    sys.exit(0 if in_order else 1)


def _initialise(house: House) -> None:
    migrate(house.engine)
    with house.sessions.begin() as session:
        publish_shipped_forms(session, now=house.clock())


def _serve(app: Flask, host: str, port: int, *, jobs: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; threads end with the process, nothing is left behind."""
    # A shell may have us ignore SIGINT when it starts us in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logging.getLogger("palier").propagate = False  # a line once, as JSON
    try:
        server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident="palier",
            max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1024,
            # Of proxies that are trusted, create_app reads what they say; of others nobody does.
            clear_untrusted_proxy_headers=not app.extensions["palier"].settings.trusted_proxies,
        )
    except OSError as error:
        message = f"Port {port} cannot be used ({error.strerror}). Choose another: --port, or PORT="
        raise click.ClickException(message) from error
    scheduler = start_jobs(app.extensions["palier"]) if jobs else None
    try:
        server.run()
    finally:
        if scheduler is not None:
            scheduler.shutdown(wait=False)


def _show_accounts(settings: Settings, accounts: list[DemoAccount]) -> None:
    place = settings.data / "accounts.json"
    if accounts:
        rows = [
            {
                "role": account.role,
                "email": account.email,
                "password": account.password,
                "device_token": account.device_token,
            }
            for account in accounts
        ]
        place.touch(mode=0o600)
        place.write_text(json.dumps(rows, indent=2))
    click.echo("\nAccounts of the demonstration:\n")
    for row in json.loads(place.read_text()):
        click.echo(f"  {row['role']:<20} {row['email']:<40} {row['password']}")


if __name__ == "__main__":
    main()
